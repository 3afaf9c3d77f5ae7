//! The two databases behind one text of SQL.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::sqlite::{SqliteConnection, SqlitePool};

/// Connections for reading, and for writes of one statement.
#[derive(Clone)]
pub(super) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A connection of the writer's own.
pub(super) enum Connection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs one body on whichever database it is: `on_both!(Pool, &pool, it => …)`.
macro_rules! on_both {
    ($kind:ident, $on:expr, $it:ident => $body:expr) => {
        match $on {
            $crate::store::database::$kind::Sqlite($it) => $body,
            $crate::store::database::$kind::Postgres($it) => $body,
        }
    };
}
pub(super) use on_both;

impl Connection {
    /// Runs a statement that answers nothing, in one round trip.
    pub(super) async fn run(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        on_both!(Connection, self, it => sqlx::raw_sql(statement).execute(&mut *it).await.map(|_| ()))
    }

    /// Closes it in good order.
    pub(super) async fn close(self) -> Result<(), sqlx::Error> {
        use sqlx::Connection as _;
        on_both!(Connection, self, it => it.close().await)
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// `n` rows of `columns` values after the first `given`: `($1, $2), ($3, $4)`.
pub(super) fn values(given: usize, rows: usize, columns: usize) -> String {
    let row = |at: usize| {
        let values: Vec<String> = (1..=columns).map(|column| format!("${}", given + at * columns + column)).collect();
        format!("({})", values.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// `($from, $from + 1), …` for a list of `n` pairs.
pub(super) fn pairs(from: usize, n: usize) -> String {
    values(from - 1, n, 2)
}

/// Up to so many rows are one piece, whatever their number.
const WHOLE: usize = 64;

/// Cuts rows into pieces: few are one, of more the lengths are powers of two up to `most`, so that few different
/// statements are ever prepared.
pub(super) fn pieces<T>(mut rows: &[T], most: usize) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        if rows.is_empty() {
            return None;
        }
        let whole = rows.len() <= WHOLE.min(most);
        let length = if whole { rows.len() } else { 1 << rows.len().min(most).ilog2() };
        let (piece, rest) = rows.split_at(length);
        rows = rest;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn many_rows_are_cut_into_powers_of_two_in_order() {
        let rows: Vec<u32> = (0..2_371).collect();
        let pieces: Vec<&[u32]> = super::pieces(&rows, 1_000).collect();
        let lengths: Vec<usize> = pieces.iter().map(|piece| piece.len()).collect();
        assert_eq!(lengths, [512, 512, 512, 512, 256, 64, 3]);
        assert_eq!(pieces.concat(), rows);
        assert_eq!(
            (super::values(0, 2, 3).as_str(), super::pairs(2, 2).as_str()),
            ("($1, $2, $3), ($4, $5, $6)", "($2, $3), ($4, $5)")
        );
    }
}
