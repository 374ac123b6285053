//! Job tokens: short-lived Microsoft access tokens for backup and restore jobs (DESIGN §7; B-07, B-13, K4, P9).
//!
//! Asked for by an API key, minted on demand, kept in the memory of this node only ([`Cache`]), never stored. One call is
//! in flight for each connection and kind of token; whoever asks meanwhile shares its answer. A new token is handed out
//! only after its audit row is durable; one that was there already is counted ([`ledger`]). What was decided is
//! remembered for seconds and only while nothing of the organization has changed ([`pass`]).

mod account;
mod app;
mod cache;
mod decide;
pub mod ledger;
mod pass;

pub use cache::{Answer, Cache};

use super::{ServiceError, api_keys};
use crate::{seal::hash_secret, state::AppState, store::api_keys::ApiKey};
use cache::{Minted, Refused, TokenKey};
use decide::{Decision, Grounds};
use pass::Question;
use shared::{
    api::job_tokens::CreateJobToken,
    id::{ApiKeyId, BackupSetId, OrganizationId},
    rules::manifest::Resource,
};
use std::sync::Arc;

/// The least that a token handed out is still good for, in seconds (B-13).
pub const LEAST_LIFE: i64 = 600;
/// A token without a permission that is needed is asked for again after so many seconds: an administrator may have helped.
const ASK_AGAIN: i64 = 60;

/// Who asks for what.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Of which set.
    pub set: BackupSetId,
    /// What for.
    pub request: CreateJobToken,
}

/// Why there is no token. The limit is the caller's to decide, since it knows the address.
pub enum Refusal {
    /// The secret is no key.
    Unauthenticated,
    /// A service said no.
    Service(ServiceError),
}

impl<E: Into<ServiceError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Service(error.into())
    }
}

/// A token for a job. `limit` is asked once the key is known.
pub async fn create<L, R>(app: &AppState, secret: &str, asked: Asked, limit: L) -> Result<Answer, R>
where
    L: Fn(ApiKeyId) -> Result<(), R> + Send + Sync,
    R: From<Refusal> + Send,
{
    let question = Question { key: hash_secret(secret), set: asked.set, request: asked.request };
    if let Some(pass) = app.job_tokens.pass(app, &question) {
        limit(pass.key)?;
        app.job_tokens.count(&pass.counted(&question), app.now());
        return Ok(pass.answer());
    }
    let (organization, key) = find_key(app, secret).await?;
    limit(key.id)?;
    decided(app, organization, key, question).await.map_err(|error| Refusal::Service(error).into())
}

async fn find_key(app: &AppState, secret: &str) -> Result<(OrganizationId, ApiKey), Refusal> {
    api_keys::find(app, secret).await?.ok_or(Refusal::Unauthenticated)
}

async fn decided(
    app: &AppState,
    organization: OrganizationId,
    key: ApiKey,
    question: Question,
) -> Result<Answer, ServiceError> {
    // Before reading: a change from here on ends what is decided below.
    let generation = app.store.generation(organization);
    let decision = decide::decide(app, organization, &key, &question).await?;
    let (minted, fresh) = token(app, organization, &key, &decision).await?;
    if let Some(missing) = decision.missing(&minted) {
        return Err(ServiceError::conflict(
            "permissions_missing",
            format!("The app's token lacks {missing}. An administrator of the tenant runs Update configuration."),
        ));
    }
    if let Grounds::App { id, is_used: false, .. } = &decision.grounds {
        app::note_first(app, organization, *id).await?;
    }
    let pass = pass::Pass::new(organization, &key, &decision, &minted, generation)?;
    let counted = pass.counted(&question);
    if fresh {
        app.job_tokens.saw(&counted, app.now());
    } else {
        app.job_tokens.count(&counted, app.now());
    }
    let answer = pass.answer();
    app.job_tokens.remember(question, pass);
    Ok(answer)
}

/// The token in memory, or a new one; and whether it was made, and audited, for this very request.
async fn token(
    app: &AppState,
    organization: OrganizationId,
    key: &ApiKey,
    decision: &Decision,
) -> Result<(Arc<Minted>, bool), ServiceError> {
    let token_key = decision.token_key(organization);
    let order = Order::new(app, key, decision, &token_key);
    let stale = |minted: &Minted| app.now().since(minted.made_at) >= ASK_AGAIN && decision.missing(minted).is_some();
    let (promise, fresh) = app.job_tokens.get(app.now(), decision.fence, token_key, stale, || order.carry_out());
    Ok((promise.kept().await?, fresh))
}

/// Everything that a call to Microsoft needs, owned: it goes on when the request that began it has gone.
#[derive(Clone)]
struct Order {
    app: AppState,
    key: TokenKey,
    actor: crate::audit::Actor,
    set: BackupSetId,
    grounds: Grounds,
}

impl Order {
    fn new(app: &AppState, key: &ApiKey, decision: &Decision, token_key: &TokenKey) -> Self {
        Self {
            app: app.clone(),
            key: token_key.clone(),
            actor: crate::audit::Actor::Key(key.id, key.name.clone()),
            set: decision.set,
            grounds: decision.grounds.clone(),
        }
    }

    async fn carry_out(self) -> Result<Minted, Refused> {
        let result = match &self.grounds {
            Grounds::App { id, resource, .. } => app::mint(&self, *id, resource).await,
            Grounds::Account { id, scopes } => account::mint(&self, *id, scopes).await,
        };
        match result {
            Ok(minted) => Ok(minted),
            Err(error) => {
                let fence = decide::fence(&self.app, self.key.organization, &self.grounds).await.unwrap_or(0);
                Err(Refused { failure: error.into(), fence, at: self.app.now() })
            }
        }
    }

    /// The audit row of a new token, in the transaction of what it changed.
    async fn record(&self, tx: &crate::store::Scoped) -> Result<(), ServiceError> {
        let TokenKey { resource, purpose, connection, .. } = &self.key;
        let detail = format!("resource={} purpose={} connection={connection}", resource.as_str(), purpose.as_str());
        let subject = format!("backup_set:{}", self.set);
        Ok(self.app.audit().record(tx, "job_token.issued", &self.actor, subject, detail).await?)
    }
}

/// The address of one of Microsoft's services.
fn base_url(app: &AppState, resource: Resource, sharepoint_host: Option<&str>) -> String {
    match (resource, sharepoint_host) {
        (Resource::Sharepoint, Some(host)) => format!("https://{host}"),
        _ => app.microsoft.config.authority.graph_origin().to_owned(),
    }
}
