//! What this node remembers: tokens, calls in flight, refusals of the last moment, decisions, counts. Bounded, and gone
//! with the process.

use super::{
    LEAST_LIFE,
    decide::Decision,
    ledger::Ledger,
    pass::{Pass, Question},
};
use crate::{microsoft::grants::error::GrantError, services::ServiceError, store::StoreError};
use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use shared::{
    api::job_tokens::JobToken,
    id::{ConnectionId, OrganizationId},
    rules::{manifest::Resource, scopes::Purpose},
    secret::Secret,
    time::Timestamp,
};
use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

/// Tokens kept at most; one is about two kilobytes.
const MOST_TOKENS: usize = 20_000;
/// How long a refusal stands before Microsoft is asked again, in seconds: a loop of jobs must not become one of ours.
const REFUSAL_STANDS: i64 = 60;
/// How long to wait when Microsoft does not say, in seconds.
const WAIT: i64 = 5;

/// By what tokens are shared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct TokenKey {
    pub(super) organization: OrganizationId,
    pub(super) connection: ConnectionId,
    pub(super) resource: Resource,
    pub(super) purpose: Purpose,
    /// The scopes of a delegated token; empty for an app's.
    pub(super) scopes: String,
}

/// A token.
pub(super) struct Minted {
    token: Secret<String>,
    pub(super) made_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) permissions: Vec<String>,
    /// The answer last written with it: the same for every set of its connection.
    answer: Mutex<Option<Answer>>,
}

impl Minted {
    pub(super) fn new(
        token: Secret<String>,
        made_at: Timestamp,
        expires_at: Timestamp,
        permissions: Vec<String>,
    ) -> Self {
        Self { token, made_at, expires_at, permissions, answer: Mutex::default() }
    }

    /// The answer to whoever was let through by this decision.
    pub(super) fn answer(&self, decision: &Decision) -> Result<Answer, ServiceError> {
        let mut known = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|known| known.0.is_of(decision)) {
            return Ok(known.clone());
        }
        let view = JobToken {
            access_token: self.token.expose().clone(),
            expires_at: self.expires_at,
            base_url: decision.base_url.clone(),
            tenant: decision.tenant,
            account: decision.account.clone(),
            permissions: self.permissions.clone(),
        };
        // Long enough at once: a buffer that grows would leave the token behind, unwiped.
        let mut body = Vec::with_capacity(view.access_token.len() + 4096);
        serde_json::to_writer(&mut body, &view).map_err(|_| StoreError::Unreadable("job token"))?;
        drop(Secret::new(view.access_token));
        let (base_url, account) = (view.base_url, view.account);
        let answer = Answer(Arc::new(Written { base_url, account, body: Secret::new(body) }));
        *known = Some(answer.clone());
        Ok(answer)
    }
}

/// A [`JobToken`] as JSON, written once and shared by all who get it; wiped with its last holder.
#[derive(Clone)]
pub struct Answer(Arc<Written>);

struct Written {
    base_url: String,
    account: Option<String>,
    body: Secret<Vec<u8>>,
}

impl Written {
    fn is_of(&self, decision: &Decision) -> bool {
        self.base_url == decision.base_url && self.account == decision.account
    }
}

impl AsRef<[u8]> for Answer {
    fn as_ref(&self) -> &[u8] {
        self.0.body.expose()
    }
}

/// Why a call gave no token, for all who waited for it.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    Conflict { code: &'static str, detail: String },
    Wait { retry_after: i64 },
    NotFound,
    Internal,
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Conflict { code, detail } => Self::Conflict { code, detail },
            ServiceError::Wait { retry_after } => Self::Wait { retry_after },
            ServiceError::NotFound => Self::NotFound,
            error => {
                tracing::error!(?error, "a job token could not be made");
                Self::Internal
            }
        }
    }
}

impl From<Failure> for ServiceError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Conflict { code, detail } => Self::Conflict { code, detail },
            Failure::Wait { retry_after } => Self::Wait { retry_after },
            Failure::NotFound => Self::NotFound,
            Failure::Internal => Self::Store(StoreError::Unreadable("job token")),
        }
    }
}

/// A refusal that goes away by itself; the connection is not touched (P6).
pub(super) fn wait(error: &GrantError) -> Option<ServiceError> {
    let (GrantError::Throttled { retry_after, .. } | GrantError::Unavailable { retry_after, .. }) = error else {
        return None;
    };
    let seconds = retry_after.map_or(WAIT, |wait| i64::try_from(wait.as_secs()).unwrap_or(WAIT));
    Some(ServiceError::Wait { retry_after: seconds.clamp(1, 3600) })
}

