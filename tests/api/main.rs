//! The HTTP API from outside: a real server on a real port, the demo city in a fresh log.

mod access;
mod bad_input;
mod cases;
mod changes;
mod decisions;
mod directory;
mod doubtful_input;
mod helpers;
mod kept_scenarios;
mod models;
mod more_bad_input;
mod oidc;
mod operations;
#[path = "../servers/provider.rs"]
mod provider;
mod ratings;
mod satisfaction;
mod scenario_questions;
mod scenarios;
mod selections;
mod sensitivity;
mod shortlist;
mod sign_in;
