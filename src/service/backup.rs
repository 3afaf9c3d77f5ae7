//! Backup and restore: the log copied row by row into a new file or an empty database, and checked there from the first
//! event; the audit log comes with it, checked against a chain of its own, and accounts, keys and secrets as they are stored, checked
//! by their digest. As both sides are read and filled alike, a log also moves this way from SQLite to PostgreSQL and back.

use std::fs::File;
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

use super::{Service, ServiceError};
use crate::store::{Address, Head, Store, StoreError};

/// Rows read at a time.
const PAGE: i64 = 4_096;

/// A copy of a log, checked from its first event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Its last event.
    pub seq: u64,
    /// Idempotency keys that came with it.
    pub keys: usize,
    /// Digest of the state that it replays to.
    pub digest: String,
    /// Accounts that came with it.
    pub accounts: usize,
    /// Digest of accounts, keys and secrets as they are stored.
    pub accounts_digest: String,
    /// Entries of the audit log that came with it.
    pub audit: u64,
    /// Secrets in it that are not sealed: whoever has the copy has them.
    pub plain_secrets: usize,
}

/// Progress of a copy: events copied of how many, then the same again for the check.
pub type CopyProgress<'a> = &'a (dyn Fn(CopyStep, u64, u64) + Sync);

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyStep {
    /// Rows are copied.
    Copying,
    /// The copy is replayed.
    Checking,
}

impl Service {
    /// Copies a log into a new file, also beside a running server. The file is there when it is whole and checked, or not
    /// at all.
    ///
    /// # Errors
    /// [`StoreError::Exists`]; [`StoreError::Corrupt`] names the first event that does not continue the chain,
    /// [`StoreError::BrokenAudit`] the first entry of the audit log; or what the databases say.
    pub async fn backup(from: &Address, to: &Path, progress: CopyProgress<'_>) -> Result<Copied, ServiceError> {
        if to.exists() {
            return Err(StoreError::Exists(to.to_owned()).into());
        }
        let source = Store::open_read_only(from).await?;
        let copied = into_new_file(&source, to, progress).await;
        source.close().await;
        copied
    }

    /// Copies the log of a backup, or of any other database file, into an empty database.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`]; otherwise as [`Self::backup`].
    pub async fn restore(from: &Path, into: &Address, progress: CopyProgress<'_>) -> Result<Copied, ServiceError> {
        let source = Store::open_read_only(from).await?;
        let copied = match into {
            Address::File(path) if !path.exists() => into_new_file(&source, path, progress).await,
            into => match Store::open(into).await {
                Ok(target) => {
                    let copied = copied(&source, &target, progress).await;
                    target.close().await;
                    copied
                }
                Err(error) => Err(error.into()),
            },
        };
        source.close().await;
        copied
    }
}

/// Fills a database in a folder of its own beside the file, and gives it the file's name at the end.
async fn into_new_file(source: &Store, to: &Path, progress: CopyProgress<'_>) -> Result<Copied, ServiceError> {
    let parent = match to.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| StoreError::File(path, error)
    };
    // Removed with all that is in it when this ends, also early.
    let folder = Builder::new().prefix(".zeyou-copy-").tempdir_in(&parent).map_err(at(&parent))?;
    let path = folder.path().join("log.db");
    let target = Store::open(&path).await?;
    let done = copied(source, &target, progress).await;
    target.close().await;
    let done = done?;
    // Renamed only if nothing has come there in the meantime.
    let whole = TempPath::try_from_path(&path).map_err(at(&path))?;
    whole.persist_noclobber(to).map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => StoreError::Exists(to.to_owned()),
        _ => StoreError::File(to.to_owned(), error.error),
    })?;
    // The name is on the disk too.
    File::open(&parent).and_then(|folder| folder.sync_all()).map_err(at(&parent))?;
    Ok(done)
}

/// Copies up to the head as it is now; what is appended meanwhile belongs to the next copy.
async fn copied(source: &Store, target: &Store, progress: CopyProgress<'_>) -> Result<Copied, ServiceError> {
    let head = source.head().await?;
    let accounts = source.account_rows().await?;
    if !target.account_rows().await?.is_empty() || target.audit_head().await?.seq > 0 {
        return Err(StoreError::NotEmpty.into());
    }
    let mut filling = target.fill().await?;
    let (mut seq, mut last) = (0, None);
    while seq < head.seq {
        let rows = source.rows(seq as i64, PAGE.min((head.seq - seq) as i64)).await?;
        if let Some(fault) = filling.rows(&rows).await? {
            return Err(StoreError::Corrupt { seq: fault.seq, what: fault.what }.into());
        }
        let Some(row) = rows.last() else { return Err(changed(&head)) };
        (seq, last) = (row.seq as u64, Some(row.chain.clone()));
        progress(CopyStep::Copying, seq, head.seq);
    }
    if last.is_some_and(|chain| chain != head.chain.0) {
        return Err(changed(&head));
    }
    let (mut keys, mut after) = (0, (String::new(), String::new()));
    loop {
        let mut page = source.keys((&after.0, &after.1), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = (last.principal.clone(), last.idempotency_key.clone());
        // Those of later events belong to the next copy.
        page.retain(|key| key.seq as u64 <= head.seq);
        keys += page.len();
        filling.keys(&page).await?;
    }
    let mut after = String::new();
    loop {
        let page = source.comments(&after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.digest.clone();
        filling.comments(&page).await?;
    }
    filling.accounts(&accounts).await?;
    let audit = filling.audit(source).await?;
    filling.finish().await?;
    let accounts_digest = target.account_rows().await?.digest();
    if accounts_digest != accounts.digest() {
        return Err(StoreError::Unavailable("the accounts did not arrive as they were".into()).into());
    }
    if let Some(fault) = target.check_audit().await? {
        return Err(StoreError::BrokenAudit { seq: fault.seq, what: fault.what }.into());
    }
    let check = Service::check_log(target, |seq| progress(CopyStep::Checking, seq, head.seq)).await?;
    if let Some(fault) = check.fault {
        return Err(StoreError::Corrupt { seq: fault.seq, what: fault.what }.into());
    }
    if check.seq != head.seq {
        return Err(changed(&head));
    }
    let (digest, plain_secrets) = (check.digest, accounts.plain_secrets());
    Ok(Copied { seq: head.seq, keys, digest, accounts: accounts.len(), accounts_digest, audit, plain_secrets })
}

/// The log was replaced while it was copied, or is broken at its end.
fn changed(head: &Head) -> ServiceError {
    StoreError::Corrupt { seq: head.seq as i64, what: "the log does not end where its head says".into() }.into()
}
