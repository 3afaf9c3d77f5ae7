//! CSV in and out: bytes ⇄ domain.

mod attribute_file;
mod encoding;
mod formula;
mod generate;
mod rating_file;
mod read;
mod selection;
mod selection_limits;
mod tables;
mod write;

pub use attribute_file::read_attributes;
pub use generate::{Spec, generate, generate_with};
pub use rating_file::RatingReader;
pub use read::{Row, RowError, read_table};
pub use selection::{File, Limit, SelectionTables, read_selection};
pub use tables::{RowEvents, TABLES, Table};
pub use write::{write_rows, write_table};
