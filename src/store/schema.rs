//! Whether the tables are those this program needs.

use super::database::on_both;
use super::error::StoreError;
use super::log::Store;

/// Versions of the tables: the number of the newest migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// What the database has; 0: no tables of Zeyou.
    pub found: i64,
    /// What this program needs.
    pub needed: i64,
}

impl Store {
    /// The versions of the tables.
    ///
    /// # Errors
    /// What the database says.
    pub async fn schema(&self) -> Result<Schema, StoreError> {
        let needed = sqlx::migrate!("./migrations").iter().map(|migration| migration.version).max().unwrap_or(0);
        let newest = "SELECT max(version) FROM _sqlx_migrations WHERE success";
        let found: Result<Option<i64>, sqlx::Error> =
            on_both!(Pool, &self.pool, pool => sqlx::query_scalar(newest).fetch_one(pool).await);
        match found {
            Ok(found) => Ok(Schema { found: found.unwrap_or(0), needed }),
            Err(sqlx::Error::Database(error))
                if error.code().as_deref() == Some("42P01") || error.message().contains("no such table") =>
            {
                Ok(Schema { found: 0, needed })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses a database without the tables that this program reads, and says what to do.
    pub(super) async fn check_schema(&self) -> Result<(), StoreError> {
        match self.schema().await? {
            Schema { found: 0, .. } => Err(StoreError::NoLog),
            Schema { found, needed } if found < needed => Err(StoreError::OldSchema { found, needed }),
            _ => Ok(()),
        }
    }
}
