//! Before and after a scenario: what moves, and why.

use super::rank::{Refusal, rounded};
use super::scenario::Fork;
use crate::domain::{
    ChangeShare, CollegeId, CollegeRef, Criterion, CriterionShare, Difference, Forced, Move, N_CRITERIA, ParkBrief,
    ParkOutcome, Question, Shortlist, UnmetMove,
};

/// All candidates of one side.
struct Side {
    /// Registry positions, best first.
    order: Vec<u32>,
    /// Millionths of a point, by registry position.
    score: Vec<u32>,
}

/// One park before and after: `forks[0]` is the base, each further one is after one more change.
///
/// # Errors
/// [`Refusal`] if there is no such park or preset on either side.
pub fn outcome(forks: &[Fork], question: &Question) -> Result<ParkOutcome, Refusal> {
    let (Some(base), Some(last)) = (forks.first(), forks.last()) else {
        return Err(Refusal::Park(question.park.to_string()));
    };
    let (before, after) = (asked(base, question), asked(last, question));
    let (before, after) = match (before, after) {
        (Err(refusal), Err(_)) => return Err(refusal),
        // A park comes or goes; any other refusal is the question's.
        (Err(refusal @ Refusal::Preset(_)), _) | (_, Err(refusal @ Refusal::Preset(_))) => return Err(refusal),
        (before, after) => (before.ok(), after.ok()),
    };
    let difference = Compare { forks, question }.difference(before.as_ref(), after.as_ref());
    let (base, mut scenario) = (before.map(|side| side.0), after.map(|side| side.0));
    if last.changed
        && let Some(scenario) = &mut scenario
    {
        // No log recomputes it.
        scenario.verify_code.clear();
    }
    Ok(ParkOutcome { park: question.park.clone(), base, scenario, difference })
}

fn asked(fork: &Fork, question: &Question) -> Result<(Shortlist, Side), Refusal> {
    let asked = fork.question(question);
    let shortlist = fork.snapshot.shortlist(&asked)?;
    // The whole order: every move has its rank.
    let field = fork.snapshot.field(&Question { top: u16::MAX, ..asked })?;
    Ok((shortlist, Side { order: field.order, score: field.score }))
}

struct Compare<'a> {
    forks: &'a [Fork],
    question: &'a Question,
}

