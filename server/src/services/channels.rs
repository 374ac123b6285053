//! Channels: where events go besides the portal. Adding and changing them needs a fresh sign-in.

use super::{
    ServiceError, cursor,
    events::{self, NewEvent},
};
use crate::{
    audit::Actor,
    outbound::{mail, webhook::SECRET_PREFIX},
    seal::{SealContext, Sealed},
    state::AppState,
    store::{
        Scoped,
        channels::{Channel, SECRET},
        events::{Delivery, Event},
        work,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use shared::{
    api::{
        channels::{
            ChannelCreated, ChannelKind, ChannelView, CreateChannel, DeliveryState, DeliveryView, EventType, Replayed,
            UpdateChannel,
        },
        notices::NoticeKind,
        page::Page,
    },
    id::{CustomerId, OrganizationId},
    secret::Secret,
    time::Timestamp,
};
use uuid::Uuid;

/// The most channels of an organization.
const MOST: usize = 20;
/// The most customers that a channel is limited to, as for API keys.
const MOST_CUSTOMERS: usize = 200;
/// How long both secrets sign after a rotation, in seconds.
const OVERLAP: i64 = 24 * 3600;
/// The most deliveries that are sent again at once.
const MOST_REPLAYED: u64 = 10_000;

const fn context(organization: OrganizationId, id: Uuid, version: i64) -> SealContext {
    SealContext { organization, kind: SECRET, row: id, version }
}

/// The signing keys of a webhook: the one in use, and the one before while both sign.
pub(super) fn open(
    app: &AppState,
    organization: OrganizationId,
    channel: &Channel,
) -> Result<Vec<Secret<Vec<u8>>>, ServiceError> {
    let open = |sealed: &Sealed, version| -> Result<Secret<Vec<u8>>, ServiceError> {
        let opened = app.keyring.open(&context(organization, channel.id, version), sealed)?;
        Ok(Secret::new(opened.expose().clone()))
    };
    let sealed = channel.secret.as_ref().ok_or(ServiceError::NotFound)?;
    let mut keys = vec![open(sealed, channel.secret_version)?];
    if let Some((previous, until)) = &channel.previous
        && app.now() < *until
    {
        keys.push(open(previous, channel.secret_version - 1)?);
    }
    Ok(keys)
}

/// A new signing key, sealed, and as it is shown this once.
fn new_key(
    app: &AppState,
    organization: OrganizationId,
    id: Uuid,
    version: i64,
) -> Result<(Sealed, String), ServiceError> {
    let mut bytes = [0; 32];
    app.random.fill(&mut bytes);
    let sealed = app.keyring.seal(&context(organization, id, version), &bytes)?;
    Ok((sealed, format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes))))
}

/// Adds a channel. The secret of a webhook is shown this once.
pub async fn create(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    request: &CreateChannel,
) -> Result<ChannelCreated, ServiceError> {
    let address = address(app, request)?;
    let id = app.new_id();
    let (sealed, secret) = match request.kind {
        ChannelKind::Webhook => new_key(app, organization, id, 1).map(|(sealed, shown)| (Some(sealed), Some(shown)))?,
        ChannelKind::Mail => (None, None),
    };
    let tx = app.store.write(organization).await?;
    let channel = Channel {
        id,
        kind: request.kind,
        address,
        secret: sealed,
        secret_version: 1,
        previous: None,
        events: chosen_events(request.events.as_deref())?,
        customers: chosen_customers(&tx, request.customers.as_deref()).await?,
        failing_since: None,
        created_at: app.now(),
        created_by: actor.name().to_owned(),
        removed_at: None,
    };
    let known = tx.list_channels().await?;
    if known.iter().any(|one| one.kind == channel.kind && one.address == channel.address) {
        return Err(ServiceError::conflict("channel_exists", "Notices go to this address already."));
    }
    if known.len() >= MOST {
        let detail = "There are 20 channels already. Remove one that nobody reads.";
        return Err(ServiceError::conflict("too_many_channels", detail));
    }
    tx.add_channel(&channel).await?;
    let detail = format!("kind={}", channel.kind.as_str());
    app.audit().record(&tx, "channel.created", actor, format!("channel:{id}"), detail).await?;
    tx.commit().await?;
    Ok(ChannelCreated { channel: view(channel, None), secret })
}

fn chosen_events(asked: Option<&[EventType]>) -> Result<Option<Vec<EventType>>, ServiceError> {
    let Some(asked) = asked else { return Ok(None) };
    let mut chosen: Vec<_> = asked.iter().copied().filter(|one| EventType::ALL.contains(one)).collect();
    chosen.sort_unstable();
    chosen.dedup();
    if chosen.is_empty() || chosen.len() != asked.len() {
        return Err(ServiceError::field("events", "expected at least one event type, each once, and not ping"));
    }
    Ok(Some(chosen))
}

