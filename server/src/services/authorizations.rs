//! Authorizations: preview, create, show, cancel. The preview and the creation decide by the same plan.

mod plan;

use super::{ServiceError, backup_sets::customer_ref, cursor, events, save};
use crate::{
    audit::Actor,
    random::new_secret,
    seal::hash_secret,
    state::AppState,
    store::{
        Scope, Scoped,
        authorizations::Authorization,
        customers::Customer,
        links::Link,
        locator::{self, Located, LocatorKind, NewLocator},
        sign_ins::{SignIn, SignInSet},
    },
};
pub use plan::{
    MOST_SETS, Planned, PlannedSignIn, administrator_of, app_permission_view, app_permissions, permission_view,
};
use shared::{
    api::{
        authorizations::{
            AuthorizationPreview, AuthorizationState, AuthorizationView, ConnectLink, CreateAuthorization, SetRef,
            SignInPreview, SignInState, SignInView, UnderWay,
        },
        page::Page,
    },
    id::{AuthorizationId, BackupSetId, CustomerId, SignInId},
    method::Method,
    rules::who::Signer,
    secret::Secret,
    time::Timestamp,
};
use std::collections::{HashMap, HashSet};

/// How long a link to the connect page lives, in seconds.
const LINK_LIFE: i64 = 60 * 60;

/// What an authorization would do. Stores nothing.
pub async fn preview(
    app: &AppState,
    scope: &Scope,
    request: &CreateAuthorization,
) -> Result<AuthorizationPreview, ServiceError> {
    let tx = app.store.read(scope).await?;
    let mut preview = preview_within(app, &tx, request).await?;
    let chosen = preview.sign_ins.iter().flat_map(|sign_in| sign_in.sets.iter().map(|set| set.id)).collect();
    preview.under_way = under_way(&tx, preview.customer.id, &chosen).await?;
    Ok(preview)
}

/// Which open authorizations of the customer still wait for a sign-in of these sets.
async fn under_way(
    tx: &Scoped,
    customer: CustomerId,
    chosen: &HashSet<BackupSetId>,
) -> Result<Vec<UnderWay>, ServiceError> {
    let open = tx.list_open_authorizations_of(customer).await?;
    let waiting: HashMap<SignInId, AuthorizationId> = tx
        .list_sign_ins(&open)
        .await?
        .into_iter()
        .filter(|sign_in| !matches!(sign_in.state, SignInState::Done | SignInState::Cancelled))
        .map(|sign_in| (sign_in.id, sign_in.authorization))
        .collect();
    let ids: Vec<SignInId> = waiting.keys().copied().collect();
    let mut counts: HashMap<AuthorizationId, u64> = HashMap::new();
    for set in tx.list_sign_in_sets(&ids).await? {
        if let Some(authorization) = waiting.get(&set.sign_in).filter(|_| chosen.contains(&set.backup_set)) {
            *counts.entry(*authorization).or_default() += 1;
        }
    }
    let found: Vec<AuthorizationId> = counts.keys().copied().collect();
    let found = tx.find_authorizations(&found).await?.into_iter().map(|one| UnderWay {
        sets: counts.get(&one.id).copied().unwrap_or(0),
        id: one.id,
        created_at: one.created_at,
        created_by: one.created_by,
    });
    let mut found: Vec<UnderWay> = found.collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.id.0));
    Ok(found)
}

/// As [`preview`], of the same moment as what else is read.
pub(super) async fn preview_within(
    app: &AppState,
    tx: &Scoped,
    request: &CreateAuthorization,
) -> Result<AuthorizationPreview, ServiceError> {
    let planned = plan::plan(app, tx, request).await?;
    Ok(AuthorizationPreview {
        customer: customer_ref(&planned.customer),
        method: request.method,
        way: request.way,
        sets: planned.sign_ins.iter().map(|sign_in| sign_in.sets.len() as u64).sum(),
        sign_ins: planned.sign_ins.iter().map(sign_in_preview).collect(),
        refused: planned.refused,
        tenant_unconfirmed: planned.customer.confirmed_at.is_none(),
        under_way: Vec::new(),
    })
}

fn sign_in_preview(planned: &PlannedSignIn) -> SignInPreview {
    SignInPreview {
        account: planned.account.clone(),
        signer: planned.signer,
        sets: planned
            .sets
            .iter()
            .map(|set| SetRef { id: set.id, name: set.name.clone(), method: set.method })
            .collect(),
        permissions: planned.permissions.clone(),
        needs_administrator: planned.needs_administrator,
        already_connected: planned.connection.is_some(),
    }
}

/// Creates an authorization with its queue of sign-ins.
pub async fn create(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    request: &CreateAuthorization,
) -> Result<AuthorizationView, ServiceError> {
    let tx = app.store.write(scope).await?;
    let id = add(app, &tx, actor, request).await?;
    tx.commit().await?;
    find(app, scope, id).await
}

