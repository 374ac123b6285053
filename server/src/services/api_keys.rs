//! API keys: a secret shown once, stored hashed, revoked at once.

use super::{ServiceError, text};
use crate::{
    audit::Actor,
    random::new_secret,
    seal::hash_secret,
    state::AppState,
    store::{
        api_keys::ApiKey,
        locator::{self, Located, LocatorKind, NewLocator},
    },
};
use shared::{
    api::api_keys::{ApiKeyCreated, ApiKeyView, CreateApiKey},
    id::{ApiKeyId, OrganizationId},
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
    }
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
    let key = ApiKey {
        id,
        name,
        customers: None,
        created_at: app.now(),
        last_used_at: None,
        revoked_at: None,
        purposes: None,
    };
    let tx = app.store.write(organization).await?;
    tx.add_api_key(&key).await?;
    let to = Located { organization, id: id.0 };
    locator::add(&tx, NewLocator { hash: hash_secret(&secret), kind: LocatorKind::ApiKey, to, expires_at: None })
        .await?;
    app.audit().record(&tx, "api_key.created", actor, format!("api_key:{id}"), String::new()).await?;
    tx.commit().await?;
    Ok(ApiKeyCreated { key: view(key), secret })
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

/// Whose key this is, if it is one and has not been revoked.
pub async fn find(app: &AppState, secret: &str) -> Result<Option<(OrganizationId, ApiKey)>, ServiceError> {
    let now = app.now();
    let located =
        locator::find(&app.store.read_system().await?, LocatorKind::ApiKey, &hash_secret(secret), now).await?;
    let Some(located) = located else { return Ok(None) };
    let id = ApiKeyId(located.id);
    let key = app.store.read(located.organization).await?.find_api_key(id).await?;
    let Some(key) = key.filter(|key| key.revoked_at.is_none()) else { return Ok(None) };
    if key.last_used_at.is_none_or(|used| now.since(used) >= 60) {
        let tx = app.store.write(located.organization).await?;
        tx.update_api_key_used(id, now).await?;
        tx.commit().await?;
    }
    Ok(Some((located.organization, key)))
}
