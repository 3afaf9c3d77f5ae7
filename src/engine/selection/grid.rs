//! Parks × candidate colleges as rows and columns of edges, in canonical order.

/// One selection without side constraints: who may take whom, at what value, how often.
///
/// Parks and colleges are positions in order of their ids, edges are sorted by park, then college: equal questions
/// give equal grids whatever the order of the input, and every later tie is broken by position.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// First edge of each park, `(n_parks + 1,)`.
    pub(super) row: Vec<u32>,
    /// College of each edge.
    pub(super) college: Vec<u32>,
    /// Park of each edge.
    pub(super) park: Vec<u32>,
    /// Value of each edge, score units.
    pub(super) value: Vec<i64>,
    /// First entry of each college in `column_edges`, `(n_colleges + 1,)`.
    pub(super) column: Vec<u32>,
    /// Edges by college, then park.
    pub(super) column_edges: Vec<u32>,
    /// Partners each park takes at most, `(n_parks,)`.
    pub(super) wish: Vec<u32>,
    /// Parks each college takes at most, `(n_colleges,)`.
    pub(super) capacity: Vec<u32>,
    /// Value of a partner's place left open, ≤ 0: 0 if wishes are limits, very negative if they are mandatory.
    pub(super) open: i64,
}

impl Grid {
    /// Builds the grid; `edges` are `(park, college, value)` without repeats, in any order.
    pub(super) fn new(mut edges: Vec<(u32, u32, i64)>, wish: Vec<u32>, capacity: Vec<u32>, mandatory: bool) -> Self {
        edges.sort_unstable();
        let n_colleges = capacity.len();
        let mut row = vec![0; wish.len() + 1];
        let mut column = vec![0; n_colleges + 1];
        for &(park, college, _) in &edges {
            row[park as usize + 1] += 1;
            column[college as usize + 1] += 1;
        }
        for i in 0..wish.len() {
            row[i + 1] += row[i];
        }
        for j in 0..n_colleges {
            column[j + 1] += column[j];
        }
        let mut next = column.clone();
        let mut column_edges = vec![0; edges.len()];
        for (e, &(_, college, _)) in edges.iter().enumerate() {
            column_edges[next[college as usize] as usize] = e as u32;
            next[college as usize] += 1;
        }
        // No alternating path changes as much value as one open place costs: mandatory places come first.
        let largest = edges.iter().map(|edge| edge.2.abs()).max().unwrap_or(0);
        let longest = 2 * (wish.len().min(n_colleges) as i64 + 1);
        Self {
            row,
            college: edges.iter().map(|edge| edge.1).collect(),
            park: edges.iter().map(|edge| edge.0).collect(),
            value: edges.iter().map(|edge| edge.2).collect(),
            column,
            column_edges,
            wish,
            capacity,
            open: if mandatory { -(largest + 1) * longest } else { 0 },
        }
    }

    pub(super) fn n_parks(&self) -> usize {
        self.wish.len()
    }

    pub(super) fn n_colleges(&self) -> usize {
        self.capacity.len()
    }

    /// The edges of a park.
    pub(super) fn of_park(&self, park: usize) -> std::ops::Range<usize> {
        self.row[park] as usize..self.row[park + 1] as usize
    }

    /// The edges of a college.
    pub(super) fn of_college(&self, college: usize) -> &[u32] {
        &self.column_edges[self.column[college] as usize..self.column[college + 1] as usize]
    }
}
