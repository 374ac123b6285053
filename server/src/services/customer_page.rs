//! The customer's own page: opened by a link, without an account. Looking changes nothing. Removing makes an authorization of
//! kind *remove*: for an app an administrator of the tenant signs in, for an account its holder. The link alone takes nothing
//! away.

use super::{ServiceError, apps, authorizations, connections};
use crate::{
    audit::Actor,
    random::new_secret,
    seal::hash_secret,
    state::AppState,
    store::{
        Reach, Scope, Scoped,
        apps::App,
        authorizations::Authorization,
        connections::Connection,
        customer_links::CustomerLink,
        customers::Customer,
        locator::{self, Located, LocatorKind, NewLocator},
    },
};
use shared::{
    api::{
        apps::Way,
        authorizations::{AuthorizationKind, ConnectLink},
        customer_page::{ConnectedView, CustomerPage, CustomerPageLink},
    },
    id::{ConnectionId, CustomerId},
    method::Method,
    rules::scopes::Purpose,
    secret::Secret,
    time::Timestamp,
};
use uuid::Uuid;

/// How long a link lives, in seconds: a year and a month, so that a yearly review finds it alive.
const LIFE: i64 = 400 * 24 * 3600;
/// The most sets that are named.
const MOST_SETS: u64 = 200;

/// Makes a link in place of those before.
pub async fn create(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    customer: CustomerId,
) -> Result<CustomerPageLink, ServiceError> {
    let tx = app.store.write(scope).await?;
    tx.find_customer(customer).await?.ok_or(ServiceError::NotFound)?;
    tx.revoke_customer_links(customer, app.now()).await?;
    let (_, secret, expires_at) = add(app, &tx, actor, customer).await?;
    tx.commit().await?;
    Ok(CustomerPageLink { url: url(app, &secret), expires_at })
}

/// Ends every link of a customer.
pub async fn revoke(app: &AppState, scope: &Scope, actor: &Actor, customer: CustomerId) -> Result<(), ServiceError> {
    let tx = app.store.write(scope).await?;
    tx.find_customer(customer).await?.ok_or(ServiceError::NotFound)?;
    if tx.revoke_customer_links(customer, app.now()).await? > 0 {
        let subject = format!("customer:{customer}");
        app.audit().record(&tx, "customer_link.revoked", actor, subject, String::new()).await?;
    }
    Ok(tx.commit().await?)
}

/// Adds a link; those before stay alive. Gives its id, its secret and its end.
pub(super) async fn add(
    app: &AppState,
    tx: &Scoped,
    actor: &Actor,
    customer: CustomerId,
) -> Result<(Uuid, Secret<String>, Timestamp), ServiceError> {
    let now = app.now();
    let secret = new_secret(&*app.random);
    let link = CustomerLink {
        id: app.new_id(),
        customer,
        created_by: actor.name().to_owned(),
        created_at: now,
        expires_at: now.plus(LIFE),
    };
    tx.add_customer_link(&link).await?;
    let to = Located { organization: tx.organization, id: link.id };
    let (hash, kind) = (hash_secret(secret.expose()), LocatorKind::CustomerPage);
    locator::add(tx, NewLocator { hash, kind, to, expires_at: Some(link.expires_at) }).await?;
    app.audit().record(tx, "customer_link.created", actor, format!("customer:{customer}"), String::new()).await?;
    Ok((link.id, secret, link.expires_at))
}

/// The page's address. The secret is in the fragment, so that no server log ever holds it.
pub(super) fn url(app: &AppState, secret: &Secret<String>) -> String {
    format!("{}/connected#{}", app.settings.origin, secret.expose())
}

/// Opens a link. Unknown, revoked and expired ones look alike (O8).
async fn open(app: &AppState, secret: &str) -> Result<(Scoped, CustomerLink, Customer), ServiceError> {
    let now = app.now();
    let system = app.store.read_system().await?;
    let found = locator::find(&system, LocatorKind::CustomerPage, &hash_secret(secret), now).await?;
    let Located { organization, id } = found.ok_or(ServiceError::NotFound)?;
    let tx = app.store.narrow(system, organization).await?;
    let link = tx.find_customer_link(id, now).await?.ok_or(ServiceError::NotFound)?;
    let customer = tx.find_customer(link.customer).await?.ok_or(ServiceError::NotFound)?;
    Ok((tx, link, customer))
}

/// What the page shows. Changes nothing (O4).
pub async fn view(app: &AppState, secret: &str) -> Result<CustomerPage, ServiceError> {
    let (tx, link, customer) = open(app, secret).await?;
    let organization = tx.find_organization().await?.ok_or(ServiceError::NotFound)?;
    let mut connections = Vec::new();
    for one in tx.list_apps(Some(customer.id)).await?.into_iter().filter(|one| one.removed_at.is_none()) {
        connections.extend(app_view(app, &tx, one).await?);
    }
    for one in tx.list_connections(&[customer.id]).await? {
        connections.extend(account_view(&tx, one).await?);
    }
    Ok(CustomerPage {
        brand: app.settings.brand.clone(),
        organization: organization.name,
        organization_domain: organization.domain,
        customer: customer.name,
        domain: customer.domain,
        tenant: customer.tenant,
        connections,
        expires_at: link.expires_at,
    })
}

