//! Takes a replaced certificate off its app and forgets its key (E9, E10).

use super::{AT_ONCE, after, finish, postpone};
use crate::{
    audit::Actor,
    microsoft::{grants::app::TokenResource, graph::GraphError},
    services::{
        ServiceError, certificates,
        own_keys::{KeyError, OwnKeys, is_unknown_key},
    },
    state::AppState,
    store::{
        apps::App,
        certificates::Certificate,
        work::{self, Work},
    },
};
use shared::{api::apps::CertificateState, id::CertificateId};

/// Refusals after which an administrator is asked to take the key off.
const REFUSALS: i64 = 8;

/// Takes one certificate off, once its successor has yielded tokens for a day.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let tx = app.store.read(work.organization).await?;
    let old = tx.find_certificate(CertificateId(work.subject)).await?;
    let old = old.filter(|one| one.state == CertificateState::Previous && one.private_key.is_some());
    let (connection, current) = match &old {
        Some(old) => (tx.find_app(old.app).await?, tx.find_current_certificate(old.app).await?),
        None => (None, None),
    };
    drop(tx);
    let connection = connection.filter(|one| one.removed_at.is_none());
    let (Some(old), Some(connection)) = (old, connection) else { return finish(app, &work).await };
    let now = app.now();
    if let Some(at) = old.remove_at.filter(|at| *at > now) {
        return postpone(app, &work, at.since(now), 0).await;
    }
    // Never without a proved successor.
    let Some(current) = current.filter(|one| one.proved_at.is_some()) else {
        return postpone(app, &work, 3600, work.attempts + 1).await;
    };
    let Some(key) = old.key_id else { return gone(app, &work, connection, old, true).await };
    let keys = match OwnKeys::open(app, work.organization, &connection, &current).await? {
        Ok(keys) => keys,
        Err(error) => return again(app, &work, &KeyError::Grant(error)).await,
    };
    match keys.remove(key).await? {
        Ok(()) => gone(app, &work, connection, old, false).await,
        Err(error) if error.is_temporary() => again(app, &work, &KeyError::Graph(error)).await,
        Err(error) => refused(app, &work, connection, old, error).await,
    }
}

/// A refusal: the key may be gone already, because the answer was lost or an administrator was quicker. A token tells.
async fn refused(
    app: &AppState,
    work: &Work,
    connection: App,
    old: Certificate,
    error: GraphError,
) -> Result<(), ServiceError> {
    let organization = work.organization;
    let answer = certificates::token(app, organization, &connection, &old, &TokenResource::Graph).await?;
    let over = old.not_after <= app.now();
    match answer {
        Err(grant) if is_unknown_key(&grant) || over => gone(app, work, connection, old, false).await,
        _ if work.attempts >= REFUSALS => gone(app, work, connection, old, true).await,
        _ => again(app, work, &KeyError::Graph(error)).await,
    }
}

async fn again(app: &AppState, work: &Work, error: &KeyError) -> Result<(), ServiceError> {
    tracing::warn!(certificate = %work.subject, %error, "a key was not taken off");
    let exponent = u32::try_from(work.attempts.clamp(0, 6)).unwrap_or(0);
    let own = 60_i64 << exponent;
    let wait = error.wait().flatten().and_then(|wait| i64::try_from(wait.as_secs()).ok());
    postpone(app, work, wait.unwrap_or(own), work.attempts + 1).await
}

/// Forgets the private key. `left`: the public half stays on the app, and an administrator must take it off.
async fn gone(app: &AppState, work: &Work, connection: App, old: Certificate, left: bool) -> Result<(), ServiceError> {
    let removed =
        Certificate { state: CertificateState::Removed, private_key: None, removed_at: Some(app.now()), ..old.clone() };
    let tx = app.store.write(work.organization).await?;
    if !work::finish(&tx, work).await? || !tx.update_certificate(&removed, CertificateState::Previous).await? {
        return Ok(());
    }
    if left {
        let mut changed = connection.clone();
        changed.left.push(format!(
            "The certificate with the thumbprint {} on the app “{}”: its key is forgotten here, and the app could not take it off",
            old.thumbprint, connection.display_name
        ));
        if !tx.update_app(&changed, connection.version).await? {
            drop(tx);
            let tx = app.store.write(work.organization).await?;
            work::postpone(&tx, work, after(app, AT_ONCE), work.attempts).await?;
            return Ok(tx.commit().await?);
        }
    }
    let detail = format!("certificate={} thumbprint={} left={left}", old.id, old.thumbprint);
    let subject = format!("app:{}", connection.id);
    app.audit().record(&tx, "certificate.removed", &Actor::Rekey, subject, detail).await?;
    Ok(tx.commit().await?)
}
