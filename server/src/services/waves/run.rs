//! What a wave does by itself: sets of accounts and tenants that are connected change without a sign-in (F10).
//!
//! A round begins a few, lets them run, and comes back. Which are left is in the records, so a node that dies loses
//! nothing, and beginning one is a compare-and-set, so that two nodes do not begin it twice.

use crate::{
    audit::Actor,
    services::{ServiceError, connect},
    state::AppState,
    store::{
        waves::HeldState,
        work::{self, Work},
    },
};
use shared::id::WaveId;

/// How many of one tenant run at a time: Microsoft counts per tenant.
const OF_A_TENANT: u64 = 2;
/// How many one round begins.
const OF_A_ROUND: u64 = 32;
/// Until the next round, in milliseconds.
const BETWEEN: i64 = 500;

/// One round.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let id = WaveId(work.subject);
    let now = app.now();
    let tx = app.store.read(work.organization).await?;
    let wave = tx.find_wave(id).await?.filter(|wave| wave.state == HeldState::Open);
    let Some(wave) = wave else {
        // Going on makes new work.
        drop(tx);
        return finish(app, &work).await;
    };
    if let Some(start) = wave.starts_at.filter(|start| *start > now) {
        drop(tx);
        return put_off(app, &work, start.0.saturating_mul(1000)).await;
    }
    let flips = tx.list_flips(id, OF_A_TENANT, OF_A_ROUND).await?;
    drop(tx);
    for flip in flips {
        let done =
            connect::save_connected(app, &work.organization.into(), &Actor::Rekey, flip.authorization, flip.sign_in)
                .await;
        match done {
            Ok(()) | Err(ServiceError::Conflict { .. } | ServiceError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    if app.store.read(work.organization).await?.has_flips(id).await? {
        return put_off(app, &work, app.clock.now_millis() + BETWEEN).await;
    }
    finish(app, &work).await
}

async fn finish(app: &AppState, work: &Work) -> Result<(), ServiceError> {
    let tx = app.store.write(work.organization).await?;
    work::finish(&tx, work).await?;
    Ok(tx.commit().await?)
}

async fn put_off(app: &AppState, work: &Work, due: i64) -> Result<(), ServiceError> {
    let tx = app.store.write(work.organization).await?;
    work::postpone(&tx, work, due, 0).await?;
    Ok(tx.commit().await?)
}
