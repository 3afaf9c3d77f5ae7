//! CSV in and out: bytes ⇄ domain.

mod generate;
mod read;
mod tables;
mod write;

pub use generate::{Spec, generate};
pub use read::{RowError, Row, read_table};
pub use tables::{TABLES, Table};
pub use write::write_table;
