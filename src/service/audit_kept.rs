//! What is kept of the audit log: read, checked, and taken away after its time.

use serde::Serialize;
use utoipa::ToSchema;

use super::ServiceError;
use super::audit::Audit;
use crate::store::{AuditHead, AuditRow, ChainFault, LEAST_AUDIT_DAYS, StoreError};

/// Entries are kept so many days unless told otherwise.
pub const AUDIT_DAYS: u32 = 400;
const DAY: i64 = 86_400 * 1_000_000;

/// The end of the audit log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AuditEnd {
    /// Its last entry.
    pub seq: i64,
    /// SHA-256 over all entries, hexadecimal: note it elsewhere.
    pub chain: String,
    /// Everything up to here was taken away after its time.
    pub purged: i64,
}

impl From<AuditHead> for AuditEnd {
    fn from(head: AuditHead) -> Self {
        let chain = head.chain.0.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { seq: head.seq, chain, purged: head.purged }
    }
}

impl Audit {
    /// At most `limit` entries before one, of one principal if one is named, the newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn entries(&self, before: Option<i64>, who: &str, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        self.store.audit_rows(before, who, limit).await
    }

    /// Where it ends.
    ///
    /// # Errors
    /// What the database says.
    pub async fn end(&self) -> Result<AuditEnd, StoreError> {
        Ok(self.store.audit_head().await?.into())
    }

    /// Recomputes the chain of what is kept.
    ///
    /// # Errors
    /// What the database says.
    pub async fn check(&self) -> Result<Option<ChainFault>, StoreError> {
        self.store.check_audit().await
    }

    /// Takes away what is older than so many days; how many entries.
    ///
    /// # Errors
    /// What the database says; [`ServiceError::Unsafe`] for fewer days than the law asks for.
    pub async fn purge(&self, days: u32) -> Result<u64, ServiceError> {
        if days < LEAST_AUDIT_DAYS {
            let text = format!(
                "审计记录至少保留 {LEAST_AUDIT_DAYS} 天 / audit entries are kept {LEAST_AUDIT_DAYS} days at least"
            );
            return Err(ServiceError::Unsafe(text));
        }
        Ok(self.store.purge_audit(self.store.now().micros() - i64::from(days) * DAY).await?)
    }
}