impl Compare<'_> {
    fn difference(&self, before: Option<&(Shortlist, Side)>, after: Option<&(Shortlist, Side)>) -> Difference {
        let listed = |side: Option<&(Shortlist, Side)>| -> Vec<CollegeRef> {
            let items = side.map(|side| side.0.items.as_slice()).unwrap_or_default();
            items.iter().map(|item| item.college.clone()).collect()
        };
        let (old, new) = (listed(before), listed(after));
        let missing = |list: &[CollegeRef], of: &[CollegeRef]| -> Vec<CollegeRef> {
            list.iter().filter(|one| of.iter().all(|other| other.id != one.id)).cloned().collect()
        };
        let (entered, left) = (missing(&new, &old), missing(&old, &new));
        let sides = (before.map(|side| &side.1), after.map(|side| &side.1));
        let mut moves: Vec<Move> = new.iter().chain(&left).map(|college| self.moved(college, sides)).collect();
        moves.sort_by_key(|moved| (moved.rank_after.unwrap_or(u32::MAX), moved.rank_before));
        let unmet = match (before, after) {
            (Some(before), Some(after)) => unmet(&before.0, &after.0),
            _ => Vec::new(),
        };
        let forced = after.map(|side| self.forced(&side.1, new.len())).unwrap_or_default();
        Difference { moves, entered, left, forced, unmet }
    }

    fn moved(&self, college: &CollegeRef, (before, after): (Option<&Side>, Option<&Side>)) -> Move {
        let place = |side: Option<&Side>, fork: Option<&Fork>| {
            let at = fork?.snapshot.state.colleges.position(&college.id)?;
            let rank = side?.order.iter().position(|&other| other == at)? as u32 + 1;
            Some((rank, side?.score[at as usize]))
        };
        let (old, new) = (place(before, self.forks.first()), place(after, self.forks.last()));
        let mut moved = Move {
            college: college.clone(),
            rank_before: old.map(|old| old.0),
            rank_after: new.map(|new| new.0),
            score_before: old.map(|old| points(old.1.into())),
            score_after: new.map(|new| points(new.1.into())),
            score_move: None,
            by_criterion: Vec::new(),
            by_change: Vec::new(),
        };
        if let Some((old, new)) = old.zip(new) {
            moved.score_move = Some(points(i64::from(new.1) - i64::from(old.1)));
            (moved.by_criterion, moved.by_change) = self.shares(college);
        }
        moved
    }

    /// The move of a college's score, by criterion and by change; in integers, so that the parts add up.
    fn shares(&self, college: &CollegeRef) -> (Vec<CriterionShare>, Vec<ChangeShare>) {
        let parts: Vec<Option<[u32; N_CRITERIA]>> = self.forks.iter().map(|fork| self.parts(fork, college)).collect();
        let (Some(Some(first)), Some(Some(last))) = (parts.first(), parts.last()) else { return Default::default() };
        let by_criterion = Criterion::ALL.into_iter().filter_map(|criterion| {
            let at = criterion.index();
            let moved = i64::from(last[at]) - i64::from(first[at]);
            (moved != 0).then(|| CriterionShare { criterion, points: points(moved) })
        });
        let sum = |parts: &[u32; N_CRITERIA]| parts.iter().copied().map(i64::from).sum::<i64>();
        let (mut by_change, mut before) = (Vec::new(), sum(first));
        for (change, parts) in parts.iter().skip(1).enumerate() {
            // While the park or the college is closed there is no score: the next one that has it bears the move.
            let Some(now) = parts.as_ref().map(sum) else { continue };
            if now != before {
                by_change.push(ChangeShare { change, points: points(now - before) });
            }
            before = now;
        }
        (by_criterion.collect(), by_change)
    }

    fn parts(&self, fork: &Fork, college: &CollegeRef) -> Option<[u32; N_CRITERIA]> {
        let at = fork.snapshot.state.colleges.position(&college.id)?;
        fork.snapshot.parts(&fork.question(self.question), at)
    }

    /// What the forced colleges cost: those not on the list by merit take the last seats of those that are not forced.
    fn forced(&self, side: &Side, top: usize) -> Vec<Forced> {
        let Some(fork) = self.forks.last() else { return Vec::new() };
        let snapshot = &fork.snapshot;
        let forced: Vec<u32> = fork.forced.iter().filter_map(|id| snapshot.state.colleges.position(id)).collect();
        let mut seats = side.order[..top].iter().rev().filter(|at| !forced.contains(at));
        let answer = |&at: &u32| {
            let rank = side.order.iter().position(|&other| other == at);
            let merit = rank.is_some_and(|rank| rank < top);
            let seat = if merit || rank.is_none() { None } else { seats.next() };
            let lost = seat.map_or(0, |&seat| side.score[seat as usize] - side.score[at as usize]);
            Forced {
                college: snapshot.name(at),
                rank: rank.map(|rank| rank as u32 + 1),
                displaces: seat.map(|&seat| snapshot.name(seat)),
                cost: rank.map(|_| points(lost.into())),
            }
        };
        forced.iter().map(answer).collect()
    }
}

fn unmet(before: &Shortlist, after: &Shortlist) -> Vec<UnmetMove> {
    let of = |list: &Shortlist, demand: &str| {
        list.unmet.iter().find(|unmet| unmet.demand == demand).map_or(0.0, |unmet| unmet.headcount)
    };
    let mut demands: Vec<&str> = before.unmet.iter().chain(&after.unmet).map(|unmet| unmet.demand.as_str()).collect();
    demands.sort_unstable();
    demands.dedup();
    let moves = demands.into_iter().map(|demand| UnmetMove {
        demand: demand.to_owned(),
        before: rounded(of(before, demand)),
        after: rounded(of(after, demand)),
    });
    moves.filter(|unmet| unmet.before != unmet.after).collect()
}

/// Points of a number of millionths.
fn points(millionths: i64) -> f64 {
    millionths as f64 / 1e6
}

/// One park before and after in short, for the whole nation; a park on neither side is `None`.
pub fn brief(base: &Fork, last: &Fork, question: &Question) -> Option<ParkBrief> {
    let top = |fork: &Fork| {
        let field = fork.snapshot.field(&fork.question(question)).ok()?;
        let listed = field.order.iter().take(usize::from(question.top));
        Some(listed.map(|&at| fork.snapshot.name(at).id).collect::<Vec<_>>())
    };
    let (before, after) = (top(base), top(last));
    if before.is_none() && after.is_none() {
        return None;
    }
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let missing = |list: &[CollegeId], of: &[CollegeId]| list.iter().filter(|id| !of.contains(id)).cloned().collect();
    let (entered, left) = (missing(&after, &before), missing(&before, &after));
    Some(ParkBrief { park: question.park.clone(), before, after, entered, left })
}
