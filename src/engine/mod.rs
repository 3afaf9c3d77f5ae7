//! The core: pure, synchronous, deterministic. No I/O, no clock, no chance, no unordered map.

mod columns;
mod explain;
mod fit;
mod normal;
mod portfolio;
mod rank;
mod registry;
mod satisfaction;
mod selection;
mod snapshot;
mod state;
mod transport;
mod verify_code;

pub use fit::{Fit, NeedItem, Offer, fit, need_items, offers};
pub use normal::{p_top_k, phi};
pub use portfolio::{Member, Portfolio, portfolio, team};
pub use rank::Refusal;
pub use registry::{Entry, Registry};
pub use satisfaction::{Edges, Posterior, Share, contributions};
pub use selection::select;
pub use snapshot::Snapshot;
pub use state::{Changed, State};
pub use transport::{Transport, transport};
pub use verify_code::{decode as decode_verify_code, encode as encode_verify_code};
