//! Renewal of certificates by the app itself (E8 to E11; §6 Certificates).
//!
//! A new certificate is stored before any call, added by `addKey` with proof by the one in use, and takes over only when
//! it has yielded a token. Then the old one is due to go after a day. A crash between any two lines leaves something from
//! which the next run carries on: a certificate that was made and not proved is tried before another one is made.

mod add;
mod remove;

pub use remove::run as run_removal;

use super::{ServiceError, notices, probe, reminders};
use crate::{
    audit::Actor,
    state::AppState,
    store::{
        Scoped,
        apps::App,
        certificates::Certificate,
        work::{self, NewWork, Work, WorkKind},
    },
};
use shared::{
    api::{
        apps::{AppState as Health, CertificateState},
        notices::NoticeKind,
        problem::Help,
    },
    id::ConnectionId,
    time::Timestamp,
};
use std::time::Duration;

const DAY: i64 = 24 * 3600;
/// A certificate is renewed this long before its end, or when a third of its life is left.
const BEFORE: i64 = 60 * DAY;
/// How long the old certificate stays on the app, in seconds (E10).
const OVERLAP: i64 = DAY;
/// How long after a refusal by rule the renewal is tried again: rules change.
const AGAIN: i64 = 7 * DAY;
/// Somebody else's change came first: the record is read again at once. Whoever was first has made progress, so this ends.
pub(super) const AT_ONCE: i64 = 0;

/// When a certificate is to be renewed.
pub fn renew_at(certificate: &Certificate) -> Timestamp {
    let life = certificate.not_after.since(certificate.not_before);
    certificate.not_after.plus(-BEFORE.min(life / 3))
}

/// Plans the renewal, the reminders and the probe of an app whose certificate has just become the current one. Writes the
/// certificate's `renew_at`: none where the app's object is not known, since then only an administrator can renew it.
pub async fn plan(
    app: &AppState,
    tx: &Scoped,
    connection: &App,
    certificate: &Certificate,
) -> Result<(), ServiceError> {
    let at = connection.object.and(connection.client_id).map(|_| renew_at(certificate));
    let planned = Certificate { renew_at: at, ..certificate.clone() };
    tx.update_certificate(&planned, CertificateState::Current).await?;
    if let Some(at) = at {
        let work = NewWork {
            id: app.new_id(),
            kind: WorkKind::Renew,
            organization: tx.organization,
            subject: connection.id.0,
            due: at.0.saturating_mul(1000),
        };
        work::add(tx, work).await?;
    }
    reminders::plan(app, tx, &planned).await?;
    probe::plan(app, tx, connection.id).await
}

/// Lets a certificate that another one replaces stay for a day, and settles what was said about its end. `false`: it is
/// not the current one any more.
pub async fn retire(app: &AppState, tx: &Scoped, certificate: &Certificate) -> Result<bool, ServiceError> {
    let remove_at = app.now().plus(OVERLAP);
    let previous = Certificate {
        state: CertificateState::Previous,
        renew_at: None,
        remove_at: Some(remove_at),
        ..certificate.clone()
    };
    if !tx.update_certificate(&previous, CertificateState::Current).await? {
        return Ok(false);
    }
    let work = NewWork {
        id: app.new_id(),
        kind: WorkKind::RemoveKey,
        organization: tx.organization,
        subject: certificate.id.0,
        due: remove_at.0.saturating_mul(1000),
    };
    work::add(tx, work).await?;
    notices::resolve(app, tx, NoticeKind::CertificateEnds, certificate.id.0).await?;
    Ok(true)
}

/// Whether the renewal of an app is being carried out, or about to be: nobody needs a reminder then.
pub(super) async fn in_hand(app: &AppState, tx: &Scoped, id: ConnectionId) -> Result<bool, ServiceError> {
    let soon = app.clock.now_millis() + 90_000;
    Ok(work::find(tx, WorkKind::Renew, id.0).await?.is_some_and(|(due, _)| due <= soon))
}

/// One renewal in hand.
struct Renewal<'a> {
    app: &'a AppState,
    work: Work,
    connection: App,
    current: Certificate,
}

/// How far a renewal came this time.
enum Outcome {
    /// The new certificate yields tokens.
    Proved(Box<Certificate>),
    /// Try again later.
    Later(Duration),
    /// The app gets no token by its certificate in use.
    Failing(Box<Help>),
    /// The app works, and the tenant does not let it renew itself.
    Forbidden(Box<Help>),
}

/// Renews the certificate of an app.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let tx = app.store.read(work.organization).await?;
    let connection = tx.find_app(ConnectionId(work.subject)).await?.filter(|one| {
        one.removed_at.is_none() && matches!(one.state, Health::Working | Health::Doubtful | Health::NeedsAdministrator)
    });
    let current = tx.find_current_certificate(ConnectionId(work.subject)).await?;
    let busy = match &connection {
        Some(connection) => tx.find_running_journal(connection.tenant).await?.is_some(),
        None => false,
    };
    drop(tx);
    let (Some(connection), Some(current)) = (connection, current) else { return finish(app, &work).await };
    let now = app.now();
    if let Some(at) = current.renew_at.filter(|at| *at > now) {
        return postpone(app, &work, at.since(now), 0).await;
    }
    if busy {
        // Somebody sets this tenant up or clears it: the certificate may be another one afterwards.
        return postpone(app, &work, 600, work.attempts).await;
    }
    let renewal = Renewal { app, work, connection, current };
    if renewal.current.not_after <= now {
        return renewal.over().await;
    }
    match renewal.carry_on().await? {
        Outcome::Proved(made) => renewal.flip(*made).await,
        Outcome::Later(wait) => {
            let seconds = i64::try_from(wait.as_secs()).unwrap_or(3600);
            postpone(app, &renewal.work, seconds, renewal.work.attempts + 1).await
        }
        Outcome::Failing(help) => renewal.failing(*help).await,
        Outcome::Forbidden(help) => renewal.forbidden(*help).await,
    }
}

