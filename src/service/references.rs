//! An event may only name what exists.

use super::ServiceError;
use crate::domain::{Event, Invalid, Link, Target};
use crate::engine::{Keyed, Registry, State};

fn known<V: Keyed<Id: std::fmt::Display>>(
    field: &str,
    what_zh: &str,
    what_en: &str,
    registry: &Registry<V>,
    id: &V::Id,
) -> Result<(), ServiceError> {
    if registry.get(id).is_some() {
        return Ok(());
    }
    let near = nearest(registry, &id.to_string()).join(", ");
    let (mut zh, mut en) = (format!("没有代码为“{id}”的{what_zh}"), format!("there is no {what_en} `{id}`"));
    if !near.is_empty() {
        zh.push_str(&format!("；相近的有：{near}"));
        en.push_str(&format!("; near ones: {near}"));
    }
    Err(ServiceError::Invalid(format!("/{field}"), Invalid::new("unknown-code", zh, en)))
}

/// The three codes that share the longest beginning with `id`.
fn nearest<V: Keyed<Id: std::fmt::Display>>(registry: &Registry<V>, id: &str) -> Vec<String> {
    let shared = |code: &str| code.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count();
    let mut open: Vec<(usize, String)> = registry
        .iter()
        .filter(|(_, entry)| !entry.closed)
        .map(|(code, _)| code.to_string())
        .map(|code| (shared(&code), code))
        .collect();
    open.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    open.into_iter().take(3).map(|(_, code)| code).collect()
}

/// Links point at nodes of the catalogue; `at` is the pointer of their list, without its first slash.
fn linked(state: &State, at: &str, links: &[Link]) -> Result<(), ServiceError> {
    let mut links = links.iter().enumerate();
    links.try_for_each(|(n, link)| known(&format!("{at}/{n}/major"), "专业", "major", &state.majors, &link.major))
}

/// Checks everything an event refers to.
///
/// # Errors
/// `unknown-code` with the nearest three codes, or `conflict` for a rating that may not be given.
pub(super) fn check(state: &State, event: &Event) -> Result<(), ServiceError> {
    match event {
        Event::IndustryPut(industry) => {
            let mut needs = industry.needs.iter().enumerate();
            needs.try_for_each(|(n, need)| linked(state, &format!("needs/{n}/links"), &need.links))
        }
        Event::OccupationPut(occupation) => linked(state, "links", &occupation.links),
        Event::ParkPut(park) => {
            park.industries.iter().try_for_each(|id| known("industries", "行业", "industry", &state.industries, id))
        }
        Event::EnterprisePut(enterprise) => known("park", "园区", "park", &state.parks, &enterprise.park),
        Event::CollegePut(college) => {
            college.declined_parks.iter().try_for_each(|id| known("declined_parks", "园区", "park", &state.parks, id))
        }
        Event::ProgrammePut(programme) => {
            known("college", "院校", "college", &state.colleges, &programme.college)?;
            known("major", "专业", "major", &state.majors, &programme.major)
        }
        Event::DemandPut(demand) => {
            known("park", "园区", "park", &state.parks, &demand.park)?;
            if let Some(id) = &demand.enterprise {
                known("enterprise", "企业", "enterprise", &state.enterprises, id)?;
            }
            match &demand.target {
                Target::Occupation(id) => known("target/occupation", "职业", "occupation", &state.occupations, id),
                Target::Major(major) => known("target/major", "专业", "major", &state.majors, major),
            }
        }
        Event::EngagementPut(engagement) => {
            known("enterprise", "企业", "enterprise", &state.enterprises, &engagement.enterprise)?;
            known("college", "院校", "college", &state.colleges, &engagement.college)
        }
        Event::RelationPut(relation) => {
            known("enterprise", "企业", "enterprise", &state.enterprises, &relation.enterprise)?;
            known("college", "院校", "college", &state.colleges, &relation.college)
        }
        Event::ScenarioPut(scenario) => {
            super::scenario_faults::check_size(&scenario.question).map_err(|error| match error {
                ServiceError::Invalid(at, invalid) => ServiceError::Invalid(format!("/question{at}"), invalid),
                other => other,
            })
        }
        Event::RatingSubmitted(rating) => {
            super::rate::ratable(state, &rating.engagement)?;
            match state.ratings.get(&rating.engagement) {
                Some(live) => Err(ServiceError::AlreadyRated(live.id.to_string())),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
