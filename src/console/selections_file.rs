//! A selection as a file: CSV of its pairs, or a workbook with prices, places and definitions.

use actix_web::{HttpRequest, HttpResponse};

use super::data::{WORKBOOK, file};
use super::failure;
use super::frame::stamp;
use super::language::Text;
use super::selections_state::Asked;
use super::selections_words::{college, park};
use super::texts::{board, selections};
use super::visit::Visit;
use crate::exchange::{Cell, plain_workbook, write_rows};
use crate::http::Problem;
use crate::service::{Acting, SelectionBoard};

/// The pairs as CSV.
pub(super) async fn csv(request: HttpRequest, service: Acting) -> HttpResponse {
    sent(&request, &service, |visit, found| {
        let mut rows = pairs(visit, found);
        let mut last = vec![Cell::Empty; rows.first().map_or(1, Vec::len)];
        last[0] = text(stamp(visit, &found.answer.as_of));
        rows.push(last);
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(Cell::text).collect()).collect();
        ("csv", "text/csv; charset=utf-8", format!("\u{feff}{}", write_rows(&rows)).into_bytes())
    })
    .await
}

/// Everything as a workbook.
pub(super) async fn xlsx(request: HttpRequest, service: Acting) -> HttpResponse {
    sent(&request, &service, |visit, found| {
        let say = |text: Text| visit.say(text).to_owned();
        let sheets = [
            (say(selections::PAIRS), pairs(visit, found)),
            (say(selections::WISHES), wishes(visit, found)),
            (say(selections::PLACES), places(visit, found)),
            (say(selections::FILE_NOTES), notes(visit, found)),
        ];
        ("xlsx", WORKBOOK, plain_workbook(&sheets))
    })
    .await
}

async fn sent(
    request: &HttpRequest,
    service: &Acting,
    made: impl Fn(&Visit, &SelectionBoard) -> (&'static str, &'static str, Vec<u8>),
) -> HttpResponse {
    let visit = Visit::of(request);
    let found = async {
        let asked = Asked::of(request)?;
        Ok::<_, Problem>(service.selection_board(asked.question(service)).await?)
    };
    match found.await {
        Ok(found) => {
            let (ending, media, bytes) = made(&visit, &found);
            file(&format!("zeyou-selection-{}.{ending}", found.answer.as_of.seq), media, bytes)
        }
        Err(problem) => failure::answer(request, &problem),
    }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn number(value: Option<f64>) -> Cell {
    value.map_or(Cell::Empty, |value| Cell::Number((value * 1e6).round() / 1e6))
}

fn head(visit: &Visit, texts: &[Text]) -> Vec<Cell> {
    texts.iter().map(|one| text(visit.say(*one))).collect()
}

fn pairs(visit: &Visit, found: &SelectionBoard) -> Vec<Vec<Cell>> {
    let heads = [
        selections::FILE_PARK,
        selections::PARK,
        selections::FILE_CITY,
        selections::FILE_COLLEGE,
        board::COLLEGE,
        selections::FILE_CITY,
        selections::SCORE,
        selections::KM,
        selections::FILE_KIND,
    ];
    let rows = found.answer.selection.selection.pairs.iter().map(|one| {
        let city = found.parks.get(one.park.as_str()).map_or("", |park| park.city.as_str());
        let college_city = found.colleges.get(one.college.as_str()).map_or("", |college| college.city.as_str());
        vec![
            text(one.park.as_str()),
            text(park(found, &one.park)),
            text(city),
            text(one.college.as_str()),
            text(college(found, &one.college)),
            text(college_city),
            number(Some(one.score)),
            number(found.km(one).map(|km| (km * 10.0).round() / 10.0)),
            if one.forced { text(visit.say(selections::FORCED)) } else { Cell::Empty },
        ]
    });
    [head(visit, &heads)].into_iter().chain(rows).collect()
}

fn wishes(visit: &Visit, found: &SelectionBoard) -> Vec<Vec<Cell>> {
    let heads = [
        selections::FILE_KIND,
        selections::FILE_PARK,
        selections::PARK,
        selections::FILE_COLLEGE,
        board::COLLEGE,
        selections::PRICE,
    ];
    let rows = found.answer.selection.selection.wishes.iter().map(|one| {
        let kind = if one.kind == "forced" { selections::FORCED } else { selections::FORBIDDEN };
        let known = one.price.map(|price| number(Some(price)));
        vec![
            text(visit.say(kind)),
            text(one.park.as_str()),
            text(park(found, &one.park)),
            text(one.college.as_str()),
            text(college(found, &one.college)),
            known.unwrap_or_else(|| text(super::selections_list::price(visit, None, one.price_between))),
        ]
    });
    [head(visit, &heads)].into_iter().chain(rows).collect()
}

fn places(visit: &Visit, found: &SelectionBoard) -> Vec<Vec<Cell>> {
    let heads = [
        selections::FILE_COLLEGE,
        board::COLLEGE,
        selections::USED,
        selections::CAPACITY,
        selections::ONE_MORE,
        selections::ONE_LESS,
        selections::WANTED,
    ];
    let rows = found.answer.selection.selection.colleges.iter().map(|one| {
        vec![
            text(one.college.as_str()),
            text(college(found, &one.college)),
            Cell::Number(f64::from(one.used)),
            Cell::Number(f64::from(one.capacity)),
            number(one.one_more),
            number(one.one_less),
            Cell::Number(f64::from(one.wanted)),
        ]
    });
    [head(visit, &heads)].into_iter().chain(rows).collect()
}

fn notes(visit: &Visit, found: &SelectionBoard) -> Vec<Vec<Cell>> {
    let meanings = [
        (selections::SCORE, selections::FILE_SCORE_MEANING),
        (selections::KM, selections::FILE_KM_MEANING),
        (selections::PRICE, selections::FILE_PRICE_MEANING),
        (selections::ONE_MORE, selections::FILE_MORE_MEANING),
    ];
    let mut rows = vec![head(visit, &[selections::FILE_COLUMN, selections::FILE_MEANING])];
    rows.extend(meanings.map(|(column, meaning)| head(visit, &[column, meaning])));
    rows.push(vec![text(stamp(visit, &found.answer.as_of))]);
    rows
}
