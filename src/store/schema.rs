//! Whether the tables are those this program needs, and how they become so.

use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;

use super::address::Address;
use super::database::{Connection, Pool, on_both};
use super::error::StoreError;
use super::log::Store;
use super::{postgres, walls};

/// How often tables that somebody else holds are asked for, and the pause between.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);
/// PostgreSQL's codes for a lock that was not to be had: not in time; in a deadlock.
const HELD: [&str; 2] = ["55P03", "40P01"];

fn migrations() -> Migrator {
    let mut migrations = sqlx::migrate!("./migrations");
    // A newer program beside this one may have migrated already: migrations only ever add.
    migrations.set_ignore_missing(true);
    migrations
}

/// Versions of the tables: the number of the newest migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// What the database has; 0: no tables of Zeyou.
    pub found: i64,
    /// What this program needs.
    pub needed: i64,
}

impl Store {
    /// Adds the tables that are missing, and their walls. On PostgreSQL others may write meanwhile, and start too: what they
    /// hold is waited for.
    pub(super) async fn migrate(&self) -> Result<(), StoreError> {
        if let Pool::Sqlite(pool) = &self.pool {
            return Ok(migrations().run(pool).await.map_err(sqlx::Error::from)?);
        }
        let Address::Postgres(address) = &self.address else { return Ok(()) };
        let mut tries = 1;
        loop {
            match migrate_server(address).await {
                Err(StoreError::Database(error)) if tries < TRIES && is_held(&error) => tries += 1,
                done => return done,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The versions of the tables.
    ///
    /// # Errors
    /// What the database says.
    pub async fn schema(&self) -> Result<Schema, StoreError> {
        let needed = migrations().iter().map(|migration| migration.version).max().unwrap_or(0);
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

async fn migrate_server(address: &PgConnectOptions) -> Result<(), StoreError> {
    let mut own = postgres::connection(address).await?;
    // An index on millions of rows takes longer than an answer may.
    sqlx::raw_sql("SET statement_timeout = 0").execute(&mut own).await?;
    migrations().run(&mut own).await.map_err(sqlx::Error::from)?;
    walls::raise(&mut own).await?;
    walls::test(&mut own).await?;
    Ok(Connection::Postgres(own).close().await?)
}

/// Whether a lock was not to be had.
fn is_held(error: &sqlx::Error) -> bool {
    use sqlx::migrate::MigrateError::{Execute, ExecuteMigration};
    let error = match error {
        sqlx::Error::Migrate(error) => match &**error {
            Execute(error) | ExecuteMigration(error, _) => error,
            _ => return false,
        },
        error => error,
    };
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| HELD.contains(&&*code))
}
