//! The origins that may show Rekey: added and removed by members who signed in a moment ago, exact, never a pattern (E1, I5).

use super::ServiceError;
use crate::{assets, audit::Actor, config::parse_origin, state::AppState, store::embed::EmbedOrigin};
use shared::{
    api::embed::{AddEmbedOrigin, EmbedCheck, EmbedOriginView, EmbedSetUp},
    id::OrganizationId,
};
use uuid::Uuid;

/// The most origins of an organization.
const MOST: usize = 20;

fn view(one: EmbedOrigin) -> EmbedOriginView {
    EmbedOriginView { id: one.id, origin: one.origin, created_at: one.created_at, created_by: one.created_by }
}

/// Everything that a console's developer needs.
pub async fn set_up(app: &AppState, organization: OrganizationId) -> Result<EmbedSetUp, ServiceError> {
    let origins = app.store.read(organization).await?.list_embed_origins().await?;
    let own = &app.settings.origin;
    Ok(EmbedSetUp {
        organization,
        script: format!("{own}/embed.js"),
        version: assets::EMBED_VERSION.to_owned(),
        versioned: assets::versioned_script(own),
        integrity: assets::EMBED_INTEGRITY.to_owned(),
        origins: origins.into_iter().map(view).collect(),
    })
}

/// Adds an origin.
pub async fn add(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    request: &AddEmbedOrigin,
) -> Result<EmbedOriginView, ServiceError> {
    let origin = parse_origin(request.origin.trim()).ok_or_else(|| {
        let expected = "expected scheme and host, such as https://console.example.com: no path, no pattern, and http on this machine only";
        ServiceError::field("origin", expected)
    })?;
    let one = EmbedOrigin { id: app.new_id(), origin, created_at: app.now(), created_by: actor.name().to_owned() };
    let tx = app.store.write(organization).await?;
    // Two at once are one after the other.
    tx.lock().await?;
    if tx.list_embed_origins().await?.len() >= MOST {
        let detail = "There are 20 origins already. Remove one that nobody uses.";
        return Err(ServiceError::conflict("too_many_origins", detail));
    }
    if !tx.add_embed_origin(&one).await? {
        return Err(ServiceError::conflict("origin_exists", "This origin is registered already."));
    }
    let (subject, detail) = (format!("embed_origin:{}", one.id), format!("origin={}", one.origin));
    app.audit().record(&tx, "embed_origin.added", actor, subject, detail).await?;
    tx.commit().await?;
    Ok(view(one))
}

/// Removes an origin; its sessions die with it.
pub async fn remove(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: Uuid,
) -> Result<EmbedOriginView, ServiceError> {
    let tx = app.store.write(organization).await?;
    let gone = tx.remove_embed_origin(id).await?.ok_or(ServiceError::NotFound)?;
    // For good: an origin that is added again begins anew.
    tx.end_embed_sessions_of(&gone.origin, app.now()).await?;
    let (subject, detail) = (format!("embed_origin:{id}"), format!("origin={}", gone.origin));
    app.audit().record(&tx, "embed_origin.removed", actor, subject, detail).await?;
    tx.commit().await?;
    Ok(view(gone))
}

/// The origins, for `frame-ancestors`. None for an organization that does not exist.
pub async fn list(app: &AppState, organization: OrganizationId) -> Result<Vec<String>, ServiceError> {
    let origins = app.store.read(organization).await?.list_embed_origins().await?;
    Ok(origins.into_iter().map(|one| one.origin).collect())
}

/// Whether an origin may show an organization's frame: what a page may ask about itself (I10).
pub async fn check(
    app: &AppState,
    organization: OrganizationId,
    origin: Option<&str>,
) -> Result<EmbedCheck, ServiceError> {
    let registered = match origin {
        Some(origin) => app.store.read(organization).await?.find_embed_origin(origin).await?.is_some(),
        None => false,
    };
    Ok(EmbedCheck { origin: origin.map(str::to_owned), registered, now: app.now() })
}