async fn chosen_customers(tx: &Scoped, asked: Option<&[CustomerId]>) -> Result<Option<Vec<CustomerId>>, ServiceError> {
    let Some(asked) = asked else { return Ok(None) };
    let mut chosen = asked.to_vec();
    chosen.sort_unstable();
    chosen.dedup();
    if chosen.is_empty() || chosen.len() > MOST_CUSTOMERS || tx.find_customers(&chosen).await?.len() != chosen.len() {
        let expected = "expected 1 to 200 ids of customers of this organization";
        return Err(ServiceError::field("customers", expected));
    }
    Ok(Some(chosen))
}

fn address(app: &AppState, request: &CreateChannel) -> Result<String, ServiceError> {
    let text = request.address.trim();
    match request.kind {
        ChannelKind::Mail if app.outgoing.mail.is_none() => Err(ServiceError::conflict(
            "mail_not_configured",
            "This installation sends no mail. Whoever runs it can set [mail] in its configuration; webhooks work without.",
        )),
        ChannelKind::Mail if mail::is_address(text) => Ok(text.to_owned()),
        ChannelKind::Mail => Err(ServiceError::field("address", "expected one mail address, such as desk@example.com")),
        ChannelKind::Webhook => {
            let url = app.outgoing.webhooks.address(text).ok_or_else(|| {
                ServiceError::field(
                    "address",
                    "expected an https address on the public internet, without a user name or a fragment",
                )
            })?;
            Ok(url.into())
        }
    }
}

/// All channels, oldest first.
pub async fn list(app: &AppState, organization: OrganizationId) -> Result<Vec<ChannelView>, ServiceError> {
    let tx = app.store.read(organization).await?;
    let mut views = Vec::new();
    for channel in tx.list_channels().await? {
        views.push(with_last(&tx, channel).await?);
    }
    Ok(views)
}

/// One channel.
pub async fn find(app: &AppState, organization: OrganizationId, id: Uuid) -> Result<ChannelView, ServiceError> {
    let tx = app.store.read(organization).await?;
    let channel = tx.find_channel(id).await?.ok_or(ServiceError::NotFound)?;
    with_last(&tx, channel).await
}

/// Changes what goes to a channel, from the next event on.
pub async fn update(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: Uuid,
    request: &UpdateChannel,
) -> Result<ChannelView, ServiceError> {
    let tx = app.store.write(organization).await?;
    let channel = tx.find_channel(id).await?.ok_or(ServiceError::NotFound)?;
    let events = chosen_events(request.events.as_deref())?;
    let customers = chosen_customers(&tx, request.customers.as_deref()).await?;
    let channel = Channel { events, customers, ..channel };
    if !tx.update_channel_choice(&channel).await? {
        return Err(ServiceError::NotFound);
    }
    let count = |all: Option<usize>| all.map_or_else(|| "all".to_owned(), |count| count.to_string());
    let (events, customers) = (channel.events.as_ref().map(Vec::len), channel.customers.as_ref().map(Vec::len));
    let detail = format!("events={} customers={}", count(events), count(customers));
    app.audit().record(&tx, "channel.changed", actor, format!("channel:{id}"), detail).await?;
    let view = with_last(&tx, channel).await?;
    tx.commit().await?;
    Ok(view)
}

/// Gives a webhook another secret, shown this once. Both sign for a day, then the one before is forgotten.
pub async fn rotate_secret(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: Uuid,
) -> Result<ChannelCreated, ServiceError> {
    let tx = app.store.write(organization).await?;
    let channel = tx.find_channel(id).await?.ok_or(ServiceError::NotFound)?;
    let Some(before) = channel.secret.clone() else {
        return Err(ServiceError::conflict("no_secret", "A mail channel has no secret."));
    };
    let version = channel.secret_version;
    let (sealed, secret) = new_key(app, organization, id, version + 1)?;
    let channel = Channel {
        secret: Some(sealed),
        secret_version: version + 1,
        previous: Some((before, app.now().plus(OVERLAP))),
        ..channel
    };
    if !tx.update_channel_secret(&channel, version).await? {
        return Err(ServiceError::conflict("changed_meanwhile", "The secret was changed in this moment. Look again."));
    }
    app.audit().record(&tx, "channel.secret_rotated", actor, format!("channel:{id}"), String::new()).await?;
    let channel = with_last(&tx, channel).await?;
    tx.commit().await?;
    Ok(ChannelCreated { channel, secret: Some(secret) })
}

