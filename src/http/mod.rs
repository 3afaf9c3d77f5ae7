//! The HTTP edge: extract, call one use case, answer. The only layer that knows actix, JSON bodies and status codes.

mod access;
mod accounts;
mod admission;
mod body;
mod changes;
mod decisions;
mod directory;
mod documents;
mod forwarded;
mod guard;
mod health;
mod metrics;
mod models;
mod parameters;
mod problem;
mod query;
mod ranking;
mod ratings;
mod refusals;
mod scenarios;
mod selections;
mod sensitivity;
mod server;
mod settings;
mod stream;
mod titles;
mod wire;

pub use access::Access;
pub(crate) use access::Signed;
pub(crate) use guard::not_found;
pub(crate) use problem::Problem;
pub(crate) use query::{Query, encoded, filtered, listed, path_id};
pub(crate) use titles::title;

pub use admission::Admission;
pub use documents::openapi_json;
pub(crate) use forwarded::client;
pub use forwarded::last_hop;
pub use metrics::Metrics;
pub(crate) use server::terminate;
pub use server::{ServeOptions, application, serve};
pub use wire::listen;
