//! Comments of ratings, and reasons of revisions, stand beside the log: taken out of events as they are written, put back as
//! they are read.

use std::collections::BTreeMap;

use super::{Service, ServiceError};
use crate::domain::{Comment, Event, Rating, RatingId, RatingNote};
use crate::store::{Appended, CommentRow, Store, StoreError, Unit};

/// Comments read at a time.
const PAGE: i64 = 1_000;

/// Takes what its rater wrote freely out of a unit's ratings and of the remarks on them, which then hold digests.
fn taken_out(unit: &mut Unit) -> Vec<CommentRow> {
    let mut rows = Vec::new();
    let mut take = |rating: RatingId, text: &mut Option<Comment>, digest: &mut Option<String>| {
        if let Some(text) = text.take() {
            let row = CommentRow::new(rating.to_string(), text.as_str().to_owned());
            *digest = Some(row.digest.clone());
            rows.push(row);
        }
    };
    // From the end: a remark stands right before the rating that it is on, and goes with it when that is erased.
    let mut noted = None;
    for draft in unit.drafts.iter_mut().rev() {
        match &mut draft.event {
            Event::RatingSubmitted(rating) | Event::RatingRevised(rating) => {
                take(rating.id, &mut rating.comment, &mut rating.comment_digest);
                noted = Some(rating.id);
            }
            Event::RatingNoted(note) => {
                if let Some(rating) = noted.take() {
                    take(rating, &mut note.reason, &mut note.reason_digest);
                }
            }
            _ => noted = None,
        }
    }
    rows
}

/// All comments and reasons by their digests.
pub(super) async fn all(store: &Store) -> Result<BTreeMap<String, String>, StoreError> {
    let (mut found, mut after) = (BTreeMap::new(), String::new());
    loop {
        let page = store.comments(&after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = last.digest.clone();
        found.extend(page.into_iter().map(|row| (row.digest, row.body)));
    }
}

impl Service {
    /// Appends a unit, its comments beside the log. They are there before the events are; what is not written leaves none.
    pub(super) async fn append(&self, mut unit: Unit) -> Result<Appended, StoreError> {
        let rows = taken_out(&mut unit);
        self.store.keep_comments(&rows).await?;
        let done = self.writer.append_as(unit, &self.principal.id).await;
        let written = match &done {
            Ok(appended) => !appended.replayed,
            // It may have been.
            Err(error) => matches!(error, StoreError::OutcomeUnknown),
        };
        if !written && let Err(error) = self.store.drop_comments(&rows).await {
            tracing::warn!(%error, "comments of what was not written are left");
        }
        done
    }

    /// A rating with its comment, unless that was erased.
    pub(super) async fn with_comment(&self, mut rating: Rating) -> Result<Rating, ServiceError> {
        if let Some(digest) = &rating.comment_digest {
            rating.comment = self.beside(digest).await?;
        }
        Ok(rating)
    }

    /// A remark with its reason, unless that was erased.
    pub(super) async fn with_reason(&self, mut note: RatingNote) -> Result<RatingNote, ServiceError> {
        if let Some(digest) = &note.reason_digest {
            note.reason = self.beside(digest).await?;
        }
        Ok(note)
    }

    async fn beside(&self, digest: &str) -> Result<Option<Comment>, ServiceError> {
        Ok(self.store.comment(digest).await?.and_then(|row| row.body.parse().ok()))
    }
}
