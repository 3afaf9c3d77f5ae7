//! Whether mandatory wishes can be met: places handed out one by one along alternating paths.

use super::case::Case;

/// The parts of a case that do not change while wishes are dropped: candidates by park.
pub(super) struct Ways<'a> {
    pub(super) case: &'a Case,
    rows: Vec<std::ops::Range<usize>>,
    /// Seats of a pair at each college.
    pub(super) seats: Vec<u32>,
}

/// Which of the planner's wishes count.
#[derive(Clone, Debug)]
pub(super) struct Active {
    pub(super) forced: Vec<bool>,
    pub(super) forbidden: Vec<bool>,
    pub(super) partners: Vec<bool>,
    pub(super) capacity: Vec<bool>,
    pub(super) quota: Vec<bool>,
    pub(super) min_score: bool,
}

/// Parks and colleges an unfilled park reaches: all of these colleges are full.
pub(super) struct Reached {
    pub(super) parks: Vec<bool>,
    pub(super) colleges: Vec<bool>,
}

/// Where the search for alternating paths has been; kept between searches.
pub(super) struct Paths {
    stamp: u32,
    park_seen: Vec<u32>,
    college_seen: Vec<u32>,
    before_park: Vec<u32>,
    before_college: Vec<u32>,
    queue: Vec<usize>,
}

impl Paths {
    pub(super) fn new(case: &Case) -> Self {
        Self {
            stamp: 0,
            park_seen: vec![0; case.parks.len()],
            college_seen: vec![0; case.colleges.len()],
            before_park: vec![0; case.parks.len()],
            before_college: vec![0; case.colleges.len()],
            queue: Vec::new(),
        }
    }

    fn begin(&mut self, park: usize) {
        self.stamp += 1;
        self.queue.clear();
        self.queue.push(park);
        self.park_seen[park] = self.stamp;
    }
}

/// Places handed out under some wishes.
#[derive(Clone)]
pub(super) struct Matching {
    /// Whether an edge may be taken.
    pub(super) open: Vec<bool>,
    /// Whether it is taken, forced pairs aside.
    pub(super) held: Vec<bool>,
    /// The taken edges of each college.
    holders: Vec<Vec<u32>>,
    /// Partners each park still needs in all, forced pairs aside.
    pub(super) need: Vec<u32>,
    pub(super) count: Vec<u32>,
    /// Places of each college, forced pairs aside.
    pub(super) places: Vec<u32>,
    /// Edges taken or left, in this order, so that it can be undone.
    journal: Vec<u32>,
}

impl Matching {
    /// Takes an edge that was left, leaves one that was taken.
    fn flip(&mut self, case: &Case, e: usize) {
        let (i, j) = (case.edges[e].park as usize, case.edges[e].college as usize);
        self.held[e] = !self.held[e];
        if self.held[e] {
            self.holders[j].push(e as u32);
            self.count[i] += 1;
        } else {
            self.holders[j].retain(|&other| other as usize != e);
            self.count[i] -= 1;
        }
    }

    /// How much was handed out up to now, for [`Self::undo`].
    pub(super) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Takes back what was handed out since.
    pub(super) fn undo(&mut self, case: &Case, mark: usize) {
        while self.journal.len() > mark
            && let Some(e) = self.journal.pop()
        {
            self.flip(case, e as usize);
        }
    }
}

impl<'a> Ways<'a> {
    pub(super) fn new(case: &'a Case) -> Self {
        let mut rows = vec![0..0; case.parks.len()];
        for (e, edge) in case.edges.iter().enumerate() {
            let row = &mut rows[edge.park as usize];
            *row = if row.start == row.end { e..e + 1 } else { row.start..e + 1 };
        }
        let seats = case.seats().unwrap_or_else(|| vec![1; case.colleges.len()]);
        Self { case, rows, seats }
    }

    /// Nothing handed out yet. The active forced pairs must fit.
    pub(super) fn empty(&self, active: &Active) -> Matching {
        let case = self.case;
        let places = |j: usize| if active.capacity[j] { case.capacity[j] / self.seats[j] } else { u32::MAX / 2 };
        let mut matching = Matching {
            open: vec![true; case.edges.len()],
            held: vec![false; case.edges.len()],
            need: (0..case.parks.len()).map(|i| if active.partners[i] { case.wish[i] } else { 0 }).collect(),
            count: vec![0; case.parks.len()],
            places: (0..case.colleges.len()).map(places).collect(),
            holders: vec![Vec::new(); case.colleges.len()],
            journal: Vec::new(),
        };
        for (e, edge) in case.edges.iter().enumerate() {
            let (i, j) = (edge.park as usize, edge.college as usize);
            matching.open[e] = !(active.forced[e] || active.forbidden[e] || active.min_score && edge.low);
            if active.forced[e] {
                matching.need[i] = matching.need[i].saturating_sub(1);
                matching.places[j] = matching.places[j].saturating_sub(1);
            }
        }
        matching
    }

    /// Gives the park one more partner, moving others if need be; if that is impossible, what it reached.
    pub(super) fn augment(&self, matching: &mut Matching, park: usize, paths: &mut Paths) -> Result<(), Reached> {
        let case = self.case;
        paths.begin(park);
        let mut at = 0;
        while at < paths.queue.len() {
            let i = paths.queue[at];
            at += 1;
            for e in self.rows[i].clone().filter(|&e| matching.open[e] && !matching.held[e]) {
                let j = case.edges[e].college as usize;
                if std::mem::replace(&mut paths.college_seen[j], paths.stamp) == paths.stamp {
                    continue;
                }
                paths.before_college[j] = e as u32;
                if matching.holders[j].len() < matching.places[j] as usize {
                    self.shift(matching, park, j, paths);
                    return Ok(());
                }
                for &other in &matching.holders[j] {
                    let i = case.edges[other as usize].park as usize;
                    if std::mem::replace(&mut paths.park_seen[i], paths.stamp) != paths.stamp {
                        paths.before_park[i] = other;
                        paths.queue.push(i);
                    }
                }
            }
        }
        let seen = |seen: &[u32]| seen.iter().map(|&seen| seen == paths.stamp).collect();
        Err(Reached { parks: seen(&paths.park_seen), colleges: seen(&paths.college_seen) })
    }

    fn shift(&self, matching: &mut Matching, park: usize, college: usize, paths: &Paths) {
        let mut j = college;
        loop {
            let taken = paths.before_college[j];
            matching.flip(self.case, taken as usize);
            matching.journal.push(taken);
            let i = self.case.edges[taken as usize].park as usize;
            if i == park {
                return;
            }
            let left = paths.before_park[i];
            matching.flip(self.case, left as usize);
            matching.journal.push(left);
            j = self.case.edges[left as usize].college as usize;
        }
    }

    /// Takes back what a park got.
    pub(super) fn release(&self, matching: &mut Matching, park: usize) {
        for e in self.rows[park].clone() {
            if matching.held[e] {
                matching.flip(self.case, e);
                matching.journal.push(e as u32);
            }
        }
    }
}
