//! The HTTP API from outside: a real server on a real port, the demo city in a fresh log.

mod access;
mod attack;
mod audit;
mod bad_input;
mod changes;
mod decisions;
mod directory;
mod helpers;
mod kept_scenarios;
mod models;
mod more_bad_input;
mod operations;
mod published;
mod ratings;
mod satisfaction;
mod scenario_questions;
mod scenarios;
mod selections;
mod sensitivity;
mod shortlist;
mod sign_in;
mod subject;
