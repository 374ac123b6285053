//! Apps of customers' tenants: shown, updated, removed, undone; apps that customers bring (D2, E7, F8, D8).

use super::{
    ServiceError,
    authorizations::{self, administrator_of, app_permission_view},
    backup_sets::customer_ref,
    certificates,
    events::{self, Ended},
    set_up,
};
use crate::{
    audit::Actor,
    state::AppState,
    store::{
        Scope, Scoped,
        apps::App,
        authorizations::Authorization,
        certificates::Certificate,
        customers::Customer,
        sign_ins::{SignIn, SignInSet},
    },
};
use shared::{
    api::{
        apps::{AppState as Health, AppView, CertificateState, CertificateView, Way},
        authorizations::{AuthorizationKind, AuthorizationView},
    },
    id::{AuthorizationId, ConnectionId, CustomerId, SignInId},
    method::Method,
    rules::{
        manifest::{Drift, Resource, manifest},
        scopes::Purpose,
    },
};
use std::collections::HashMap;

/// The apps of a customer, or of all.
pub async fn list(app: &AppState, scope: &Scope, customer: Option<CustomerId>) -> Result<Vec<AppView>, ServiceError> {
    let tx = app.store.read(scope).await?;
    let found = tx.list_apps(customer).await?;
    views(&tx, found).await
}

/// One app.
pub async fn find(app: &AppState, scope: &Scope, id: ConnectionId) -> Result<AppView, ServiceError> {
    let tx = app.store.read(scope).await?;
    let found = tx.find_app(id).await?.ok_or(ServiceError::NotFound)?;
    views(&tx, vec![found]).await?.pop().ok_or(ServiceError::NotFound)
}

async fn views(tx: &Scoped, apps: Vec<App>) -> Result<Vec<AppView>, ServiceError> {
    let ids: Vec<_> = apps.iter().map(|one| one.id).collect();
    let mut by_app: HashMap<ConnectionId, Vec<CertificateView>> = HashMap::new();
    for one in tx.list_certificates(&ids).await? {
        by_app.entry(one.app).or_default().push(certificate_view(one));
    }
    let customers: Vec<_> = apps.iter().map(|one| one.customer).collect();
    let customers: HashMap<_, _> =
        tx.find_customers(&customers).await?.into_iter().map(|customer| (customer.id, customer)).collect();
    let mut views = Vec::with_capacity(apps.len());
    for one in apps {
        let Some(customer) = customers.get(&one.customer) else { continue };
        let sets = tx.count_sets_of_connection(one.id).await?;
        let certificates = by_app.remove(&one.id).unwrap_or_default();
        views.push(view(one, customer, certificates, sets));
    }
    Ok(views)
}

fn view(app: App, customer: &Customer, certificates: Vec<CertificateView>, sets: u64) -> AppView {
    let permissions = manifest(&app.workloads, app.purpose);
    let Drift { missing, extra } = if app.roles.is_empty() { Drift::default() } else { drift_of(&app) };
    AppView {
        id: app.id,
        customer: customer_ref(customer),
        tenant: app.tenant,
        purpose: app.purpose,
        way: app.way,
        state: app.state,
        display_name: app.display_name,
        client_id: app.client_id,
        object: app.object,
        principal: app.principal,
        workloads: app.workloads,
        permissions: permissions.into_iter().map(app_permission_view).collect(),
        missing,
        extra,
        set_up_at: app.set_up_at,
        checked_at: app.checked_at,
        first_token_at: app.first_token_at,
        help: app.help,
        certificates,
        left: app.left,
        sets,
    }
}

/// How the roles last seen differ from the manifest, named as permissions are shown.
fn drift_of(app: &App) -> Drift {
    let Drift { missing, extra } = app.drift();
    let named = |words: Vec<String>| words.iter().map(|word| shown(word)).collect();
    Drift { missing: named(missing), extra: named(extra) }
}

