//! Whether mandatory wishes can be met: places handed out one by one along alternating paths.

use super::case::Case;

/// The parts of a case that do not change while wishes are dropped: candidates by park and by college.
pub(super) struct Ways<'a> {
    pub(super) case: &'a Case,
    rows: Vec<std::ops::Range<usize>>,
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
    /// Partners each park still needs in all, forced pairs aside.
    pub(super) need: Vec<u32>,
    pub(super) count: Vec<u32>,
    /// Places of each college, forced pairs aside.
    pub(super) places: Vec<u32>,
    pub(super) load: Vec<u32>,
}

impl<'a> Ways<'a> {
    pub(super) fn new(case: &'a Case) -> Self {
        let mut columns = vec![Vec::new(); case.colleges.len()];
        let mut rows = vec![0..0; case.parks.len()];
        for (e, edge) in case.edges.iter().enumerate() {
            columns[edge.college as usize].push(e as u32);
            let row = &mut rows[edge.park as usize];
            *row = if row.start == row.end { e..e + 1 } else { row.start..e + 1 };
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
            load: vec![0; case.colleges.len()],
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
                if matching.load[j] < matching.places[j] {
                    self.shift(matching, park, j, &paths.before_park, &paths.before_college);
                    return Ok(());
                }
                for &other in self.columns[j].iter().filter(|&&other| matching.held[other as usize]) {
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

    fn shift(&self, matching: &mut Matching, park: usize, college: usize, before_park: &[u32], before_college: &[u32]) {
        matching.load[college] += 1;
        matching.count[park] += 1;
        let mut j = college;
        loop {
            let taken = before_college[j] as usize;
            matching.held[taken] = true;
            let i = self.case.edges[taken].park as usize;
            if i == park {
                return;
            }
            let left = before_park[i] as usize;
            matching.held[left] = false;
            j = self.case.edges[left].college as usize;
        }
    }

    /// Takes back what a park got.
    pub(super) fn release(&self, matching: &mut Matching, park: usize) {
        for e in self.rows[park].clone().filter(|&e| matching.held[e]) {
            matching.load[self.case.edges[e].college as usize] -= 1;
        }
        matching.held[self.rows[park].clone()].fill(false);
        (matching.count[park], matching.need[park]) = (0, 0);
    }
}
