//! A shortlist, or a list of rating links, as text.

use std::fmt::Write;

use crate::domain::{Criterion, Evidence, Item, Shortlist};
use crate::service::RatingLink;

/// The criterion's name in Chinese.
fn name(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::MajorFit => "专业匹配度",
        Criterion::Capacity => "供给能力",
        Criterion::Satisfaction => "企业满意度",
        Criterion::Retention => "留用率",
        Criterion::Continuity => "长期稳定",
        Criterion::Facilities => "实训条件",
        Criterion::Faculty => "师资",
        Criterion::Response => "服务响应",
        Criterion::Tech => "技术服务",
        Criterion::Proximity => "距离",
        Criterion::Cost => "费用",
        Criterion::Cobuild => "共建投入",
    }
}

/// The three largest contributions that rest on something known.
fn reasons(item: &Item) -> String {
    let mut parts: Vec<_> = item.contributions.iter().filter(|part| part.evidence != Evidence::Prior).collect();
    parts.sort_by(|a, b| b.points.total_cmp(&a.points));
    let words = parts.iter().take(3).map(|part| {
        let mark = match part.evidence {
            Evidence::Implied => "（推断）",
            Evidence::Derived => "（需求推导）",
            _ => "",
        };
        format!("{} {:.0}×{:.0}%={:.1}{mark}", name(part.criterion), part.anchored, part.weight, part.points)
    });
    words.collect::<Vec<_>>().join("，")
}

/// Terminal columns a text takes: Chinese characters take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if ('\u{2e80}'..='\u{ffef}').contains(&c) { 2 } else { 1 }).sum()
}

/// A table for people.
pub(super) fn table(shortlist: &Shortlist) -> String {
    let mut out = String::new();
    let names = shortlist.items.iter().map(|item| width(item.college.name.as_str()));
    let column = names.max().unwrap_or(8).max(8);
    let pad = |text: &str| " ".repeat(column.saturating_sub(width(text)));
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{} {}  预设 {}  准则表 {}  候选 {} 所",
        shortlist.park, shortlist.park_name, shortlist.preset, shortlist.sheet, shortlist.candidates
    );
    if shortlist.need_derived {
        let _ = writeln!(
            out,
            "需求由园区主导产业推导（园区尚未登记需求） / need derived from the park's leading industries"
        );
    }
    let _ = writeln!(out, "名次  院校{}  总分    ±     覆盖    前{}概率  依据", pad("院校"), shortlist.items.len());
    for item in &shortlist.items {
        let tied = shortlist.items.iter().filter(|other| other.tie_group == item.tie_group).count() > 1;
        let name = item.college.name.as_str();
        let _ = writeln!(
            out,
            "{:>3}{}  {name}{}  {:>5.2}  {:>4.1}  {:>5.1}%  {:>6.1}%  {}",
            item.rank,
            if tied { "=" } else { " " },
            pad(name),
            item.score,
            item.score_sd,
            item.coverage * 100.0,
            item.p_top_k * 100.0,
            reasons(item),
        );
        if let Some(affinity) = &item.affinity {
            let _ = writeln!(
                out,
                "       同类企业契合度 affinity {:.2} ± {:.2}（权重 {} %，{:.2} 分；本园区 {} 家企业）",
                affinity.mean, affinity.sd, affinity.weight, affinity.points, affinity.raters
            );
        }
        if let Some(held) = &item.acceptability {
            let _ = writeln!(
                out,
                "       权重不确定时 if weights are uncertain：第一 {:.0} %，入名单 {:.0} %，平均名次 {:.1}",
                100.0 * held.first,
                100.0 * held.listed,
                held.mean_rank
            );
        }
    }
    if let Some(explore) = &shortlist.explore {
        let _ = writeln!(
            out,
            "探索席位（不确定性大，值得了解）：{} {:.2}，上界 {:.2}",
            explore.college.name, explore.score, explore.upper
        );
    }
    if !shortlist.unmet.is_empty() {
        let unmet = shortlist.unmet.iter().map(|unmet| format!("{} {}", unmet.demand, unmet.headcount));
        let _ = writeln!(out, "缺口：{}", unmet.collect::<Vec<_>>().join("，"));
    }
    let _ = writeln!(
        out,
        "未入选 {} 所  截至 seq {}（{}）  模型 {}  复核码 {}",
        shortlist.excluded_total, shortlist.as_of.seq, shortlist.as_of.at, shortlist.as_of.model, shortlist.verify_code
    );
    out
}

/// One row a college, one column a criterion.
pub(super) fn csv(shortlist: &Shortlist) -> String {
    let mut columns = vec!["rank", "tie_group", "id", "name", "score", "score_sd", "coverage", "p_top_k"];
    columns.extend(Criterion::ALL.map(Criterion::code));
    let first = shortlist.items.first();
    if first.is_some_and(|item| item.affinity.is_some()) {
        columns.extend(["affinity", "affinity_mean", "affinity_sd"]);
    }
    if first.is_some_and(|item| item.acceptability.is_some()) {
        columns.extend(["first_share", "listed_share", "mean_rank"]);
    }
    let rows = shortlist.items.iter().map(|item| {
        let mut row = serde_json::json!({
            "rank": item.rank, "tie_group": item.tie_group, "id": item.college.id, "name": item.college.name,
            "score": item.score, "score_sd": item.score_sd, "coverage": item.coverage, "p_top_k": item.p_top_k,
        });
        for part in &item.contributions {
            row[part.criterion.code()] = part.points.into();
        }
        if let Some(affinity) = &item.affinity {
            row["affinity"] = affinity.points.into();
            (row["affinity_mean"], row["affinity_sd"]) = (affinity.mean.into(), affinity.sd.into());
        }
        if let Some(held) = &item.acceptability {
            (row["first_share"], row["listed_share"]) = (held.first.into(), held.listed.into());
            row["mean_rank"] = held.mean_rank.into();
        }
        row
    });
    crate::exchange::write_table(&columns, rows)
}

/// One row a link.
pub(super) fn links(links: &[RatingLink], base: &str) -> String {
    let rows = links.iter().map(|link| {
        serde_json::json!({
            "engagement": link.engagement.id, "enterprise": link.enterprise, "college": link.college,
            "until": link.until, "link": format!("{base}{}", link.path),
        })
    });
    crate::exchange::write_table(&["engagement", "enterprise", "college", "until", "link"], rows)
}
