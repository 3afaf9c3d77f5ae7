//! CSV in and out: bytes ⇄ domain.

mod formula;
mod generate;
mod read;
mod tables;
mod write;

pub use generate::{Spec, generate, generate_with};
pub use read::{Row, RowError, read_table};
pub use tables::{RowEvents, TABLES, Table};
pub use write::write_table;
