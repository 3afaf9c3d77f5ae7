//! "Export this page": the shortlist as CSV, one row a college, headed in the reader's language.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};

use super::answer::guarded;
use super::board::{by_cuts, gap};
use super::failure;
use super::frame::stamp;
use super::language::Text;
use super::rows::{evidence_share, ties};
use super::texts::board;
use super::visit::{Visit, read_question};
use super::words;
use crate::domain::Criterion;
use crate::exchange::write_rows;
use crate::http::Problem;
use crate::service::{Acting, Board};

/// The file; a spreadsheet knows it for UTF-8 by its first bytes.
pub(super) async fn file(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let (question, _) = read_question(&request, &[])?;
        Ok::<_, Problem>((service.board(&question).await?, question.top))
    };
    match result.await {
        Ok((found, top)) => {
            let name = format!("{}-{}.csv", found.card.park.id, found.shortlist.as_of.seq);
            guarded(StatusCode::OK)
                .content_type("text/csv; charset=utf-8")
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
                .body(format!("\u{feff}{}", write_rows(&rows(&visit, &found, top))))
        }
        Err(problem) => failure::answer(&request, &problem),
    }
}

fn rows(visit: &Visit, found: &Board, top: u16) -> Vec<Vec<String>> {
    let shortlist = &found.shortlist;
    let say = |text: Text| visit.say(text).to_owned();
    let mut head = vec![
        say(board::ROW),
        say(board::RANK),
        say(board::TIED),
        say(board::COLLEGE_CODE),
        say(board::COLLEGE),
        say(board::SCORE),
        say(board::STANDARD_DEVIATION),
        visit.fill(board::CHANCE, &[("k", &top.to_string())]),
        say(board::EVIDENCE),
    ];
    head.extend(Criterion::ALL.map(|criterion| words::criterion(visit.language, &found.sheet, criterion).to_owned()));
    let first = shortlist.items.first();
    let (affinity, held) = first.map_or((false, false), |item| (item.affinity.is_some(), item.acceptability.is_some()));
    if affinity {
        head.extend([say(board::AFFINITY), say(board::AFFINITY_MEAN)]);
    }
    if held {
        head.extend([say(board::HELD_FIRST), say(board::HELD_LISTED)]);
    }
    head.push(say(board::REMARK));
    let width = head.len();
    let ties = ties(shortlist);
    let ranked = shortlist.items.iter().map(|item| {
        let tie = ties.get(&item.tie_group);
        let mut row = vec![
            say(board::ROW_RANKED),
            item.rank.to_string(),
            tie.map(|(first, _)| first.to_string()).unwrap_or_default(),
            item.college.id.to_string(),
            item.college.name.to_string(),
            format!("{:.2}", item.score),
            format!("{:.2}", item.score_sd),
            format!("{:.4}", item.p_top_k),
            format!("{:.2}", evidence_share(item)),
        ];
        row.extend(item.contributions.iter().map(|part| format!("{:.4}", part.points)));
        row.extend(item.affinity.iter().flat_map(|one| [format!("{:.4}", one.points), format!("{:.3}", one.mean)]));
        row.extend(item.acceptability.iter().flat_map(|one| [one.first, one.listed].map(|p| format!("{p:.4}"))));
        row.push(String::new());
        row
    });
    // What is no ranked college has a code, a name and a remark.
    let other = |kind: Text, code: &str, name: &str, remark: String| {
        let mut row = vec![String::new(); width];
        (row[0], row[3], row[4], row[width - 1]) = (say(kind), code.to_owned(), name.to_owned(), remark);
        row
    };
    let excluded = shortlist.excluded.iter().map(|each| {
        other(
            board::ROW_EXCLUDED,
            each.college.id.as_str(),
            each.college.name.as_str(),
            say(words::reason(each.reason)),
        )
    });
    let unmet = shortlist.unmet.iter().map(|open| {
        let need = found.needs.get(&open.demand);
        let name = need.map_or(open.demand.as_str(), |need| visit.language.pick(&need.zh, &need.en));
        other(board::ROW_UNMET, need.map_or("", |_| open.demand.as_str()), name, gap(visit, open))
    });
    let mut rows = vec![head];
    rows.extend(ranked.chain(excluded).chain(unmet));
    let derived = shortlist.need_derived.then(|| visit.say(board::NEED_DERIVED));
    let (stamp, by_cuts) = (stamp(visit, &shortlist.as_of), by_cuts(visit, found));
    let stamp = [Some(&*stamp), derived, by_cuts.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("; ");
    rows.push(other(board::VERIFY, &shortlist.verify_code, shortlist.park_name.as_str(), stamp));
    rows
}
