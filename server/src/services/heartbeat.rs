//! Keeps delegated connections alive: a slow refresh, spread by hash, so that there is no herd (§5, L5).
//!
//! One failed beat makes a connection doubtful and is tried again an hour later; only then is it ended. Nothing is deleted.

use super::{ServiceError, delegated};
use crate::{
    microsoft::grants::error::GrantError,
    state::AppState,
    store::{
        Scoped,
        work::{self, NewWork, Work, WorkKind},
    },
};
use shared::id::{ConnectionId, OrganizationId};

/// The mean time between beats, in seconds.
const BEAT: i64 = 3 * 24 * 3600;

/// The time between the beats of one connection, in seconds: 75 to 100 % of the mean, by the id.
pub fn beat_after(id: ConnectionId) -> i64 {
    let share = i64::from(
        id.0.as_bytes().iter().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into())) % 1000,
    );
    BEAT * 3 / 4 + BEAT / 4 * share / 1000
}

/// Plans the next beat of a connection.
pub async fn plan(app: &AppState, tx: &Scoped, id: ConnectionId) -> Result<(), ServiceError> {
    plan_after(app, tx, id, beat_after(id)).await
}

/// Plans the next beat of a connection so many seconds from now.
pub async fn plan_after(app: &AppState, tx: &Scoped, id: ConnectionId, seconds: i64) -> Result<(), ServiceError> {
    let due = app.clock.now_millis() + seconds * 1000;
    let work =
        NewWork { id: app.new_id(), kind: WorkKind::Heartbeat, organization: tx.organization, subject: id.0, due };
    Ok(work::add(tx, work).await?)
}

/// How soon a beat comes again after trouble that may pass, in seconds; longer each time, an hour at most.
const SOON: i64 = 300;

/// One beat.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let id = ConnectionId(work.subject);
    if !is_alive(app, work.organization, id).await? {
        let tx = app.store.write(work.organization).await?;
        work::finish(&tx, &work).await?;
        return Ok(tx.commit().await?);
    }
    // Nobody's turn takes longer than the work's own lease: then this row comes back by itself.
    let Some(held) = delegated::hold(app, work.organization, id).await? else { return Ok(()) };
    let scopes: Vec<String> = held.connection.scopes.split_whitespace().map(str::to_owned).collect();
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    match delegated::refresh(app, &held, &scopes).await? {
        Ok(granted) => {
            let tx = app.store.write(work.organization).await?;
            let kept = delegated::keep(app, &tx, held, &granted, Some("heartbeat")).await?;
            settle(app, tx, work, kept, Some(beat_after(id))).await
        }
        Err(error) if error.is_temporary() => {
            delegated::release(app, &held).await?;
            wait(app, work, error).await
        }
        Err(error) if error.is_ours() => {
            delegated::blame_ourselves(app, &held, &error).await?;
            wait(app, work, error).await
        }
        Err(error) => {
            tracing::warn!(connection = %id, %error, "a heartbeat failed");
            let tx = app.store.write(work.organization).await?;
            let (stored, _, again) = delegated::fail(app, &tx, held, &error).await?;
            settle(app, tx, work, stored, again).await
        }
    }
}

async fn is_alive(app: &AppState, organization: OrganizationId, id: ConnectionId) -> Result<bool, ServiceError> {
    let found = app.store.read(organization).await?.find_connection(id).await?;
    Ok(found.is_some_and(|one| !one.state.is_over()))
}

async fn wait(app: &AppState, work: Work, error: GrantError) -> Result<(), ServiceError> {
    let after = match error {
        GrantError::Throttled { retry_after, .. } | GrantError::Unavailable { retry_after, .. } => retry_after,
        _ => None,
    };
    let usual = SOON << work.attempts.clamp(0, 4);
    let seconds = after.map_or(usual, |after| i64::try_from(after.as_secs()).unwrap_or(3600)).clamp(60, 3600);
    let tx = app.store.write(work.organization).await?;
    work::postpone(&tx, &work, app.clock.now_millis() + seconds * 1000, work.attempts + 1).await?;
    Ok(tx.commit().await?)
}

/// Commits a beat's result. Its own lease decides: a claim of the work that was lost meanwhile must not throw away a
/// refresh token that Microsoft has handed out.
async fn settle(app: &AppState, tx: Scoped, work: Work, stored: bool, again: Option<i64>) -> Result<(), ServiceError> {
    if !stored {
        return Ok(());
    }
    match again {
        Some(seconds) => work::postpone(&tx, &work, app.clock.now_millis() + seconds * 1000, 0).await?,
        None => work::finish(&tx, &work).await?,
    };
    Ok(tx.commit().await?)
}