/// Creates an authorization within a transaction.
pub(super) async fn add(
    app: &AppState,
    tx: &Scoped,
    actor: &Actor,
    request: &CreateAuthorization,
) -> Result<AuthorizationId, ServiceError> {
    let planned = plan::plan(app, tx, request).await?;
    if planned.customer.confirmed_at.is_none() {
        return Err(ServiceError::conflict(
            "tenant_unconfirmed",
            "Confirm this customer's tenant first, so that nobody else's can be used.",
        ));
    }
    if planned.sign_ins.is_empty() {
        return Err(ServiceError::conflict(
            "nothing_to_authorize",
            "None of these sets can take part. The preview says why.",
        ));
    }
    hold(tx, planned.customer.id).await?;
    let (id, customer, begun_by) = (AuthorizationId(app.new_id()), planned.customer.id, actor.name().to_owned());
    let authorization = Authorization {
        way: request.way,
        restores: request.restores,
        ..Authorization::begin(id, customer, request.method, planned.kind, app.now(), begun_by)
    };
    tx.add_authorization(&authorization).await?;
    for (position, part) in (0..).zip(&planned.sign_ins) {
        add_sign_in(app, tx, authorization.id, position, part).await?;
    }
    let detail = format!("method={} sign_ins={}", request.method.as_str(), planned.sign_ins.len());
    app.audit()
        .record(tx, "authorization.created", actor, format!("authorization:{}", authorization.id), detail)
        .await?;
    Ok(authorization.id)
}

/// Lets nobody take the customer away meanwhile.
pub(super) async fn hold(tx: &Scoped, customer: CustomerId) -> Result<(), ServiceError> {
    if tx.hold_customers(&[customer]).await? {
        return Ok(());
    }
    Err(ServiceError::conflict("changed_meanwhile", "The customer was removed in this moment."))
}

async fn add_sign_in(
    app: &AppState,
    tx: &Scoped,
    authorization: AuthorizationId,
    position: i64,
    part: &PlannedSignIn,
) -> Result<(), ServiceError> {
    let id = SignInId(app.new_id());
    let sign_in = SignIn::waiting(id, authorization, position, part.account.clone(), part.connection);
    let covered: Vec<_> = part.sets.iter().map(|set| SignInSet::of(sign_in.id, set)).collect();
    Ok(tx.add_sign_in(&sign_in, &covered).await?)
}

/// One authorization.
pub async fn find(app: &AppState, scope: &Scope, id: AuthorizationId) -> Result<AuthorizationView, ServiceError> {
    let tx = app.store.read(scope).await?;
    let found = tx.find_authorization(id).await?.ok_or(ServiceError::NotFound)?;
    views(&tx, vec![found]).await?.pop().ok_or(ServiceError::NotFound)
}

/// One page, newest first: those in a state, or those of a customer.
pub async fn list(
    app: &AppState,
    scope: &Scope,
    state: Option<AuthorizationState>,
    customer: Option<CustomerId>,
    before: Option<&str>,
    limit: u64,
) -> Result<Page<AuthorizationView>, ServiceError> {
    let before: Option<AuthorizationId> = cursor::read(before)?;
    let tx = app.store.read(scope).await?;
    let mut found = match (customer, state) {
        (None, state) => tx.list_authorizations(state, before, limit + 1).await?,
        (Some(customer), None) => tx.list_authorizations_of(customer, before, limit + 1).await?,
        (Some(_), Some(_)) => return Err(ServiceError::field("customer", "expected either a customer or a state")),
    };
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).and_then(|last| cursor::write(&last.id));
    Ok(Page { items: views(&tx, found).await?, next })
}

/// Authorizations as they are shown.
pub async fn views(tx: &Scoped, found: Vec<Authorization>) -> Result<Vec<AuthorizationView>, ServiceError> {
    let ids: Vec<_> = found.iter().map(|one| one.id).collect();
    let customers: Vec<CustomerId> = found.iter().map(|one| one.customer).collect();
    let customers: HashMap<_, _> =
        tx.find_customers(&customers).await?.into_iter().map(|customer| (customer.id, customer)).collect();
    let mut queues: HashMap<AuthorizationId, Vec<SignInView>> = HashMap::new();
    let modern: Vec<_> = found.iter().filter(|one| one.method == Method::Modern).map(|one| one.id).collect();
    for (authorization, view) in sign_in_views(tx, &modern, tx.list_sign_ins(&ids).await?).await? {
        queues.entry(authorization).or_default().push(view);
    }
    Ok(found
        .into_iter()
        .filter_map(|one| {
            let queue = queues.remove(&one.id).unwrap_or_default();
            Some(view(&one, customers.get(&one.customer)?, queue))
        })
        .collect())
}

fn view(one: &Authorization, customer: &Customer, sign_ins: Vec<SignInView>) -> AuthorizationView {
    AuthorizationView {
        id: one.id,
        customer: customer_ref(customer),
        method: one.method,
        kind: one.kind,
        way: one.way,
        restores: one.restores,
        state: one.state,
        created_at: one.created_at,
        created_by: one.created_by.clone(),
        sign_ins,
        version: one.version,
        wave: one.wave,
    }
}