/// Removes a channel and forgets its secrets. What was on its way through it is not sent.
pub async fn remove(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: Uuid,
) -> Result<ChannelView, ServiceError> {
    let tx = app.store.write(organization).await?;
    let channel = tx.find_channel(id).await?.ok_or(ServiceError::NotFound)?;
    tx.remove_channel(id, app.now()).await?;
    super::notices::resolve(app, &tx, NoticeKind::ChannelFailing, id).await?;
    app.audit().record(&tx, "channel.removed", actor, format!("channel:{id}"), String::new()).await?;
    let view = with_last(&tx, channel).await?;
    tx.commit().await?;
    Ok(view)
}

/// The tests of one channel within an hour: mail goes to whatever address somebody typed (H12).
const MOST_TESTS: usize = 30;
const HOUR: i64 = 3600;

/// Refuses a test of a channel that had enough of them.
async fn check_tests(app: &AppState, tx: &Scoped, id: Uuid) -> Result<(), ServiceError> {
    let since = app.now().plus(-HOUR);
    let mut recent = tx.list_deliveries(id, None, None, 200).await?;
    recent.retain(|one| one.created_at > since);
    let events: Vec<Uuid> = recent.iter().map(|one| one.event).collect();
    let tests = tx.find_events(&events).await?.into_values().filter(|one| one.kind == EventType::Ping);
    let mut at: Vec<Timestamp> = tests.map(|one| one.created_at).collect();
    at.sort_unstable();
    let Some(first) = at.len().checked_sub(MOST_TESTS).and_then(|place| at.get(place)) else { return Ok(()) };
    Err(ServiceError::TooMany {
        code: "test_limit",
        detail: format!(
            "This channel was tested {MOST_TESTS} times within an hour. Look at its log before the next one."
        ),
        retry_after: first.plus(HOUR).since(app.now()).max(1),
    })
}

/// Sends a test through one channel.
pub async fn test(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: Uuid,
) -> Result<DeliveryView, ServiceError> {
    let tx = app.store.write(organization).await?;
    let channel = tx.find_channel(id).await?.ok_or(ServiceError::NotFound)?;
    check_tests(app, &tx, id).await?;
    let event = Event {
        id: app.new_id(),
        kind: EventType::Ping,
        customer: None,
        notice: None,
        title: "A test".to_owned(),
        text: "Somebody asked for it in the portal. If you read this, the channel works.".to_owned(),
        data: json!({ "channel": channel.id }).to_string(),
        created_at: app.now(),
    };
    let now = app.clock.now_millis();
    let delivery = Delivery::new(app.new_id(), id, event.id, now);
    tx.add_events(std::slice::from_ref(&event)).await?;
    tx.add_deliveries(std::slice::from_ref(&delivery)).await?;
    work::add_new(&tx, &[events::work_for(app, &tx, delivery.id, now)]).await?;
    app.audit().record(&tx, "channel.tested", actor, format!("channel:{id}"), String::new()).await?;
    tx.commit().await?;
    app.changes.work();
    Ok(delivery_view(delivery, &event))
}

/// The delivery log of a channel, newest first.
pub async fn list_deliveries(
    app: &AppState,
    organization: OrganizationId,
    channel: Uuid,
    state: Option<DeliveryState>,
    before: Option<&str>,
    limit: u64,
) -> Result<Page<DeliveryView>, ServiceError> {
    let before: Option<Uuid> = cursor::read(before)?;
    let tx = app.store.read(organization).await?;
    tx.find_channel(channel).await?.ok_or(ServiceError::NotFound)?;
    let mut found = tx.list_deliveries(channel, state, before, limit + 1).await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).and_then(|last| cursor::write(&last.id));
    Ok(Page { items: views(&tx, found).await?, next })
}

async fn views(tx: &Scoped, all: Vec<Delivery>) -> Result<Vec<DeliveryView>, ServiceError> {
    let ids: Vec<_> = all.iter().map(|one| one.event).collect();
    let events = tx.find_events(&ids).await?;
    let view = |one: Delivery| events.get(&one.event).map(|event| delivery_view(one, event));
    Ok(all.into_iter().filter_map(view).collect())
}

/// Sends one delivery again: the same event under the same id, with the time of now.
pub async fn replay(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: Uuid,
) -> Result<DeliveryView, ServiceError> {
    let tx = app.store.write(organization).await?;
    let delivery = tx.find_delivery(id).await?.ok_or(ServiceError::NotFound)?;
    tx.find_channel(delivery.channel).await?.ok_or(ServiceError::NotFound)?;
    if !reopen(app, &tx, id).await? {
        return Err(ServiceError::conflict("on_its_way", "It is on its way already."));
    }
    app.audit().record(&tx, "delivery.replayed", actor, format!("delivery:{id}"), String::new()).await?;
    let delivery = tx.find_delivery(id).await?.ok_or(ServiceError::NotFound)?;
    let view = views(&tx, vec![delivery]).await?.pop().ok_or(ServiceError::NotFound)?;
    tx.commit().await?;
    app.changes.work();
    Ok(view)
}

