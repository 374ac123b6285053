//! What the connect page shows.

use super::Opened;
use crate::{
    services::{
        ServiceError,
        authorizations::{app_permissions, permission_view, sign_in_view},
        waves,
    },
    state::AppState,
    store::{
        Scoped,
        authorizations::Authorization,
        backup_sets::BackupSet,
        customers::Customer,
        organizations::Organization,
        sign_ins::{SignIn, SignInSet},
    },
};
use shared::{
    api::{
        authorizations::{AuthorizationKind, SetRef, SignInState},
        connect::{ConnectApp, ConnectSignIn, ConnectView, QueueItem},
    },
    id::TenantId,
    method::Method,
    rules::scopes,
    workload::Workloads,
};

/// What the page shows.
pub async fn view(app: &AppState, opened: &Opened) -> Result<ConnectView, ServiceError> {
    let tx = app.store.read(opened.organization).await?;
    let found = tx.find_authorization_and_customer(opened.authorization).await?;
    let (authorization, customer) = found.ok_or(ServiceError::NotFound)?;
    let organization = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    let mut queue = tx.list_sign_ins(&[authorization.id]).await?;
    // Whoever is invited to one sign-in sees nothing of the others.
    queue.retain(|one| opened.link.only.is_none_or(|only| only == one.id));
    let attempt = match opened.attempt {
        Some(id) => tx.find_attempt(id).await?,
        None => None,
    };
    let mut in_hand = queue
        .iter()
        .find(|one| attempt.as_ref().is_some_and(|attempt| attempt.sign_in == one.id))
        .or_else(|| queue.iter().find(|one| !matches!(one.state, SignInState::Done | SignInState::Cancelled)))
        .or_else(|| queue.last())
        .cloned()
        .ok_or(ServiceError::NotFound)?;
    if matches!(in_hand.state, SignInState::Waiting | SignInState::Failed)
        && let Some(held) = waves::held(app, &tx, &authorization).await?
    {
        in_hand.problem = Some(held);
    }
    let covered = tx.list_covered(in_hand.id).await?;
    let is_over = authorization.method == Method::Modern && in_hand.state == SignInState::Done;
    let apps = if is_over { apps_of(&tx, customer.tenant).await? } else { Vec::new() };
    drop(tx);
    Ok(page_view(app, opened, &authorization, customer, organization, queue, in_hand, covered, apps))
}

/// The page from what was read.
#[expect(clippy::too_many_arguments, reason = "what the page is made of, each read once by the caller")]
pub(super) fn page_view(
    app: &AppState,
    opened: &Opened,
    authorization: &Authorization,
    customer: Customer,
    organization: Organization,
    queue: Vec<SignIn>,
    in_hand: SignIn,
    covered: Vec<(SignInSet, Option<BackupSet>)>,
    apps: Vec<ConnectApp>,
) -> ConnectView {
    // Steps begin with a Save, and a Save uses an invitation up.
    let link_used = opened.link.only.is_some() && !in_hand.steps.is_empty();
    let (page_client, api_client) = super::super::attempts::registrations(app, authorization);
    ConnectView {
        brand: app.settings.brand.clone(),
        authorization: authorization.id,
        organization: organization.name,
        asked_by: opened.link.created_by.clone(),
        asked_at: authorization.created_at,
        customer: customer.name,
        domain: customer.domain,
        tenant: customer.tenant,
        login_host: app.login_host(),
        page_client,
        api_client,
        method: authorization.method,
        kind: authorization.kind,
        way: authorization.way,
        sign_in: in_hand_view(authorization, in_hand, covered, apps),
        queue: queue.into_iter().map(|one| QueueItem { id: one.id, account: one.account, state: one.state }).collect(),
        expires_at: opened.link.expires_at,
        link_used,
        version: authorization.version,
    }
}

/// The kinds of data of a sign-in's sets.
pub(super) fn workloads_of(covered: &[(SignInSet, Option<BackupSet>)]) -> Workloads {
    covered.iter().filter_map(|(_, set)| set.as_ref()).flat_map(|set| set.workloads.iter().copied()).collect()
}

fn in_hand_view(
    authorization: &Authorization,
    sign_in: SignIn,
    covered: Vec<(SignInSet, Option<BackupSet>)>,
    apps: Vec<ConnectApp>,
) -> ConnectSignIn {
    let workloads = workloads_of(&covered);
    let modern = authorization.method == Method::Modern;
    let is_removal = authorization.kind == AuthorizationKind::Remove;
    let (permissions, needs_administrator) = if is_removal && !modern {
        (Vec::new(), false)
    } else if modern {
        (app_permissions(&workloads, authorization.restores), true)
    } else {
        let scopes = scopes::asked_scopes(&workloads, authorization.restores);
        let needs_administrator = scopes::needs_administrator(&scopes);
        (scopes.into_iter().map(permission_view).collect(), needs_administrator)
    };
    let sets = covered.into_iter().map(|(covered, set)| SetRef {
        id: covered.backup_set,
        name: covered.name,
        method: set.map_or(covered.method, |set| set.method),
    });
    let view = sign_in_view(modern, sign_in, sets.collect());
    ConnectSignIn {
        id: view.id,
        account: view.account,
        signer: view.signer,
        state: view.state,
        sets: view.sets,
        permissions,
        needs_administrator,
        already_connected: view.already_connected,
        signed_in_as: view.signed_in_as,
        steps: view.steps,
        problem: view.problem,
        approval_url: view.approval_url,
        done_at: view.done_at,
        apps,
    }
}

/// The tenant's apps for the receipt.
async fn apps_of(tx: &Scoped, tenant: TenantId) -> Result<Vec<ConnectApp>, ServiceError> {
    let mut apps = Vec::new();
    for purpose in scopes::Purpose::ALL {
        let Some(app) = tx.find_app_of(tenant, purpose).await? else { continue };
        let certificate = tx.find_current_certificate(app.id).await?;
        let not_after = certificate.map(|certificate| certificate.not_after);
        apps.push(ConnectApp { name: app.display_name, client_id: app.client_id, not_after, left: app.left });
    }
    Ok(apps)
}
