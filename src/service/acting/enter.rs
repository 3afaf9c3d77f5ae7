//! Needs, supply and files, as somebody. What is written is checked event by event (`Service::write`).

use std::path::Path;
use std::sync::Arc;

use super::super::authorize::{Action, Reach};
use super::super::{
    CatalogueEntry, Choices, CollegeCard, ImportReport, ImportShown, Meant, Mirror, Needs, ServiceError, Supply,
    Undone, Upload, UploadReport, Written,
};
use super::Acting;
use crate::domain::{AsOf, CollegeId, Event, ImportId, Model, ParkId, ProgrammeId, PublishedSatisfaction};
use crate::exchange::{Finding, Grid};

impl Acting {
    /// Appends an event that makes, changes or closes an entry. With `if_match` only if that is still its revision.
    ///
    /// # Errors
    /// `unknown-code` for a reference to nothing; [`ServiceError::RevisionConflict`].
    pub async fn put(&self, event: Event, if_match: Option<u32>) -> Result<Written, ServiceError> {
        self.0.put(event, if_match).await
    }

    /// The same, if a new college is not one that is there already under its name written differently.
    ///
    /// # Errors
    /// [`ServiceError::PossibleDuplicate`], and those of [`Self::put`].
    pub async fn put_if_new(
        &self,
        event: Event,
        if_match: Option<u32>,
        confirmed: bool,
    ) -> Result<Written, ServiceError> {
        self.0.put_if_new(event, if_match, confirmed).await
    }

    /// Puts parameters of the satisfaction model into force.
    ///
    /// # Errors
    /// [`ServiceError::RevisionConflict`], [`ServiceError::Invalid`].
    pub async fn activate(&self, model: Model, if_match: Option<u32>) -> Result<Written, ServiceError> {
        self.may(Action::ActivateModel)?;
        self.0.activate(model, if_match).await
    }

    /// Imports the tables found in a folder, or one file; with `namesakes` colleges may share a name.
    ///
    /// # Errors
    /// Why the folder cannot be read or the log not be written; bad rows are in the report.
    pub async fn import(
        &self,
        path: &Path,
        dry_run: bool,
        namesakes: bool,
        progress: impl Fn(usize, usize),
    ) -> Result<ImportReport, ServiceError> {
        self.may(Action::Import)?;
        self.0.import(path, dry_run, namesakes, progress).await
    }

    /// Imports the fictional city of the demo.
    ///
    /// # Errors
    /// Why the log cannot be written.
    pub async fn import_demo(&self) -> Result<ImportReport, ServiceError> {
        self.may(Action::Import)?;
        self.0.import_demo().await
    }

    /// Tries a file: what it holds, what was corrected, what is wrong.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if it is no table at all.
    pub async fn check_upload(&self, upload: Arc<Upload>, choices: Choices) -> Result<UploadReport, ServiceError> {
        self.may(Action::Import)?;
        self.0.check_upload(upload, choices).await
    }

    /// Writes the good rows of a file as one import that can be taken back.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if it is no table at all; what the log says.
    pub async fn load_upload(&self, upload: Arc<Upload>, choices: Choices) -> Result<UploadReport, ServiceError> {
        self.may(Action::Import)?;
        self.0.load_upload(upload, choices).await
    }

    /// The file with what is wrong beside each bad row; whether it is a workbook.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if it is no table at all.
    pub async fn annotate_upload(
        &self,
        upload: Arc<Upload>,
        choices: Choices,
        title: &'static str,
        remark: impl Fn(&Finding) -> String + Send + 'static,
    ) -> Result<(Vec<u8>, bool), ServiceError> {
        self.may(Action::Import)?;
        self.0.annotate_upload(upload, choices, title, remark).await
    }

    /// Writes one entry of a form, by the columns of its table.
    ///
    /// # Errors
    /// What the log says.
    pub async fn enter(&self, table: &str, cells: &[(&str, String)]) -> Result<UploadReport, ServiceError> {
        self.0.enter(table, cells).await
    }

