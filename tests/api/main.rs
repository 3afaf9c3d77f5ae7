//! The HTTP API from outside: a real server on a real port, the demo city in a fresh log.

mod access;
mod attack;
mod audit;
mod bad_input;
mod cases;
mod changes;
mod decisions;
mod directory;
mod doubtful_input;
mod feedback;
mod flag_reviews;
mod helpers;
mod kept_scenarios;
mod limits;
mod models;
mod more_bad_input;
mod oidc;
mod operations;
mod password;
#[path = "../servers/provider.rs"]
mod provider;
mod published;
mod rating_links;
mod rating_rules;
mod ratings;
mod relations;
mod satisfaction;
mod scenario_questions;
mod scenarios;
mod selections;
mod sensitivity;
mod shortlist;
mod sign_in;
mod subject;
mod tickets;
mod watching;
