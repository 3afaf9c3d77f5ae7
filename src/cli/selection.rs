//! A selection as text.

use std::fmt::Write;

use crate::domain::SelectionStatus;
use crate::service::TimedSelection;

/// Lines of a list that are printed.
const LISTED: usize = 20;

/// A summary for people; the pairs go to JSON or CSV in full.
pub(super) fn table(timed: &TimedSelection) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = if timed.selection.status == SelectionStatus::Infeasible {
        infeasible(&mut out, timed)
    } else {
        solved(&mut out, timed)
    };
    out
}

fn infeasible(out: &mut String, timed: &TimedSelection) -> std::fmt::Result {
    let selection = &timed.selection;
    writeln!(out, "无法同时满足全部意愿 / the wishes cannot all be met")?;
    for (n, conflict) in selection.conflicts.iter().enumerate() {
        writeln!(out, "冲突 {}：{}\n  conflict: {}", n + 1, conflict.zh, conflict.en)?;
    }
    writeln!(out, "最少的让步（{} 项）/ the least that must give way:", selection.relaxation.len())?;
    for change in selection.relaxation.iter().take(LISTED) {
        writeln!(out, "  {} / {}", change.zh, change.en)?;
    }
    more(out, selection.relaxation.len())
}

fn more(out: &mut String, all: usize) -> std::fmt::Result {
    if all > LISTED {
        writeln!(out, "  …… 另有 {} 项，见 --json / {} more, see --json", all - LISTED, all - LISTED)
    } else {
        Ok(())
    }
}

fn solved(out: &mut String, timed: &TimedSelection) -> std::fmt::Result {
    let selection = &timed.selection;
    let proof = match selection.status {
        SelectionStatus::Optimal => "已证明最优 / proven optimal".to_owned(),
        _ => format!("与最优相差不超过 {0} / within {0} of the optimum", selection.gap),
    };
    writeln!(out, "推荐 {} 对，总分 {}，{proof}，{:.3} 秒", selection.pairs.len(), selection.objective, timed.seconds)?;
    for pair in selection.pairs.iter().take(LISTED) {
        let forced = if pair.forced { "  （必选 / forced）" } else { "" };
        writeln!(out, "  {}  {}  {}{forced}", pair.park, pair.college, pair.score)?;
    }
    more(out, selection.pairs.len())?;
    for rule in &selection.comparison {
        let name = match rule.rule {
            "greedy" => "逐对贪心 / greedy",
            "deferred_acceptance" => "延迟接受 / deferred acceptance",
            _ => "园区依次挑选 / parks one after another",
        };
        let share = rule.share.map(|share| format!("（{:.1}%）", share * 100.0)).unwrap_or_default();
        writeln!(out, "对照 {name}：{}{share}，{} 对", rule.objective, rule.pairs)?;
    }
    for wish in selection.wishes.iter().take(LISTED) {
        let kind = if wish.kind == "forced" { "必选 / forced" } else { "排除 / forbidden" };
        let price = match (wish.price, wish.price_between) {
            (Some(price), _) => price.to_string(),
            (None, Some(between)) => format!("{}–{}", between.low, between.high),
            (None, None) => "未知 / unknown".to_owned(),
        };
        writeln!(out, "代价 {kind} {} × {}：{price}", wish.park, wish.college)?;
    }
    more(out, selection.wishes.len())?;
    let mut colleges: Vec<_> = selection.colleges.iter().filter(|college| college.one_more > Some(0.0)).collect();
    colleges.sort_by(|a, b| b.one_more.unwrap_or(0.0).total_cmp(&a.one_more.unwrap_or(0.0)));
    for college in colleges.iter().take(5) {
        let price = college.one_more.unwrap_or(0.0);
        writeln!(
            out,
            "{} 再多一个名额值 {price}（容量 {}，不限时会有 {} 个园区选它）/ one more place is worth {price}",
            college.college, college.capacity, college.wanted
        )?;
    }
    if let Some(envy) = selection.envy.blocking {
        writeln!(out, "更愿彼此合作的未选对 {envy} / pairs that would rather have each other: {envy}")?;
    }
    let short = selection.short.len();
    writeln!(out, "未选足的园区 {short} / parks with fewer partners than wished for: {short}")?;
    writeln!(out, "推荐供双方确认，不是指派 / a recommendation to both sides, never an assignment")
}
