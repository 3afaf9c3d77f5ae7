//! The HTTP API from outside: a real server on a real port, the demo city in a fresh log.

mod bad_input;
mod changes;
mod directory;
mod helpers;
mod models;
mod operations;
mod ratings;
mod scenarios;
mod selections;
mod sensitivity;
mod shortlist;
