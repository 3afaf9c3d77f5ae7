//! S5, a park's needs (企业需求): entered one by one or pasted; warnings never block.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::answer::{answer, guarded, send};
use super::entry::{self, Entered, Pasted};
use super::form::{self, Form};
use super::frame::{Page, Section};
use super::home;
use super::texts::{self, needs};
use super::visit::{Visit, address, read_query};
use super::{failure, figures, words};
use crate::domain::{DemandId, Event, ParkId, Target};
use crate::http::{Problem, path_id};
use crate::service::{Acting, Meant, NeedShown, NeedWarning, Needs};

/// A form, in bytes; rows pasted are the most of it.
const MOST: usize = 512 * 1024;
/// Fields of the form that are columns of the table under the same name.
const FIELDS: [&str; 9] = ["id", "enterprise", "kind", "headcount", "skill_level", "start", "end", "urgency", "note"];
/// Columns of rows pasted without a heading.
const PASTED: [&str; 9] =
    ["kind", "major", "headcount", "skill_level", "start", "end", "urgency", "enterprise", "note"];

/// The parks to choose from.
pub(super) async fn choose(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = read_query(&request, &["q"]).map(|query| {
        let asked: String = query.text("q").unwrap_or_default().trim().chars().take(64).collect();
        let parks = service.parks();
        let body = html! {
            h1 { (visit.say(needs::CHOOSE_TITLE)) }
            p.lead { (visit.say(needs::CHOOSE_LEAD)) }
            (home::park_list(&visit, &asked, &parks, "/needs", "/needs"))
        };
        let title = visit.say(needs::CHOOSE_TITLE).to_owned();
        Page { title, section: Section::Needs, body, as_of: Some(parks.as_of), charts: false }
    });
    answer(&request, &visit, result)
}

/// The needs of a park, and the form; `?edit=` fills it with one of them, `?saved=` says what was saved.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = (|| {
        let query = read_query(&request, &["edit", "saved", "closed"])?;
        let park: ParkId = path_id(&request, "park")?;
        let found = service.needs(&park)?;
        let shown = |name: &str| {
            query.text(name).and_then(|id| found.needs.iter().find(|one| one.words.demand.id.as_str() == id))
        };
        let entered = shown("edit").map(filled).unwrap_or_else(fresh);
        let notice = shown("saved").map(|one| saved(&visit, one)).or_else(|| {
            let id = query.text("closed")?;
            Some(html! { p.notice #notice role="status" { (visit.fill(needs::CLOSED, &[("id", id)])) } })
        });
        Ok::<_, Problem>(whole(&visit, &service, &found, &entered, notice, None))
    })();
    answer(&request, &visit, result)
}

fn fresh() -> Entered {
    let values = [("kind", "hire"), ("urgency", "normal")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    Entered { values: values.into(), ..Entered::default() }
}

fn filled(one: &NeedShown) -> Entered {
    let demand = &one.words.demand;
    let json = serde_json::to_value(demand).unwrap_or_default();
    let mut values: std::collections::BTreeMap<String, String> =
        FIELDS.iter().map(|name| ((*name).to_owned(), crate::exchange::cell_text(&json, name))).collect();
    let code = match &demand.target {
        Target::Major(major) => major.to_string(),
        Target::Occupation(id) => id.to_string(),
    };
    values.insert("target".to_owned(), format!("{code} {}", one.words.zh));
    Entered { values, ..Entered::default() }
}

fn whole(
    visit: &Visit,
    service: &Acting,
    found: &Needs,
    entered: &Entered,
    notice: Option<Markup>,
    pasted: Option<&Pasted>,
) -> Page {
    let park = &found.card.park;
    let path = format!("/parks/{}/needs", park.id);
    let totals = [("n", found.card.demands.to_string()), ("people", found.card.headcount.to_string())];
    let totals: Vec<(&str, &str)> = totals.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let columns = entry::column_names(visit, "demands", &PASTED);
    let body = html! {
        p.crumbs { a href="/needs" { (visit.say(needs::CHOOSE_TITLE)) } }
        div.title {
            h1 { (visit.fill(needs::TITLE, &[("park", park.name.as_str())])) }
            p.facts { span { (visit.fill(needs::SUMMARY, &totals)) } span { a href=(format!("/parks/{}", park.id)) { (visit.say(needs::TO_LIST)) } } }
        }
        @if let Some(notice) = notice { (notice) }
        (the_form(visit, service, found, entered, &path))
        (entry::paste(visit, &format!("{path}/paste"), &columns, pasted))
        (list(visit, found, &path))
    };
    let title = visit.fill(needs::TITLE, &[("park", park.name.as_str())]);
    Page { title, section: Section::Needs, body, as_of: Some(found.as_of.clone()), charts: false }
}

fn the_form(visit: &Visit, service: &Acting, found: &Needs, entered: &Entered, path: &str) -> Markup {
    let id = entered.value("id");
    let say = |text| visit.say(text);
    html! {
        form.card.entry #need-form method="post" action=(path) {
            h2 { @if id.is_empty() { (say(needs::NEW)) } @else { (visit.fill(needs::CHANGE, &[("id", id)])) } }
            @if entered.is_wrong() { p.notice role="alert" { (say(texts::entry::NOT_SAVED)) " " (entered.faults.get("").map_or("", |fault| fault)) } }
            input type="hidden" name="id" value=(id);
            (entry::radios(visit, entered, "kind", say(needs::KIND), "kind"))
            div.entry-row {
                (entry::target(visit, service, entered, say(needs::TARGET), None))
                (entry::input(entered, "headcount", say(needs::HEADCOUNT), "number", true))
                (entry::select(visit, entered, "skill_level", say(needs::LEVEL), "skill", Some(say(needs::ANY_LEVEL))))
            }
            div.entry-row {
                (entry::input(entered, "start", say(needs::START), "date", true))
                (entry::input(entered, "end", say(needs::END), "date", true))
                (entry::field(entered, "enterprise", say(needs::ENTERPRISE), &html! {
                    select #field-enterprise name="enterprise" {
                        option value="" { (say(needs::PARK_ITSELF)) }
                        @for (id, name) in &found.enterprises {
                            option value=(id) selected[id.as_str() == entered.value("enterprise")] { (name) }
                        }
                    }
                }))
            }
            (entry::radios(visit, entered, "urgency", say(needs::URGENCY), "urgency"))
            (entry::input(entered, "note", say(needs::NOTE), "text", false))
            p.inline {
                button type="submit" { (say(texts::entry::SAVE)) }
                button.plain type="submit" name="next" value="yes" { (say(texts::entry::SAVE_NEXT)) }
            }
        }
    }
}

