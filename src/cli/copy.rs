//! Backup and restore on the command line.

use std::path::Path;
use std::process::ExitCode;

use indicatif::ProgressBar;

use crate::service::{Copied, CopyStep, Service, ServiceError};
use crate::store::Address;

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

/// Writes a backup file.
pub(super) async fn backup(database: &Address, file: &Path) -> Outcome {
    let bar = bar("备份 backing up");
    let tell = |step, done, of| progress(&bar, step, done, of);
    let done = unless_interrupted(Service::backup(database, file, &tell)).await;
    finish(&bar, done, |copied| format!("已备份到 {0} / backed up to {0}: {1}", file.display(), told(copied)))
}

/// Fills an empty database from a backup file.
pub(super) async fn restore(file: &Path, database: &Address) -> Outcome {
    let bar = bar("恢复 restoring");
    let tell = |step, done, of| progress(&bar, step, done, of);
    let done = unless_interrupted(Service::restore(file, database, &tell)).await;
    finish(&bar, done, |copied| format!("已恢复到 {database} / restored into {database}: {}", told(copied)))
}

fn told(copied: &Copied) -> String {
    let Copied { seq, keys, digest, accounts, accounts_digest, audit, plain_secrets } = copied;
    let plain = match plain_secrets {
        0 => String::new(),
        n => format!(
            "\n注意：其中 {n} 个密文未封存，请像保管密码一样保管这份拷贝（见 --secret-key-file）/ {n} secrets in it are not sealed: \
             keep the copy as you keep passwords (see --secret-key-file)"
        ),
    };
    format!(
        "{seq} 个事件 events, {keys} 个幂等键 keys, {accounts} 个账号 accounts (摘要 digest {accounts_digest}), \
         {audit} 条审计记录 audit entries, \
         链完整 chain intact, 状态摘要 state digest {digest}{plain}"
    )
}

fn bar(what: &'static str) -> ProgressBar {
    let bar = super::rows(what);
    bar.set_length(0);
    bar
}

fn progress(bar: &ProgressBar, step: CopyStep, done: u64, of: u64) {
    if step == CopyStep::Checking {
        bar.set_message("核对 checking");
    }
    bar.set_length(of);
    bar.set_position(done);
}

fn finish(bar: &ProgressBar, done: Option<Result<Copied, ServiceError>>, tell: impl Fn(&Copied) -> String) -> Outcome {
    bar.finish_and_clear();
    match done {
        Some(done) => {
            println!("{}", tell(&done?));
            Ok(ExitCode::SUCCESS)
        }
        None => {
            eprintln!("zeyou: 已中断，没有留下半成品 / interrupted; nothing half done was left");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// What the work answers, or none at Ctrl-C or SIGTERM: then it is dropped, and with it what it had begun.
async fn unless_interrupted<T>(work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        _ = tokio::signal::ctrl_c() => None,
        () = crate::http::terminate() => None,
    }
}
