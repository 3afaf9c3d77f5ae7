//! S6, what a college offers (院校资源), kept by the college, and what would lift it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::{answer, send};
use super::entry::{self, Entered, Pasted};
use super::frame::{Page, Section};
use super::needs::{resolve, see};
use super::supply_form::{FACTS, FIELDS, facts, programme_form, programmes};
use super::texts::{flags, home, supply};
use super::visit::{Visit, address, read_query};
use super::{failure, figures, form, mirror};
use crate::domain::{CollegeId, Event, Programme, ProgrammeId};
use crate::exchange::cell_text;
use crate::http::{Problem, path_id};
use crate::service::authorize::Action;
use crate::service::{Acting, CollegeCard, Mirror, Supply};

/// A form, in bytes.
const MOST: usize = 512 * 1024;
/// Colleges on one page at most.
const SHOWN: usize = 120;
/// Columns of rows pasted without a heading.
const PASTED: [&str; 11] = [
    "major",
    "seats_hire",
    "seats_train",
    "seats_intern",
    "seats_order_class",
    "stations",
    "stations_free",
    "teachers",
    "dual_qualified",
    "fee_per_person_day",
    "note",
];
/// The colleges to choose from.
pub(super) async fn choose(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = read_query(&request, &["q"]).and_then(|query| {
        let asked = query.text("q").unwrap_or_default().trim().to_lowercase();
        let all = service.colleges()?;
        let found = |card: &&CollegeCard| {
            let college = &card.college;
            [college.name.as_str(), college.city.as_str(), college.id.as_str()]
                .iter()
                .any(|text| text.to_lowercase().contains(&asked))
        };
        let cards: Vec<&CollegeCard> = all.iter().filter(found).take(SHOWN).collect();
        let body = html! {
            h1 { (visit.say(supply::CHOOSE_TITLE)) }
            p.lead { (visit.say(supply::CHOOSE_LEAD)) }
            form.search method="get" action="/colleges" role="search" {
                input type="search" name="q" value=(asked) maxlength="64" placeholder=(visit.say(supply::SEARCH))
                    aria-label=(visit.say(supply::SEARCH)) data-filter="#colleges li" autocomplete="off";
                button type="submit" { (visit.say(home::SEARCH_DO)) }
            }
            @if cards.is_empty() { div.empty { p { (visit.say(supply::NONE)) } } }
            div #colleges { @for city in cards.chunk_by(|a, b| a.college.city == b.college.city) {
                section.city {
                    h2 { (city[0].college.city) }
                    ul.cards { @for card in city { li { (college_card(&visit, card)) } } }
                }
            } }
        };
        Ok(Page {
            title: visit.say(supply::CHOOSE_TITLE).to_owned(),
            section: Section::Supply,
            body,
            as_of: service.stamp(service.parks().as_of),
            charts: false,
        })
    });
    answer(&request, &visit, result)
}

fn college_card(visit: &Visit, card: &CollegeCard) -> Markup {
    let college = &card.college;
    html! {
        a.park href=(format!("/colleges/{}", college.id)) {
            strong { (college.name) }
            span.facts {
                span { (visit.fill(supply::CARD, &[("n", &card.programmes.to_string())])) }
                @match college.updated_on {
                    Some(day) => span { (visit.fill(supply::UPDATED, &[("day", &figures::day(visit.language, day))])) },
                    None => span { (visit.say(supply::NEVER)) },
                }
            }
        }
    }
}

/// A college's programmes, its facts and its mirror.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let query = read_query(&request, &["edit", "saved", "closed", "park"])?;
        let id: CollegeId = path_id(&request, "college")?;
        let found = service.supply(&id)?;
        let shown =
            |name: &str| query.text(name).and_then(|id| found.programmes.iter().find(|(one, _)| one.id.as_str() == id));
        let entered = shown("edit").map(filled).unwrap_or_default();
        let text = match (shown("saved"), query.text("saved"), query.text("closed")) {
            (Some((_, name)), ..) => Some(visit.fill(supply::SAVED, &[("what", name)])),
            (None, Some(_), _) => Some(visit.say(supply::SAVED_FACTS).to_owned()),
            (.., Some(id)) => Some(visit.fill(supply::CLOSED, &[("id", id)])),
            _ => None,
        };
        let mirror = service.mirror(&id, query.parse("park")?).await?;
        Ok::<_, Problem>(whole(&visit, &service, &found, &mirror, &State { entered, text, ..State::default() }))
    };
    answer(&request, &visit, result.await)
}

/// What the forms of the page hold.
#[derive(Default)]
struct State {
    entered: Entered,
    facts: Option<Entered>,
    text: Option<String>,
    pasted: Option<Pasted>,
}

fn filled((programme, name): &(Programme, String)) -> Entered {
    let json = serde_json::to_value(programme).unwrap_or_default();
    let values = FIELDS.iter().map(|field| ((*field).to_owned(), cell_text(&json, field)));
    let mut entered = Entered { values: values.collect(), ..Entered::default() };
    entered.values.insert("target".to_owned(), format!("{} {name}", programme.major));
    entered
}

