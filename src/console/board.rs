//! S1, the shortlist of a park (择优工作台).

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::bar::{by_group, legend, patterns, swatch};
use super::figures::fixed;
use super::frame::{Page, Section, stamp};
use super::rows;
use super::texts::{board, engagements, home, lab, needs, words as labels};
use super::visit::{Visit, read_question};
use super::words::{self, GROUPS};
use crate::domain::{Criterion, DemandKind, Preset, Question, Unmet};
use crate::http::Problem;
use crate::service::{Acting, Board};

/// Lengths of a list to choose from.
const TOPS: [u16; 4] = [5, 10, 20, 50];
/// Percents of the weight that affinity may be given.
const AFFINITIES: [u16; 3] = [5, 10, 20];
/// Distances to choose from, km.
const DISTANCES: [u16; 6] = [25, 50, 100, 200, 300, 500];

/// The shortlist of a park.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let (question, _) = read_question(&request, &[])?;
        let found = service.board(&question).await?;
        Ok::<_, Problem>(Page {
            title: visit.fill(board::TITLE, &[("park", found.card.park.name.as_str())]),
            section: Section::Workbench,
            body: body(&visit, &question, &found),
            as_of: None,
            charts: false,
        })
    };
    answer(&request, &visit, result.await)
}

fn body(visit: &Visit, question: &Question, found: &Board) -> Markup {
    let park = &found.card.park;
    let path = format!("/parks/{}", park.id);
    let size = question.top.min(5).to_string();
    let since = found.shortlist.as_of.seq.to_string();
    let team = visit.there(&format!("{path}/team"), &[("size", &size)]);
    html! {
        (patterns())
        p.crumbs { a href="/" { (visit.say(home::TITLE)) } " › " (park.city) }
        div.title {
            h1 { (park.name) }
            span.tag { (visit.say(words::stage(park.stage))) }
            (need(visit, found))
        }
        (filters(visit, question, found, &path))
        // Where the page puts what changed while it is open.
        section #changes {}
        section #board data-live=(since) data-changes=(visit.there(&format!("{path}/changes"), &[("since", since.as_str())])) {
            (list(visit, question, found))
            section.card #team hx-get=(team) hx-trigger="load" hx-select="#team" hx-swap="outerHTML" {
                h2 { (visit.fill(board::TEAM, &[("k", &size)])) }
                p { a href=(team) { (visit.fill(board::TEAM_LOAD, &[("k", &size)])) } }
            }
            (foot(visit, found))
        }
    }
}

