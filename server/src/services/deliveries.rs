//! Deliveries: events on their way, in order through each channel, tried for a day (K3).
//!
//! Whoever sends through a channel holds its lease and takes what is due, oldest first, so that first tries arrive in the
//! order in which things happened. What is not taken waits for its next try and holds up nobody. Each delivery has a row of
//! work of its own, so that nothing is forgotten, whoever dies.

use super::{
    ServiceError, channels, events,
    notices::{self, NewNotice},
};
use crate::{
    outbound::{mail::Letter, webhook::Message},
    state::AppState,
    store::{
        Scoped,
        channels::Channel,
        events::{Delivery, Event},
        work::{self, Work},
    },
};
use serde_json::{Value, json};
use shared::{
    api::{
        channels::{ChannelKind, DeliveryState},
        notices::NoticeKind,
    },
    id::OrganizationId,
};
use std::time::Duration;
use tokio::time::Instant;

/// The waits after the first try, the second and so on, in seconds: a day in all.
const WAITS: [i64; 7] = [5, 300, 1800, 7200, 18_000, 25_200, 32_400];
/// How long a channel is held, in milliseconds: longer than one round and the slowest try at its end.
const LEASE: i64 = 90_000;
/// How long one round goes on before others get their turn.
const ROUND: Duration = Duration::from_secs(20);
/// The most tries of one round.
const TRIES: usize = 100;
/// How long a delivery waits whose channel somebody else holds, in milliseconds.
const TURN: i64 = 500;

/// How one try went.
struct Tried {
    /// The status code, where there was one.
    status: Option<u16>,
    /// Why it was not taken, and whether another try makes sense.
    problem: Option<(String, bool)>,
}

impl Tried {
    fn not(problem: impl Into<String>) -> Self {
        Self { status: None, problem: Some((problem.into(), false)) }
    }
}

/// One round for a delivery: it and what is due before it.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let tx = app.store.read(work.organization).await?;
    let delivery = tx.find_delivery(work.subject).await?.filter(|one| one.state == DeliveryState::Waiting);
    let channel = match &delivery {
        Some(delivery) => tx.find_channel(delivery.channel).await?,
        None => None,
    };
    drop(tx);
    let Some(delivery) = delivery else { return done(app, work, None).await };
    let now = app.clock.now_millis();
    if delivery.next_at > now {
        return done(app, work, Some(delivery.next_at)).await;
    }
    let Some(channel) = channel else {
        let tx = app.store.write(work.organization).await?;
        note(app, &tx, None, delivery, &Tried::not("the channel was removed"), 0).await?;
        work::finish(&tx, &work).await?;
        return Ok(tx.commit_counts().await?);
    };
    let place = app.outgoing.places.try_acquire();
    let tx = app.store.write(work.organization).await?;
    let epoch = match &place {
        Ok(_) => tx.lease_channel(channel.id, now, now + LEASE).await?,
        Err(_) => None,
    };
    let Some(epoch) = epoch else {
        work::postpone(&tx, &work, now + TURN, work.attempts).await?;
        return Ok(tx.commit_counts().await?);
    };
    tx.commit_counts().await?;
    let sent = round(app, work.organization, channel.id).await;
    drop(place);
    let tx = app.store.write(work.organization).await?;
    tx.release_channel(channel.id, epoch).await?;
    tx.commit_counts().await?;
    sent?;
    let after = app.store.read(work.organization).await?.find_delivery(work.subject).await?;
    let waits = after.filter(|one| one.state == DeliveryState::Waiting);
    let now = app.clock.now_millis();
    done(app, work, waits.map(|one| if one.next_at > now { one.next_at } else { now + TURN })).await
}

/// Ends the work, or puts it off.
async fn done(app: &AppState, work: Work, again: Option<i64>) -> Result<(), ServiceError> {
    let tx = app.store.write(work.organization).await?;
    match again {
        Some(due) => work::postpone(&tx, &work, due, work.attempts + 1).await?,
        None => work::finish(&tx, &work).await?,
    };
    tx.commit_counts().await?;
    app.changes.work();
    Ok(())
}

/// Sends what is due, oldest first, until something is not taken.
async fn round(app: &AppState, organization: OrganizationId, channel: uuid::Uuid) -> Result<(), ServiceError> {
    let begun = Instant::now();
    for _ in 0..TRIES {
        let tx = app.store.read(organization).await?;
        let Some(delivery) = tx.find_due_delivery(channel, app.clock.now_millis()).await? else { return Ok(()) };
        let channel = tx.find_channel(channel).await?;
        let event = tx.find_events(&[delivery.event]).await?.remove(&delivery.event);
        let settled = match event.as_ref().and_then(|event| event.notice) {
            Some(notice) => tx.find_notice(notice).await?.is_none_or(|notice| notice.resolved_at.is_some()),
            None => false,
        };
        drop(tx);
        let at = Instant::now();
        let tried = match (&channel, &event) {
            (None, _) => Tried::not("the channel was removed"),
            (_, None) => Tried::not("the event is not kept any more"),
            (Some(_), Some(_)) if settled => Tried::not("settled before it went out"),
            (Some(channel), Some(event)) => send(app, organization, channel, event).await?,
        };
        let millis = i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
        let taken = tried.problem.is_none() || settled;
        let tx = app.store.write(organization).await?;
        note(app, &tx, channel.as_ref().filter(|_| !settled), delivery, &tried, millis).await?;
        tx.commit_counts().await?;
        if !taken || begun.elapsed() > ROUND {
            return Ok(());
        }
    }
    Ok(())
}

