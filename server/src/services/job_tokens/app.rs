//! A token of a customer's own app, by its current certificate.

use super::{LEAST_LIFE, Order, cache::Minted, decide::said};
use crate::{
    microsoft::grants::{
        app::{AppToken, TokenResource},
        error::GrantError,
    },
    services::{ServiceError, apps_health, certificates, own_keys},
    state::AppState,
};
use shared::{
    api::apps::AppState as Health,
    id::{CertificateId, ConnectionId, OrganizationId},
};

pub(super) async fn mint(order: &Order, id: ConnectionId, resource: &TokenResource) -> Result<Minted, ServiceError> {
    let (app, organization) = (&order.app, order.key.organization);
    let tx = app.store.read(organization).await?;
    let connection = tx.find_app(id).await?.filter(|one| one.state.is_alive()).ok_or(ServiceError::NotFound)?;
    let certificate = tx.find_current_certificate(id).await?.ok_or_else(|| {
        let detail = "The app has no certificate. An administrator of the tenant runs Update configuration.";
        ServiceError::conflict("needs_administrator", detail)
    })?;
    drop(tx);
    let asked_at = app.now();
    match certificates::token(app, organization, &connection, &certificate, resource).await? {
        Ok(token) => keep(order, id, certificate.id, token, asked_at).await,
        Err(error) => Err(refused(order, id, &error).await?),
    }
}

async fn keep(
    order: &Order,
    id: ConnectionId,
    certificate: CertificateId,
    token: AppToken,
    asked_at: shared::time::Timestamp,
) -> Result<Minted, ServiceError> {
    let life = i64::try_from(token.expires_in.as_secs()).unwrap_or(LEAST_LIFE);
    let tx = order.app.store.write(order.key.organization).await?;
    // The kill switch, undo and removal forget the key first: what was on its way then is thrown away (L3, F8).
    let holds_key = tx.find_certificate(certificate).await?.is_some_and(|one| one.private_key.is_some());
    if !holds_key || !tx.find_app(id).await?.is_some_and(|one| one.state.is_alive()) {
        return Err(ServiceError::Wait { retry_after: 1 });
    }
    apps_health::note_success(&order.app, &tx, id, order.key.resource.as_str(), &token.roles).await?;
    order.record(&tx).await?;
    tx.commit().await?;
    Ok(Minted::new(token.access_token, order.app.now(), asked_at.plus(life), token.roles))
}

/// Notes, before a job is handed it, that there is a first token: from here on a fresh switch is not undone (F8). One that lacks
/// what the set needs is handed to nobody, and is none.
pub(super) async fn note_first(
    app: &AppState,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<(), ServiceError> {
    let tx = app.store.write(organization).await?;
    if !tx.find_app(id).await?.is_some_and(|one| one.state.is_alive()) {
        return Err(ServiceError::Wait { retry_after: 1 });
    }
    tx.update_app_first_token(id, app.now()).await?;
    Ok(tx.commit().await?)
}

async fn refused(order: &Order, id: ConnectionId, error: &GrantError) -> Result<ServiceError, ServiceError> {
    tracing::warn!(app = %id, %error, "a job token was refused");
    if let Some(wait) = super::cache::wait(error) {
        return Ok(wait);
    }
    let state = apps_health::note_failure(&order.app, order.key.organization, id, error).await?;
    let code = if state == Some(Health::NeedsAdministrator) { "needs_administrator" } else { "connection_doubtful" };
    Ok(ServiceError::conflict(code, said(Some(&own_keys::help_for(error)), "")))
}
