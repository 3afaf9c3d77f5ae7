//! The console in a real browser: Debian's Chromium, driven by WebDriver. Screenshots go to `target/screens`.

mod access;
mod browser;
mod data;
mod departments;
mod frame;
mod home;
mod lab;
mod needs;
mod oversight;
mod rate;
mod scenarios;
mod selections;
mod shortlist;
mod site;
mod why;
