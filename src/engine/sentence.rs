//! Why a college stands where it stands, as one sentence: at most three reasons and one weakness.

use crate::domain::{Criterion, Evidence, Item, Reason, Sentence, Sheet};

/// One sentence in both languages.
pub(super) fn sentence(sheet: &Sheet, item: &Item, strengths: &[Reason], weakness: Option<&Reason>) -> Sentence {
    let reasons: Vec<Sentence> = strengths.iter().filter_map(|reason| phrase(item, reason.criterion)).collect();
    let (mut zh, mut en) = if reasons.is_empty() {
        ("尚无突出之处的依据".to_owned(), "Nothing known speaks especially for it yet".to_owned())
    } else {
        let of = |pick: fn(&Sentence) -> &str, gap: &str| reasons.iter().map(pick).collect::<Vec<_>>().join(gap);
        (of(|reason| &reason.zh, "；"), of(|reason| &reason.en, "; "))
    };
    match weakness.and_then(|reason| phrase(item, reason.criterion).map(|phrase| (reason.criterion, phrase))) {
        Some((criterion, phrase)) => {
            let of = sheet.of(criterion);
            zh.push_str(&format!("；最弱项：{}（{}）。", of.name, phrase.zh));
            en.push_str(&format!("; weakest: {} ({}).", of.name_en.as_str().to_lowercase(), phrase.en));
        }
        None => {
            zh.push_str("；没有低于缺省值的项目。");
            en.push_str("; nothing known speaks against it.");
        }
    }
    Sentence { zh, en: capitalised(&en) }
}

/// What is known of one criterion; `None` if nothing is.
fn phrase(item: &Item, criterion: Criterion) -> Option<Sentence> {
    let part = item.contributions.iter().find(|part| part.criterion == criterion)?;
    let raw = part.raw.filter(|_| part.evidence != Evidence::Prior)?;
    let percent = format!("{:.0}", 100.0 * raw);
    let (mut zh, mut en) = match criterion {
        Criterion::MajorFit => {
            (format!("专业可满足需求的 {percent}%"), format!("its programmes cover {percent}% of the need"))
        }
        Criterion::Capacity => {
            (format!("名额为所需人数的 {percent}%"), format!("its seats are {percent}% of the headcount needed"))
        }
        Criterion::Satisfaction => match item.satisfaction.band.map(|band| band.words().0) {
            Some(band) => (
                format!("{band} 家企业评价、已公布的均值 {raw:.1}"),
                format!("published mean {raw:.1} of 5 by {band} enterprises"),
            ),
            None => {
                let (raters, ratings) = (item.satisfaction.raters, item.satisfaction.ratings);
                let (firms, times) = (plural(raters, "enterprise"), plural(ratings, "rating"));
                (
                    format!("{raters} 家企业 {ratings} 次评价的收缩均值 {raw:.1}"),
                    format!("{times} by {firms}, shrunk mean {raw:.1} of 5"),
                )
            }
        },
        Criterion::Retention => (format!("十二个月留用率 {percent}%"), format!("{percent}% stay twelve months")),
        Criterion::Continuity => (format!("连续合作 {raw:.1} 年"), format!("{raw:.1} unbroken years of engagements")),
        Criterion::Facilities => (
            format!("空闲工位为所需人数的 {percent}%"),
            format!("free training stations for {percent}% of the headcount"),
        ),
        Criterion::Faculty => (format!("双师型教师占 {percent}%"), format!("{percent}% dual-qualified teachers")),
        Criterion::Response => (format!("{raw:.0} 个工作日内首次回复"), format!("first reply in {}", days(raw))),
        Criterion::Tech => (
            format!("三年为企业服务 {raw:.0} 项技术"),
            format!("{} with firms in three years", plural(raw as u32, "technical project")),
        ),
        Criterion::Proximity => (format!("路程约 {raw:.0} 分钟"), format!("about {raw:.0} minutes away")),
        Criterion::Cost => (format!("费用为预算的 {percent}%"), format!("its fee is {percent}% of the budget")),
        Criterion::Cobuild => {
            (format!("承诺共建 {raw:.0} 项"), format!("{} to build together", plural(raw as u32, "pledge")))
        }
    };
    match part.evidence {
        Evidence::Implied => {
            zh.push_str("（推断）");
            en.push_str(" (implied)");
        }
        Evidence::Derived => {
            zh.push_str("（需求由主导产业推导）");
            en.push_str(" (derived from leading industries)");
        }
        Evidence::Measured | Evidence::Prior => {}
    }
    Some(Sentence { zh, en })
}

fn plural(n: u32, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn days(raw: f64) -> String {
    format!("{raw:.0} working day{}", if raw.round() == 1.0 { "" } else { "s" })
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
