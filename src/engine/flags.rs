//! Which blocks of ratings the model trusts less, and why.

use super::rank::rounded;
use super::satisfaction::{Block, BlockOf};
use super::snapshot::Snapshot;
use crate::domain::{CollegeId, Date, Flag, FlagBlock, FlagReviewShown, Flags, Sentence};

/// Flags listed in one answer.
const LISTED: usize = 200;

impl Snapshot {
    /// All blocks whose weight has fallen below the model's `flag_weight`.
    pub fn flags(&self) -> Flags {
        let model = &self.state.model;
        let mut flags = self.flags_among(None);
        flags.sort_by(|a, b| {
            a.weight.total_cmp(&b.weight).then_with(|| (&a.college.id, &a.block).cmp(&(&b.college.id, &b.block)))
        });
        let total = flags.len() as u32;
        flags.truncate(LISTED);
        let (flag_weight, flag_ratings) = (model.flag_weight, model.flag_ratings);
        Flags { as_of: self.as_of(), flag_weight, flag_ratings, total, flags, reviews: self.reviews() }
    }

    /// The flagged blocks of one college.
    pub fn flags_of(&self, college: &CollegeId) -> Vec<Flag> {
        let place = self.state.colleges.position(college).map(|at| self.edges.place_of(at) as u32);
        place.map_or_else(Vec::new, |place| self.flags_among(Some(&[place])))
    }

    fn flags_among(&self, places: Option<&[u32]>) -> Vec<Flag> {
        let model = &self.state.model;
        let mut flags: Vec<Flag> = Vec::new();
        for (place, blocks) in self.edges.blocks(&self.state, places) {
            let stands_out = |block: &&Block| block.lambda < model.flag_weight && block.ratings >= model.flag_ratings;
            flags.extend(blocks.iter().filter(stands_out).filter_map(|block| self.flag(place, block)));
        }
        flags
    }

    /// All decisions, the newest first.
    fn reviews(&self) -> Vec<FlagReviewShown> {
        let decided = self.state.flag_reviews.iter().map(|(_, entry)| &entry.value);
        let shown = decided.filter_map(|review| {
            Some(FlagReviewShown {
                id: review.id.clone(),
                college: self.name(self.state.colleges.position(&review.college)?),
                block: review.block.shown(),
                verdict: review.verdict,
                reason: review.reason.clone(),
                decided_on: review.decided_on,
                by: Some(review.by.to_string()),
                ratings: review.ratings,
                enterprises: review.enterprises,
                shift: review.shift,
            })
        });
        let mut shown: Vec<_> = shown.collect();
        shown.sort_by(|a, b| b.decided_on.cmp(&a.decided_on).then_with(|| a.id.cmp(&b.id)));
        shown
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
        let enterprises = self.edges.raters_of(&self.state, place, block.of);
        let share = self.edges.share_of(&self.state, place, block.of);
        Some(Flag {
            college,
            block: of,
            ratings: n,
            enterprises,
            shift: rounded(shift),
            weight: rounded(weight),
            share: rounded(share),
            reason,
        })
    }
}
