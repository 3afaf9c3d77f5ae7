//! The console in a real browser: Debian's Chromium, driven by WebDriver. Screenshots go to `target/screens`.

mod access;
mod browser;
mod data;
mod departments;
mod frame;
mod home;
mod lab;
mod needs;
mod oidc;
mod oversight;
#[path = "../servers/provider.rs"]
#[expect(dead_code, reason = "shared with tests that make it do wrong")]
mod provider;
mod rate;
mod scenarios;
mod selections;
mod shortlist;
mod site;
mod why;
