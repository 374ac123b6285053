//! A token of one account, by the refresh token of its connection, which changes with it.

use super::{LEAST_LIFE, Order, cache::Minted, decide::said};
use crate::{
    microsoft::grants::{Granted, error::GrantError},
    services::{
        ServiceError,
        delegated::{self, Held},
        heartbeat, help,
    },
};
use shared::{api::customers::ConnectionState, id::ConnectionId};

pub(super) async fn mint(order: &Order, id: ConnectionId, scopes: &[String]) -> Result<Minted, ServiceError> {
    let (app, organization) = (&order.app, order.key.organization);
    let Some(held) = delegated::hold(app, organization, id).await? else {
        return Err(ServiceError::Wait { retry_after: 5 });
    };
    let asked_at = app.now();
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    match delegated::refresh(app, &held, &scopes).await? {
        Ok(granted) => keep(order, held, granted, asked_at).await,
        Err(error) => Err(refused(order, held, &error).await?),
    }
}

async fn keep(
    order: &Order,
    held: Held,
    granted: Granted,
    asked_at: shared::time::Timestamp,
) -> Result<Minted, ServiceError> {
    let life = i64::try_from(granted.expires_in.as_secs()).unwrap_or(LEAST_LIFE);
    let tx = order.app.store.write(order.key.organization).await?;
    if !delegated::keep(&order.app, &tx, held, &granted, None).await? {
        // The lease was lost: the token is thrown away with its refresh token.
        return Err(ServiceError::Wait { retry_after: 1 });
    }
    order.record(&tx).await?;
    tx.commit().await?;
    Ok(Minted::new(granted.access_token, order.app.now(), asked_at.plus(life), granted.scopes))
}

async fn refused(order: &Order, held: Held, error: &GrantError) -> Result<ServiceError, ServiceError> {
    let (app, id) = (&order.app, held.connection.id);
    tracing::warn!(connection = %id, %error, "a job token was refused");
    if let Some(wait) = super::cache::wait(error) {
        delegated::release(app, &held).await?;
        return Ok(wait);
    }
    if error.is_ours() {
        delegated::blame_ourselves(app, &held, error).await?;
        return Ok(ServiceError::conflict("set_up_wrong", said(Some(&help::for_grant(error)), "")));
    }
    let tx = app.store.write(order.key.organization).await?;
    let (stored, state, again) = delegated::fail(app, &tx, held, error).await?;
    if stored {
        if let Some(seconds) = again {
            heartbeat::plan_after(app, &tx, id, seconds).await?;
        }
        tx.commit().await?;
    }
    let code = match state {
        ConnectionState::NeedsHolder => "needs_holder",
        ConnectionState::Ended | ConnectionState::Disconnected => "connection_ended",
        _ => "connection_doubtful",
    };
    Ok(ServiceError::conflict(code, said(Some(&help::for_grant(error)), "")))
}