/// Writes down how a try went. A channel that gives something up, or takes again, is told of.
async fn note(
    app: &AppState,
    tx: &Scoped,
    channel: Option<&Channel>,
    delivery: Delivery,
    tried: &Tried,
    millis: i64,
) -> Result<(), ServiceError> {
    let before = delivery.attempts;
    let wait = usize::try_from(before).ok().and_then(|index| WAITS.get(index).copied());
    let (problem, again) = match &tried.problem {
        None => (None, None),
        Some((problem, may_again)) => (Some(problem.clone()), wait.filter(|_| *may_again)),
    };
    let state = match (&problem, again) {
        (None, _) => DeliveryState::Delivered,
        (Some(_), Some(_)) => DeliveryState::Waiting,
        (Some(_), None) => DeliveryState::Failed,
    };
    let delivery = Delivery {
        state,
        attempts: before + 1,
        next_at: app.clock.now_millis() + again.unwrap_or(0) * 1000,
        tried_at: Some(app.now()),
        status: tried.status.map(i64::from),
        duration: Some(millis),
        last_answer: problem.clone(),
        ended_at: again.is_none().then(|| app.now()),
        ..delivery
    };
    if !tx.update_delivery(&delivery, before).await? {
        return Ok(());
    }
    let Some(channel) = channel else { return Ok(()) };
    match problem {
        None if channel.failing_since.is_some() => {
            tx.update_channel_failing(channel.id, None).await?;
            notices::resolve(app, tx, NoticeKind::ChannelFailing, channel.id).await?;
        }
        None => {}
        Some(problem) => {
            if channel.failing_since.is_none() {
                tx.update_channel_failing(channel.id, Some(app.now())).await?;
            }
            if state == DeliveryState::Failed {
                let (title, text) = channels::failing(channel, &problem);
                let kind = NoticeKind::ChannelFailing;
                let notice = NewNotice { kind, customer: None, subject: channel.id, stage: 0, title, text };
                notices::raise(app, tx, notice).await?;
            }
        }
    }
    Ok(())
}

async fn send(
    app: &AppState,
    organization: OrganizationId,
    channel: &Channel,
    event: &Event,
) -> Result<Tried, ServiceError> {
    match channel.kind {
        ChannelKind::Webhook => {
            let secrets = channels::open(app, organization, channel)?;
            let body = body(event).to_string();
            let message = Message { id: event.id.to_string(), now: app.now(), body: &body };
            Ok(match app.outgoing.webhooks.send(&channel.address, &secrets, &message).await {
                Ok(status) => Tried { status: Some(status.as_u16()), problem: None },
                Err(error) => Tried { status: error.status(), problem: Some((error.to_string(), !error.is_final())) },
            })
        }
        ChannelKind::Mail => {
            let Some(mail) = &app.outgoing.mail else {
                return Ok(Tried::not("this installation sends no mail any more"));
            };
            let letter = Letter {
                to: &channel.address,
                subject: &event.title,
                text: text(app, event),
                html: None,
                id: event.id.to_string(),
                now: app.now(),
            };
            Ok(match mail.send(letter).await {
                Ok(()) => Tried { status: None, problem: None },
                Err(error) => Tried { status: None, problem: Some((error.to_string(), !error.is_final())) },
            })
        }
    }
}

/// The payload, as Standard Webhooks recommends it.
fn body(event: &Event) -> Value {
    let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
    json!({ "type": event.kind.as_str(), "timestamp": events::in_utc(event.created_at), "data": data })
}

/// The text of a mail: what happened, what to do, where.
fn text(app: &AppState, event: &Event) -> String {
    let (brand, origin) = (&app.settings.brand, &app.settings.origin);
    format!(
        "{}.\n\n{}\n\nSee it in {brand}: {origin}/\n\nThis address gets word from {brand} because a member added it. An owner or admin can remove it there.\n",
        event.title, event.text
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k3_tries_go_on_for_a_day_and_then_end() {
        let total: i64 = WAITS.iter().sum();
        assert!((23 * 3600..=25 * 3600).contains(&total), "{total}");
        assert!(WAITS.is_sorted());
    }
}
