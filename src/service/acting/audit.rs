//! Reading who did what, as somebody.

use super::super::authorize::Action;
use super::super::{AuditEnd, AuditRow, ServiceError};
use super::Acting;

impl Acting {
    /// At most `limit` entries of the audit log before one, of one principal if one is named, the newest first; and whether there
    /// are more. Reading is recorded itself.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`]; what the database says.
    pub async fn audit_entries(
        &self,
        before: Option<i64>,
        who: &str,
        limit: usize,
    ) -> Result<(Vec<AuditRow>, bool), ServiceError> {
        self.may(Action::ReadAudit)?;
        self.audited("read-audit", who).await?;
        let mut entries = self.0.audit().entries(before, who, limit as i64 + 1).await?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        Ok((entries, more))
    }

    /// Where the audit log ends: to be noted elsewhere.
    ///
    /// # Errors
    /// As [`Self::audit_entries`].
    pub async fn audit_end(&self) -> Result<AuditEnd, ServiceError> {
        self.may(Action::ReadAudit)?;
        self.audited("read-audit-head", "").await?;
        Ok(self.0.audit().end().await?)
    }
}