fn warning(visit: &Visit, one: &NeedWarning) -> String {
    match one {
        NeedWarning::NobodyOffers => visit.say(needs::NOBODY).to_owned(),
        NeedWarning::Over => visit.say(needs::OVER).to_owned(),
        NeedWarning::LongInternship => visit.say(needs::LONG).to_owned(),
        NeedWarning::SoonButNormal => visit.say(needs::SOON).to_owned(),
        NeedWarning::Many => visit.say(needs::MANY).to_owned(),
        NeedWarning::Similar(id) => visit.fill(needs::SIMILAR, &[("id", id)]),
    }
}

fn saved(visit: &Visit, one: &NeedShown) -> Markup {
    let demand = &one.words.demand;
    let figures = [
        ("id", demand.id.to_string()),
        ("what", visit.language.pick(&one.words.zh, &one.words.en).clone()),
        ("people", demand.headcount.to_string()),
        ("n", one.colleges.to_string()),
    ];
    let figures: Vec<(&str, &str)> = figures.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html! {
        div.saved #notice role="status" {
            p { (visit.fill(needs::SAVED, &figures)) }
            @if !one.warnings.is_empty() {
                p { (visit.say(needs::WARN)) }
                ul { @for each in &one.warnings { li { (warning(visit, each)) } } }
            }
        }
    }
}

fn list(visit: &Visit, found: &Needs, path: &str) -> Markup {
    let say = |text| visit.say(text);
    html! {
        section.card #needs {
            h2 { (say(needs::LIST)) }
            @if found.needs.is_empty() { p { (say(needs::NONE)) } } @else {
                div.scroll tabindex="0" role="group" aria-label=(say(needs::LIST)) { table.small.wide {
                    thead { tr {
                        th scope="col" { (say(needs::TARGET)) }
                        th scope="col" { (say(needs::KIND)) }
                        th.number scope="col" { (say(needs::HEADCOUNT)) }
                        th scope="col" { (say(needs::WHEN)) }
                        th scope="col" { (say(needs::URGENCY)) }
                        th scope="col" { (say(needs::ENTERPRISE)) }
                        th.number scope="col" { (say(needs::WHO)) }
                        th scope="col" { (say(needs::ACTIONS)) }
                    } }
                    tbody { @for one in &found.needs { (row(visit, one, path)) } }
                } }
            }
        }
    }
}

