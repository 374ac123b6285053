//! What the answers to jobs say of an app-only connection (P6), by the same rule as its probes: the first refusal makes it
//! doubtful, the second an hour later needs an administrator. Throttling and trouble on Microsoft's side never come here.

use super::{ServiceError, delegated::SECOND_TRY, own_keys, probe};
use crate::{
    audit::Actor,
    microsoft::grants::error::GrantError,
    state::AppState,
    store::{
        Scoped,
        work::{self, NewWork, WorkKind},
    },
};
use shared::{
    api::apps::AppState as Health,
    id::{ConnectionId, OrganizationId},
};

/// Notes that an app got no token for a reason that does not go away by itself (700016, 7000112, 700027, 53003, …), and
/// plans the second try. Gives the state that it has now.
pub async fn note_failure(
    app: &AppState,
    organization: OrganizationId,
    id: ConnectionId,
    error: &GrantError,
) -> Result<Option<Health>, ServiceError> {
    let tx = app.store.write(organization).await?;
    let Some(before) = tx.find_app(id).await?.filter(|one| one.state.is_alive()) else { return Ok(None) };
    let (was, first) = (before.state, before.failed_at.is_none());
    if !probe::note_failure(app, &tx, before, own_keys::help_for(error)).await? {
        // Somebody changed it meanwhile; the next try sees what is so then.
        return Ok(Some(was));
    }
    if first {
        let due = app.clock.now_millis() + SECOND_TRY * 1000;
        let work = NewWork { id: app.new_id(), kind: WorkKind::Probe, organization, subject: id.0, due };
        work::add(&tx, work).await?;
    }
    let now = tx.find_app(id).await?.map(|one| one.state);
    tx.commit().await?;
    Ok(now)
}

/// Notes, in the transaction of a good token, that the app works, and the roles that the token carried for a resource.
pub async fn note_success(
    app: &AppState,
    tx: &Scoped,
    id: ConnectionId,
    resource: &str,
    roles: &[String],
) -> Result<(), ServiceError> {
    let Some(before) = tx.find_app(id).await? else { return Ok(()) };
    let prefix = format!("{resource}:");
    let mut seen: Vec<String> = before.roles.iter().filter(|role| !role.starts_with(&prefix)).cloned().collect();
    seen.extend(roles.iter().map(|role| format!("{prefix}{role}")));
    seen.sort_unstable();
    seen.dedup();
    let recovered = before.state == Health::Doubtful;
    let mut known = before.roles.clone();
    known.sort_unstable();
    if !recovered && seen == known {
        return Ok(());
    }
    let mut after = before.clone();
    (after.roles, after.checked_at) = (seen, Some(app.now()));
    if recovered {
        (after.state, after.failed_at, after.help) = (Health::Working, None, None);
    }
    // Changed meanwhile: whoever did that knows better.
    if tx.update_app(&after, before.version).await? && recovered {
        app.audit().record(tx, "app.recovered", &Actor::Rekey, format!("app:{id}"), String::new()).await?;
    }
    Ok(())
}
