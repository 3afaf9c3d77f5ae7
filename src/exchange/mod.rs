//! Files in and out (CSV, workbooks): bytes ⇄ domain.

mod annotate;
mod attribute_file;
mod book;
mod definitions;
mod encoding;
mod formula;
mod generate;
mod grid;
mod headings;
mod rating_file;
mod read;
mod rows;
mod selection;
mod selection_limits;
mod tables;
mod tidy;
mod workbook;
mod write;

pub use annotate::{Remarks, annotated_csv, annotated_workbook};
pub use attribute_file::read_attributes;
pub use book::{export_workbook, plain_workbook, template_workbook};
pub use definitions::{CellKind, ColumnDefinition, Named, TableDefinition, definition, definitions, words};
pub use generate::{Spec, generate, generate_with};
pub use grid::{Cell, Grid, MOST_ROWS, letters, read_delimited};
pub use headings::{Heading, Layout, memory_key, recognise};
pub use rating_file::RatingReader;
pub use read::{Row, RowError, read_table};
pub use rows::{Finding, FoundCell, SheetRows, What, found_cell, sheet_rows};
pub use selection::{File, Limit, SelectionTables, read_selection};
pub use tables::{RowEvents, TABLES, Table};
pub use tidy::{Lookup, Tidied, Why, tidy};
pub use workbook::{MAX_FILE, read_sheets};
pub use write::{cell_text, write_rows, write_table};
