//! Before and after a scenario: what moves, and why.

use super::field::Field;
use super::rank::{Refusal, rounded};
use super::scenario::Fork;
use crate::domain::{
    ChangeShare, CollegeRef, Criterion, CriterionShare, Difference, Forced, Move, N_CRITERIA, ParkOutcome, Question,
    Shortlist, UnmetMove,
};

/// One side: the list, and all candidates it was taken from.
struct Side<'a> {
    fork: &'a Fork,
    list: Shortlist,
    field: Field<'a>,
}

/// One park before and after: `forks[0]` is the base, each further one is after one more change.
///
/// # Errors
/// [`Refusal`] if there is no such park or preset on either side.
pub fn outcome(forks: &[Fork], question: &Question) -> Result<ParkOutcome, Refusal> {
    let (Some(base), Some(last)) = (forks.first(), forks.last()) else {
        return Err(Refusal::Park(question.park.to_string()));
    };
    let (before, after) = rayon::join(|| asked(base, question), || asked(last, question));
    let (before, after) = match (before, after) {
        (Err(refusal), Err(_)) => return Err(refusal),
        // A park comes or goes; any other refusal is the question's.
        (Err(refusal @ Refusal::Preset(_)), _) | (_, Err(refusal @ Refusal::Preset(_))) => return Err(refusal),
        (before, after) => (before.ok(), after.ok()),
    };
    let difference = Compare { forks, question }.difference(before.as_ref(), after.as_ref());
    let (base, mut scenario) = (before.map(|side| side.list), after.map(|side| side.list));
    if last.changed
        && let Some(scenario) = &mut scenario
    {
        // No log recomputes it.
        scenario.verify_code.clear();
    }
    Ok(ParkOutcome { park: question.park.clone(), base, scenario, difference })
}

fn asked<'a>(fork: &'a Fork, question: &Question) -> Result<Side<'a>, Refusal> {
    let asked = fork.question(question);
    let field = fork.snapshot.field(&asked)?;
    Ok(Side { fork, list: fork.snapshot.listed(&asked, &field), field })
}

struct Compare<'a> {
    forks: &'a [Fork],
    question: &'a Question,
}

impl Compare<'_> {
    fn difference(&self, before: Option<&Side<'_>>, after: Option<&Side<'_>>) -> Difference {
        let listed = |side: Option<&Side<'_>>| -> Vec<CollegeRef> {
            let items = side.map(|side| side.list.items.as_slice()).unwrap_or_default();
            items.iter().map(|item| item.college.clone()).collect()
        };
        let (old, new) = (listed(before), listed(after));
        let missing = |list: &[CollegeRef], of: &[CollegeRef]| -> Vec<CollegeRef> {
            list.iter().filter(|one| of.iter().all(|other| other.id != one.id)).cloned().collect()
        };
        let (entered, left) = (missing(&new, &old), missing(&old, &new));
        let mut moves: Vec<Move> = new.iter().chain(&left).map(|college| self.moved(college, before, after)).collect();
        moves.sort_by_key(|moved| (moved.rank_after.unwrap_or(u32::MAX), moved.rank_before));
        let unmet = match (before, after) {
            (Some(before), Some(after)) => unmet(&before.list, &after.list),
            _ => Vec::new(),
        };
        let forced = after.map(|side| forced(side, new.len())).unwrap_or_default();
        Difference { moves, entered, left, forced, unmet }
    }

    fn moved(&self, college: &CollegeRef, before: Option<&Side<'_>>, after: Option<&Side<'_>>) -> Move {
        let place = |side: Option<&Side<'_>>| {
            let Side { fork, field, .. } = side?;
            let at = fork.snapshot.state.colleges.position(&college.id)?;
            Some((fork.snapshot.rank(field, at)?, field.score[at as usize]))
        };
        let (old, new) = (place(before), place(after));
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
}

/// What the forced colleges cost: those not on the list by merit take the last seats of those that are not forced.
fn forced(side: &Side<'_>, top: usize) -> Vec<Forced> {
    let Side { fork, field, .. } = side;
    let snapshot = &fork.snapshot;
    let forced: Vec<u32> = fork.forced.iter().filter_map(|id| snapshot.state.colleges.position(id)).collect();
    let mut seats = field.order[..top].iter().rev().filter(|at| !forced.contains(at));
    let answer = |&at: &u32| {
        let rank = snapshot.rank(field, at);
        let merit = rank.is_some_and(|rank| rank as usize <= top);
        let seat = if merit || rank.is_none() { None } else { seats.next() };
        let lost = seat.map_or(0, |&seat| field.score[seat as usize] - field.score[at as usize]);
        Forced {
            college: snapshot.name(at),
            rank,
            displaces: seat.map(|&seat| snapshot.name(seat)),
            cost: rank.map(|_| points(lost.into())),
        }
    };
    forced.iter().map(answer).collect()
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