/// `graph:Mail.Read` as `Mail.Read`, `sharepoint:Sites.Read.All` as `SharePoint Sites.Read.All`.
pub(super) fn shown(word: &str) -> String {
    match word.split_once(':') {
        Some((resource, name)) if resource == Resource::Sharepoint.as_str() => format!("SharePoint {name}"),
        Some((_, name)) => name.to_owned(),
        None => word.to_owned(),
    }
}

/// A certificate's public side.
pub fn certificate_view(one: Certificate) -> CertificateView {
    CertificateView {
        id: one.id,
        state: one.state,
        thumbprint: one.thumbprint,
        not_before: one.not_before,
        not_after: one.not_after,
        shortened: one.shortened,
        proved_at: one.proved_at,
        renew_at: one.renew_at,
        remove_at: one.remove_at,
        removed_at: one.removed_at,
    }
}

/// *Update configuration*: an administrator gives the tenant's apps new certificates and repairs their permissions (E7).
pub async fn update_configuration(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: ConnectionId,
) -> Result<AuthorizationView, ServiceError> {
    begin(app, scope, actor, id, AuthorizationKind::UpdateConfiguration).await
}

/// Off-boarding: an administrator signs in, the apps are deleted, and their absence is proved (D8).
pub async fn remove(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: ConnectionId,
) -> Result<AuthorizationView, ServiceError> {
    begin(app, scope, actor, id, AuthorizationKind::Remove).await
}

async fn begin(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: ConnectionId,
    kind: AuthorizationKind,
) -> Result<AuthorizationView, ServiceError> {
    let tx = app.store.write(scope).await?;
    let found = tx.find_app(id).await?.ok_or(ServiceError::NotFound)?;
    if found.removed_at.is_some() {
        return Err(ServiceError::conflict("app_removed", "This app was removed already."));
    }
    let is_own = found.way == Way::OwnApp;
    if is_own && kind == AuthorizationKind::Remove {
        return Err(ServiceError::conflict(
            "own_app",
            "This app is the customer's own: its administrator deletes it in Microsoft Entra. The kill switch forgets the key that is kept here.",
        ));
    }
    if !is_own && app.microsoft.setup.is_none() {
        return Err(ServiceError::conflict("method_not_available", "This installation does not set up modern."));
    }
    let customer = tx.find_customer(found.customer).await?.ok_or(ServiceError::NotFound)?;
    authorizations::hold(&tx, customer.id).await?;
    let begun_by = actor.name().to_owned();
    let authorization = Authorization {
        // The customer's own app takes its new certificate by its administrator's hand.
        way: if is_own { Way::OwnApp } else { Way::SetUp },
        restores: found.purpose == Purpose::Restore,
        ..Authorization::begin(AuthorizationId(app.new_id()), customer.id, Method::Modern, kind, app.now(), begun_by)
    };
    tx.add_authorization(&authorization).await?;
    let account = administrator_of(&customer);
    let sign_in = SignIn::waiting(SignInId(app.new_id()), authorization.id, 0, account, None);
    let backup = tx.find_app_of(found.tenant, Purpose::Backup).await?;
    let sets = match backup {
        Some(backup) => tx.list_sets_of_connection(backup.id, authorizations::MOST_SETS).await?,
        None => Vec::new(),
    };
    let covered: Vec<_> = sets.iter().map(|set| SignInSet::of(sign_in.id, set)).collect();
    tx.add_sign_in(&sign_in, &covered).await?;
    let detail = format!("kind={}", kind.as_str());
    let subject = format!("authorization:{}", authorization.id);
    app.audit().record(&tx, "authorization.created", actor, subject, detail).await?;
    tx.commit().await?;
    authorizations::find(app, scope, authorization.id).await
}

