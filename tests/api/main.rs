//! The HTTP API from outside: a real server on a real port, the demo city in a fresh log.

mod access;
mod bad_input;
mod changes;
mod decisions;
mod directory;
mod feedback;
mod flag_reviews;
mod helpers;
mod kept_scenarios;
mod limits;
mod models;
mod more_bad_input;
mod operations;
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
mod tickets;
