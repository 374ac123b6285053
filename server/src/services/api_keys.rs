//! API keys: a secret shown once, stored hashed, revoked at once.

use super::{ServiceError, text};
use crate::{
    audit::Actor,
    random::new_secret,
    seal::hash_secret,
    state::AppState,
    store::{
        Scoped,
        api_keys::ApiKey,
        locator::{self, Located, LocatorKind, NewLocator},
    },
};
use shared::{
    api::api_keys::{ApiKeyCreated, ApiKeyView, CreateApiKey},
    id::{ApiKeyId, CustomerId, OrganizationId},
    rules::scopes::Purpose,
};

/// What every key begins with, so that secret scanners know one.
pub const PREFIX: &str = "rekey_";

fn view(key: ApiKey) -> ApiKeyView {
    ApiKeyView {
        id: key.id,
        name: key.name,
        created_at: key.created_at,
        last_used_at: key.last_used_at,
        revoked_at: key.revoked_at,
        customers: key.customers,
        purposes: key.purposes,
    }
}

/// The most customers that one key is limited to.
const MOST_CUSTOMERS: usize = 200;

async fn check_customers(tx: &Scoped, customers: &[CustomerId]) -> Result<Vec<CustomerId>, ServiceError> {
    let mut customers = customers.to_vec();
    customers.sort_unstable();
    customers.dedup();
    if customers.is_empty() || customers.len() > MOST_CUSTOMERS {
        return Err(ServiceError::field("customers", "expected 1 to 200 customers, or none at all for every one"));
    }
    if tx.find_customers(&customers).await?.len() != customers.len() {
        return Err(ServiceError::field("customers", "expected ids of your customers"));
    }
    Ok(customers)
}

fn check_purposes(purposes: &[Purpose]) -> Result<Vec<Purpose>, ServiceError> {
    let mut purposes = purposes.to_vec();
    purposes.sort_unstable();
    purposes.dedup();
    if purposes.is_empty() {
        return Err(ServiceError::field("purposes", "expected backup, restore or both, or none at all for everything"));
    }
    Ok(purposes)
}

/// Makes a key.
pub async fn create(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    request: &CreateApiKey,
) -> Result<ApiKeyCreated, ServiceError> {
    let name = text::name("name", &request.name, 120)?;
    let secret = format!("{PREFIX}{}", new_secret(&*app.random).expose());
    let id = ApiKeyId(app.new_id());
    let purposes = request.purposes.as_deref().map(check_purposes).transpose()?;
    let tx = app.store.write(organization).await?;
    let customers = match &request.customers {
        Some(customers) => Some(check_customers(&tx, customers).await?),
        None => None,
    };
    let key = ApiKey { id, name, customers, created_at: app.now(), last_used_at: None, revoked_at: None, purposes };
    tx.add_api_key(&key).await?;
    let to = Located { organization, id: id.0 };
    locator::add(&tx, NewLocator { hash: hash_secret(&secret), kind: LocatorKind::ApiKey, to, expires_at: None })
        .await?;
    app.audit().record(&tx, "api_key.created", actor, format!("api_key:{id}"), limits(&key)).await?;
    tx.commit().await?;
    Ok(ApiKeyCreated { key: view(key), secret })
}

/// What a key is limited to, for the audit log.
fn limits(key: &ApiKey) -> String {
    let customers = key.customers.as_ref().map(|all| format!("customers={}", all.len()));
    let purposes = key.purposes.iter().flatten().map(|one| format!("purpose={}", one.as_str()));
    customers.into_iter().chain(purposes).collect::<Vec<_>>().join(" ")
}

/// All keys, newest first.
pub async fn list(app: &AppState, organization: OrganizationId) -> Result<Vec<ApiKeyView>, ServiceError> {
    Ok(app.store.read(organization).await?.list_api_keys().await?.into_iter().map(view).collect())
}

/// Revokes a key; revoking it again changes nothing.
pub async fn revoke(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: ApiKeyId,
) -> Result<ApiKeyView, ServiceError> {
    let tx = app.store.write(organization).await?;
    tx.find_api_key(id).await?.ok_or(ServiceError::NotFound)?;
    if tx.revoke_api_key(id, app.now()).await? {
        app.audit().record(&tx, "api_key.revoked", actor, format!("api_key:{id}"), String::new()).await?;
    }
    let key = tx.find_api_key(id).await?.ok_or(ServiceError::NotFound)?;
    tx.commit().await?;
    Ok(view(key))
}

/// Reads a key again: it may have been revoked, or be limited to other customers now.
pub async fn reload(
    app: &AppState,
    organization: OrganizationId,
    id: ApiKeyId,
) -> Result<Option<ApiKey>, ServiceError> {
    let key = app.store.read(organization).await?.find_api_key(id).await?;
    Ok(key.filter(|key| key.revoked_at.is_none()))
}

/// Whose key this is, if it is one and has not been revoked.
pub async fn find(app: &AppState, secret: &str) -> Result<Option<(OrganizationId, ApiKey)>, ServiceError> {
    let (now, hash) = (app.now(), hash_secret(secret));
    let located = locator::find(&app.store.read_system().await?, LocatorKind::ApiKey, &hash, now).await?;
    let Some(located) = located else {
        let [a, b, c, d, ..] = hash;
        tracing::warn!(hash_prefix = format!("{a:02x}{b:02x}{c:02x}{d:02x}"), "an API key is not known");
        return Ok(None);
    };
    let id = ApiKeyId(located.id);
    let Some(key) = reload(app, located.organization, id).await? else {
        tracing::warn!(key = %id, organization = %located.organization, "an API key that was revoked is still used");
        return Ok(None);
    };
    if key.last_used_at.is_none_or(|used| now.since(used) >= 60) {
        let tx = app.store.write(located.organization).await?;
        tx.update_api_key_used(id, now).await?;
        tx.commit().await?;
    }
    Ok(Some((located.organization, key)))
}
