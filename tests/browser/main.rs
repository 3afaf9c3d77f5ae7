//! The console in a real browser: Debian's Chromium, driven by WebDriver. Screenshots go to `target/screens`.

mod browser;
mod data;
mod frame;
mod lab;
mod rate;
mod shortlist;
mod site;
mod why;
