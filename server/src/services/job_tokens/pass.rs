//! Decisions remembered for seconds, so that a job's next request costs no query.
//!
//! A pass stands only while nothing of its organization was changed through this node since it was decided, and for
//! [`LOOK_AGAIN`] at most, so that a change by another node shows within that time (M4). Times are looked at on each use.

use super::{
    Cache, LEAST_LIFE,
    cache::{Answer, Minted},
    decide::Decision,
    ledger::Counted,
};
use crate::{services::ServiceError, state::AppState, store::api_keys::ApiKey};
use shared::{
    api::job_tokens::CreateJobToken,
    id::{ApiKeyId, BackupSetId, ConnectionId, OrganizationId},
    time::Timestamp,
};
use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long a decision stands without another look.
const LOOK_AGAIN: Duration = Duration::from_secs(15);
/// Decisions kept at most; when full, all are forgotten.
const MOST_PASSES: usize = 100_000;

/// Who asks for what, with the hash of the key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) key: [u8; 32],
    pub(super) set: BackupSetId,
    pub(super) request: CreateJobToken,
}

/// A yes with its token.
pub(super) struct Pass {
    pub(super) key: ApiKeyId,
    organization: OrganizationId,
    connection: ConnectionId,
    answer: Answer,
    expires_at: Timestamp,
    ends_at: Option<Timestamp>,
    generation: u64,
    decided: Instant,
}

impl Pass {
    pub(super) fn new(
        organization: OrganizationId,
        key: &ApiKey,
        decision: &Decision,
        minted: &Minted,
        generation: u64,
    ) -> Result<Self, ServiceError> {
        Ok(Self {
            key: key.id,
            organization,
            connection: decision.connection(),
            answer: minted.answer(decision)?,
            expires_at: minted.expires_at,
            ends_at: decision.ends_at,
            generation,
            decided: Instant::now(),
        })
    }

    fn stands(&self, app: &AppState) -> bool {
        let now = app.now();
        self.generation == app.store.generation(self.organization)
            && self.decided.elapsed() < LOOK_AGAIN
            && self.ends_at.is_none_or(|end| now < end)
            && self.expires_at.since(now) >= LEAST_LIFE
    }

    pub(super) fn counted(&self, question: &Question) -> Counted {
        Counted {
            organization: self.organization,
            connection: self.connection,
            key: self.key,
            set: question.set,
            resource: question.request.resource,
            purpose: question.request.purpose,
        }
    }

    pub(super) fn answer(&self) -> Answer {
        self.answer.clone()
    }
}

impl Cache {
    /// The pass for a question, if it stands.
    pub(super) fn pass(&self, app: &AppState, question: &Question) -> Option<Arc<Pass>> {
        let passes = self.passes().read().unwrap_or_else(PoisonError::into_inner);
        passes.get(question).filter(|pass| pass.stands(app)).cloned()
    }

    pub(super) fn remember(&self, question: Question, pass: Pass) {
        let mut passes = self.passes().write().unwrap_or_else(PoisonError::into_inner);
        if passes.len() >= MOST_PASSES {
            passes.clear();
        }
        passes.insert(question, Arc::new(pass));
    }
}
