//! Everything that is kept of one account, for whom it is about.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Account, AccountError, Accounts, KeyShown};
use crate::domain::{Event, Timestamp};
use crate::store::AuditRow;

/// Entries and events read at a time.
const PAGE: i64 = 1_000;

/// A session, without what would let anybody in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionShown {
    /// When it began.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub used_at: Timestamp,
}

/// An event that the account wrote.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventWritten {
    /// Its place in the log.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The event: its kind and what it says, a rating with its comment, a remark with its reason.
    #[schema(value_type = Object)]
    pub event: Value,
}

/// Everything that is kept of an account, as JSON to take along.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubjectData {
    /// The account itself.
    pub account: Account,
    /// Its live keys, without their secrets.
    pub keys: Vec<KeyShown>,
    /// Its sessions.
    pub sessions: Vec<SessionShown>,
    /// What it did and was refused, by the audit log, the oldest first.
    pub audit: Vec<AuditRow>,
    /// What it wrote, ratings with their comments and reasons too; `null` for whoever may read no rating.
    pub written: Option<Vec<EventWritten>>,
}

impl Accounts {
    /// Everything that is kept of an account; with `written` also the events that it wrote.
    ///
    /// # Errors
    /// [`AccountError::NotFound`]; what the database says.
    pub async fn subject(&self, id_or_name: &str, written: bool) -> Result<SubjectData, AccountError> {
        let account = self.find(id_or_name).await?;
        let sessions = self.store.sessions_of(&account.id).await?.into_iter().map(|session| SessionShown {
            created_at: Timestamp::from_micros(session.created_at),
            used_at: Timestamp::from_micros(session.used_at),
        });
        let (mut audit, mut before) = (Vec::new(), None);
        loop {
            let page = self.audit.entries(before, &account.id, PAGE).await?;
            let Some(last) = page.last() else { break };
            before = Some(last.seq);
            audit.extend(page);
        }
        audit.reverse();
        let written = if written { Some(self.written_by(&account.id).await?) } else { None };
        let keys = self.keys(Some(&account.id)).await?;
        Ok(SubjectData { account, keys, sessions: sessions.collect(), audit, written })
    }

    async fn written_by(&self, id: &str) -> Result<Vec<EventWritten>, AccountError> {
        let (mut found, mut after) = (Vec::new(), 0);
        loop {
            let page = self.store.written_by(id, after, PAGE).await?;
            let Some((last, ..)) = page.last() else { break };
            after = *last;
            for (seq, at, body) in page {
                let mut event: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
                for (text, digest) in [("comment", "comment_digest"), ("reason", "reason_digest")] {
                    if let Some(digest) = event["body"][digest].as_str().map(str::to_owned) {
                        let row = self.store.comment(&digest).await?;
                        event["body"][text] = row.map_or(Value::Null, |row| Value::String(row.body));
                    }
                }
                found.push(EventWritten { seq: seq as u64, at: Timestamp::from_micros(at), event });
            }
        }
        Ok(found)
    }

    /// Erases the comments of the ratings that an account gave, and the reasons of their revisions.
    pub(super) async fn erase_comments(&self, id: &str) -> Result<(), AccountError> {
        let mut after = 0;
        loop {
            let page = self.store.written_by(id, after, PAGE).await?;
            let Some((last, ..)) = page.last() else { return Ok(()) };
            after = *last;
            for (_, _, body) in page {
                if let Ok(Event::RatingSubmitted(rating) | Event::RatingRevised(rating)) =
                    Event::from_canonical_bytes(&body)
                {
                    self.store.erase_comments(&rating.id.to_string()).await?;
                }
            }
        }
    }
}
