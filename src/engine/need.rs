//! A park's open need, made ready to be fitted against every college.

use std::ops::Deref;

use super::state::State;
use crate::domain::{DemandKind, Link, MajorRef, ParkId, SkillLevel, Target, Urgency};

/// One item of a park's need.
#[derive(Clone, Debug, PartialEq)]
pub struct NeedItem {
    /// The demand's code, or the name of a need derived from the park's industries.
    pub name: String,
    /// What kind of demand it is.
    pub kind: DemandKind,
    /// People; 1 for a derived need, which has no headcount.
    pub headcount: f64,
    /// Weight by urgency: 1, 1.5 or 2.
    pub urgency: f64,
    /// What in the catalogue serves it; alternatives.
    pub links: Vec<Link>,
    /// The level wanted.
    pub level: Option<SkillLevel>,
    /// Whether it was derived from the park's industries.
    pub derived: bool,
}

/// The open need of a park: its items, and what every fit asks of them, worked out once.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Need {
    items: Vec<NeedItem>,
    /// People in all.
    pub(super) headcount: f64,
    /// The same, weighted by urgency.
    pub(super) weighted: f64,
    /// Whether any of it was derived from the park's industries.
    pub(super) derived: bool,
    /// The kinds there are, as positions in [`DemandKind::ALL`], with the items of each.
    pub(super) kinds: Vec<(usize, Vec<usize>)>,
    /// Groups of majors that may serve any item, as bits.
    groups: u128,
    /// Items that a group may serve, group by group: group `g` of `groups` has `wanting[starts[g]..starts[g + 1]]`.
    starts: Vec<u16>,
    wanting: Vec<u16>,
}

impl Deref for Need {
    type Target = [NeedItem];
    #[inline]
    fn deref(&self) -> &[NeedItem] {
        &self.items
    }
}

impl Need {
    /// Makes items ready.
    pub fn new(items: Vec<NeedItem>) -> Self {
        let of = |item: &NeedItem| item.links.iter().fold(0_u128, |groups, link| groups | bit(link.major));
        let wanted: Vec<u128> = items.iter().map(of).collect();
        let groups = wanted.iter().fold(0, |all, groups| all | groups);
        let (mut starts, mut wanting) = (vec![0], Vec::new());
        for group in (0..u128::BITS).map(|group| 1_u128 << group).filter(|group| groups & group != 0) {
            wanting.extend((0_u16..).zip(&wanted).filter(|(_, groups)| *groups & group != 0).map(|(d, _)| d));
            starts.push(wanting.len() as u16);
        }
        let of_kind = |kind: DemandKind| (0..items.len()).filter(|&d| items[d].kind == kind).collect::<Vec<_>>();
        let kinds = DemandKind::ALL.into_iter().map(of_kind).enumerate().filter(|(_, rows)| !rows.is_empty()).collect();
        Self {
            headcount: items.iter().map(|item| item.headcount).sum(),
            weighted: items.iter().map(|item| item.urgency * item.headcount).sum(),
            derived: items.iter().any(|item| item.derived),
            kinds,
            groups,
            starts,
            wanting,
            items,
        }
    }

    /// The open need of a park: its declared demands, or what its leading industries need if none is declared.
    pub fn of(state: &State, park: &ParkId, kind: Option<DemandKind>) -> Self {
        let declared = declared_items(state, park);
        let items = if declared.is_empty() { derived_items(state, park) } else { declared };
        let wanted = |item: &NeedItem| item.derived || kind.is_none_or(|kind| kind == item.kind);
        Self::new(items.into_iter().filter(wanted).collect())
    }

    /// The items that a major may serve: nothing is related across groups.
    #[inline]
    pub(super) fn wanting(&self, major: MajorRef) -> &[u16] {
        let group = bit(major);
        if self.groups & group == 0 {
            return &[];
        }
        let at = (self.groups & (group - 1)).count_ones() as usize;
        &self.wanting[usize::from(self.starts[at])..usize::from(self.starts[at + 1])]
    }
}

fn bit(major: MajorRef) -> u128 {
    1 << major.group()
}

fn declared_items(state: &State, park: &ParkId) -> Vec<NeedItem> {
    let open = state.demands_of(park).filter(|demand| demand.end >= state.today);
    open.map(|demand| NeedItem {
        name: demand.id.to_string(),
        kind: demand.kind,
        headcount: f64::from(demand.headcount),
        urgency: match demand.urgency {
            Urgency::Normal => 1.0,
            Urgency::Urgent => 1.5,
            Urgency::Critical => 2.0,
        },
        links: match &demand.target {
            Target::Major(major) => vec![Link { major: *major, strength: 1.0 }],
            Target::Occupation(id) => state.occupations.get(id).map(|o| o.links.clone()).unwrap_or_default(),
        },
        level: demand.skill_level,
        derived: false,
    })
    .collect()
}

fn derived_items(state: &State, park: &ParkId) -> Vec<NeedItem> {
    let industries = state.parks.get(park).map(|park| park.industries.as_slice()).unwrap_or_default();
    let needs = industries.iter().filter_map(|id| state.industries.get(id)).flat_map(|industry| &industry.needs);
    needs
        .map(|need| NeedItem {
            name: need.name.to_string(),
            kind: DemandKind::Hire,
            headcount: 1.0,
            urgency: 1.0,
            links: need.links.clone(),
            level: None,
            derived: true,
        })
        .collect()
}
