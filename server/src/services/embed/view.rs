//! What the frame shows.

use super::{Embedded, popups, sets};
use crate::{
    services::{ServiceError, authorizations},
    state::AppState,
    store::{Scoped, backup_sets::BackupSet, embed::EmbedSession},
};
use shared::{
    api::{
        authorizations::{AuthorizationState, AuthorizationView, CreateAuthorization, RefusedSet, SetRef, SignInState},
        embed::{EmbedSignIn, EmbedState, EmbedView},
    },
    id::BackupSetId,
    workload::Workloads,
};
use std::collections::HashSet;
use uuid::Uuid;

/// A session's own changes weigh more than those of its authorization, so that another authorization is newer.
const WEIGHT: i64 = 1_000_000;

/// How a session stands. Changes nothing (O4).
pub async fn view(app: &AppState, embedded: &Embedded) -> Result<EmbedView, ServiceError> {
    let tx = app.store.read(&embedded.scope).await?;
    let session = tx.find_embed_session(embedded.session.id).await?.ok_or(ServiceError::NotFound)?;
    let organization = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    let customer = tx.find_customer(session.customer).await?.ok_or(ServiceError::NotFound)?;
    let (all, waiting) = sets(&tx, &session).await?;
    let popup = tx.find_last_popup(session.id).await?;
    let found = match session.authorization {
        Some(id) => tx.find_authorization(id).await?,
        None => None,
    };
    let found = match found {
        Some(found) => authorizations::views(&tx, vec![found]).await?.pop(),
        None => None,
    };
    let version = weigh(&session, found.as_ref().map(|one| one.version));
    let moved = all.len() - waiting.len();
    let part = match found {
        Some(open) if open.state == AuthorizationState::Open => of_authorization(open),
        over => {
            let next = if waiting.is_empty() {
                Part::new(EmbedState::Done)
            } else {
                of_preview(app, &tx, CreateAuthorization::new(waiting.clone(), session.method)).await?
            };
            let done = over.filter(|one| one.state == AuthorizationState::Done);
            // Where nothing is left that could change, what was done stays to be seen, beside what cannot take part.
            match done {
                _ if !next.sign_ins.is_empty() || moved == 0 => next,
                Some(done) => Part { refused: next.refused, ..of_authorization(done) },
                None => Part { state: EmbedState::Done, ..next },
            }
        }
    };
    let waits: HashSet<BackupSetId> = waiting.into_iter().filter(|id| part.changes.contains(id)).collect();
    let waiting: Vec<_> = all.into_iter().filter(|set| waits.contains(&set.id)).collect();
    let workloads: Workloads = waiting.iter().flat_map(|set| set.workloads.iter().copied()).collect();
    Ok(EmbedView {
        brand: app.settings.brand.clone(),
        organization: organization.name,
        organization_id: organization.id,
        customer: customer.name,
        domain: customer.domain,
        tenant: customer.tenant,
        origin: session.origin,
        method: session.method,
        state: part.state,
        waiting: waiting.into_iter().map(set_ref).collect(),
        moved: moved as u64,
        refused: part.refused,
        workloads: workloads.into_iter().collect(),
        sign_ins: part.sign_ins,
        authorization: session.authorization,
        popup: popup.map(|popup| popups::state(app, &popup)),
        expires_at: session.expires_at,
        lifetime: session.expires_at.since(session.created_at),
        version,
    })
}

/// How new a session's view is.
pub async fn version(tx: &Scoped, id: Uuid) -> Result<Option<i64>, ServiceError> {
    let Some(session) = tx.find_embed_session(id).await? else { return Ok(None) };
    let own = match session.authorization {
        Some(authorization) => tx.find_authorization_version(authorization).await?,
        None => None,
    };
    Ok(Some(weigh(&session, own)))
}

fn weigh(session: &EmbedSession, authorization: Option<i64>) -> i64 {
    session.version * WEIGHT + authorization.unwrap_or_default()
}

fn set_ref(set: BackupSet) -> SetRef {
    SetRef { id: set.id, name: set.name, method: set.method }
}

struct Part {
    state: EmbedState,
    sign_ins: Vec<EmbedSignIn>,
    /// The sets of the sign-ins.
    changes: HashSet<BackupSetId>,
    refused: Vec<RefusedSet>,
}

impl Part {
    fn new(state: EmbedState) -> Self {
        Self { state, sign_ins: Vec::new(), changes: HashSet::new(), refused: Vec::new() }
    }
}

fn of_authorization(one: AuthorizationView) -> Part {
    let any = |states: &[SignInState]| one.sign_ins.iter().any(|sign_in| states.contains(&sign_in.state));
    let state = if one.state == AuthorizationState::Done {
        EmbedState::Done
    } else if any(&[SignInState::Working]) {
        EmbedState::Working
    } else if any(&[
        SignInState::Failed,
        SignInState::ConsentNeeded,
        SignInState::ApprovalNeeded,
        SignInState::ClaimsNeeded,
    ]) {
        EmbedState::Stopped
    } else {
        EmbedState::Open
    };
    let changes = one.sign_ins.iter().flat_map(|sign_in| &sign_in.sets).map(|set| set.id).collect();
    let sign_ins = one.sign_ins.into_iter().map(|sign_in| EmbedSignIn {
        id: Some(sign_in.id),
        account: sign_in.account,
        signer: sign_in.signer,
        state: sign_in.state,
        signed_in_as: sign_in.signed_in_as,
        steps: sign_in.steps,
        problem: sign_in.problem,
        done_at: sign_in.done_at,
        already_connected: sign_in.already_connected,
    });
    Part { state, sign_ins: sign_ins.collect(), changes, refused: Vec::new() }
}

/// What an authorization would do.
async fn of_preview(app: &AppState, tx: &Scoped, request: CreateAuthorization) -> Result<Part, ServiceError> {
    let preview = authorizations::preview_within(app, tx, &request).await?;
    let state = match (preview.sign_ins.is_empty(), preview.tenant_unconfirmed) {
        (true, _) => EmbedState::Nothing,
        (_, true) => EmbedState::Unconfirmed,
        _ => EmbedState::Ready,
    };
    let changes = preview.sign_ins.iter().flat_map(|sign_in| &sign_in.sets).map(|set| set.id).collect();
    let sign_ins = preview.sign_ins.into_iter().map(|sign_in| EmbedSignIn {
        id: None,
        account: sign_in.account,
        signer: sign_in.signer,
        state: SignInState::Waiting,
        signed_in_as: None,
        steps: Vec::new(),
        problem: None,
        done_at: None,
        already_connected: sign_in.already_connected,
    });
    Ok(Part { state, sign_ins: sign_ins.collect(), changes, refused: preview.refused })
}