/// An app that was never set up to its end is nothing that is connected.
async fn app_view(app: &AppState, tx: &Scoped, one: App) -> Result<Option<ConnectedView>, ServiceError> {
    let Some(since) = one.set_up_at else { return Ok(None) };
    let certificate = tx.find_current_certificate(one.id).await?;
    let (sets, set_count) = sets_of(tx, one.id).await?;
    Ok(Some(ConnectedView {
        id: one.id,
        name: one.display_name,
        client_id: one.client_id,
        since,
        by: tx.find_who_connected(one.id).await?,
        used_at: tx.find_last_handed_out(one.id).await?.or(one.first_token_at),
        not_after: certificate.map(|certificate| certificate.not_after),
        permissions: one.roles.iter().map(|word| apps::shown(word)).collect(),
        sets,
        set_count,
        removable: one.way != Way::OwnApp && app.microsoft.setup.is_some(),
    }))
}

async fn account_view(tx: &Scoped, one: Connection) -> Result<Option<ConnectedView>, ServiceError> {
    if one.state.is_over() {
        return Ok(None);
    }
    let (sets, set_count) = sets_of(tx, one.id).await?;
    let ours = ["openid", "profile", "offline_access"];
    let scopes = one.scopes.split(' ').filter(|scope| !scope.is_empty() && !ours.contains(scope));
    Ok(Some(ConnectedView {
        id: one.id,
        permissions: scopes.map(str::to_owned).collect(),
        name: one.account,
        client_id: None,
        since: one.connected_at,
        by: tx.find_who_connected(one.id).await?,
        used_at: tx.find_last_handed_out(one.id).await?,
        not_after: None,
        sets,
        set_count,
        removable: true,
    }))
}

async fn sets_of(tx: &Scoped, id: ConnectionId) -> Result<(Vec<String>, u64), ServiceError> {
    let sets = tx.list_sets_of_connection(id, MOST_SETS).await?;
    Ok((sets.into_iter().map(|set| set.name).collect(), tx.count_sets_of_connection(id).await?))
}

/// A link that a secret has opened, before it asks for something.
pub struct Asking {
    tx: Scoped,
    link: CustomerLink,
    customer: Customer,
}

impl Asking {
    /// Which link it is.
    pub const fn link(&self) -> Uuid {
        self.link.id
    }
}

/// Opens the page's secret for a request.
pub async fn ask(app: &AppState, secret: &str) -> Result<Asking, ServiceError> {
    let (tx, link, customer) = open(app, secret).await?;
    Ok(Asking { tx, link, customer })
}

/// Begins a removal: an authorization for which an administrator of the tenant signs in, or the holder of the account, and the
/// link to it. One that this page began and nobody finished goes on.
pub async fn ask_removal(app: &AppState, asking: Asking, id: ConnectionId) -> Result<ConnectLink, ServiceError> {
    let Asking { tx, link, customer } = asking;
    let scope = Scope { organization: tx.organization, reach: Reach::only(Some(vec![customer.id])) };
    let actor = Actor::Customer(link.id, customer.name);
    let open = tx.list_open_authorizations_of(customer.id).await?;
    let mut begun = tx.find_authorizations(&open).await?;
    begun.retain(|one| one.kind == AuthorizationKind::Remove && one.created_by == actor.name());
    if let Some(found) = tx.find_connection(id).await?.filter(|one| one.customer == customer.id) {
        begun.retain(|one| one.method == Method::Hybrid);
        let ids: Vec<_> = begun.iter().map(|one| one.id).collect();
        let known = tx.list_sign_ins(&ids).await?.into_iter().find(|one| one.account == found.account);
        drop(tx);
        let removal = match known {
            Some(known) => known.authorization,
            None => connections::ask_removal(app, &scope, &actor, id).await?,
        };
        return authorizations::create_link(app, &scope, &actor, removal).await;
    }
    let found = tx.find_app(id).await?.filter(|one| one.customer == customer.id).ok_or(ServiceError::NotFound)?;
    let is_same =
        |one: &Authorization| one.method == Method::Modern && one.restores == (found.purpose == Purpose::Restore);
    let begun = begun.into_iter().find(is_same);
    drop(tx);
    let removal = match begun {
        Some(begun) => begun.id,
        None => apps::remove(app, &scope, &actor, id).await?.id,
    };
    authorizations::create_link(app, &scope, &actor, removal).await
}
