//! Deliveries: a notice on its way through a channel, tried for a day (K3).

use super::{ServiceError, channels, notices};
use crate::{
    outbound::{mail::Letter, webhook::Message},
    state::AppState,
    store::{
        channels::{Channel, Delivery, DeliveryState},
        notices::Notice,
        work::{self, Work},
    },
};
use serde_json::json;
use shared::{
    api::notices::{ChannelKind, NoticeView},
    id::OrganizationId,
    time::Timestamp,
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The waits after the first try, the second and so on, in seconds: a day in all.
const WAITS: [i64; 7] = [5, 300, 1800, 7200, 18_000, 25_200, 32_400];

/// How one try went.
enum Tried {
    Taken,
    /// Not taken: why, and whether another try makes sense.
    Not(String, bool),
}

/// One try.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let tx = app.store.read(work.organization).await?;
    let delivery = tx.find_delivery(work.subject).await?.filter(|one| one.state == DeliveryState::Waiting);
    let (notice, channel) = match &delivery {
        Some(delivery) => (tx.find_notice(delivery.notice).await?, tx.find_channel(delivery.channel).await?),
        None => (None, None),
    };
    let view = match &notice {
        Some(notice) => notices::views(&tx, vec![notice.clone()]).await?.pop(),
        None => None,
    };
    drop(tx);
    let (Some(mut delivery), Some(notice), Some(view)) = (delivery, notice, view) else {
        let tx = app.store.write(work.organization).await?;
        work::finish(&tx, &work).await?;
        return Ok(tx.commit().await?);
    };
    let tried = match channel {
        None => Tried::Not("the channel was removed".to_owned(), false),
        Some(_) if notice.resolved_at.is_some() => Tried::Not("settled before it went out".to_owned(), false),
        Some(channel) => send(app, work.organization, &channel, &delivery, &notice, view).await?,
    };
    delivery.attempts += 1;
    let wait = usize::try_from(delivery.attempts - 1).ok().and_then(|index| WAITS.get(index).copied());
    let again = match &tried {
        Tried::Not(_, true) => wait,
        _ => None,
    };
    match tried {
        Tried::Taken => (delivery.state, delivery.last_answer) = (DeliveryState::Sent, None),
        Tried::Not(answer, _) => {
            delivery.last_answer = Some(answer);
            if again.is_none() {
                delivery.state = DeliveryState::Failed;
            }
        }
    }
    if again.is_none() {
        delivery.ended_at = Some(app.now());
    }
    let tx = app.store.write(work.organization).await?;
    let held = match again {
        Some(seconds) => work::postpone(&tx, &work, app.clock.now_millis() + seconds * 1000, delivery.attempts).await?,
        None => work::finish(&tx, &work).await?,
    };
    if held && tx.update_delivery(&delivery).await? {
        tx.commit().await?;
    }
    Ok(())
}

async fn send(
    app: &AppState,
    organization: OrganizationId,
    channel: &Channel,
    delivery: &Delivery,
    notice: &Notice,
    view: NoticeView,
) -> Result<Tried, ServiceError> {
    match channel.kind {
        ChannelKind::Webhook => {
            let secret = channels::open(app, organization, channel)?;
            let body = json!({
                "type": format!("notice.{}", notice.kind.as_str()),
                "timestamp": in_utc(notice.created_at),
                "data": view,
            })
            .to_string();
            let message = Message { id: delivery.id.to_string(), now: app.now(), body: &body };
            Ok(match app.outgoing.webhooks.send(&channel.address, &secret, &message).await {
                Ok(_) => Tried::Taken,
                Err(error) => Tried::Not(error.to_string(), !error.is_final()),
            })
        }
        ChannelKind::Mail => {
            let Some(mail) = &app.outgoing.mail else {
                return Ok(Tried::Not("this installation sends no mail any more".to_owned(), false));
            };
            let letter = Letter {
                to: &channel.address,
                subject: &notice.title,
                text: text(app, notice),
                html: None,
                id: delivery.id.to_string(),
                now: app.now(),
            };
            Ok(match mail.send(letter).await {
                Ok(()) => Tried::Taken,
                Err(error) => Tried::Not(error.to_string(), !error.is_final()),
            })
        }
    }
}

/// The text of a mail: what happened, what to do, where.
fn text(app: &AppState, notice: &Notice) -> String {
    let (brand, origin) = (&app.settings.brand, &app.settings.origin);
    format!(
        "{}.\n\n{}\n\nSee it in {brand}: {origin}/\n\nThis address gets the notices of {brand} because a member added it. An owner or admin can remove it there.\n",
        notice.title, notice.text
    )
}

/// As RFC 3339 writes it.
fn in_utc(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.0).ok().and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k3_tries_go_on_for_a_day_and_then_end() {
        let total: i64 = WAITS.iter().sum();
        assert!((23 * 3600..=25 * 3600).contains(&total), "{total}");
        assert!(WAITS.is_sorted());
        assert_eq!(in_utc(Timestamp(1_795_262_400)), "2026-11-21T12:00:00Z");
    }
}
