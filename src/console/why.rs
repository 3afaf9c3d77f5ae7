//! S2, why a college stands where it stands (为什么).

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::bar::{patterns, score_bar, swatch};
use super::board::sum_of_groups;
use super::figures::{fixed, percent, raw};
use super::frame::{Page, Section};
use super::rows::dots;
use super::texts::{board, why};
use super::visit::{Visit, read_question};
use super::words::{self, GROUPS};
use super::{overtake, ratings};
use crate::domain::{CollegeId, Question, Reason};
use crate::http::{Problem, path_id};
use crate::service::{Acting, Reasons};

/// Why a college has its rank.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let (question, _) = read_question(&request, &[])?;
        let college: CollegeId = path_id(&request, "college")?;
        let found = service.reasons(question.clone(), college).await?;
        let body = body(&visit, &question, &found);
        let as_of = Some(found.explanation.as_of.clone());
        Ok::<_, Problem>(Page { title: title(&visit, &found), section: Section::Workbench, body, as_of, charts: true })
    };
    answer(&request, &visit, result.await)
}

fn title(visit: &Visit, found: &Reasons) -> String {
    let item = &found.explanation.item;
    let tied = found.board.shortlist.items.iter().filter(|other| other.tie_group == item.tie_group);
    let ranks: Vec<u32> = tied.map(|other| other.rank).collect();
    let (text, rank) = match ranks.first() {
        Some(first) if ranks.len() > 1 => (why::TITLE_TIED, *first),
        _ => (why::TITLE, item.rank),
    };
    visit.fill(text, &[("college", item.college.name.as_str()), ("rank", &rank.to_string())])
}

