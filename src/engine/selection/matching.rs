//! Whether mandatory wishes can be met: places handed out one by one along alternating paths.

use super::case::Case;

/// The parts of a case that do not change while wishes are dropped: candidates by park and by college.
pub(super) struct Ways<'a> {
    pub(super) case: &'a Case,
    rows: Vec<std::ops::Range<usize>>,
    /// Edges of each college.
    columns: Vec<Vec<u32>>,
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
    /// Parks with a way to a place that is known to be free, by the stamp of the search, and that way.
    near: Vec<u32>,
    last_edge: Vec<u32>,
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
            near: vec![0; case.parks.len()],
            last_edge: vec![0; case.parks.len()],
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
        let (mut rows, mut columns) = (vec![0..0; case.parks.len()], vec![Vec::new(); case.colleges.len()]);
        for (e, edge) in case.edges.iter().enumerate() {
            let row = &mut rows[edge.park as usize];
            *row = if row.start == row.end { e..e + 1 } else { row.start..e + 1 };
            columns[edge.college as usize].push(e as u32);
        }
        let seats = case.seats().unwrap_or_else(|| vec![1; case.colleges.len()]);
        Self { case, rows, columns, seats }
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
    ///
    /// The colleges of `free` are known to have places: a path ends at the first park that can take one there, long
    /// before the search would come to the college itself.
    pub(super) fn augment(
        &self,
        matching: &mut Matching,
        park: usize,
        free: &[u32],
        paths: &mut Paths,
    ) -> Result<(), Reached> {
        let case = self.case;
        paths.begin(park);
        for &j in free.iter().filter(|&&j| matching.holders[j as usize].len() < matching.places[j as usize] as usize) {
            for &e in &self.columns[j as usize] {
                if matching.open[e as usize] && !matching.held[e as usize] {
                    let i = case.edges[e as usize].park as usize;
                    (paths.near[i], paths.last_edge[i]) = (paths.stamp, e);
                }
            }
        }
        if paths.near[park] == paths.stamp {
            self.shift(matching, park, paths.last_edge[park], paths);
            return Ok(());
        }
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
                    self.shift(matching, park, e as u32, paths);
                    return Ok(());
                }
                for &other in &matching.holders[j] {
                    let i = case.edges[other as usize].park as usize;
                    if std::mem::replace(&mut paths.park_seen[i], paths.stamp) != paths.stamp {
                        paths.before_park[i] = other;
                        if paths.near[i] == paths.stamp {
                            let last = paths.last_edge[i];
                            self.shift(matching, park, last, paths);
                            return Ok(());
                        }
                        paths.queue.push(i);
                    }
                }
            }
        }
        let seen = |seen: &[u32]| seen.iter().map(|&seen| seen == paths.stamp).collect();
        Err(Reached { parks: seen(&paths.park_seen), colleges: seen(&paths.college_seen) })
    }

    /// Takes the edge `last`, and along the way that led to its park leaves one for another up to the first park.
    fn shift(&self, matching: &mut Matching, park: usize, last: u32, paths: &Paths) {
        let mut taken = last;
        loop {
            matching.flip(self.case, taken as usize);
            matching.journal.push(taken);
            let i = self.case.edges[taken as usize].park as usize;
            if i == park {
                return;
            }
            let left = paths.before_park[i];
            matching.flip(self.case, left as usize);
            matching.journal.push(left);
            taken = paths.before_college[self.case.edges[left as usize].college as usize];
        }
    }

    /// Takes back what a park got; the colleges it got it from.
    pub(super) fn release(&self, matching: &mut Matching, park: usize) -> Vec<u32> {
        let held: Vec<usize> = self.rows[park].clone().filter(|&e| matching.held[e]).collect();
        for &e in &held {
            matching.flip(self.case, e);
            matching.journal.push(e as u32);
        }
        held.into_iter().map(|e| self.case.edges[e].college).collect()
    }
}
