//! Rankings and their reasons, as somebody.

use std::time::Duration;

use bytes::Bytes;

use super::super::authorize::{Action, Reach};
use super::super::{Attention, Board, CodeCheck, EngagementShown, Pair, Parks, Reasons, Service, ServiceError};
use super::Acting;
use crate::domain::{
    Changes, CollegeId, Comparisons, Explanation, Flags, Label, Model, ParkId, Preset, Question, Role, Sensitivity,
    SensitivityQuestion, Sheet, Shortlist, Team,
};

impl Acting {
    /// Waits until what is served includes a seq.
    ///
    /// # Errors
    /// [`ServiceError::InvalidSeq`] for a seq far in the future, [`ServiceError::ReplicaBehind`] after two seconds.
    pub async fn wait(&self, min_seq: Option<u64>) -> Result<(), ServiceError> {
        self.at_least(min_seq).await.map(|_| ())
    }

    /// A shortlist.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park or preset.
    pub fn shortlist(&self, question: &Question) -> Result<Shortlist, ServiceError> {
        self.on_park(Action::Rank, &question.park)?;
        self.0.shortlist(question)
    }

    /// A shortlist as JSON; asked again of the same snapshot, it is the same bytes.
    ///
    /// # Errors
    /// As [`Self::shortlist`], [`Self::wait`].
    pub async fn shortlist_json(&self, question: Question, min_seq: Option<u64>) -> Result<Bytes, ServiceError> {
        let published = self.at_least(min_seq).await?;
        self.on_park(Action::Rank, &question.park)?;
        Service::shortlist_json(published, question).await
    }

    /// Why a college stands where it stands.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park, preset or college that is not ranked.
    pub async fn explain(
        &self,
        question: Question,
        college: CollegeId,
        min_seq: Option<u64>,
    ) -> Result<Explanation, ServiceError> {
        let published = self.at_least(min_seq).await?;
        self.on_park(Action::Rank, &question.park)?;
        // Single ratings are the operator's to see; all others are told of groups of enterprises.
        Service::explain(published, question, college, self.is_operator()).await
    }

    /// Some colleges pair by pair.
    ///
    /// # Errors
    /// As [`Self::explain`]; [`ServiceError::Parameter`] unless there are two to ten.
    pub async fn compare_colleges(
        &self,
        question: Question,
        colleges: Vec<CollegeId>,
        min_seq: Option<u64>,
    ) -> Result<Comparisons, ServiceError> {
        let published = self.at_least(min_seq).await?;
        self.on_park(Action::Rank, &question.park)?;
        Service::compare_colleges(published, question, colleges).await
    }

    /// The blocks of ratings that the model trusts less.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`], and those of [`Self::wait`].
    pub async fn flags(&self, min_seq: Option<u64>) -> Result<Flags, ServiceError> {
        self.may(Action::ReadFlags)?;
        self.audited("read-flags", "").await?;
        let mut flags = Service::flags(self.at_least(min_seq).await?).await;
        if self.may(Action::ReviewFlag).is_err() {
            flags.reviews.iter_mut().for_each(|review| review.by = None);
        }
        if matches!(self.principal().role, Role::Planner(_)) {
            // By how far one or two enterprises stand out is theirs: who oversees sees it, who plans does not.
            flags.keep_large();
        }
        Ok(flags)
    }

    /// Within which weights an order holds.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Invalid`], [`ServiceError::Busy`].
    pub async fn sensitivity(
        &self,
        park: ParkId,
        asked: SensitivityQuestion,
        min_seq: Option<u64>,
    ) -> Result<Sensitivity, ServiceError> {
        let published = self.at_least(min_seq).await?;
        self.on_park(Action::WhatIf, &park)?;
        self.0.sensitivity(published.snapshot.clone(), park, asked).await
    }

    /// What changed in a list between two seqs.
    ///
    /// # Errors
    /// [`ServiceError::Parameter`] names the seq that is out of bounds; [`ServiceError::NotFound`].
    pub async fn changes(&self, question: Question, from: u64, to: Option<u64>) -> Result<Changes, ServiceError> {
        self.on_park(Action::Rank, &question.park)?;
        self.0.changes(question, from, to, self.is_operator()).await
    }