impl Renewal<'_> {
    /// The new certificate takes over, the old one is due to go: all of it or nothing.
    async fn flip(self, made: Certificate) -> Result<(), ServiceError> {
        let (app, now) = (self.app, self.app.now());
        let tx = app.store.write(self.work.organization).await?;
        hold(app, &tx, &self.work).await?;
        let connection = App { checked_at: Some(now), failed_at: None, help: None, ..self.connection.clone() };
        let connection = App { state: Health::Working, ..connection };
        let fresh = Certificate { state: CertificateState::Current, proved_at: Some(now), ..made };
        let moved = tx.update_app(&connection, self.connection.version).await?
            && retire(app, &tx, &self.current).await?
            && tx.update_certificate(&fresh, CertificateState::Made).await?;
        if !moved {
            // The app changed meanwhile: look again.
            drop(tx);
            return postpone(app, &self.work, AT_ONCE, self.work.attempts).await;
        }
        notices::resolve(app, &tx, NoticeKind::ConnectionTrouble, connection.id.0).await?;
        plan(app, &tx, &connection, &fresh).await?;
        let detail = format!(
            "certificate={} thumbprint={} not_after={} previous={}",
            fresh.id, fresh.thumbprint, fresh.not_after.0, self.current.id
        );
        let subject = format!("app:{}", connection.id);
        app.audit().record(&tx, "certificate.renewed", &Actor::Rekey, subject, detail).await?;
        Ok(tx.commit().await?)
    }

    /// The app gets no token: as for a probe that fails; tried again in an hour, then every day.
    async fn failing(self, help: Help) -> Result<(), ServiceError> {
        let app = self.app;
        let tx = app.store.write(self.work.organization).await?;
        let seconds = if self.connection.state == Health::NeedsAdministrator { DAY } else { 3600 };
        if !probe::note_failure(app, &tx, self.connection, help).await? {
            drop(tx);
            return postpone(app, &self.work, AT_ONCE, self.work.attempts).await;
        }
        if work::postpone(&tx, &self.work, after(app, seconds), self.work.attempts + 1).await? {
            tx.commit().await?;
            app.changes.work();
        }
        Ok(())
    }

    /// The app works on, and an administrator must renew its certificate before it ends.
    async fn forbidden(self, help: Help) -> Result<(), ServiceError> {
        let app = self.app;
        let tx = app.store.write(self.work.organization).await?;
        let customer = tx.find_customer(self.connection.customer).await?.map_or_else(String::new, |one| one.name);
        let certificate = Certificate { renew_at: None, ..self.current.clone() };
        let connection = App { help: Some(help.clone()), ..self.connection.clone() };
        if !work::postpone(&tx, &self.work, after(app, AGAIN), 0).await? {
            return Err(lost());
        }
        if !tx.update_app(&connection, self.connection.version).await?
            || !tx.update_certificate(&certificate, CertificateState::Current).await?
        {
            drop(tx);
            return postpone(app, &self.work, AT_ONCE, self.work.attempts).await;
        }
        let notice = notices::NewNotice {
            kind: NoticeKind::CertificateEnds,
            customer: Some(connection.customer),
            subject: certificate.id.0,
            stage: 0,
            title: format!("An administrator of {customer} has to renew a certificate"),
            text: format!("{} Backups go on until it ends.", help.text),
        };
        if notices::raise(app, &tx, notice).await? {
            let (subject, detail) = (format!("app:{}", connection.id), format!("code={}", help.code));
            app.audit().record(&tx, "certificate.not_renewed", &Actor::Rekey, subject, detail).await?;
        }
        tx.commit().await?;
        app.changes.work();
        Ok(())
    }

    /// The certificate ended: only an administrator can put another one on the app.
    async fn over(self) -> Result<(), ServiceError> {
        let app = self.app;
        let tx = app.store.write(self.work.organization).await?;
        if !probe::needs_administrator(app, &tx, self.connection, over()).await? {
            drop(tx);
            return postpone(app, &self.work, AT_ONCE, self.work.attempts).await;
        }
        if work::finish(&tx, &self.work).await? {
            tx.commit().await?;
            app.changes.work();
        }
        Ok(())
    }
}

fn over() -> Help {
    super::help::own(
        "certificate_ended",
        "The certificate of this app has ended",
        "The app cannot sign in any more, so it cannot renew its certificate either. An administrator of the tenant signs in once: Update configuration.",
        shared::api::problem::HelpAction::AskAdministrator,
    )
}

fn lost() -> ServiceError {
    ServiceError::conflict("lease_lost", "Another worker carries this on.")
}

fn after(app: &AppState, seconds: i64) -> i64 {
    app.clock.now_millis().saturating_add(seconds.saturating_mul(1000))
}

/// Holds the claim for another while; fails when it is lost.
async fn hold(app: &AppState, tx: &Scoped, work: &Work) -> Result<(), ServiceError> {
    let until = app.clock.now_millis() + super::save::LEASE;
    if work::postpone(tx, work, until, work.attempts).await? { Ok(()) } else { Err(lost()) }
}

async fn postpone(app: &AppState, work: &Work, seconds: i64, attempts: i64) -> Result<(), ServiceError> {
    let tx = app.store.write(work.organization).await?;
    work::postpone(&tx, work, after(app, seconds), attempts).await?;
    Ok(tx.commit().await?)
}

async fn finish(app: &AppState, work: &Work) -> Result<(), ServiceError> {
    let tx = app.store.write(work.organization).await?;
    work::finish(&tx, work).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests;
