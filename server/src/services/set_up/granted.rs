//! Sees by itself that permissions were granted on Microsoft's own page (D2): the app asks with its own certificate, so that
//! nobody's token is needed. Once they are there, what follows is the same proof that *check again* begins.

use super::{
    make::{permissions, usable},
    prepare_proof, spawn_proof, wanted_purposes,
};
use crate::{
    microsoft::grants::{app::TokenResource, error::GrantError},
    services::{ServiceError, certificates, connect, save, waves},
    state::AppState,
    store::{
        Scoped, StoreError,
        apps::App,
        attempts::{Attempt, AttemptState},
        authorizations::Authorization,
        certificates::Certificate,
        sign_ins::SignIn,
        work::{self, NewWork, Work, WorkKind},
    },
};
use shared::{
    api::authorizations::{AuthorizationState, SignInState},
    id::AttemptId,
    rules::manifest::{AppPermission, Resource, drift},
    time::Timestamp,
};
use std::time::Duration;

/// How long it is looked for, in seconds. Afterwards somebody presses *check again*.
const FOLLOWED: i64 = 24 * 3600;

/// Has it looked for after a set-up has sent the administrator to Microsoft's page.
pub async fn follow(app: &AppState, tx: &Scoped, attempt: &Attempt) -> Result<(), StoreError> {
    let (kind, organization, subject) = (WorkKind::Consent, tx.organization, attempt.id.0);
    let due = save::next_look(app.clock.now_millis(), until(attempt), 0, Duration::ZERO);
    work::add(tx, NewWork { id: app.new_id(), kind, organization, subject, due }).await
}

fn until(attempt: &Attempt) -> Timestamp {
    attempt.created_at.plus(FOLLOWED)
}

/// What waits for its permissions.
struct Waiting {
    attempt: Attempt,
    sign_in: SignIn,
    authorization: Authorization,
    apps: Vec<(App, Certificate)>,
}

/// One look.
pub async fn look(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let Some(waiting) = load(app, &work).await? else { return finish(app, &work).await };
    let until = until(&waiting.attempt);
    if app.now() >= until {
        return finish(app, &work).await;
    }
    match ask(app, &work, &waiting).await? {
        None => go_on(app, &work, waiting).await,
        Some(asked) => {
            let tx = app.store.write(work.organization).await?;
            let due = save::next_look(app.clock.now_millis(), until, work.attempts + 1, asked);
            work::postpone(&tx, &work, due, work.attempts + 1).await?;
            Ok(tx.commit().await?)
        }
    }
}

/// `None`: nothing waits any more, or what asked for it was taken back.
async fn load(app: &AppState, work: &Work) -> Result<Option<Waiting>, ServiceError> {
    let tx = app.store.read(work.organization).await?;
    let attempt = tx.find_attempt(AttemptId(work.subject)).await?.filter(|one| one.state == AttemptState::Saved);
    let Some(attempt) = attempt else { return Ok(None) };
    let sign_in = tx.find_sign_in(attempt.sign_in).await?.filter(|one| one.state == SignInState::ApprovalNeeded);
    let Some(sign_in) = sign_in else { return Ok(None) };
    let found = tx.find_authorization_and_customer(attempt.authorization).await?;
    let (authorization, customer) = found.ok_or(ServiceError::NotFound)?;
    if authorization.state != AuthorizationState::Open || !connect::stands(&tx, attempt.id).await? {
        return Ok(None);
    }
    let mut apps = Vec::new();
    let workloads = save::workloads(&tx, sign_in.id).await?;
    if waves::held(app, &tx, &authorization).await?.is_none() {
        for purpose in wanted_purposes(&tx, &authorization, &customer, &workloads).await? {
            let Some(one) = tx.find_app_of(customer.tenant, purpose).await? else { return Ok(None) };
            let certificate = usable(tx.list_certificates(&[one.id]).await?, &authorization, app.now());
            let Some(certificate) = certificate else { return Ok(None) };
            apps.push((one, certificate));
        }
    }
    Ok(Some(Waiting { attempt, sign_in, authorization, apps }))
}

/// Whether every app has its permissions at Graph: `None`, or how long Microsoft asks to wait before the next look.
async fn ask(app: &AppState, work: &Work, waiting: &Waiting) -> Result<Option<Duration>, ServiceError> {
    if waiting.apps.is_empty() {
        // A wave holds it.
        return Ok(Some(Duration::ZERO));
    }
    for (one, certificate) in &waiting.apps {
        let mut expected: Vec<&AppPermission> = permissions(one);
        expected.retain(|permission| permission.resource == Resource::Graph);
        let answer = certificates::token(app, work.organization, one, certificate, &TokenResource::Graph).await?;
        match answer {
            Ok(token) if drift(&expected, &token.roles).is_none() => {}
            Ok(_) => return Ok(Some(Duration::ZERO)),
            Err(GrantError::Throttled { retry_after, .. } | GrantError::Unavailable { retry_after, .. }) => {
                return Ok(Some(retry_after.unwrap_or_default()));
            }
            Err(error) => {
                tracing::info!(app = %one.id, %error, "the app gets no token yet");
                return Ok(Some(Duration::ZERO));
            }
        }
    }
    Ok(None)
}

async fn go_on(app: &AppState, work: &Work, waiting: Waiting) -> Result<(), ServiceError> {
    let Waiting { attempt, sign_in, authorization, .. } = waiting;
    let tx = app.store.write(work.organization).await?;
    tx.touch_authorization(authorization.id).await?;
    if !work::finish(&tx, work).await? {
        return Ok(());
    }
    let id = authorization.id;
    let (proof, proving) = prepare_proof(app, &tx, &authorization, sign_in, attempt).await?;
    tx.commit().await?;
    app.changes.authorization(id);
    spawn_proof(app, proof, proving);
    Ok(())
}

async fn finish(app: &AppState, work: &Work) -> Result<(), ServiceError> {
    let tx = app.store.write(work.organization).await?;
    work::finish(&tx, work).await?;
    Ok(tx.commit().await?)
}
