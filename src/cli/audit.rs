//! `zeyou audit`: who was let in, refused, and read what; also beside a running server.

use std::process::ExitCode;

use clap::Subcommand;

use crate::service::{AUDIT_DAYS, Audit};
use crate::store::{Address, AuditEntry, AuditRow, LEAST_AUDIT_DAYS, Store};

/// What to do with the audit log.
#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Recompute its chain; names the first bad entry.
    Verify,
    /// Print its last entry and the chain over all: note it on another system, so that rewriting the whole shows.
    Head,
    /// Print all entries as CSV, the oldest first.
    Export,
    /// Take away what is older than so many days; what is left still verifies.
    Purge {
        /// Days to keep.
        #[arg(long, default_value_t = AUDIT_DAYS, value_parser = clap::value_parser!(u32).range(i64::from(LEAST_AUDIT_DAYS)..))]
        keep_days: u32,
    },
}

type Done = Result<ExitCode, Box<dyn std::error::Error>>;

pub(super) async fn audit(database: &Address, command: AuditCommand) -> Done {
    let store = Store::open_read_only(database).await?;
    let done = run(&store, &Audit::of(store.clone()), command).await;
    store.close().await;
    done
}

async fn run(store: &Store, audit: &Audit, command: AuditCommand) -> Done {
    let end = audit.end().await?;
    match command {
        AuditCommand::Verify => {
            if let Some(fault) = audit.check().await? {
                eprintln!("broken at entry {}: {}", fault.seq, fault.what);
                return Ok(ExitCode::FAILURE);
            }
            let kept = end.seq - end.purged;
            println!("{kept} entries after {}, chain intact, head {} {}", end.purged, end.seq, end.chain);
        }
        AuditCommand::Head => println!("{} {}", end.seq, end.chain),
        AuditCommand::Export => {
            audit.record("operator", "operator", "read-audit", "export", "ok").await?;
            let mut out = csv::Writer::from_writer(std::io::stdout());
            out.write_record(["seq", "at", "principal", "role", "action", "object", "result", "times", "request"])?;
            let mut seq = end.purged;
            loop {
                let rows = store.audit_after(seq).await?;
                let Some(last) = rows.last() else { break };
                seq = last.seq;
                for AuditRow { seq, entry, .. } in rows {
                    let (seq, at, times) = (seq.to_string(), entry.at.to_string(), entry.times.to_string());
                    let AuditEntry { principal, role, action, object, result, .. } = &entry;
                    let texts = [principal, role, action, object, result].map(String::as_str);
                    let record = [&[&*seq, &*at][..], &texts, &[&*times, &*entry.request]].concat();
                    out.write_record(record.into_iter().map(guarded))?;
                }
            }
            out.flush()?;
        }
        AuditCommand::Purge { keep_days } => {
            audit.record("operator", "operator", "purge-audit", &keep_days.to_string(), "ok").await?;
            println!("{} entries taken away", audit.purge(keep_days).await?);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Nothing that a spreadsheet would work out.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() }
}
