//! The worker: claims due work and carries it out, a few at a time; seals the audit log; keeps house.
//!
//! Every node runs one. A node that dies leaves its claims to run out; the next one carries on.

use crate::{
    audit,
    services::{
        ServiceError, deliveries, events, heartbeat, invitations, job_tokens::ledger, probe, receipts, reminders,
        renewal, reseal, rules, save, set_up, waves,
    },
    state::AppState,
    store::{
        locator,
        work::{self, Work, WorkKind},
    },
};
use shared::id::OrganizationId;
use std::{collections::HashSet, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};
use tracing::Instrument;

/// How many pieces of work one node carries out at a time.
const AT_A_TIME: usize = 16;
/// The longest sleep between looks at the table.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Runs until `stop` says so, then finishes what is in hand.
pub async fn run(app: AppState, heads: Option<PathBuf>, mut stop: watch::Receiver<bool>) {
    let house = tokio::spawn(keep_house(app.clone(), heads, stop.clone()));
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    let mut running = JoinSet::new();
    while !*stop.borrow() {
        while running.try_join_next().is_some() {}
        if places.available_permits() == 0 {
            // Until something ends there is nothing to look for.
            tokio::select! {
                ended = running.join_next() => drop(ended),
                _ = stop.changed() => {}
            }
            continue;
        }
        match claim(&app, places.available_permits()).await {
            Ok(claimed) if !claimed.is_empty() => {
                for work in claimed {
                    let Ok(place) = places.clone().acquire_owned().await else { break };
                    let app = app.clone();
                    running.spawn(async move {
                        carry_out(&app, work).await;
                        drop(place);
                    });
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => tracing::error!(?error, "claiming work failed"),
        }
        let wait = until_due(&app).await;
        tokio::select! {
            () = app.changes.until_work() => {}
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
    while running.join_next().await.is_some() {}
    let _ = house.await;
}

async fn claim(app: &AppState, places: usize) -> Result<Vec<Work>, ServiceError> {
    let now = app.clock.now_millis();
    let due = work::next_due(&app.store.read_system().await?).await?;
    if due.is_none_or(|due| due > now) {
        return Ok(Vec::new());
    }
    let tx = app.store.write_system().await?;
    let claimed = work::claim(&tx, now, save::LEASE, places as u64).await?;
    tx.commit().await?;
    Ok(claimed)
}

async fn until_due(app: &AppState) -> Duration {
    let due = match app.store.read_system().await {
        Ok(tx) => work::next_due(&tx).await.ok().flatten(),
        Err(_) => None,
    };
    let millis = due.map_or(i64::MAX, |due| due - app.clock.now_millis());
    Duration::from_millis(u64::try_from(millis.max(5)).unwrap_or(u64::MAX)).min(LOOK_AGAIN)
}

/// Its lines in the log carry which work it is, and whose (L3).
async fn carry_out(app: &AppState, work: Work) {
    let span = tracing::info_span!("work", id = %work.id, kind = ?work.kind, organization = %work.organization);
    carry_out_in_hand(app, work).instrument(span).await;
}

async fn carry_out_in_hand(app: &AppState, work: Work) {
    let done = match work.kind {
        WorkKind::Save => save::run(app, work).await,
        WorkKind::Heartbeat => heartbeat::run(app, work).await,
        WorkKind::SetUp => set_up::orphaned(app, work).await,
        WorkKind::Renew => renewal::run(app, work).await,
        WorkKind::RemoveKey => renewal::run_removal(app, work).await,
        WorkKind::Remind => reminders::run(app, work).await,
        WorkKind::Probe => probe::run(app, work).await,
        WorkKind::Deliver => deliveries::run(app, work).await,
        WorkKind::Invite => invitations::send(app, work).await,
        WorkKind::Receipt => receipts::send(app, work).await,
        WorkKind::Wave => waves::run(app, work).await,
        WorkKind::CleanUp => set_up::left_over(app, work).await,
        WorkKind::Consent => set_up::look_for_grant(app, work).await,
    };
    match done {
        Ok(()) => {}
        Err(ServiceError::Conflict { code, .. }) => tracing::info!(code, "work was given up"),
        Err(error) => tracing::error!(?error, "work failed and comes back"),
    }
}

/// How long ended deliveries are kept, in seconds.
const LOG_KEPT: i64 = 30 * 24 * 3600;

/// How long sign-in attempts are kept after their end, in seconds: their secrets open nothing from a day after it.
const ATTEMPTS_KEPT: i64 = 7 * 24 * 3600;

/// How long embed sessions are kept after their end, in seconds.
const EMBED_KEPT: i64 = 24 * 3600;

/// Every second: seals the audit log, publishes heads, tells changes of method; every minute: keys and their uses, expired
/// secrets and previews; every hour, and at the start: the rules' switches, old
/// deliveries and attempts.
async fn keep_house(app: AppState, heads: Option<PathBuf>, mut stop: watch::Receiver<bool>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut round: u64 = 0;
    loop {
        let last = tokio::select! {
            _ = second.tick() => false,
            _ = stop.changed() => true,
        };
        if let Err(error) = seal_all(&app, heads.as_deref()).await {
            tracing::error!(?error, "sealing the audit log failed");
        }
        if let Err(error) = tell_changes(&app).await {
            tracing::error!(?error, "changes of method could not be told");
        }
        if let Err(error) = ledger::flush(&app).await {
            tracing::error!(?error, "the counts of job tokens could not be written");
        }
        if (last || round.is_multiple_of(60))
            && let Err(error) = reseal::count_uses(&app.store, &app.keyring).await
        {
            tracing::error!(?error, "the uses of the master key could not be counted");
        }
        if round.is_multiple_of(60) {
            if let Err(error) = app.keyring.reload() {
                tracing::error!(%error, "the master keys cannot be read again");
            }
            app.microsoft.keys.refresh_due().await;
            if let Err(error) = forget_expired(&app).await {
                tracing::error!(?error, "forgetting expired records failed");
            }
        }
        if round.is_multiple_of(3600) {
            if let Err(error) = rules::audit_switches(&app).await {
                tracing::error!(?error, "the switches of the rules could not be audited");
            }
            if app.keyring.is_wearing_out() {
                let (key, uses) = (app.keyring.active(), app.keyring.uses());
                tracing::error!(%key, uses, "the active master key is wearing out: `rekey keys add`, then `reseal`");
            }
            if let Err(error) = forget_old(&app).await {
                tracing::error!(?error, "forgetting old deliveries and attempts failed");
            }
        }
        round += 1;
        if last || *stop.borrow() {
            return;
        }
    }
}

async fn organizations(app: &AppState) -> Result<HashSet<OrganizationId>, ServiceError> {
    let found = app.store.read_system().await?.list_organizations().await?;
    Ok(found.into_iter().map(|organization| organization.id).collect())
}

async fn seal_all(app: &AppState, heads: Option<&std::path::Path>) -> Result<(), ServiceError> {
    for organization in organizations(app).await? {
        let sealed = audit::seal_pending(&app.store, &app.keyring, &*app.clock, organization).await?;
        let Some(batch) = sealed else { continue };
        let hash = audit::hex(&batch.hash);
        tracing::info!(%organization, batch = batch.batch, last = batch.last_sequence, hash, "audit head");
        if let Some(path) = heads {
            let digest = audit::hex(batch.digest.as_deref().unwrap_or_default());
            audit::publish(path, organization, batch.batch, &hash, &digest).await;
        }
    }
    Ok(())
}

async fn tell_changes(app: &AppState) -> Result<(), ServiceError> {
    loop {
        let untold = app.store.read_system().await?.list_untold().await?;
        if untold.is_empty() {
            return Ok(());
        }
        for one in untold {
            if !events::tell_changes(app, one).await? {
                return Ok(());
            }
        }
    }
}

async fn forget_old(app: &AppState) -> Result<(), ServiceError> {
    for organization in organizations(app).await? {
        let tx = app.store.write(organization).await?;
        tx.remove_old_deliveries(app.now().plus(-LOG_KEPT)).await?;
        tx.remove_old_attempts(app.now().plus(-ATTEMPTS_KEPT)).await?;
        tx.commit_counts().await?;
    }
    Ok(())
}

async fn forget_expired(app: &AppState) -> Result<(), ServiceError> {
    let tx = app.store.write_system().await?;
    locator::remove_expired(&tx, app.now()).await?;
    tx.commit().await?;
    for organization in organizations(app).await? {
        let tx = app.store.write(organization).await?;
        tx.remove_expired_imports(app.now()).await?;
        tx.forget_previous_secrets(app.now()).await?;
        tx.remove_old_embed_sessions(app.now().plus(-EMBED_KEPT)).await?;
        tx.commit().await?;
    }
    Ok(())
}