    /// The team that covers a park's need best.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Busy`].
    pub async fn team(
        &self,
        question: Question,
        size: usize,
        exact: bool,
        time_limit: Option<Duration>,
    ) -> Result<Team, ServiceError> {
        self.on_park(Action::Rank, &question.park)?;
        self.0.team(question, size, exact, time_limit).await
    }

    /// A shortlist and what is needed to read it.
    ///
    /// # Errors
    /// As [`Self::shortlist`].
    pub async fn board(&self, question: &Question) -> Result<Board, ServiceError> {
        self.on_park(Action::Rank, &question.park)?;
        self.0.board(question).await
    }

    /// The name of a park that the principal may read.
    pub fn park_name(&self, id: &ParkId) -> Option<String> {
        self.on_park(Action::ReadPark, id).ok()?;
        self.0.park_name(id)
    }

    /// Every preset, by code.
    pub fn presets(&self) -> Vec<Preset> {
        if self.may(Action::ReadCatalogue).is_ok() { self.0.presets() } else { Vec::new() }
    }

    /// Why a college stands where it stands, in words.
    ///
    /// # Errors
    /// As [`Self::explain`].
    pub async fn reasons(&self, question: Question, college: CollegeId) -> Result<Reasons, ServiceError> {
        self.on_park(Action::Rank, &question.park)?;
        self.0.reasons(question, college).await
    }

    /// Two colleges side by side.
    ///
    /// # Errors
    /// As [`Self::explain`].
    pub async fn pair(&self, question: Question, a: CollegeId, b: CollegeId) -> Result<Pair, ServiceError> {
        self.on_park(Action::Rank, &question.park)?;
        self.0.pair(question, a, b).await
    }

    /// Recomputes a printed ranking; one of a park that is not the principal's is no code at all.
    ///
    /// # Errors
    /// `invalid-verify-code`, or what the log says.
    pub async fn verify_code(&self, code: &str) -> Result<CodeCheck, ServiceError> {
        self.may(Action::Rank)?;
        let mut check = self.0.verify_code(code, |park| self.on_park(Action::Rank, park).is_ok()).await?;
        if !check.matches && !self.is_operator() {
            // Else any seq could be asked for by a code that was never printed.
            check.shortlist = None;
        }
        Ok(check)
    }

    /// The parks that the principal may read, with the size of their declared need.
    pub fn parks(&self) -> Parks {
        let mut parks = self.0.parks();
        let current = self.state();
        parks.cards.retain(|card| self.reads_park(&current.snapshot.state, &card.park.id));
        if self.may(Action::Rank).is_err() {
            parks.ratings = 0;
        }
        parks
    }

    /// What needs attention in the principal's parks, and what is new.
    ///
    /// # Errors
    /// What the log says.
    pub async fn attention(&self) -> Result<Attention, ServiceError> {
        if self.may(Action::Rank).is_err() {
            return Ok(Attention::default());
        }
        let mut found = self.0.attention().await?;
        let current = self.state();
        let state = &current.snapshot.state;
        found.unmet.retain(|one| self.reads_park(state, &one.park));
        found.waiting.retain(|one| self.reads_park(state, &one.park));
        if self.may(Action::ReadFlags).is_err() {
            (found.flags, found.flagged) = (0, Vec::new());
        }
        // What others did is not this principal's business, unless all of it is.
        if self.may(Action::Rank)? != Reach::All && self.on_parks(Action::Rank, crate::domain::AllOr::All).is_err() {
            (found.news, found.counted) = (Vec::new(), None);
        }
        Ok(found)
    }

    /// The ratable engagements of a park's enterprises, with the park's name.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub fn engagements(&self, id: &ParkId) -> Result<(Label, Vec<EngagementShown>), ServiceError> {
        self.on_park(Action::ReadEngagement, id)?;
        self.0.engagements(id)
    }

    /// The criteria sheet in force.
    pub fn criteria(&self) -> Result<std::sync::Arc<Sheet>, ServiceError> {
        self.may(Action::ReadCatalogue)?;
        Ok(self.0.sheet())
    }

    /// The model's parameters in force, and their revision.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`].
    pub fn model(&self) -> Result<(Model, u32), ServiceError> {
        self.may(Action::ReadCatalogue)?;
        Ok(self.0.model())
    }
}