/// Sign-ins with the sets they cover, each set with its method now. `modern`: the authorizations that an administrator
/// signs in for.
pub async fn sign_in_views(
    tx: &Scoped,
    modern: &[AuthorizationId],
    sign_ins: Vec<SignIn>,
) -> Result<Vec<(AuthorizationId, SignInView)>, ServiceError> {
    let ids: Vec<_> = sign_ins.iter().map(|sign_in| sign_in.id).collect();
    let covered = tx.list_sign_in_sets(&ids).await?;
    let sets: Vec<_> = covered.iter().map(|set| set.backup_set).collect();
    let methods: HashMap<_, _> =
        tx.find_backup_sets(&sets).await?.into_iter().map(|set| (set.id, set.method)).collect();
    let mut by_sign_in: HashMap<SignInId, Vec<SetRef>> = HashMap::new();
    for set in covered {
        let method = methods.get(&set.backup_set).copied().unwrap_or(set.method);
        by_sign_in.entry(set.sign_in).or_default().push(SetRef { id: set.backup_set, name: set.name, method });
    }
    Ok(sign_ins
        .into_iter()
        .map(|sign_in| {
            let sets = by_sign_in.remove(&sign_in.id).unwrap_or_default();
            (sign_in.authorization, sign_in_view(modern.contains(&sign_in.authorization), sign_in, sets))
        })
        .collect())
}

/// A sign-in with the sets that it covers.
pub fn sign_in_view(modern: bool, sign_in: SignIn, sets: Vec<SetRef>) -> SignInView {
    SignInView {
        id: sign_in.id,
        account: sign_in.account,
        signer: if modern { Signer::Administrator } else { Signer::AccountHolder },
        state: sign_in.state,
        signed_in_as: sign_in.signed_in_as,
        sets,
        steps: sign_in.steps,
        problem: sign_in.problem,
        approval_url: sign_in.approval_url,
        done_at: sign_in.done_at,
        already_connected: sign_in.connection.is_some(),
    }
}

/// Calls an authorization off: its links and open sign-ins end; what is done stays done.
pub async fn cancel(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: AuthorizationId,
) -> Result<AuthorizationView, ServiceError> {
    let now = app.now();
    let tx = app.store.write(scope).await?;
    let authorization = tx.find_authorization(id).await?.ok_or(ServiceError::NotFound)?;
    if !tx.end_authorization(id, AuthorizationState::Cancelled).await? {
        return Err(ServiceError::conflict("not_open", "This authorization is not open any more."));
    }
    tx.revoke_links(id, now).await?;
    tx.supersede_open_attempts(id).await?;
    for sign_in in tx.list_sign_ins(&[id]).await? {
        if sign_in.state == SignInState::Done {
            continue;
        }
        let from = sign_in.state;
        let cancelled = SignIn { state: SignInState::Cancelled, problem: None, approval_url: None, ..sign_in };
        tx.update_sign_in(&cancelled, from).await?;
        save::forget_saved(&tx, cancelled.id).await?;
    }
    events::cancelled(app, &tx, &authorization, actor.name()).await?;
    app.audit().record(&tx, "authorization.cancelled", actor, format!("authorization:{id}"), String::new()).await?;
    tx.commit().await?;
    app.changes.authorization(id);
    find(app, scope, id).await
}

/// Adds a link that opens the connect page, and gives its secret.
pub(super) async fn add_link(
    app: &AppState,
    tx: &Scoped,
    link: &Link,
    now: Timestamp,
) -> Result<Secret<String>, ServiceError> {
    let secret = new_secret(&*app.random);
    tx.add_link(link, now).await?;
    let to = Located { organization: tx.organization, id: link.id };
    let kind = LocatorKind::ConnectLink;
    let entry = NewLocator { hash: hash_secret(secret.expose()), kind, to, expires_at: Some(link.expires_at) };
    locator::add(tx, entry).await?;
    Ok(secret)
}

/// Makes a link that opens the connect page. Its secret is in the fragment, so that no server log ever holds it.
pub async fn create_link(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: AuthorizationId,
) -> Result<ConnectLink, ServiceError> {
    let now = app.now();
    let tx = app.store.write(scope).await?;
    let authorization = tx.find_authorization(id).await?.ok_or(ServiceError::NotFound)?;
    if authorization.state != AuthorizationState::Open {
        return Err(ServiceError::conflict("not_open", "This authorization is not open any more."));
    }
    let link = Link {
        id: app.new_id(),
        authorization: id,
        created_by: actor.name().to_owned(),
        expires_at: now.plus(LINK_LIFE),
        only: None,
        embed_session: None,
    };
    let secret = add_link(app, &tx, &link, now).await?;
    app.audit().record(&tx, "connect_link.created", actor, format!("authorization:{id}"), String::new()).await?;
    tx.commit().await?;
    Ok(ConnectLink { url: format!("{}/connect#{}", app.settings.origin, secret.expose()), expires_at: link.expires_at })
}
