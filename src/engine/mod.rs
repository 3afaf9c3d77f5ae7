//! The core: pure, synchronous, deterministic. No I/O, no clock, no chance, no unordered map.

mod cells;
mod columns;
mod explain;
mod field;
mod fit;
mod fit_table;
mod index;
mod normal;
mod portfolio;
mod rank;
mod rating_ids;
mod registry;
mod satisfaction;
mod selection;
mod snapshot;
mod state;
mod state_bytes;
mod tiles;
mod transport;
mod verify_code;

pub use fit::{Fit, NeedItem, Offer, Workspace, fit, need_items, offers};
pub use fit_table::FitTable;
pub use normal::{p_top_k, phi};
pub use portfolio::{Member, Portfolio, portfolio, team};
pub use rank::Refusal;
pub use registry::{Entry, Keyed, Registry};
pub use satisfaction::{Edges, Posterior, Share, contributions};
pub use selection::select;
pub use snapshot::Snapshot;
pub use state::{Changed, State};
pub use transport::{Transport, transport};
pub use verify_code::{decode as decode_verify_code, encode as encode_verify_code};
