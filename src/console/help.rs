//! How to read the pages: the same for every page, with the criteria in force and a printed code to check.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::bar::{patterns, swatch};
use super::figures::{fixed, raw};
use super::frame::{Page, Section};
use super::language::Text;
use super::texts::{board, help};
use super::visit::{Visit, read_query};
use super::words;
use crate::domain::{Criterion, Sheet};
use crate::http::Problem;
use crate::service::{Acting, CodeCheck};

const ARTICLES: [(Text, Text); 5] = [
    (help::SCORE_TITLE, help::SCORE),
    (help::TIE_TITLE, help::TIE),
    (help::EVIDENCE_TITLE, help::EVIDENCE),
    (help::EXPLORE_TITLE, help::EXPLORE),
    (help::KEYS_TITLE, help::KEYS),
];

/// How to read the pages; `?code=` checks a verification code.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let query = read_query(&request, &["code"])?;
        let asked: String = query.text("code").unwrap_or_default().trim().chars().take(64).collect();
        let checked = if asked.is_empty() { None } else { Some(service.verify_code(&asked).await?) };
        let body = body(&visit, &asked, checked.as_ref(), &service.sheet());
        let title = visit.say(help::TITLE).to_owned();
        Ok::<_, Problem>(Page { title, section: Section::Help, body, as_of: None, charts: false })
    };
    answer(&request, &visit, result.await)
}

fn body(visit: &Visit, asked: &str, checked: Option<&CodeCheck>, sheet: &Sheet) -> Markup {
    html! {
        (patterns())
        h1 { (visit.say(help::TITLE)) }
        p.lead { (visit.say(help::LEAD)) }
        section.card #check {
            h2 { (visit.say(help::CODE_TITLE)) }
            p { (visit.say(help::CODE)) }
            form.inline method="get" action="/help" {
                input name="code" value=(asked) aria-label=(visit.say(help::CHECK)) placeholder=(visit.say(help::CHECK)) autocomplete="off" maxlength="64";
                button type="submit" { (visit.say(help::CHECK_DO)) }
            }
            @if let Some(checked) = checked {
                p #outcome role="status" class=(if checked.matches { "good" } else { "bad" }) {
                    strong { (visit.say(if checked.matches { help::CHECK_OK } else { help::CHECK_NOT })) } " "
                    @if let Some(list) = &checked.shortlist {
                        (visit.fill(help::CHECK_AS_OF, &[("park", list.park_name.as_str()), ("seq", &list.as_of.seq.to_string())])) " "
                        a href=(format!("/parks/{}", list.park)) { (visit.say(help::CHECK_SHOW)) }
                    }
                }
                @if let Some(list) = checked.shortlist.as_ref().filter(|list| !list.items.is_empty()) {
                    table.small {
                        thead { tr { th scope="col" { (visit.say(board::RANK)) } th scope="col" { (visit.say(board::COLLEGE)) } th.number scope="col" { (visit.say(board::SCORE)) } } }
                        tbody { @for item in &list.items { tr { td { (item.rank) } th scope="row" { (item.college.name) } td.number { (fixed(item.score, 2)) } } } }
                    }
                }
            }
        }
        div.articles { @for (title, text) in ARTICLES { section { h2 { (visit.say(title)) } p { (visit.say(text)) } } } }
        (criteria(visit, sheet))
    }
}

fn criteria(visit: &Visit, sheet: &Sheet) -> Markup {
    html! {
        section.card #criteria {
            h2 { (visit.say(help::CRITERIA_TITLE)) }
            p.fine { (visit.fill(board::SHEET, &[("version", sheet.version.as_str())])) }
            div.scroll tabindex="0" role="group" aria-label=(visit.say(help::CRITERIA_TITLE)) {
                table.small {
                    thead { tr {
                        th scope="col" { (visit.say(help::CRITERION)) }
                        th scope="col" { (visit.say(help::GROUP)) }
                        th scope="col" { (visit.say(help::ANCHORS)) }
                        th.number scope="col" { (visit.say(help::PRIOR)) }
                    } }
                    tbody { @for criterion in Criterion::ALL {
                        @let entry = sheet.of(criterion);
                        @let anchors: Vec<String> = entry.anchors.iter().map(|anchor| format!("{} → {}", raw(visit.language, criterion, Some(anchor.raw)), fixed(anchor.points, 0))).collect();
                        tr {
                            th scope="row" { (words::criterion(visit.language, sheet, criterion)) }
                            td { (swatch(criterion.group())) " " (visit.say(words::group(criterion.group()))) }
                            td { (anchors.join(" · ")) }
                            td.number { (fixed(entry.prior, 0)) }
                        }
                    } }
                }
            }
        }
    }
}
