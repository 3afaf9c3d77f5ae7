//! Checking a printed ranking, and the log itself.

use serde::Serialize;
use utoipa::ToSchema;

use super::open::state_at;
use super::{Service, ServiceError};
use crate::domain::{Invalid, ParkId, Shortlist};
use crate::engine::{Snapshot, decode_verify_code};
use crate::store::{ChainFault, Store};

/// What became of a verification code.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CodeCheck {
    /// Whether the recomputed ranking has the same code.
    pub matches: bool,
    /// The ranking, recomputed from the log as it stood then; left out if it has another code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub shortlist: Option<Shortlist>,
}

/// What became of a check of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogCheck {
    /// Events in the log.
    pub seq: u64,
    /// The first bad event, if any.
    pub fault: Option<ChainFault>,
    /// Digest of the state replayed from the first event.
    pub digest: String,
    /// Seq of the newest snapshot and whether its state is what the log replays to.
    pub snapshot: Option<(u64, bool)>,
}

impl Service {
    /// Recomputes the ranking a code was printed on, if it is of a park that is allowed.
    ///
    /// # Errors
    /// `invalid-verify-code` for what is no code of this log.
    pub(super) async fn verify_code(
        &self,
        code: &str,
        allowed: impl Fn(&ParkId) -> bool,
    ) -> Result<CodeCheck, ServiceError> {
        let refused = || {
            let invalid =
                Invalid::new("invalid-verify-code", "不是本系统的复核码", "this is no verification code of this log");
            ServiceError::Invalid(String::new(), invalid)
        };
        let (seq, question) = decode_verify_code(code).ok_or_else(refused)?;
        let head = self.store.head().await?.seq;
        if seq == 0 || seq > head {
            return Err(refused());
        }
        let state = state_at(&self.store, seq).await?;
        let question = question(&state).ok_or_else(refused)?;
        let park = question.park.clone();
        if !allowed(&park) {
            return Err(refused());
        }
        let shortlist = Snapshot::cold_for(state, &park).shortlist(&question).map_err(|_| refused())?;
        let plain = |code: &str| code.replace('-', "").to_ascii_uppercase();
        Ok(CodeCheck { matches: plain(&shortlist.verify_code) == plain(code), shortlist: Some(shortlist) })
    }

    /// Recomputes chain and state of a log from its first event.
    ///
    /// # Errors
    /// What the database says; a broken log is not an error but the answer.
    pub async fn check_log(store: &Store, progress: impl Fn(u64)) -> Result<LogCheck, ServiceError> {
        let seq = store.head().await?.seq;
        let fault = store.check_chain(progress).await?;
        if fault.is_some() {
            return Ok(LogCheck { seq, fault, digest: String::new(), snapshot: None });
        }
        let saved = store.load_state(seq, super::open::ENGINE).await?;
        let mut state = crate::engine::State::new(super::foundation::sheet(), super::foundation::model());
        let mut snapshot = None;
        while state.seq < seq {
            for recorded in store.events(state.seq, i64::MAX).await? {
                state.apply(recorded.seq, recorded.at, &recorded.event);
                if let Some((at, bytes)) = saved.as_ref().filter(|(at, _)| *at == recorded.seq) {
                    snapshot = Some((*at, state.to_bytes() == *bytes));
                }
            }
        }
        Ok(LogCheck { seq, fault: None, digest: state.digest(), snapshot })
    }
}
