//! Zeyou (择优): picks partner colleges for industrial parks on merit.
//!
//! One idea: a ranking is a pure function of a log prefix and a question. Read the modules in this order.

pub mod cli;
pub mod console;
pub mod domain;
pub mod engine;
pub mod exchange;
pub mod http;
pub mod live;
pub mod service;
pub mod store;