    /// Tries rows that were pasted from a spreadsheet; with `write` the good ones are written.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] if it is no table at all.
    pub async fn paste(
        &self,
        table: &str,
        columns: &[&str],
        fixed: &[(&str, String)],
        text: &str,
        write: bool,
    ) -> Result<(UploadReport, Grid), ServiceError> {
        self.0.paste(table, columns, fixed, text, write).await
    }

    /// Imports of the last days, newest first.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`].
    pub fn imports(&self) -> Result<Vec<ImportShown>, ServiceError> {
        self.may(Action::Import)?;
        Ok(self.0.imports())
    }

    /// Takes an import back.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; `too-late` when its days are over or it was taken back already.
    pub async fn undo_import(&self, id: &ImportId) -> Result<Undone, ServiceError> {
        self.may(Action::Import)?;
        self.0.undo_import(id).await
    }

    /// Every table but the catalogue and ratings as CSV: file name and text. Only who may read all of it has all of it; the
    /// operator has the ratings too.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`].
    pub async fn export(&self) -> Result<Vec<(&'static str, String)>, ServiceError> {
        let ratings = self.may_export()?;
        self.audited("export", "").await?;
        Ok(self.0.export().await?.into_iter().filter(|(file, _)| ratings || *file != "ratings.csv").collect())
    }

    /// The same as a workbook, in the reader's language.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`].
    pub async fn export_workbook(&self, zh: bool, stamp: impl Fn(&AsOf) -> String) -> Result<Vec<u8>, ServiceError> {
        let ratings = self.may_export()?;
        self.audited("export", "workbook").await?;
        self.0.export_workbook(zh, ratings, stamp).await
    }

    /// Whether ratings go with it.
    fn may_export(&self) -> Result<bool, ServiceError> {
        if self.may(Action::Export)? == Reach::All {
            return Ok(true);
        }
        self.on_parks(Action::Export, crate::domain::AllOr::All).map_err(|_| ServiceError::Forbidden)?;
        Ok(false)
    }

    /// The open needs of a park.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown park.
    pub fn needs(&self, id: &ParkId) -> Result<Needs, ServiceError> {
        self.on_park(Action::ReadDemand, id)?;
        self.0.needs(id)
    }

    /// The colleges that the principal may read, by city and name.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`].
    pub fn colleges(&self) -> Result<Vec<CollegeCard>, ServiceError> {
        self.may(Action::ReadCollege)?;
        let mut cards = self.0.colleges();
        cards.retain(|card| self.on_college(Action::ReadCollege, &card.college.id).is_ok());
        Ok(cards)
    }

    /// What a college offers.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown college.
    pub fn supply(&self, id: &CollegeId) -> Result<Supply, ServiceError> {
        self.on_college(Action::ReadCollege, id)?;
        self.0.supply(id)
    }

    /// What was published of a college's satisfaction.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown college, of another's too.
    pub async fn published(&self, id: &CollegeId, min_seq: Option<u64>) -> Result<PublishedSatisfaction, ServiceError> {
        self.wait(min_seq).await?;
        self.on_college(Action::ReadCut, id)?;
        self.0.published(id)
    }

    /// The names of a programme's college and major.
    pub fn programme_words(&self, id: &ProgrammeId) -> Option<(String, String)> {
        self.may(Action::WhatIf).ok()?;
        self.0.programme_words(id)
    }

    /// What would lift a college in a park.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown college or park, or if there is no park.
    pub async fn mirror(&self, id: &CollegeId, park: Option<ParkId>) -> Result<Mirror, ServiceError> {
        self.on_college(Action::Mirror, id)?;
        self.0.mirror(id, park).await
    }

    /// Majors and occupations, for choosing.
    pub fn catalogue(&self) -> Vec<CatalogueEntry> {
        self.0.catalogue()
    }

    /// The park of the principal's that a text means.
    pub fn park_meant(&self, text: &str) -> Meant {
        let current = self.state();
        self.0.park_meant(text, |id| self.reads_park(&current.snapshot.state, id))
    }

    /// The open college that a text means.
    pub fn college_meant(&self, text: &str) -> Meant {
        self.0.college_meant(text)
    }

    /// What somebody may have meant by a text.
    pub fn meant(&self, text: &str, kind: Option<&str>) -> Meant {
        self.0.meant(text, kind)
    }
}
