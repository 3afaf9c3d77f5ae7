//! Imports that were made by a file, so that one can be taken back for some days.

use serde::{Deserialize, Serialize};

use super::code::ImportId;
use super::date::Date;
use super::text::Label;

/// After this many days an import is no longer taken back.
pub const UNDO_DAYS: i32 = 7;

/// What an import wrote: the events right before this record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportRecord {
    /// Its code.
    pub id: ImportId,
    /// The file.
    pub file: Label,
    /// The day it was made.
    pub on: Date,
    /// How many events right before this record it wrote.
    pub written: u32,
}