type Outcome = Result<Arc<Minted>, Failure>;
type Flight = Shared<BoxFuture<'static, Outcome>>;

/// A token that is there or comes.
pub(super) enum Promise {
    Kept(Outcome),
    Flying(Flight),
}

impl Promise {
    pub(super) async fn kept(self) -> Result<Arc<Minted>, ServiceError> {
        let outcome = match self {
            Self::Kept(outcome) => outcome,
            Self::Flying(flight) => flight.await,
        };
        outcome.map_err(ServiceError::from)
    }
}

enum Slot {
    Ready(Arc<Minted>),
    Flying(Flight),
    Refused(Refused),
}

/// A refusal, and how the connection stood then: once that has changed, it counts no longer.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    pub(super) failure: Failure,
    pub(super) fence: i64,
    pub(super) at: Timestamp,
}

impl Refused {
    fn stands(&self, fence: i64, now: Timestamp) -> bool {
        let seconds = match self.failure {
            Failure::Wait { retry_after } => retry_after,
            Failure::Conflict { .. } => REFUSAL_STANDS,
            Failure::NotFound | Failure::Internal => 0,
        };
        self.fence == fence && now.since(self.at) < seconds
    }
}

/// Everything that this node remembers of job tokens.
#[derive(Clone, Default)]
pub struct Cache(Arc<Inner>);

#[derive(Default)]
struct Inner {
    tokens: Mutex<HashMap<TokenKey, Slot>>,
    passes: RwLock<HashMap<Question, Arc<Pass>>>,
    ledger: Mutex<Ledger>,
}

impl Cache {
    /// How many tokens are kept.
    pub fn len(&self) -> usize {
        self.tokens().len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets all tokens and decisions; what is counted stays.
    pub fn clear(&self) {
        self.tokens().retain(|_, slot| matches!(slot, Slot::Flying(_)));
        self.0.passes.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn passes(&self) -> &RwLock<HashMap<Question, Arc<Pass>>> {
        &self.0.passes
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<TokenKey, Slot>> {
        self.0.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The token in memory, the answer of the call in flight, or of one that `begin` makes; and whether it is the last.
    pub(super) fn get<M>(
        &self,
        now: Timestamp,
        fence: i64,
        key: TokenKey,
        is_stale: impl Fn(&Minted) -> bool,
        begin: impl FnOnce() -> M,
    ) -> (Promise, bool)
    where
        M: Future<Output = Result<Minted, Refused>> + Send + 'static,
    {
        let mut tokens = self.tokens();
        match tokens.get(&key) {
            Some(Slot::Ready(minted)) if minted.expires_at.since(now) >= LEAST_LIFE && !is_stale(minted) => {
                return (Promise::Kept(Ok(minted.clone())), false);
            }
            Some(Slot::Refused(refused)) if refused.stands(fence, now) => {
                return (Promise::Kept(Err(refused.failure.clone())), false);
            }
            Some(Slot::Flying(flight)) => return (Promise::Flying(flight.clone()), false),
            _ => {}
        }
        make_room(&mut tokens, now);
        let flight = self.begin(key.clone(), begin());
        tokens.insert(key, Slot::Flying(flight.clone()));
        (Promise::Flying(flight), true)
    }

    /// A task of its own: the callers may hang up, the answer is kept. It waits at the lock until its slot is there.
    fn begin(&self, key: TokenKey, call: impl Future<Output = Result<Minted, Refused>> + Send + 'static) -> Flight {
        let (cache, slot) = (self.clone(), key.clone());
        let task = tokio::spawn(async move {
            let (kept, outcome) = match call.await {
                Ok(minted) => {
                    let minted = Arc::new(minted);
                    (Slot::Ready(minted.clone()), Ok(minted))
                }
                Err(refused) => (Slot::Refused(refused.clone()), Err(refused.failure)),
            };
            cache.tokens().insert(slot, kept);
            outcome
        });
        let cache = self.clone();
        async move {
            task.await.unwrap_or_else(|_| {
                cache.tokens().remove(&key);
                Err(Failure::Internal)
            })
        }
        .boxed()
        .shared()
    }
}

/// Forgets what is of no use any more; when everything is of use, everything.
fn make_room(tokens: &mut HashMap<TokenKey, Slot>, now: Timestamp) {
    if tokens.len() < MOST_TOKENS {
        return;
    }
    tokens.retain(|_, slot| match slot {
        Slot::Ready(minted) => minted.expires_at.since(now) >= LEAST_LIFE,
        Slot::Flying(_) => true,
        Slot::Refused(refused) => refused.stands(refused.fence, now),
    });
    if tokens.len() >= MOST_TOKENS {
        tokens.retain(|_, slot| matches!(slot, Slot::Flying(_)));
    }
}