/// Sends again everything that was given up and happened from a time on, oldest first.
pub async fn replay_failed(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    channel: Uuid,
    since: Timestamp,
) -> Result<Replayed, ServiceError> {
    let tx = app.store.write_many(organization).await?;
    tx.find_channel(channel).await?.ok_or(ServiceError::NotFound)?;
    let mut deliveries = 0;
    for one in tx.list_failed_deliveries(channel, since, MOST_REPLAYED).await? {
        deliveries += u64::from(reopen(app, &tx, one.id).await?);
    }
    let detail = format!("deliveries={deliveries}");
    app.audit().record(&tx, "channel.replayed", actor, format!("channel:{channel}"), detail).await?;
    tx.commit().await?;
    app.changes.work();
    Ok(Replayed { deliveries })
}

async fn reopen(app: &AppState, tx: &Scoped, id: Uuid) -> Result<bool, ServiceError> {
    let now = app.clock.now_millis();
    if !tx.reopen_delivery(id, now).await? {
        return Ok(false);
    }
    work::add(tx, events::work_for(app, tx, id, now)).await?;
    Ok(true)
}

/// Another channel hears that this one takes nothing.
pub(super) fn failing(channel: &Channel, answer: &str) -> (String, String) {
    let place = match channel.kind {
        ChannelKind::Mail => channel.address.clone(),
        ChannelKind::Webhook => {
            url::Url::parse(&channel.address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
        }
    };
    let text = format!(
        "The last answer: {answer}. What was given up is kept for 30 days. Put it right, then send it again from Notifications. \
         Nothing is removed by itself."
    );
    (format!("{place} does not take what is sent"), text)
}

async fn with_last(tx: &Scoped, channel: Channel) -> Result<ChannelView, ServiceError> {
    let last = tx.list_deliveries(channel.id, None, None, 1).await?;
    let last = views(tx, last).await?.pop();
    Ok(view(channel, last))
}

fn view(channel: Channel, last_delivery: Option<DeliveryView>) -> ChannelView {
    ChannelView {
        id: channel.id,
        kind: channel.kind,
        address: channel.address,
        events: channel.events.unwrap_or_else(|| channel.kind.defaults()),
        customers: channel.customers,
        created_by: channel.created_by,
        created_at: channel.created_at,
        failing_since: channel.failing_since,
        previous_secret_until: channel.previous.map(|(_, until)| until),
        last_delivery,
    }
}

fn delivery_view(one: Delivery, event: &Event) -> DeliveryView {
    let next = Timestamp(one.next_at.div_euclid(1000));
    DeliveryView {
        id: one.id,
        event: event.id,
        kind: event.kind,
        title: event.title.clone(),
        at: event.created_at,
        state: one.state,
        attempts: u32::try_from(one.attempts).unwrap_or(u32::MAX),
        last_status: one.status.and_then(|status| u16::try_from(status).ok()),
        last_duration: one.duration.and_then(|millis| u32::try_from(millis).ok()),
        last_problem: one.last_answer,
        tried_at: one.tried_at,
        next_try_at: (one.state == DeliveryState::Waiting).then_some(next),
    }
}

/// For events that come from warnings.
pub(super) fn warning(kind: NoticeKind) -> EventType {
    match kind {
        NoticeKind::CertificateEnds => EventType::ExpiresSoon,
        NoticeKind::ConnectionTrouble | NoticeKind::CleanUpPending => EventType::NeedsAttention,
        NoticeKind::Drift => EventType::Drift,
        NoticeKind::KeyBreadth => EventType::KeyBreadth,
        NoticeKind::ChannelFailing => EventType::ChannelFailing,
    }
}

/// A warning as an event. A channel never hears that it fails itself.
pub(super) fn event_of(notice: &crate::store::notices::Notice, view: &shared::api::notices::NoticeView) -> NewEvent {
    NewEvent {
        kind: warning(notice.kind),
        customer: notice.customer,
        notice: Some(notice.id),
        except: (notice.kind == NoticeKind::ChannelFailing).then_some(notice.subject),
        title: notice.title.clone(),
        text: notice.text.clone(),
        data: json!({
            "customer": view.customer,
            "notice": notice.id,
            "subject": notice.subject,
            "stage": notice.stage,
            "title": notice.title,
            "text": notice.text,
        }),
    }
}
