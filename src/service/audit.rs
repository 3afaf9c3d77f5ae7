//! Who was let in or refused, and read what is sensitive. What is done often within a minute is one entry with a count, so that
//! refusals cannot fill the disk; entries that come together share one transaction.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::domain::Principal;
use crate::store::{AuditEntry, Store, StoreError};

/// What repeats within this time is counted together.
const TOGETHER: Duration = Duration::from_secs(60);
/// Different things that are counted at a time; beyond, all that is counted is written.
const MOST: usize = 4_096;
/// Longest object that is kept: a client chooses what it asks for.
const LONGEST: usize = 64;

tokio::task_local! {
    /// The id of the request that is being answered.
    static REQUEST: String;
}

/// Runs the answering of a request under its id, which then stands in what is audited of it.
pub async fn in_request<F: Future>(id: String, answering: F) -> F::Output {
    REQUEST.scope(id, answering).await
}

type Waiting = (AuditEntry, oneshot::Sender<Result<(), String>>);

/// The audit log of one installation. Cloning shares it.
#[derive(Clone)]
pub struct Audit {
    pub(super) store: Store,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// What was recorded less than a minute ago, and how often again since.
    seen: Mutex<BTreeMap<[String; 4], (Instant, i64, AuditEntry)>>,
    waiting: Mutex<Vec<Waiting>>,
    writing: tokio::sync::Mutex<()>,
}

/// A text that a client chose, short and of one line.
fn tame(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !('\u{2028}'..='\u{202e}').contains(c)).take(LONGEST).collect()
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Audit {
    /// The audit log beside a log.
    pub fn of(store: Store) -> Self {
        Self { store, shared: Arc::default() }
    }

    /// Records what somebody did; durable once this returns. The same within a minute is counted, and written when it is over.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: it could not be written.
    pub async fn record(
        &self,
        who: &str,
        role: &str,
        action: &str,
        object: &str,
        result: &str,
    ) -> Result<(), StoreError> {
        self.put([who, role, action, object, result], false).await
    }

    /// Records; `at_once`: what repeats is counted from now on, not only once it is written.
    async fn put(&self, [who, role, action, object, result]: [&str; 5], at_once: bool) -> Result<(), StoreError> {
        let entry = AuditEntry {
            at: self.store.now(),
            principal: tame(who),
            role: role.to_owned(),
            action: tame(action),
            object: tame(object),
            result: tame(result),
            times: 1,
            request: REQUEST.try_with(String::clone).unwrap_or_default(),
        };
        let key = [&entry.principal, &entry.action, &entry.object, &entry.result].map(String::clone);
        let mut ended = Vec::new();
        {
            let mut seen = locked(&self.shared.seen);
            let recent = seen.get_mut(&key).filter(|(since, ..)| since.elapsed() < TOGETHER);
            if let Some((_, again, last)) = recent {
                *again += 1;
                (last.at, last.request) = (entry.at, entry.request);
                return Ok(());
            }
            ended.extend(seen.remove(&key).and_then(counted));
            if seen.len() >= MOST {
                ended.extend(std::mem::take(&mut *seen).into_values().filter_map(counted));
            }
            if at_once {
                seen.insert(key.clone(), (Instant::now(), 0, entry.clone()));
            }
        }
        ended.push(entry.clone());
        self.write(ended).await?;
        if !at_once {
            locked(&self.shared.seen).insert(key, (Instant::now(), 0, entry));
        }
        Ok(())
    }

    /// Records what a principal did.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub async fn by(&self, who: &Principal, action: &str, object: &str, result: &str) -> Result<(), StoreError> {
        self.record(&who.id, who.role.code(), action, object, result).await
    }

    /// Records without waiting; what cannot be written is said in the operator's log.
    pub fn note(&self, who: &str, role: &str, action: &str, object: &str, result: &str) {
        let (audit, texts) = (self.clone(), [who, role, action, object, result].map(str::to_owned));
        let request = REQUEST.try_with(String::clone).unwrap_or_default();
        tokio::spawn(in_request(request, async move {
            if let Err(error) = audit.put(texts.each_ref().map(String::as_str), true).await {
                tracing::error!(%error, action = texts[2], result = texts[4], "this could not be audited");
            }
        }));
    }

    /// Records a refusal of a kind of request: whatever the objects, refusals of one kind are one entry a minute, under the
    /// first object.
    pub fn refused(&self, who: Option<&Principal>, action: &str, object: &str, result: &str) {
        let (id, role) = who.map_or(("", ""), |who| (who.id.as_str(), who.role.code()));
        let first = {
            let seen = locked(&self.shared.seen);
            let from = [id.to_owned(), action.to_owned(), String::new(), String::new()];
            let same = seen.range(from..).take_while(|(key, _)| key[0] == id && key[1] == action);
            let mut recent = same.filter(|(key, (since, ..))| key[3] == result && since.elapsed() < TOGETHER);
            recent.next().map(|(key, _)| key[2].clone())
        };
        self.note(id, role, action, first.as_deref().unwrap_or(object), result);
    }

    /// Writes what was counted and is over a minute old; all of it if `all`.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub async fn flush(&self, all: bool) -> Result<(), StoreError> {
        let ended: Vec<AuditEntry> = {
            let mut seen = locked(&self.shared.seen);
            let over: Vec<_> = seen
                .iter()
                .filter(|(_, (since, ..))| all || since.elapsed() >= TOGETHER)
                .map(|(key, _)| key.clone())
                .collect();
            over.iter().filter_map(|key| seen.remove(key)).filter_map(counted).collect()
        };
        self.write(ended).await
    }

    /// Whoever comes first writes for all who wait.
    async fn write(&self, entries: Vec<AuditEntry>) -> Result<(), StoreError> {
        let mut answers = Vec::with_capacity(entries.len());
        for entry in entries {
            let (answer, result) = oneshot::channel();
            locked(&self.shared.waiting).push((entry, answer));
            answers.push(result);
        }
        // In a task of its own: a request that is dropped leaves no half of it.
        let audit = self.clone();
        tokio::spawn(async move {
            let _writing = audit.shared.writing.lock().await;
            let waiting = std::mem::take(&mut *locked(&audit.shared.waiting));
            let (entries, senders): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
            let done = audit.store.append_audit(&entries).await.map_err(|error| error.to_string());
            for sender in senders {
                // Who does not wait any more does not need its answer.
                let _ = sender.send(done.clone());
            }
        });
        for answer in answers {
            let done = answer.await.unwrap_or_else(|_| Err("the audit log is closed".to_owned()));
            done.map_err(|why| StoreError::Unavailable(format!("it cannot be audited: {why}")))?;
        }
        Ok(())
    }
}

/// What is left to write of something that was counted.
fn counted((_, again, entry): (Instant, i64, AuditEntry)) -> Option<AuditEntry> {
    (again > 0).then_some(AuditEntry { times: again, ..entry })
}