fn body(visit: &Visit, question: &Question, found: &Reasons) -> Markup {
    let explanation = &found.explanation;
    let (item, park) = (&explanation.item, &found.board.card.park);
    let preset = found.board.presets.iter().find(|preset| preset.id == explanation.preset);
    let preset = preset.map(|preset| words::preset(visit.language, preset)).unwrap_or_default();
    html! {
        (patterns())
        p.crumbs {
            a href=(visit.there(&format!("/parks/{}", park.id), &[])) {
                (visit.fill(why::BACK, &[("park", park.name.as_str())]))
            }
        }
        h1 { (title(visit, found)) }
        p.facts { span { (visit.fill(why::OF, &[("park", park.name.as_str()), ("preset", preset)])) }
            span { (visit.fill(why::CHANCE, &[("k", &question.top.to_string()), ("p", &percent(item.p_top_k))])) }
            span { (visit.say(board::EVIDENCE)) " " (dots(visit, item)) } }
        p.lead #sentence { (visit.language.pick(&explanation.sentence.zh, &explanation.sentence.en)) }
        div.why-score {
            p.total { strong { (fixed(item.score, 1)) } span.fine { (visit.fill(board::SPREAD, &[("n", &fixed(item.score_sd, 1))])) } }
            div { (score_bar(visit, item)) p.fine { (sum_of_groups(visit, item)) } }
        }
        div.pair {
            section.card.for {
                h2 { (visit.say(if explanation.strengths.len() == 3 { why::STRENGTHS } else { why::STRENGTHS_FEW })) }
                @if explanation.strengths.is_empty() { p { (visit.say(why::NO_STRENGTH)) } } @else {
                    ol #reasons { @for reason in &explanation.strengths { li { (reason_line(visit, found, reason)) } } }
                }
            }
            section.card.against {
                h2 { (visit.say(why::WEAKNESS)) }
                @if let Some(weakness) = &explanation.weakness {
                    p #weakness { (reason_line(visit, found, weakness)) }
                } @else { p #weakness { (visit.say(why::NO_WEAKNESS)) } }
            }
        }
        (overtake::panel(visit, found))
        (table(visit, found))
        (ratings::panel(visit, explanation))
        (compare_form(visit, found))
    }
}

fn reason_line(visit: &Visit, found: &Reasons, reason: &Reason) -> Markup {
    let part = found.explanation.item.contributions.iter().find(|part| part.criterion == reason.criterion);
    let text = if reason.gain < 0.0 { why::LOSS } else { why::GAIN };
    html! {
        (swatch(reason.criterion.group())) " "
        strong { (words::criterion(visit.language, &found.board.sheet, reason.criterion)) } " "
        @if let Some(part) = part { (raw(visit.language, part.criterion, part.raw)) " " }
        span.fine { (visit.fill(text, &[("n", &fixed(reason.gain.abs(), 1))])) }
    }
}

/// The twelve criteria; the points shown add up to the total shown.
fn table(visit: &Visit, found: &Reasons) -> Markup {
    let item = &found.explanation.item;
    html! {
        section.card {
            h2 { (visit.say(why::TABLE)) }
            div.scroll tabindex="0" role="group" aria-label=(visit.say(why::TABLE)) {
                table.small #criteria {
                    thead { tr {
                        th scope="col" { (visit.say(why::CRITERION)) }
                        th.number scope="col" { (visit.say(why::RAW)) }
                        th.number scope="col" { (visit.say(why::ANCHORED)) }
                        th.number scope="col" { (visit.say(why::WEIGHT)) }
                        th.number scope="col" { (visit.say(why::POINTS)) }
                        th scope="col" { (visit.say(why::BASIS)) }
                    } }
                    @for group in GROUPS {
                        tbody {
                            tr.group-head { th scope="rowgroup" colspan="6" { (swatch(group)) " " (visit.say(words::group(group))) } }
                            @for part in item.contributions.iter().filter(|part| part.criterion.group() == group) {
                                tr {
                                    th scope="row" { (words::criterion(visit.language, &found.board.sheet, part.criterion)) }
                                    td.number { (raw(visit.language, part.criterion, part.raw)) }
                                    td.number { (fixed(part.anchored, 2)) }
                                    td.number { "× " (fixed(part.weight, 0)) "%" }
                                    td.number.points data-points=(part.points) { (fixed(part.points, 2)) }
                                    td { (visit.say(words::evidence(part.evidence))) }
                                }
                            }
                        }
                    }
                    @if let Some(affinity) = &item.affinity {
                        tbody { tr.affinity {
                            th scope="row" { (visit.say(board::AFFINITY)) }
                            td.number { (fixed(affinity.mean, 2)) }
                            td.number { (fixed(affinity.anchored, 2)) }
                            td.number { "× " (fixed(affinity.weight, 0)) "%" }
                            td.number.points data-points=(affinity.points) { (fixed(affinity.points, 2)) }
                            td { (visit.fill(board::AFFINITY_HELP, &[("n", &affinity.raters.to_string())])) }
                        } }
                    }
                    tfoot { tr {
                        th scope="row" colspan="4" { (visit.say(why::SUM)) }
                        td.number #total { (fixed(item.score, 2)) }
                        td {}
                    } }
                }
            }
        }
    }
}

fn compare_form(visit: &Visit, found: &Reasons) -> Markup {
    let (id, park) = (&found.explanation.item.college.id, &found.board.card.park.id);
    let others = found.board.shortlist.items.iter().filter(|item| item.college.id != *id);
    let first = found.above.as_ref().or(found.below.as_ref()).map(|college| &college.id);
    html! {
        @if found.board.shortlist.items.len() > 1 {
            section.card.no-print {
                h2 { (visit.say(why::COMPARE_WITH)) }
                form.inline method="get" action=(format!("/parks/{park}/compare")) {
                    @for (name, value) in visit.question() { input type="hidden" name=(name) value=(value); }
                    input type="hidden" name="a" value=(id);
                    select name="b" aria-label=(visit.say(why::COMPARE_WITH)) {
                        @for item in others {
                            option value=(item.college.id) selected[Some(&item.college.id) == first] { (item.rank) ". " (item.college.name) }
                        }
                    }
                    button type="submit" { (visit.say(why::COMPARE_DO)) }
                }
            }
        }
    }
}
