//! Which blocks of ratings the model trusts less, and why.

use std::collections::BTreeSet;

use super::rank::rounded;
use super::satisfaction::{Block, BlockOf};
use super::snapshot::Snapshot;
use crate::domain::{Date, Flag, FlagBlock, Flags, Sentence};

/// Flags listed in one answer.
const LISTED: usize = 200;

impl Snapshot {
    /// All blocks whose weight has fallen below the model's `flag_weight`.
    pub fn flags(&self) -> Flags {
        let model = &self.state.model;
        let mut flags: Vec<Flag> = Vec::new();
        for (place, blocks) in self.edges.blocks(&self.state) {
            let stands_out = |block: &&Block| block.lambda < model.flag_weight && block.ratings >= model.flag_ratings;
            flags.extend(blocks.iter().filter(stands_out).filter_map(|block| self.flag(place, block)));
        }
        flags.sort_by(|a, b| {
            a.weight.total_cmp(&b.weight).then_with(|| (&a.college.id, &a.block).cmp(&(&b.college.id, &b.block)))
        });
        let total = flags.len() as u32;
        flags.truncate(LISTED);
        let (flag_weight, flag_ratings) = (model.flag_weight, model.flag_ratings);
        Flags { as_of: self.as_of(), flag_weight, flag_ratings, total, flags }
    }

    fn flag(&self, place: u32, block: &Block) -> Option<Flag> {
        let college = self.name(self.edges.at_place(place));
        let (of, zh, en) = match block.of {
            BlockOf::Park(park) => {
                let park = &self.state.parks.at(park?).value;
                let (zh, en) = (format!("园区“{}”的企业", park.name), format!("enterprises of the park {}", park.name));
                (FlagBlock::Park { park: park.id.clone() }, zh, en)
            }
            BlockOf::Fortnight(fortnight) => {
                let from = Date::from_days(14 * i32::from(fortnight));
                let to = from.plus_days(13);
                (FlagBlock::Fortnight { from, to }, format!("{from} 至 {to}"), format!("{from} to {to}"))
            }
        };
        let (n, shift) = (block.ratings, block.shift);
        let (zh_way, en_way) = if shift > 0.0 { ("高", "above") } else { ("低", "below") };
        let weight = block.lambda;
        let (by, percent) = (shift.abs(), 100.0 * weight);
        let reason = Sentence {
            zh: format!(
                "{}的 {n} 条评价（{zh}）扣除企业宽严后比该校其余评价{zh_way} {by:.1} 分，故其权重降为 {percent:.0} %；未删除任何评价",
                college.name
            ),
            en: format!(
                "{n} ratings of {} ({en}) lie {by:.1} points {en_way} its others, the severity of the raters allowed for; their block counts {percent:.0} % and no rating is deleted",
                college.name
            ),
        };
        let share = self.edges.share_of(&self.state, place, block.of);
        Some(Flag {
            college,
            block: of,
            ratings: n,
            enterprises: self.enterprises_in(place, block.of),
            shift: rounded(shift),
            weight: rounded(weight),
            share: rounded(share),
            reason,
        })
    }
    /// Enterprises that gave the ratings of a block.
    fn enterprises_in(&self, place: u32, of: BlockOf) -> u32 {
        let college = &self.state.colleges.at(self.edges.at_place(place)).value.id;
        let inside = self.state.engagements_of(college).filter(|engagement| {
            let rating = self.state.ratings.get(&engagement.id);
            let park = || Some(&self.state.enterprises.entry(&engagement.enterprise)?.value.park);
            rating.is_some_and(|rating| match of {
                BlockOf::Park(at) => park().and_then(|park| self.state.parks.position(park)) == at,
                BlockOf::Fortnight(fortnight) => rating.rated_on.days().div_euclid(14) == i32::from(fortnight),
            })
        });
        inside.map(|engagement| &engagement.enterprise).collect::<BTreeSet<_>>().len() as u32
    }
}
