//! Comments of ratings and reasons of revisions: texts beside the log that can be erased. The log holds their salted digests.

use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use super::database::{Connection, on_both, pieces, values};
use super::error::StoreError;
use super::log::{LOG_ID, Store};

/// Rows of one INSERT.
const ROWS: usize = 1_024;

/// A comment or a reason as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CommentRow {
    /// SHA-256 of salt and text, hexadecimal: what the event holds.
    pub digest: String,
    /// The rating it belongs to.
    pub rating: String,
    /// Random bytes: without them a short text could be guessed from its digest.
    pub salt: Vec<u8>,
    /// The text.
    pub body: String,
}

impl CommentRow {
    /// A comment with a salt of its own.
    pub fn new(rating: String, body: String) -> Self {
        let salt: [u8; 16] = rand::random();
        Self { digest: digest(&salt, &body), rating, salt: salt.to_vec(), body }
    }

    /// Whether the text is the one that its digest was made of.
    pub fn is_sound(&self) -> bool {
        digest(&self.salt, &self.body) == self.digest
    }
}

fn digest(salt: &[u8], body: &str) -> String {
    format!("{:x}", Sha256::new().chain_update(salt).chain_update(body).finalize())
}

/// Writes comments, each piece by one statement on the connection or pool at hand.
macro_rules! insert {
    ($kind:ident, $on:expr, $rows:expr) => {
        for piece in pieces($rows, ROWS) {
            let columns = "log_id, digest, rating, salt, body";
            let text = format!(
                "INSERT INTO rating_comment ({columns}) VALUES {} ON CONFLICT DO NOTHING",
                values(0, piece.len(), 5)
            );
            on_both!($kind, $on, it => {
                let mut query = sqlx::query(AssertSqlSafe(text));
                for row in piece {
                    query = query.bind(LOG_ID).bind(row.digest.as_str()).bind(row.rating.as_str());
                    query = query.bind(row.salt.as_slice()).bind(row.body.as_str());
                }
                query.execute(it).await.map(|_| ())
            })?;
        }
    };
}

/// Writes comments in a transaction of their own connection's.
pub(super) async fn fill(connection: &mut Connection, rows: &[CommentRow]) -> Result<(), StoreError> {
    insert!(Connection, &mut *connection, rows);
    Ok(())
}

impl Store {
    /// Keeps comments; before the events that hold their digests.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_comments(&self, rows: &[CommentRow]) -> Result<(), StoreError> {
        insert!(Pool, &self.pool, rows);
        Ok(())
    }

    /// The comment of that digest, unless it was erased.
    ///
    /// # Errors
    /// What the database says.
    pub async fn comment(&self, digest: &str) -> Result<Option<CommentRow>, StoreError> {
        let text = "SELECT digest, rating, salt, body FROM rating_comment WHERE log_id = $1 AND digest = $2";
        Ok(on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(text).bind(LOG_ID).bind(digest).fetch_optional(pool).await
        })?)
    }

    /// At most `limit` comments after the one of this digest, in their order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn comments(&self, after: &str, limit: i64) -> Result<Vec<CommentRow>, StoreError> {
        let page = "SELECT digest, rating, salt, body FROM rating_comment \
                    WHERE log_id = $1 AND digest > $2 ORDER BY digest LIMIT $3";
        Ok(on_both!(Pool, &self.pool, pool => {
            sqlx::query_as(page).bind(LOG_ID).bind(after).bind(limit).fetch_all(pool).await
        })?)
    }

    /// Erases the comments and reasons of a rating, of all its revisions; how many there were.
    ///
    /// # Errors
    /// What the database says.
    pub async fn erase_comments(&self, rating: &str) -> Result<u64, StoreError> {
        let text = "DELETE FROM rating_comment WHERE log_id = $1 AND rating = $2";
        Ok(on_both!(Pool, &self.pool, pool => {
            sqlx::query(text).bind(LOG_ID).bind(rating).execute(pool).await.map(|done| done.rows_affected())
        })?)
    }

    /// Drops comments whose events were not written.
    ///
    /// # Errors
    /// What the database says.
    pub async fn drop_comments(&self, rows: &[CommentRow]) -> Result<(), StoreError> {
        let text = "DELETE FROM rating_comment WHERE log_id = $1 AND digest = $2";
        for row in rows {
            on_both!(Pool, &self.pool, pool => {
                sqlx::query(text).bind(LOG_ID).bind(row.digest.as_str()).execute(pool).await.map(|_| ())
            })?;
        }
        Ok(())
    }
}
