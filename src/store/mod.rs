//! The log on SQLite: the only truth. Statements keep to what runs on PostgreSQL unchanged.

mod append;
mod chain;
mod log;
mod snapshots;
mod writer;

pub use append::{Appended, Draft, IdempotencyKey, Recorded, Unit};
pub use chain::{Chain, ChainFault};
pub use log::{Store, StoreError};
pub use snapshots::PIECE;
pub use writer::Writer;
