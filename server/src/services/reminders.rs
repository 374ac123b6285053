//! Reminders of a certificate's end: 90, 60, 30, 14, 7 and 1 days before, each once, none after renewal (B-14, E5, E6).
//!
//! A clock that jumps over several stages sends the last of them only: what would come late is not sent at all.

use super::{
    ServiceError,
    notices::{self, NewNotice},
    renewal,
};
use crate::{
    state::AppState,
    store::{
        Scoped,
        apps::App,
        certificates::Certificate,
        work::{self, NewWork, Work, WorkKind},
    },
};
use shared::{
    api::{apps::CertificateState, notices::NoticeKind},
    id::CertificateId,
    time::Timestamp,
};

/// The stages, in days before the end.
pub const STAGES: [i64; 6] = [90, 60, 30, 14, 7, 1];
const DAY: i64 = 24 * 3600;
/// How long a stage waits while the renewal is in hand, in seconds.
const WAIT_FOR_RENEWAL: i64 = 120;

/// When a stage of a certificate is due.
const fn due(end: Timestamp, stage: i64) -> Timestamp {
    end.plus(-stage * DAY)
}

/// The first stage that lies after a time.
fn next(end: Timestamp, now: Timestamp) -> Option<i64> {
    STAGES.into_iter().find(|stage| due(end, *stage) > now)
}

/// The last stage that is due; none before the first and none after the end.
fn latest(end: Timestamp, now: Timestamp) -> Option<i64> {
    STAGES.into_iter().rev().find(|stage| due(end, *stage) <= now).filter(|_| now < end)
}

/// Plans the next reminder of a certificate in use.
pub(super) async fn plan(app: &AppState, tx: &Scoped, certificate: &Certificate) -> Result<(), ServiceError> {
    let Some(stage) = next(certificate.not_after, app.now()) else { return Ok(()) };
    let work = NewWork {
        id: app.new_id(),
        kind: WorkKind::Remind,
        organization: tx.organization,
        subject: certificate.id.0,
        due: due(certificate.not_after, stage).0.saturating_mul(1000),
    };
    Ok(work::add(tx, work).await?)
}

/// One reminder, if it is still wanted, and the plan for the next.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let tx = app.store.write(work.organization).await?;
    let now = app.now();
    let certificate = tx.find_certificate(CertificateId(work.subject)).await?;
    let certificate = certificate.filter(|one| one.state == CertificateState::Current);
    let connection = match &certificate {
        Some(certificate) => tx.find_app(certificate.app).await?.filter(|one| one.removed_at.is_none()),
        None => None,
    };
    let (Some(certificate), Some(connection)) = (certificate, connection) else {
        work::finish(&tx, &work).await?;
        return Ok(tx.commit().await?);
    };
    let end = certificate.not_after;
    if let Some(stage) = latest(end, now) {
        if renewal::in_hand(app, &tx, connection.id).await? {
            let later = app.clock.now_millis() + WAIT_FOR_RENEWAL * 1000;
            work::postpone(&tx, &work, later, work.attempts).await?;
            return Ok(tx.commit().await?);
        }
        remind(app, &tx, &connection, &certificate, stage).await?;
    }
    let held = match next(end, now) {
        Some(stage) => work::postpone(&tx, &work, due(end, stage).0.saturating_mul(1000), 0).await?,
        None => work::finish(&tx, &work).await?,
    };
    if held {
        tx.commit().await?;
        app.changes.work();
    }
    Ok(())
}

async fn remind(
    app: &AppState,
    tx: &Scoped,
    connection: &App,
    certificate: &Certificate,
    stage: i64,
) -> Result<(), ServiceError> {
    if due(certificate.not_after, stage) <= certificate.created_at {
        return Ok(());
    }
    let kind = NoticeKind::CertificateEnds;
    if tx.find_notice_of(kind, certificate.id.0, stage).await?.is_some() {
        return Ok(());
    }
    let customer = tx.find_customer(connection.customer).await?.map_or_else(String::new, |customer| customer.name);
    let left = in_words(certificate.not_after.since(app.now()));
    let name = &connection.display_name;
    let text = match certificate.renew_at {
        Some(at) if at > app.now() => {
            format!(
                "The certificate of {name} is renewed by itself {}. Nothing is to be done.",
                in_words_later(at.since(app.now()))
            )
        }
        Some(_) => format!(
            "The certificate of {name} could not be renewed so far; it is tried again and again. To be safe, an administrator of {customer} signs in once: Update configuration."
        ),
        None => format!(
            "The app {name} cannot renew its certificate by itself. An administrator of {customer} has to sign in once: Update configuration. Until it ends, backups go on."
        ),
    };
    // One open reminder for each certificate: the new one takes the place of the one before.
    notices::resolve(app, tx, kind, certificate.id.0).await?;
    let notice = NewNotice {
        kind,
        customer: Some(connection.customer),
        subject: certificate.id.0,
        stage,
        title: format!("The certificate of {customer} ends in {left}"),
        text,
    };
    notices::raise(app, tx, notice).await?;
    Ok(())
}

/// Days, or hours of the last day.
fn in_words(seconds: i64) -> String {
    let hours = (seconds.max(0) + 3599) / 3600;
    let days = (hours + 23) / 24;
    match (hours, days) {
        (0 | 1, _) => "an hour".to_owned(),
        (hours, 1) if hours < 24 => format!("{hours} hours"),
        (_, 1) => "1 day".to_owned(),
        (_, days) => format!("{days} days"),
    }
}

fn in_words_later(seconds: i64) -> String {
    format!("in {}", in_words(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Timestamp = Timestamp(1_800_000_000);

    #[test]
    fn e6_each_stage_is_due_at_its_day_and_only_the_last_one_counts() {
        let at = |days: i64| END.plus(-days * DAY);
        assert_eq!((latest(END, at(91)), next(END, at(91))), (None, Some(90)));
        for (stage, after) in STAGES.into_iter().zip(STAGES.into_iter().skip(1).map(Some).chain([None])) {
            assert_eq!((latest(END, at(stage)), next(END, at(stage))), (Some(stage), after));
            assert_eq!(
                latest(END, at(stage).plus(-1)),
                (stage < 90).then(|| STAGES[STAGES.iter().position(|one| *one == stage).unwrap() - 1])
            );
        }
        assert_eq!((latest(END, at(10)), next(END, at(10))), (Some(14), Some(7)), "30 and 60 are not sent late");
        assert_eq!((latest(END, END), next(END, END)), (None, None), "nothing after the end");
    }

    #[test]
    fn times_are_words() {
        assert_eq!(in_words(30 * DAY), "30 days");
        assert_eq!(in_words(30 * DAY - 100), "30 days");
        assert_eq!(in_words(DAY), "1 day");
        assert_eq!(in_words(5 * 3600), "5 hours");
        assert_eq!(in_words(10), "an hour");
    }
}
