//! Channels: where notices go besides the portal. Adding and removing them needs a fresh sign-in.

use super::ServiceError;
use crate::{
    audit::Actor,
    outbound::{mail, webhook::SECRET_PREFIX},
    seal::SealContext,
    state::AppState,
    store::{
        Scoped,
        channels::{Channel, Delivery, DeliveryState, SECRET},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use shared::{
    api::notices::{ChannelCreated, ChannelKind, ChannelView, CreateChannel},
    id::OrganizationId,
    secret::Secret,
};
use uuid::Uuid;

/// The most channels of an organization.
const MOST: usize = 20;

const fn context(organization: OrganizationId, id: Uuid) -> SealContext {
    SealContext { organization, kind: SECRET, row: id, version: 1 }
}

/// The signing key of a webhook.
pub(super) fn open(
    app: &AppState,
    organization: OrganizationId,
    channel: &Channel,
) -> Result<Secret<Vec<u8>>, ServiceError> {
    let sealed = channel.secret.as_ref().ok_or(ServiceError::NotFound)?;
    Ok(Secret::new(app.keyring.open(&context(organization, channel.id), sealed)?.expose().clone()))
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
    let mut secret = None;
    let mut sealed = None;
    if request.kind == ChannelKind::Webhook {
        let mut bytes = [0; 32];
        app.random.fill(&mut bytes);
        sealed = Some(app.keyring.seal(&context(organization, id), &bytes)?);
        secret = Some(format!("{SECRET_PREFIX}{}", STANDARD.encode(bytes)));
    }
    let channel = Channel {
        id,
        kind: request.kind,
        address,
        secret: sealed,
        created_at: app.now(),
        created_by: actor.name().to_owned(),
        removed_at: None,
    };
    let tx = app.store.write(organization).await?;
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

/// Removes a channel and forgets its secret. What was on its way through it is not sent.
pub async fn remove(
    app: &AppState,
    organization: OrganizationId,
    actor: &Actor,
    id: Uuid,
) -> Result<ChannelView, ServiceError> {
    let tx = app.store.write(organization).await?;
    let channel = tx.find_channel(id).await?.ok_or(ServiceError::NotFound)?;
    tx.remove_channel(id, app.now()).await?;
    app.audit().record(&tx, "channel.removed", actor, format!("channel:{id}"), String::new()).await?;
    let view = with_last(&tx, channel).await?;
    tx.commit().await?;
    Ok(view)
}

async fn with_last(tx: &Scoped, channel: Channel) -> Result<ChannelView, ServiceError> {
    let last = tx.find_last_delivery(channel.id).await?;
    Ok(view(channel, last))
}

fn view(channel: Channel, last: Option<Delivery>) -> ChannelView {
    let last_delivery = last.map(|delivery| {
        let answer = delivery.last_answer.unwrap_or_default();
        match delivery.state {
            DeliveryState::Sent => "Delivered".to_owned(),
            DeliveryState::Waiting if answer.is_empty() => "On its way".to_owned(),
            DeliveryState::Waiting => format!("Not delivered yet: {answer}. Rekey tries again"),
            DeliveryState::Failed => format!("Not delivered: {answer}"),
        }
    });
    ChannelView {
        id: channel.id,
        kind: channel.kind,
        address: channel.address,
        created_by: channel.created_by,
        created_at: channel.created_at,
        last_delivery,
    }
}
