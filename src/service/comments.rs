//! Comments stand beside the log: taken out of ratings as they are written, put back as they are read.

use std::collections::BTreeMap;

use super::{Service, ServiceError};
use crate::domain::{Event, Rating};
use crate::store::{Appended, CommentRow, Store, StoreError, Unit};

/// Comments read at a time.
const PAGE: i64 = 1_000;

/// Takes the comments out of a unit's ratings, which then hold their digests.
fn taken_out(unit: &mut Unit) -> Vec<CommentRow> {
    let mut rows = Vec::new();
    for draft in &mut unit.drafts {
        if let Event::RatingSubmitted(rating) | Event::RatingRevised(rating) = &mut draft.event
            && let Some(comment) = rating.comment.take()
        {
            let row = CommentRow::new(rating.id.to_string(), comment.as_str().to_owned());
            rating.comment_digest = Some(row.digest.clone());
            rows.push(row);
        }
    }
    rows
}

/// All comments by their digests.
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
            let row = self.store.comment(digest).await?;
            rating.comment = row.and_then(|row| row.body.parse().ok());
        }
        Ok(rating)
    }
}