fn whole(visit: &Visit, service: &Acting, found: &Supply, mirror: &Mirror, state: &State) -> Page {
    let college = &found.college;
    let path = format!("/colleges/{}", college.id);
    let columns = entry::column_names(visit, "programmes", &PASTED);
    let percent = format!("{:.0}", 100.0 * found.completeness);
    let body = html! {
        p.crumbs { a href="/colleges" { (visit.say(supply::CHOOSE_TITLE)) } " › " (college.city) }
        div.title {
            h1 { (college.name) }
            p.facts {
                @match found.updated {
                    Some((day, age)) => {
                        span { (visit.fill(supply::UPDATED, &[("day", &figures::day(visit.language, day))])) }
                        span { (visit.fill(supply::AGE, &[("n", &age.to_string())])) }
                    }
                    None => span { (visit.say(supply::NEVER)) },
                }
                span { (visit.fill(supply::COMPLETE, &[("n", &percent)])) }
                @if service.may(Action::ReadReview).is_ok() { span { a href=(format!("{path}/reviews")) { (visit.say(flags::OWN_LINK)) } } }
            }
        }
        @if let Some(text) = &state.text { div.saved #notice role="status" { p { (text) } } }
        (mirror::card(visit, mirror, &path))
        (programmes(visit, found, &path))
        (programme_form(visit, service, &state.entered, &path))
        (entry::paste(visit, &format!("{path}/paste"), &columns, state.pasted.as_ref()))
        (facts(visit, found, state.facts.as_ref(), &path))
    };
    Page {
        title: college.name.to_string(),
        section: Section::Supply,
        body,
        as_of: service.stamp(found.as_of.clone()),
        charts: false,
    }
}

/// Saves a programme.
pub(super) async fn save(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let done = async {
        let id: CollegeId = path_id(&request, "college")?;
        let sent = form::read(&request, payload, MOST).await?;
        let mut entered = Entered::default();
        entered.values.extend(FIELDS.iter().map(|name| ((*name).to_owned(), sent.text(name))));
        if let Some((_, major)) = resolve(&visit, &service, &sent, Some("major"), &mut entered) {
            let mut cells =
                vec![("college", id.to_string()), ("major", major), ("updated_on", service.today().to_string())];
            cells.extend(FIELDS.iter().map(|name| (*name, entered.value(name).to_owned())));
            let report = service.enter("programmes", &cells).await?;
            entered.blame(&visit, &report, |name| if name == "major" { "target".to_owned() } else { name.to_owned() });
            if !entered.is_wrong() {
                let saved = report.entries.first().cloned().unwrap_or_else(|| entered.value("id").to_owned());
                return Ok(see(&address(&format!("/colleges/{id}"), [("saved", saved.as_str())])));
            }
        }
        again(&visit, &service, &id, State { entered, ..State::default() }).await
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}

async fn again(visit: &Visit, service: &Acting, id: &CollegeId, state: State) -> Result<HttpResponse, Problem> {
    let (found, mirror) = (service.supply(id)?, service.mirror(id, None).await?);
    Ok(send(visit, StatusCode::UNPROCESSABLE_ENTITY, &whole(visit, service, &found, &mirror, &state)))
}

/// Saves a college's own facts, confirmed as of today.
pub(super) async fn save_facts(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let done = async {
        let id: CollegeId = path_id(&request, "college")?;
        let sent = form::read(&request, payload, MOST).await?;
        let college = service.supply(&id)?.college;
        let mut entered = Entered::default();
        entered.values.extend(FACTS[..4].iter().map(|name| ((*name).to_owned(), sent.text(name))));
        entered.values.insert("pledges".to_owned(), sent.all("pledges").join(";"));
        let json = serde_json::to_value(&college).unwrap_or_default();
        let mut cells: Vec<(&str, String)> =
            ["id", "name", "kind", "city"].iter().map(|name| (*name, cell_text(&json, name))).collect();
        cells.push(("updated_on", service.today().to_string()));
        cells.extend(FACTS.iter().map(|name| (*name, entered.value(name).to_owned())));
        let report = service.enter("colleges", &cells).await?;
        entered.blame(&visit, &report, str::to_owned);
        if !entered.is_wrong() {
            return Ok(see(&address(&format!("/colleges/{id}"), [("saved", "facts")])));
        }
        again(&visit, &service, &id, State { facts: Some(entered), ..State::default() }).await
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}

/// Checks rows that were pasted, or saves the good ones.
pub(super) async fn paste(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let done = async {
        let id: CollegeId = path_id(&request, "college")?;
        let sent = form::read(&request, payload, MOST).await?;
        let fixed = [("college", id.to_string()), ("updated_on", service.today().to_string())];
        let pasted = Some(entry::pasted(&service, &sent, "programmes", &PASTED, &fixed).await?);
        let (found, mirror) = (service.supply(&id)?, service.mirror(&id, None).await?);
        let page = whole(&visit, &service, &found, &mirror, &State { pasted, ..State::default() });
        Ok::<_, Problem>(send(&visit, StatusCode::OK, &page))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}

/// Closes a programme.
pub(super) async fn close(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let college: CollegeId = path_id(&request, "college")?;
        let sent = form::read(&request, payload, MOST).await?;
        let known = service.supply(&college)?.programmes;
        let id: ProgrammeId = entry::named(&sent, |id| known.iter().any(|(one, _)| one.id == *id))?;
        service.put(Event::ProgrammeClosed(id.clone()), None).await?;
        Ok::<_, Problem>(see(&address(&format!("/colleges/{college}"), [("closed", id.as_str())])))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}
