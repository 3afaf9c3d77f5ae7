//! The log on SQLite or PostgreSQL: the only truth. One text of SQL serves both.

mod accounts;
mod address;
mod append;
mod chain;
mod copy;
mod copy_accounts;
mod database;
mod error;
mod group;
mod log;
mod oidc;
mod postgres;
mod replicas;
mod schema;
mod secret;
mod snapshots;
mod sqlite;
mod tail;
mod vault;
mod walls;
mod writer;

pub use accounts::{AccountRow, ApiKeyRow, SessionRow};
pub use address::Address;
pub use append::{Appended, Committed, Draft, IdempotencyKey, Recorded, Unit};
pub use chain::{Chain, ChainFault};
pub use copy::{Filling, KeyRow, LogRow};
pub use copy_accounts::AccountRows;
pub use error::StoreError;
pub use log::{Head, Store};
pub use postgres::pool_options as postgres_pool_options;
pub use schema::Schema;
pub use snapshots::PIECE;
pub use tail::Tail;
pub use vault::Vault;
pub use writer::Writer;
