//! The core: pure, synchronous, deterministic. No I/O, no clock, no chance, no unordered map.

mod affinity;
mod columns;
mod crossed;
mod explain;
mod fit;
mod forecast;
mod normal;
mod rank;
mod registry;
mod rows;
mod satisfaction;
mod snapshot;
mod state;
mod transport;
mod verify_code;

pub use affinity::{Affinity, Averages, Chain};
pub use crossed::{Crossed, CrossedOnline, Variances};
pub use fit::{Fit, NeedItem, Offer, fit, need_items, offers};
pub use forecast::{Accuracy, Forecast};
pub use normal::{p_top_k, phi};
pub use rank::Refusal;
pub use registry::{Entry, Registry};
pub use rows::Rows;
pub use satisfaction::{Edges, Posterior, Share, contributions};
pub use snapshot::Snapshot;
pub use state::{Changed, State};
pub use transport::{Transport, transport};
pub use verify_code::{decode as decode_verify_code, encode as encode_verify_code};
