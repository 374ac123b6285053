//! The one flip: apps, certificates and all sets of the authorization in one transaction (F7, M-11, B-15).

use super::{
    make::{Making, still_there},
    run::{Run, Stop},
    steps,
};
use crate::{
    services::{backup_sets::facts, events, renewal},
    store::{Scoped, apps::App, certificates::Certificate, sign_ins::SignIn},
};
use shared::{
    api::{
        apps::{AppState, CertificateState},
        authorizations::{AuthorizationState, SignInState},
    },
    id::ConnectionId,
    method::Method,
    rules::{scopes::Purpose, suitability::suitability},
    time::Timestamp,
};
use std::collections::HashMap;

/// Stores the proved apps and changes the sets.
pub async fn flip(run: &mut Run, made: Vec<Making>) -> Result<(), Stop> {
    let step = run.intend("flip", None).await?;
    let now = run.app.now();
    let tx = run.begin().await?;
    let mut backup = None;
    for making in made {
        if making.app.purpose == Purpose::Backup {
            backup = Some(making.app.id);
        }
        store_app(run, &tx, making, now).await?;
    }
    let (changed, kept) = match backup {
        Some(backup) => change_sets(run, &tx, backup).await?,
        None => (0, 0),
    };
    steps::complete(&mut run.sign_in.steps, "saved");
    if kept > 0 {
        let text =
            format!("{kept} of the sets changed meanwhile or do not suit modern any more, and stayed as they were");
        steps::detail(&mut run.sign_in.steps, "saved", text);
    }
    run.sign_in.connection = backup.or(run.sign_in.connection);
    run.done_in(&tx, &step, None).await?;
    if !tx.update_sign_in(&run.sign_in, SignInState::Working).await? {
        return Err(Stop::Lost);
    }
    events::authorized(&run.app, &tx, &run.authorization, &run.sign_in, (changed, kept)).await?;
    let kind = run.authorization.kind.as_str();
    let detail = format!("kind={kind} method=modern sets={changed} kept={kept} {}", run.role).trim_end().to_owned();
    run.app.audit().record(&tx, "sign_in.done", &run.actor(), format!("sign_in:{}", run.sign_in.id), detail).await?;
    tx.commit().await?;
    run.app.changes.authorization(run.authorization.id);
    Ok(())
}

/// The app works; its new certificate is the one in use, the one before goes a day later.
async fn store_app(run: &Run, tx: &Scoped, making: Making, now: Timestamp) -> Result<(), Stop> {
    let fresh = making.certificate.state == CertificateState::Made;
    // Jobs and probes went on meanwhile: what they noted stands.
    let stored = still_there(tx, &making.app).await?;
    let app = App {
        state: AppState::Working,
        set_up_at: stored.set_up_at.or(Some(now)),
        first_token_at: stored.first_token_at,
        checked_at: Some(now),
        failed_at: None,
        help: None,
        // What was left for an administrator is off the application, or belongs to one that is gone.
        left: Vec::new(),
        version: stored.version,
        ..making.app
    };
    if !tx.update_app(&app, app.version).await? {
        return Err(Stop::Lost);
    }
    if fresh {
        for one in tx.list_certificates(&[app.id]).await? {
            if one.state == CertificateState::Current {
                renewal::retire(&run.app, tx, &one).await?;
            }
        }
        let current =
            Certificate { state: CertificateState::Current, proved_at: Some(now), ..making.certificate.clone() };
        if !tx.update_certificate(&current, CertificateState::Made).await? {
            return Err(Stop::Lost);
        }
        let stored = App { version: app.version + 1, ..app.clone() };
        super::after_certificate(&run.app, tx, &stored, &current).await?;
    }
    let subject = format!("connection:{}", app.id);
    let detail = format!("purpose={} way={}", app.purpose.as_str(), app.way.as_str());
    run.app.audit().record(tx, "app.set_up", &run.actor(), subject, detail).await?;
    Ok(())
}

/// Changes every set that is as it was when it was chosen and that still suits modern (M-12).
async fn change_sets(run: &Run, tx: &Scoped, connection: ConnectionId) -> Result<(usize, usize), Stop> {
    let covered = tx.list_sign_in_sets(&[run.sign_in.id]).await?;
    let ids: Vec<_> = covered.iter().map(|set| set.backup_set).collect();
    let current: HashMap<_, _> = tx.find_backup_sets(&ids).await?.into_iter().map(|set| (set.id, set)).collect();
    let (mut changed, mut kept) = (0, 0);
    for set in &covered {
        let Some(current) = current.get(&set.backup_set) else { continue };
        if current.method == Method::Modern && current.connection == Some(connection) {
            continue;
        }
        let renewed = current.method == Method::Modern;
        let suits = renewed || suitability(&facts(current), &run.app.settings.rules).modern.is_possible();
        if current.version == set.version
            && suits
            && tx.change_method(current, Method::Modern, connection, run.app.now()).await?
        {
            changed += 1;
        } else {
            kept += 1;
        }
    }
    Ok((changed, kept))
}

/// The last transaction: sign-in, attempt, work, journal, authorization.
pub async fn end(run: &mut Run, state: AuthorizationState) -> Result<(), Stop> {
    let tx = run.begin().await?;
    let done = SignIn {
        state: SignInState::Done,
        problem: None,
        approval_url: None,
        done_at: Some(run.app.now()),
        ..run.sign_in.clone()
    };
    if !tx.update_sign_in(&done, SignInState::Working).await? {
        return Err(Stop::Lost);
    }
    run.end_in(&tx).await?;
    tx.end_authorization(run.authorization.id, state).await?;
    tx.commit().await?;
    run.app.changes.authorization(run.authorization.id);
    Ok(())
}
