//! CSV in and out: bytes ⇄ domain.

mod attribute_file;
mod generate;
mod rating_file;
mod read;
mod tables;
mod write;

pub use attribute_file::read_attributes;
pub use generate::{Spec, generate};
pub use rating_file::RatingReader;
pub use read::{Row, RowError, read_table};
pub use tables::{RowEvents, TABLES, Table};
pub use write::write_table;
