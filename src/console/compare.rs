//! Two colleges side by side for one park.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::answer::answer;
use super::bar::{legend, patterns, score_bar, swatch};
use super::figures::{fixed, percent, raw, signed};
use super::frame::{Page, Section};
use super::rows::{dots, ratings};
use super::texts::{board, why};
use super::visit::{Visit, read_question};
use super::words;
use crate::domain::{CollegeId, Contribution, Explanation, Invalid};
use crate::http::Problem;
use crate::service::{Acting, Pair};

/// Criteria named as what speaks for one of them.
const NAMED: usize = 3;

/// Two colleges side by side.
pub(super) async fn page(request: HttpRequest, service: Acting) -> HttpResponse {
    let visit = Visit::of(&request);
    let result = async {
        let (question, query) = read_question(&request, &["a", "b"])?;
        let college = |name: &str| -> Result<CollegeId, Problem> {
            query.parse(name)?.ok_or_else(|| Problem::parameter(name, Invalid::missing_field(name)))
        };
        let (a, b) = (college("a")?, college("b")?);
        if a == b {
            let text = why::COMPARE_SAME;
            return Err(Problem::parameter("b", Invalid::new("repeated", text.zh, text.en)));
        }
        let found = service.pair(question, a, b).await?;
        let names = [("a", name(&found.a)), ("b", name(&found.b))];
        let title = visit.fill(why::COMPARE_TITLE, &names);
        let body = body(&visit, &found, &title);
        let as_of = Some(found.a.as_of.clone());
        Ok::<_, Problem>(Page { title, section: Section::Workbench, body, as_of, charts: false })
    };
    answer(&request, &visit, result.await)
}

fn name(explanation: &Explanation) -> &str {
    explanation.item.college.name.as_str()
}

fn body(visit: &Visit, found: &Pair, title: &str) -> Markup {
    let park = &found.board.card.park;
    let gap = found.a.item.score - found.b.item.score;
    let (ahead, p) = if gap < 0.0 { (&found.b, 1.0 - found.p_a_better) } else { (&found.a, found.p_a_better) };
    let close = p < found.board.sheet.tie_probability;
    html! {
        (patterns())
        p.crumbs { a href=(visit.there(&format!("/parks/{}", park.id), &[])) { (visit.fill(why::BACK, &[("park", park.name.as_str())])) } }
        h1 { (title) }
        p.lead #verdict {
            @if gap == 0.0 { (visit.say(why::COMPARE_EVEN)) } @else {
                (visit.fill(why::COMPARE_LEAD, &[("a", name(ahead)), ("d", &fixed(gap.abs(), 1))]))
            }
            (visit.say(board::COMMA))
            (visit.fill(why::COMPARE_CHANCE, &[("p", &percent(p))])) (visit.say(why::STOP))
            (visit.say(if close { why::COMPARE_CLOSE } else { why::COMPARE_CLEAR }))
        }
        div.pair {
            (side(visit, found, &found.a, &found.b))
            (side(visit, found, &found.b, &found.a))
        }
        (legend(visit))
        (table(visit, found))
        p.fine { (visit.say(why::COMPARE_NOTE)) }
        (choose(visit, found))
    }
}

/// One of the two: its score, and what speaks for it against the other.
fn side(visit: &Visit, found: &Pair, one: &Explanation, other: &Explanation) -> Markup {
    let item = &one.item;
    let mut better: Vec<(&Contribution, f64)> = item
        .contributions
        .iter()
        .zip(&other.item.contributions)
        .map(|(mine, theirs)| (mine, mine.points - theirs.points))
        .filter(|(_, gap)| *gap >= 0.005)
        .collect();
    better.sort_by(|a, b| b.1.total_cmp(&a.1));
    html! {
        section.card {
            h2 { span.rank-number { (item.rank) } " "
                a href=(visit.there(&format!("/parks/{}/colleges/{}", one.park, item.college.id), &[])) { (item.college.name) } }
            div.why-score {
                p.total { strong { (fixed(item.score, 1)) } span.fine { (visit.fill(board::SPREAD, &[("n", &fixed(item.score_sd, 1))])) } }
                div { (score_bar(visit, item)) }
            }
            p.facts { span { (visit.say(board::EVIDENCE)) " " (dots(visit, item)) }
                span { (ratings(visit, &item.satisfaction)) } }
            h3 { (visit.fill(why::COMPARE_FOR, &[("a", item.college.name.as_str())])) }
            @if better.is_empty() { p { (visit.say(why::COMPARE_NOTHING)) } } @else {
                ol { @for (part, gap) in better.into_iter().take(NAMED) {
                    li { (swatch(part.criterion.group())) " "
                        (words::criterion(visit.language, &found.board.sheet, part.criterion)) " "
                        (raw(visit.language, part.criterion, part.raw)) " "
                        span.fine { (signed(gap, 2)) } }
                } }
            }
        }
    }
}

/// Criterion by criterion; the differences shown add up to the gap.
fn table(visit: &Visit, found: &Pair) -> Markup {
    let (a, b) = (&found.a.item, &found.b.item);
    html! {
        section.card {
            h2 { (visit.say(why::COMPARE_TABLE)) }
            div.scroll tabindex="0" role="group" aria-label=(visit.say(why::COMPARE_TABLE)) {
                table.small #criteria {
                    thead {
                        tr {
                            th scope="col" { (visit.say(why::CRITERION)) }
                            th.number scope="col" { (visit.say(why::WEIGHT)) }
                            th.number scope="col" { (a.college.name) }
                            th.number scope="col" { (b.college.name) }
                            th.number scope="col" { (visit.say(why::COMPARE_DIFFERENCE)) }
                        }
                    }
                    tbody { @for (mine, theirs) in a.contributions.iter().zip(&b.contributions) {
                        tr {
                            th scope="row" { (swatch(mine.criterion.group())) " " (words::criterion(visit.language, &found.board.sheet, mine.criterion)) }
                            td.number { (fixed(mine.weight, 0)) "%" }
                            td.number { (fixed(mine.points, 2)) span.fine { (raw(visit.language, mine.criterion, mine.raw)) } }
                            td.number { (fixed(theirs.points, 2)) span.fine { (raw(visit.language, theirs.criterion, theirs.raw)) } }
                            td.number.points data-points=(mine.points - theirs.points) { (signed(mine.points - theirs.points, 2)) }
                        }
                    } }
                    tfoot { tr {
                        th scope="row" colspan="2" { (visit.say(why::SUM)) }
                        td.number { (fixed(a.score, 2)) }
                        td.number { (fixed(b.score, 2)) }
                        td.number #total { (signed(a.score - b.score, 2)) }
                    } }
                }
            }
        }
    }
}

fn choose(visit: &Visit, found: &Pair) -> Markup {
    let path = format!("/parks/{}/compare", found.board.card.park.id);
    let pick = |name: &str, label: &str, chosen: &CollegeId| {
        html! {
            label { span { (label) }
                select name=(name) {
                    @for item in &found.board.shortlist.items {
                        option value=(item.college.id) selected[item.college.id == *chosen] { (item.rank) ". " (item.college.name) }
                    }
                }
            }
        }
    };
    html! {
        section.card.no-print {
            h2 { (visit.say(why::COMPARE_WITH)) }
            form.inline method="get" action=(path) {
                @for (name, value) in visit.question() { input type="hidden" name=(name) value=(value); }
                (pick("a", visit.say(why::FIRST), &found.a.item.college.id))
                (pick("b", visit.say(why::SECOND), &found.b.item.college.id))
                button type="submit" { (visit.say(why::COMPARE_DO)) }
            }
        }
    }
}