/// Takes a fresh switch back: until a job got a token, the sets return to what they were (F8). The app stays in the tenant
/// without a key of ours until an administrator removes it: what is left is said.
pub async fn undo(app: &AppState, scope: &Scope, actor: &Actor, id: ConnectionId) -> Result<AppView, ServiceError> {
    let now = app.now();
    let tx = app.store.write(scope).await?;
    // Held first: a first token is noted before or after, not between reading and writing.
    tx.hold_app(id).await?;
    let found = tx.find_app(id).await?.ok_or(ServiceError::NotFound)?;
    if found.purpose != Purpose::Backup || !found.state.is_alive() {
        return Err(ServiceError::conflict("not_set_up", "Only an app for backups that works can be undone."));
    }
    if found.first_token_at.is_some() {
        return Err(ServiceError::conflict(
            "in_use",
            "A job got a token already, so backups made as modern exist. Going back to hybrid is a new authorization.",
        ));
    }
    let restore = tx.find_app_of(found.tenant, Purpose::Restore).await?;
    if restore.as_ref().is_some_and(|restore| restore.first_token_at.is_some()) {
        return Err(ServiceError::conflict("in_use", "A restore got a token already."));
    }
    let mut back = 0;
    for set in tx.list_sets_of_connection(id, 100_000).await? {
        if tx.revert_to_basic(&set, now).await? {
            back += 1;
        }
    }
    for one in std::iter::once(found).chain(restore) {
        forget_keys(&tx, &one, now).await?;
        let left = left_of(&one);
        let off = App { state: Health::Off, left, help: None, roles: Vec::new(), ..one.clone() };
        if !tx.update_app(&off, one.version).await? {
            return Err(ServiceError::conflict("changed_meanwhile", "The app changed in this moment. Look again."));
        }
        events::app_revoked(app, &tx, &one, Ended::Undone).await?;
    }
    let subject = format!("connection:{id}");
    app.audit().record(&tx, "app.undone", actor, subject, format!("sets={back}")).await?;
    tx.commit().await?;
    find(app, scope, id).await
}

/// What an administrator of the tenant must still delete, in plain words with ids.
pub fn left_of(app: &App) -> Vec<String> {
    let mut left = Vec::new();
    if let (Some(object), Some(client)) = (app.object, app.client_id) {
        left.push(format!(
            "App registration \"{}\" (application id {client}, object id {object}), with its certificate",
            app.display_name
        ));
    }
    if let Some(principal) = app.principal {
        left.push(format!(
            "Enterprise application \"{}\" (object id {principal}), with its permissions",
            app.display_name
        ));
    }
    left
}

/// Forgets the private keys of an app for good.
pub async fn forget_keys(tx: &Scoped, app: &App, now: shared::time::Timestamp) -> Result<(), crate::store::StoreError> {
    for one in tx.list_certificates(&[app.id]).await? {
        let from = one.state;
        if one.private_key.is_some() || from != CertificateState::Removed {
            tx.update_certificate(&one.removed(now), from).await?;
        }
    }
    Ok(())
}

/// The public certificate that an app is to carry, as PEM: for administrators who bring their own app.
pub async fn certificate_pem(app: &AppState, scope: &Scope, id: ConnectionId) -> Result<String, ServiceError> {
    let tx = app.store.read(scope).await?;
    tx.find_app(id).await?.ok_or(ServiceError::NotFound)?;
    let found = tx.list_certificates(&[id]).await?;
    let newest = found.iter().find(|one| matches!(one.state, CertificateState::Made | CertificateState::Current));
    Ok(certificates::pem(&newest.ok_or(ServiceError::NotFound)?.der))
}

/// An app that the customer's administrator brings: without a client id, its record and certificate are prepared; with
/// one, the app is proved and the sets change.
pub async fn own_app(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: AuthorizationId,
    client: Option<shared::id::ClientId>,
) -> Result<AppView, ServiceError> {
    let connection = set_up::own_app(app, scope, actor, id, client).await?;
    find(app, scope, connection).await
}
