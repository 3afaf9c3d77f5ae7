//! What `zeyou doctor` found, in words.

use std::process::ExitCode;

use crate::service::{Finding, Grave, Service};
use crate::store::{Address, Vault};

/// Examines a set-up and prints each finding with what to do; fails if any is bad.
pub(super) async fn doctor(database: &Address, vault: &Vault, redis: Option<(String, String)>) -> ExitCode {
    let redis = redis.as_ref().map(|(url, namespace)| (url.as_str(), namespace.as_str()));
    let findings = Service::examine(database, vault, redis).await;
    for Finding { grave, what: [zh, en], mend } in &findings {
        let sign = match grave {
            Grave::Good => "✓",
            Grave::Warning => "!",
            Grave::Bad => "✗",
        };
        println!("{sign} {zh} / {en}");
        if let Some([zh, en]) = mend {
            println!("  → {zh}\n  → {en}");
        }
    }
    let count = |grave| findings.iter().filter(|finding| finding.grave == grave).count();
    let (bad, warnings) = (count(Grave::Bad), count(Grave::Warning));
    println!("{bad} 处须修复，{warnings} 处提醒 / {bad} to mend, {warnings} warnings");
    if bad > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