fn row(visit: &Visit, one: &NeedShown, path: &str) -> Markup {
    let demand = &one.words.demand;
    let id = demand.id.as_str();
    let period = [figures::day(visit.language, demand.start), figures::day(visit.language, demand.end)];
    let period = visit.fill(needs::PERIOD, &[("start", &period[0]), ("end", &period[1])]);
    html! {
        tr data-need=(id) {
            th scope="row" {
                (visit.language.pick(&one.words.zh, &one.words.en)) " " span.fine { (id) }
                @for each in &one.warnings { span.fine.caution { (warning(visit, each)) } }
            }
            td { (visit.say(words::kind(demand.kind))) }
            td.number { (demand.headcount) }
            td { (period) }
            td { (visit.say(words::urgency(demand.urgency))) }
            td { @match &one.enterprise { Some(name) => { (name) }, None => { (visit.say(needs::PARK_ITSELF)) } } }
            td.number { (one.colleges) }
            td.acts {
                a href=(format!("{}#need-form", address(path, [("edit", id)]))) aria-label=(visit.fill(needs::EDIT_OF, &[("id", id)])) { (visit.say(texts::entry::EDIT)) }
                form method="post" action=(format!("{path}/close")) {
                    input type="hidden" name="id" value=(id);
                    button.plain.tiny type="submit" aria-label=(visit.fill(needs::CLOSE_OF, &[("id", id)])) { (visit.say(texts::entry::CLOSE)) }
                }
            }
        }
    }
}

/// To another page by GET.
pub(super) fn see(to: &str) -> HttpResponse {
    guarded(StatusCode::SEE_OTHER).insert_header((header::LOCATION, to)).finish()
}

/// Puts the target of a form into the column it belongs to; what may be meant goes into the form again.
pub(super) fn resolve(
    visit: &Visit,
    service: &Acting,
    sent: &Form,
    kind: Option<&str>,
    entered: &mut Entered,
) -> Option<(&'static str, String)> {
    let (text, choice) = (sent.text("target"), sent.text("choice"));
    entered.values.insert("target".to_owned(), text.clone());
    match service.meant(if choice.is_empty() { &text } else { &choice }, kind) {
        Meant::One(one) => return Some((one.kind, one.code)),
        Meant::Several(several) => entered.choices = several,
        Meant::Nothing => {
            let fault = visit.fill(texts::entry::NOTHING_FITS, &[("text", &text)]);
            entered.faults.insert("target".to_owned(), fault);
        }
    }
    None
}

/// Saves a need.
pub(super) async fn save(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let done = async {
        let park: ParkId = path_id(&request, "park")?;
        let sent = form::read(&request, payload, MOST).await?;
        let mut entered = Entered::default();
        entered.values.extend(FIELDS.iter().map(|name| ((*name).to_owned(), sent.text(name))));
        let target = resolve(&visit, &service, &sent, None, &mut entered);
        let mut cells = vec![("park", park.to_string())];
        cells.extend(FIELDS.iter().map(|name| (*name, entered.value(name).to_owned())));
        cells.extend([("major", String::new()), ("occupation", String::new())]);
        if let Some((column, code)) = target {
            cells.retain(|(name, _)| *name != column);
            cells.push((column, code));
            let report = service.enter("demands", &cells).await?;
            let column = |name: &str| {
                if ["major", "occupation"].contains(&name) { "target".to_owned() } else { name.to_owned() }
            };
            entered.blame(&visit, &report, column);
            if !entered.is_wrong() {
                let id = report.entries.first().cloned().unwrap_or_else(|| entered.value("id").to_owned());
                let path = format!("/parks/{park}/needs");
                let again = if sent.text("next").is_empty() { "" } else { "#need-form" };
                return Ok(see(&format!("{}{again}", address(&path, [("saved", id.as_str())]))));
            }
        }
        let found = service.needs(&park)?;
        let page = whole(&visit, &service, &found, &entered, None, None);
        Ok::<_, Problem>(send(&visit, StatusCode::UNPROCESSABLE_ENTITY, &page))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}

/// Checks rows that were pasted, or saves the good ones.
pub(super) async fn paste(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let done = async {
        let park: ParkId = path_id(&request, "park")?;
        let sent = form::read(&request, payload, MOST).await?;
        let pasted = entry::pasted(&service, &sent, "demands", &PASTED, &[("park", park.to_string())]).await?;
        let found = service.needs(&park)?;
        let page = whole(&visit, &service, &found, &fresh(), None, Some(&pasted));
        Ok::<_, Problem>(send(&visit, StatusCode::OK, &page))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}

/// Closes a need.
pub(super) async fn close(request: HttpRequest, payload: web::Payload, service: Acting) -> HttpResponse {
    let done = async {
        let park: ParkId = path_id(&request, "park")?;
        let sent = form::read(&request, payload, MOST).await?;
        let known = service.needs(&park)?.needs;
        let id: DemandId = entry::named(&sent, |id| known.iter().any(|one| one.words.demand.id == *id))?;
        service.put(Event::DemandClosed(id.clone()), None).await?;
        Ok::<_, Problem>(see(&address(&format!("/parks/{park}/needs"), [("closed", id.as_str())])))
    };
    done.await.unwrap_or_else(|problem| failure::answer(&request, &problem))
}
