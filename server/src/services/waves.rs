//! Waves: many sets of many customers moved together (F6, F10, F11, G1 to G3).
//!
//! A wave is one authorization for each customer and method, made all together or not at all; the connect page knows
//! nothing of it. Its items are the sign-ins of these authorizations. A set is in one open wave at most, so that asking
//! twice makes nothing twice. What is connected already flips by background work, in order and a few at a time for each
//! tenant; whether a wave is held is asked whenever something of it would begin.

mod invite;
mod make;
mod plan;
mod retirements;
mod run;
mod views;

pub use invite::invite;
pub use make::create;
pub use plan::preview;
pub use retirements::list as retirements;
pub use run::run;
pub use views::{Show, find, items, list};

use super::{ServiceError, help};
use crate::{
    audit::Actor,
    state::AppState,
    store::{
        Scope, Scoped,
        authorizations::Authorization,
        waves::{HeldState, Wave},
        work::{self, NewWork, WorkKind},
    },
};
use shared::{
    api::{
        problem::{Help, HelpAction},
        waves::{WaveRetried, WaveView},
    },
    id::WaveId,
};

/// The wave that holds an authorization back, if one does.
async fn holder(app: &AppState, tx: &Scoped, authorization: &Authorization) -> Result<Option<Wave>, ServiceError> {
    let Some(id) = authorization.wave else { return Ok(None) };
    let wave = tx.find_wave(id).await?.ok_or(ServiceError::NotFound)?;
    Ok(Some(wave).filter(|wave| !wave.may_begin(app.now())))
}

/// Refuses to begin something of a wave that is held.
pub async fn check_begin(app: &AppState, tx: &Scoped, authorization: &Authorization) -> Result<(), ServiceError> {
    let Some(wave) = holder(app, tx, authorization).await? else { return Ok(()) };
    Err(match wave.state {
        HeldState::Open => ServiceError::conflict(
            "wave_not_begun",
            "This begins later: whoever asked for it has set a day. Nothing was stored. Open the link again then.",
        ),
        HeldState::Paused | HeldState::Cancelled => ServiceError::conflict(
            "wave_paused",
            "Whoever asked for this has paused it. Nothing was stored. Open the link again later.",
        ),
    })
}

/// The same for whoever opens the link, before they press anything.
pub async fn held(app: &AppState, tx: &Scoped, authorization: &Authorization) -> Result<Option<Help>, ServiceError> {
    let wave = holder(app, tx, authorization).await?;
    Ok(wave.map(|wave| match wave.state {
        HeldState::Open => help::own(
            "wave_not_begun",
            "This begins later",
            "Whoever asked for it has set a day. Nothing is needed from you before then. Open the link again then.",
            HelpAction::Wait,
        ),
        HeldState::Paused | HeldState::Cancelled => help::own(
            "wave_paused",
            "This is paused",
            "Whoever asked for it has paused it. Nothing is needed from you now. Open the link again later.",
            HelpAction::Wait,
        ),
    }))
}

/// Has the wave of an authorization, if it has one, begin again what came back to it. `false`: nobody does it by itself.
pub async fn begin_again(app: &AppState, tx: &Scoped, authorization: &Authorization) -> Result<bool, ServiceError> {
    let Some(id) = authorization.wave else { return Ok(false) };
    let wave = tx.find_wave(id).await?.ok_or(ServiceError::NotFound)?;
    if wave.state == HeldState::Open {
        plan_work(app, tx, &wave).await?;
    }
    // Going on makes new work.
    Ok(wave.state != HeldState::Cancelled)
}

/// Has a wave do what it does by itself, from its first day on.
async fn plan_work(app: &AppState, tx: &Scoped, wave: &Wave) -> Result<(), ServiceError> {
    let due = wave.starts_at.map_or(0, |start| start.0.saturating_mul(1000)).max(app.clock.now_millis());
    let work =
        NewWork { id: app.new_id(), kind: WorkKind::Wave, organization: tx.organization, subject: wave.id.0, due };
    Ok(work::add(tx, work).await?)
}

/// A wave, for somebody who decides about all of it.
async fn whole(tx: &Scoped, id: WaveId) -> Result<Wave, ServiceError> {
    let wave = tx.find_wave(id).await?.ok_or(ServiceError::NotFound)?;
    if tx.is_beyond_reach(id).await? {
        return Err(ServiceError::Forbidden {
            code: "wave_out_of_reach",
            detail:
                "This wave has customers that are out of your reach. Somebody who reaches all of them decides about it."
                    .to_owned(),
        });
    }
    Ok(wave)
}

/// Holds a wave: no sign-in begins, nothing flips by itself, what runs finishes.
pub async fn pause(app: &AppState, scope: &Scope, actor: &Actor, id: WaveId) -> Result<WaveView, ServiceError> {
    let tx = app.store.write(scope).await?;
    whole(&tx, id).await?;
    if !tx.update_wave_state(id, HeldState::Open, HeldState::Paused).await? {
        return Err(ServiceError::conflict("not_open", "This wave is paused already, or was called off."));
    }
    app.audit().record(&tx, "wave.paused", actor, format!("wave:{id}"), String::new()).await?;
    tx.commit().await?;
    find(app, scope, id).await
}

/// Lets a wave go on.
pub async fn resume(app: &AppState, scope: &Scope, actor: &Actor, id: WaveId) -> Result<WaveView, ServiceError> {
    let tx = app.store.write(scope).await?;
    let wave = whole(&tx, id).await?;
    if !tx.update_wave_state(id, HeldState::Paused, HeldState::Open).await? {
        return Err(ServiceError::conflict("not_paused", "This wave is not paused."));
    }
    plan_work(app, &tx, &wave).await?;
    app.audit().record(&tx, "wave.resumed", actor, format!("wave:{id}"), String::new()).await?;
    tx.commit().await?;
    app.changes.work();
    find(app, scope, id).await
}

/// Has the failed items tried again, and only those: what is connected flips again, everybody else signs in again.
pub async fn retry_failed(
    app: &AppState,
    scope: &Scope,
    actor: &Actor,
    id: WaveId,
) -> Result<WaveRetried, ServiceError> {
    let tx = app.store.write(scope).await?;
    let wave = whole(&tx, id).await?;
    if wave.state == HeldState::Cancelled {
        return Err(ServiceError::conflict("not_open", "This wave was called off."));
    }
    let items = tx.retry_failed(id).await?;
    if items > 0 {
        plan_work(app, &tx, &wave).await?;
        app.audit().record(&tx, "wave.retried", actor, format!("wave:{id}"), format!("items={items}")).await?;
    }
    tx.commit().await?;
    app.changes.work();
    Ok(WaveRetried { items, wave: find(app, scope, id).await? })
}

/// Calls a wave off: its links and open sign-ins end; what is done stays done.
pub async fn cancel(app: &AppState, scope: &Scope, actor: &Actor, id: WaveId) -> Result<WaveView, ServiceError> {
    let tx = app.store.write_many(scope).await?;
    let wave = whole(&tx, id).await?;
    if !tx.update_wave_state(id, wave.state, HeldState::Cancelled).await? || wave.state == HeldState::Cancelled {
        return Err(ServiceError::conflict("not_open", "This wave was called off already."));
    }
    let ended = tx.cancel_authorizations(id, app.now()).await?;
    let detail = format!("authorizations={ended}");
    app.audit().record(&tx, "wave.cancelled", actor, format!("wave:{id}"), detail).await?;
    tx.commit().await?;
    find(app, scope, id).await
}
