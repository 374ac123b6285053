//! The last transaction of a Save: connection, records, attempt, audit, heartbeat: all of it or nothing.

use super::{REFRESH, Ready, Run, ended, lost, steps};
use crate::{
    audit::Actor,
    seal::SealContext,
    services::{ServiceError, events, heartbeat, notices},
    store::{Scoped, attempts::AttemptState, connections::Connection, sign_ins::SignIn, work},
};
use shared::{
    api::{
        authorizations::{AuthorizationState, SignInState},
        customers::ConnectionState,
        notices::NoticeKind,
    },
    id::{ConnectionId, CustomerId},
    method::Method,
};
use std::collections::HashMap;

/// Stores the access and changes the sets.
pub async fn finish(mut run: Run<'_>, ready: Ready) -> Result<(), ServiceError> {
    let app = run.app;
    let tx = app.store.write(run.work.organization).await?;
    // First, as everywhere: it locks the authorization, so that of two last sign-ins the second sees the first one done.
    let authorization =
        tx.touch_and_find_authorization(run.sign_in.authorization).await?.ok_or(ServiceError::NotFound)?;
    let connection = store_connection(&run, &tx, authorization.customer, &ready).await?;
    let (changed, kept) = change_sets(&run, &tx, connection, authorization.method).await?;
    steps::complete(&mut run.sign_in.steps, "saved");
    if kept > 0 {
        run.detail("saved", &format!("{kept} of the sets changed meanwhile and stayed as they were"));
    }
    let done = SignIn {
        state: SignInState::Done,
        problem: None,
        approval_url: None,
        connection: Some(connection),
        done_at: Some(app.now()),
        ..run.sign_in.clone()
    };
    if !tx.update_sign_in(&done, SignInState::Working).await? || !work::finish(&tx, &run.work).await? {
        return Err(lost());
    }
    tx.update_attempt(&ended(run.attempt.clone(), None), AttemptState::Saved).await?;
    let all_done = tx.list_sign_ins(&[authorization.id]).await?.iter().all(|one| one.state == SignInState::Done);
    if all_done {
        tx.end_authorization(authorization.id, AuthorizationState::Done).await?;
    }
    heartbeat::plan(app, &tx, connection).await?;
    events::authorized(app, &tx, &authorization, &done, (changed, kept)).await?;
    let actor = Actor::Holder(done.id, done.signed_in_as.clone().unwrap_or_default());
    let detail = format!("method={} sets={changed} kept={kept} connection={connection}", authorization.method.as_str());
    app.audit().record(&tx, "sign_in.done", &actor, format!("sign_in:{}", done.id), detail).await?;
    tx.commit().await?;
    app.changes.authorization(authorization.id);
    Ok(())
}

/// Adds the connection, or gives the one of this account its new refresh token (P5).
async fn store_connection(
    run: &Run<'_>,
    tx: &Scoped,
    customer: CustomerId,
    ready: &Ready,
) -> Result<ConnectionId, ServiceError> {
    let app = run.app;
    let now = app.now();
    let known = tx.find_connection_of(ready.account.tenant, ready.account.object).await?;
    let id = known.as_ref().map_or_else(|| ConnectionId(app.new_id()), |known| known.id);
    let (version, sealed) = match (&ready.granted.refresh_token, &known) {
        (Some(token), known) => {
            let version = known.as_ref().map_or(1, |known| known.token_version + 1);
            let context = SealContext { organization: tx.organization, kind: REFRESH, row: id.0, version };
            (version, app.keyring.seal(&context, token.expose().as_bytes())?)
        }
        // The refresh token is its connection's already.
        (None, Some(known)) if !known.state.is_over() => (known.token_version, known.refresh_token.clone()),
        // It was disconnected meanwhile: the work comes back and says so.
        (None, _) => return Err(lost()),
    };
    let connection = Connection {
        id,
        customer,
        tenant: ready.account.tenant,
        object: ready.account.object,
        account: ready.username.clone(),
        state: ConnectionState::Working,
        refresh_token: sealed,
        token_version: version,
        scopes: scopes(known.as_ref(), &ready.granted.scopes),
        connected_at: now,
        checked_at: now,
        failed_at: None,
        help: None,
    };
    match known {
        Some(known) => {
            if !tx.update_connection(&connection, known.token_version).await? {
                return Err(lost());
            }
            notices::resolve(app, tx, NoticeKind::ConnectionTrouble, id.0).await?;
        }
        None => tx.add_connection(&connection).await?,
    }
    Ok(id)
}

/// What the account has granted so far and now.
fn scopes(known: Option<&Connection>, granted: &[String]) -> String {
    let mut all: Vec<&str> = known.map(|known| known.scopes.split(' ').collect()).unwrap_or_default();
    all.extend(granted.iter().map(String::as_str));
    all.retain(|scope| !scope.is_empty());
    all.sort_unstable();
    all.dedup();
    all.join(" ")
}

/// Changes every set that is still as it was when the authorization was made; gives how many changed and how many not.
async fn change_sets(
    run: &Run<'_>,
    tx: &Scoped,
    connection: ConnectionId,
    method: Method,
) -> Result<(usize, usize), ServiceError> {
    let covered = tx.list_sign_in_sets(&[run.sign_in.id]).await?;
    let ids: Vec<_> = covered.iter().map(|set| set.backup_set).collect();
    let now: HashMap<_, _> = tx.find_backup_sets(&ids).await?.into_iter().map(|set| (set.id, set)).collect();
    let mut changed = 0;
    for set in &covered {
        if let Some(current) = now.get(&set.backup_set).filter(|current| current.version == set.version)
            && tx.change_method(current, method, connection, run.app.now()).await?
        {
            changed += 1;
        }
    }
    Ok((changed, covered.len() - changed))
}