/// What the park needs, in a line.
fn need(visit: &Visit, found: &Board) -> Markup {
    html! {
        p.facts {
            @if found.shortlist.need_derived {
                span { (visit.say(board::NEED_DERIVED)) }
            } @else {
                span { (visit.fill(board::NEED, &[("n", &found.card.demands.to_string()), ("people", &found.card.headcount.to_string())])) }
            }
            @if let Some(by_cuts) = by_cuts(visit, found) { span #by-cuts { (by_cuts) } }
            span { (visit.fill(board::CANDIDATES, &[("n", &found.shortlist.candidates.to_string())])) }
            span.no-print { a href=(format!("/parks/{}/needs", found.card.park.id)) { (visit.say(needs::KEEP)) } }
            span.no-print { a href=(format!("/parks/{}/engagements", found.card.park.id)) { (visit.say(engagements::OPEN_LINK)) } }
        }
    }
}

/// That the list goes by published figures, if it does, and of which day.
pub(super) fn by_cuts(visit: &Visit, found: &Board) -> Option<String> {
    found.by_cuts.then(|| match found.last_cut {
        Some(on) => visit.fill(board::BY_CUTS, &[("on", &on.to_string())]),
        None => visit.say(board::BY_CUTS_NONE).to_owned(),
    })
}

fn filters(visit: &Visit, question: &Question, found: &Board, path: &str) -> Markup {
    let own = found.card.park.stage.preset();
    let name = |preset: &Preset| {
        let name = words::preset(visit.language, preset);
        if preset.id == own { visit.fill(board::PRESET_OWN, &[("name", name)]) } else { name.to_owned() }
    };
    let excluded: Vec<&str> = question.exclude.iter().map(|college| college.as_str()).collect();
    html! {
        details.filters {
            summary { (visit.say(board::FILTERS)) }
            form method="get" action=(path) hx-get=(path) hx-trigger="change" hx-target="#board" hx-select="#board"
                hx-swap="outerHTML" hx-push-url="true" {
                @if !excluded.is_empty() { input type="hidden" name="exclude" value=(excluded.join(",")); }
                label { span { (visit.say(board::PRESET)) }
                    select name="preset" {
                        @for preset in &found.presets {
                            option value=(if preset.id == own { "" } else { preset.id.as_str() })
                                selected[preset.id == found.shortlist.preset] { (name(preset)) }
                        }
                    }
                }
                label { span { (visit.say(board::KIND)) }
                    select name="kind" {
                        option value="" { (visit.say(board::KIND_ALL)) }
                        @for kind in DemandKind::ALL {
                            option value=(kind.code()) selected[question.kind == Some(kind)] { (visit.say(words::kind(kind))) }
                        }
                    }
                }
                label { span { (visit.say(board::TOP)) }
                    select name="top" {
                        @for top in chosen(&TOPS, Some(question.top)) {
                            option value=(if top == 10 { String::new() } else { top.to_string() }) selected[top == question.top] {
                                (visit.fill(board::TOP_N, &[("n", &top.to_string())]))
                            }
                        }
                    }
                }
                label { span { (visit.say(board::MAX_KM)) }
                    select name="max_km" {
                        option value="" { (visit.say(board::MAX_KM_ANY)) }
                        @for km in chosen(&DISTANCES, question.max_km) {
                            option value=(km) selected[question.max_km == Some(km)] { (km) }
                        }
                    }
                }
                label { span { (visit.say(board::AFFINITY)) }
                    select name="affinity" {
                        option value="" { (visit.say(board::AFFINITY_NONE)) }
                        option value="0" selected[question.affinity == Some(0)] { (visit.say(board::AFFINITY_SHOWN)) }
                        @for percent in chosen(&AFFINITIES, question.affinity.filter(|&percent| percent > 0).map(u16::from)) {
                            option value=(percent) selected[question.affinity.map(u16::from) == Some(percent)] {
                                (visit.fill(board::AFFINITY_WEIGHT, &[("n", &percent.to_string())]))
                            }
                        }
                    }
                }
                label { span { (visit.say(board::UNCERTAIN)) }
                    select name="uncertain_weights" {
                        option value="" { (visit.say(board::UNCERTAIN_NO)) }
                        option value="true" selected[question.uncertain_weights] { (visit.say(board::UNCERTAIN_YES)) }
                    }
                }
                button.apply type="submit" { (visit.say(board::APPLY)) }
                a.quiet href=(path) { (visit.say(board::RESET)) }
            }
        }
    }
}

/// What a list offers, with what is asked now among it.
fn chosen(offered: &[u16], now: Option<u16>) -> Vec<u16> {
    let mut all: Vec<u16> = offered.iter().copied().chain(now).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Everything that depends on the ratings and the filters.
fn list(visit: &Visit, question: &Question, found: &Board) -> Markup {
    let shortlist = &found.shortlist;
    html! {
        div.strip {
            (weights(visit, found))
            @if !question.exclude.is_empty() {
                p { (visit.fill(board::WITHOUT, &[("n", &question.exclude.len().to_string())]))
                    a href=(visit.here_with(&[("exclude", "")])) { (visit.say(board::BACK_IN)) } }
            }
            p.live-state data-on=(visit.say(super::texts::frame::LIVE_ON)) data-off=(visit.say(super::texts::frame::LIVE_OFF)) {}
        }
        @if shortlist.items.is_empty() {
            div.empty { h2 { (visit.say(board::EMPTY)) } p { (visit.say(board::EMPTY_HELP)) } }
        } @else {
            (rows::table(visit, found, &question.exclude, question.top))
            (legend(visit))
        }
        @if let Some(explore) = &shortlist.explore {
            section.card.explore {
                h2 { (visit.say(board::EXPLORE)) }
                p { (visit.fill(board::EXPLORE_TEXT, &[("college", explore.college.name.as_str()), ("score", &fixed(explore.score, 1)), ("upper", &fixed(explore.upper, 1))]))
                    " " a href=(rows::why_address(visit, found, &explore.college.id)) { (visit.say(board::WHY)) } }
            }
        }
        div.pair { (unmet(visit, found)) (excluded(visit, found)) }
    }
}

/// What a print needs to be checked, and the file.
fn foot(visit: &Visit, found: &Board) -> Markup {
    let shortlist = &found.shortlist;
    let csv = visit.there(&format!("/parks/{}/shortlist.csv", shortlist.park), &[]);
    html! {
        div.print-foot {
            p { (visit.say(board::VERIFY)) " " code title=(visit.say(board::VERIFY_HELP)) { (shortlist.verify_code) } " "
                a.quiet href=(super::visit::address("/help", [("code", shortlist.verify_code.as_str())])) { (visit.say(super::texts::help::CHECK_DO)) } }
            p { (stamp(visit, &shortlist.as_of)) " · " (visit.fill(board::SHEET, &[("version", shortlist.sheet.as_str())])) }
            p.acts { a.button href=(visit.there(&format!("/parks/{}/lab", shortlist.park), &[])) { (visit.say(lab::OPEN)) } " " a.button href=(csv) download { (visit.say(board::EXPORT)) } }
        }
    }
}

fn weights(visit: &Visit, found: &Board) -> Markup {
    let Some(preset) = found.presets.iter().find(|preset| preset.id == found.shortlist.preset) else {
        return html! {};
    };
    let of_group = |group| -> f64 {
        let members = Criterion::ALL.into_iter().filter(|criterion| criterion.group() == group);
        members.map(|criterion| preset.weights.percent(criterion)).sum()
    };
    html! {
        details.weights {
            summary { span { (visit.say(board::WEIGHTS)) }
                @for group in GROUPS { span { (swatch(group)) " " (visit.say(words::group(group))) " " (fixed(of_group(group), 0)) } }
            }
            table.small {
                caption { (visit.say(board::WEIGHTS_ALL)) ": " (words::preset(visit.language, preset)) }
                tbody { @for criterion in Criterion::ALL {
                    tr { th scope="row" { (swatch(criterion.group())) " " (words::criterion(visit.language, &found.sheet, criterion)) }
                        td.number { (fixed(preset.weights.percent(criterion), 0)) "%" } }
                } }
            }
        }
    }
}

/// How much of a need is open.
pub(super) fn gap(visit: &Visit, unmet: &Unmet) -> String {
    if unmet.derived {
        visit.fill(board::UNMET_SHARE, &[("n", &fixed(100.0 * unmet.headcount, 0))])
    } else {
        visit.fill(board::UNMET_PEOPLE, &[("n", &fixed(unmet.headcount.ceil(), 0))])
    }
}

/// One open need in words and its gap.
pub(super) fn unmet_row(visit: &Visit, found: Option<&Board>, unmet: &Unmet) -> Markup {
    let words = found.and_then(|found| found.needs.get(&unmet.demand));
    html! {
        tr {
            th scope="row" {
                @if let Some(need) = words {
                    (visit.language.pick(&need.zh, &need.en))
                    span.facts { span { (visit.say(words::kind(need.demand.kind))) } span { (need.demand.id) } }
                } @else { (unmet.demand) }
            }
            td.number { (gap(visit, unmet)) }
        }
    }
}

fn unmet(visit: &Visit, found: &Board) -> Markup {
    let unmet = &found.shortlist.unmet;
    html! {
        section.card {
            h2 { (visit.say(board::UNMET)) }
            @if unmet.is_empty() {
                p { (visit.say(board::UNMET_NONE)) }
            } @else {
                table.small {
                    thead { tr { th scope="col" { (visit.say(board::UNMET_WHAT)) } th.number scope="col" { (visit.say(board::UNMET_GAP)) } } }
                    tbody { @for each in unmet { (unmet_row(visit, Some(found), each)) } }
                }
            }
        }
    }
}

fn excluded(visit: &Visit, found: &Board) -> Markup {
    let shortlist = &found.shortlist;
    let total = shortlist.excluded_total;
    html! {
        section.card {
            h2 { (visit.fill(board::EXCLUDED, &[("n", &total.to_string())])) }
            @if total == 0 { p { (visit.say(board::EXCLUDED_NONE)) } } @else {
                ul.named { @for each in &shortlist.excluded {
                    li { span { (each.college.name) } span.tag { (visit.say(words::reason(each.reason))) } }
                } }
                @if total as usize > shortlist.excluded.len() {
                    p { (visit.fill(board::EXCLUDED_MORE, &[("n", &total.to_string())])) }
                }
            }
        }
    }
}

/// The groups' points as a sum that is the score.
pub(super) fn sum_of_groups(visit: &Visit, item: &crate::domain::Item) -> String {
    let points = by_group(item);
    visit.fill(
        super::texts::why::ADDS_UP,
        &[
            ("score", &fixed(item.score, 2)),
            ("need", visit.say(labels::GROUP_NEED)),
            ("a", &fixed(points[0], 2)),
            ("outcome", visit.say(labels::GROUP_OUTCOME)),
            ("b", &fixed(points[1], 2)),
            ("condition", visit.say(labels::GROUP_CONDITION)),
            ("c", &fixed(points[2], 2)),
        ],
    )
}
