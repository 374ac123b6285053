//! Refreshes of a delegated connection, one after the other (security.md §5.3): whoever refreshes holds the connection's
//! lease, calls Microsoft outside any transaction, and stores the result only if the lease's epoch and the token's version
//! still stand. A refresh token is so never used twice at once, by however many nodes; a late answer overwrites nothing.

use super::{
    ServiceError,
    events::{self, Ended},
    heartbeat, help,
    notices::{self, NewNotice},
    save::REFRESH,
};
use crate::{
    audit::Actor,
    microsoft::grants::{Account, Granted, error::GrantError},
    seal::{SealContext, SealError},
    state::AppState,
    store::{Scoped, connections::Connection},
};
use shared::{
    api::{customers::ConnectionState, notices::NoticeKind},
    id::{ConnectionId, OrganizationId},
    secret::Secret,
    time::Timestamp,
};
use std::time::Duration;

/// How long a refresh may take, in milliseconds: three times what a call to Microsoft may.
const LEASE: i64 = 60_000;
/// How often a node looks whether the one before it is done.
const LOOK_AGAIN: Duration = Duration::from_millis(40);
/// How often it looks before it gives up: longer than a call to Microsoft takes.
const LOOKS: u32 = 700;
/// How long a doubtful connection waits for its second try, in seconds.
pub const SECOND_TRY: i64 = 3600;

/// A connection that this caller alone may refresh.
#[derive(Debug, Clone)]
pub struct Held {
    /// The connection, read under the lease.
    pub connection: Connection,
    organization: OrganizationId,
    epoch: i64,
    token_version: i64,
}

/// Waits for its turn and takes the connection. `None`: it is not there, has ended, or its turn did not come.
pub async fn hold(
    app: &AppState,
    organization: OrganizationId,
    id: ConnectionId,
) -> Result<Option<Held>, ServiceError> {
    for _ in 0..LOOKS {
        let now = app.clock.now_millis();
        let tx = app.store.write(organization).await?;
        let epoch = tx.lease_connection(id, now, now + LEASE).await?;
        let found = tx.find_connection(id).await?;
        let Some(connection) = found.filter(|one| !one.state.is_over()) else { return Ok(None) };
        if let Some(epoch) = epoch {
            tx.commit_counts().await?;
            let token_version = connection.token_version;
            return Ok(Some(Held { connection, organization, epoch, token_version }));
        }
        drop(tx);
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(None)
}

/// Asks Microsoft, outside any transaction. The outer error is ours, the inner one Microsoft's.
pub async fn refresh(
    app: &AppState,
    held: &Held,
    scopes: &[&str],
) -> Result<Result<Granted, GrantError>, ServiceError> {
    let one = &held.connection;
    let context =
        SealContext { organization: held.organization, kind: REFRESH, row: one.id.0, version: one.token_version };
    let bytes = app.keyring.open(&context, &one.refresh_token)?;
    let text = std::str::from_utf8(bytes.expose()).map_err(|_| SealError::NotThisRecord)?;
    let token = Secret::new(text.to_owned());
    let account = Account { tenant: one.tenant, object: one.object };
    Ok(app.microsoft.grants.refresh(&token, account, scopes).await)
}

/// A good answer: its refresh token, if it has one, replaces the one before (P5), and the connection works. `purpose`: what the
/// stored token was opened for, as the audit log says it (S9); `None` when the caller's own entry says so.
pub async fn keep(
    app: &AppState,
    tx: &Scoped,
    mut held: Held,
    granted: &Granted,
    purpose: Option<&str>,
) -> Result<bool, ServiceError> {
    let one = &mut held.connection;
    if let Some(token) = &granted.refresh_token {
        one.token_version += 1;
        let context =
            SealContext { organization: held.organization, kind: REFRESH, row: one.id.0, version: one.token_version };
        one.refresh_token = app.keyring.seal(&context, token.expose().as_bytes())?;
    }
    if let Some(purpose) = purpose {
        note(app, tx, one, "connection.refreshed", format!("purpose={purpose}")).await?;
    }
    let was = one.state;
    one.state = ConnectionState::Working;
    (one.checked_at, one.failed_at, one.help) = (app.now(), None, None);
    if was != ConnectionState::Working {
        note(app, tx, one, "connection.recovered", String::new()).await?;
        notices::resolve(app, tx, NoticeKind::ConnectionTrouble, one.id.0).await?;
    }
    // What `blame_ourselves` told of is over.
    notices::resolve(app, tx, NoticeKind::ConnectionTrouble, app.microsoft.config.access.client_id.0).await?;
    store(tx, &held).await
}

/// A refusal (P6): claims or interaction need the holder; anything else is final only on the second try an hour later.
/// Gives whether it was stored, the state now, and after how many seconds to try again.
pub async fn fail(
    app: &AppState,
    tx: &Scoped,
    mut held: Held,
    error: &GrantError,
) -> Result<(bool, ConnectionState, Option<i64>), ServiceError> {
    let now = app.now();
    let one = &mut held.connection;
    let (state, again) = next_state(one, error, now);
    one.help = Some(help::for_grant(error));
    one.failed_at = one.failed_at.or(Some(now));
    let changed = one.state != state;
    one.state = state;
    if changed {
        let code = error.aadsts().unwrap_or(0);
        let event = match state {
            ConnectionState::Ended => "connection.ended",
            ConnectionState::NeedsHolder => "connection.needs_holder",
            _ => "connection.doubtful",
        };
        note(app, tx, one, event, format!("aadsts={code}")).await?;
        if state != ConnectionState::Doubtful {
            tell(app, tx, one).await?;
        }
        if state == ConnectionState::Ended {
            events::connection_revoked(app, tx, one, Ended::AtMicrosoft).await?;
        }
    }
    Ok((store(tx, &held).await?, state, again))
}

/// Gives the connection back as it was: Microsoft asked to wait.
pub async fn release(app: &AppState, held: &Held) -> Result<(), ServiceError> {
    let tx = app.store.write(held.organization).await?;
    if tx.release_connection(held.connection.id, held.epoch).await? {
        tx.commit_counts().await?;
    }
    Ok(())
}

/// Gives the connection back as it was: what failed is this installation's own, and says nothing of the account. Everybody
/// hears of it once; the first refresh that works again settles it.
pub async fn blame_ourselves(app: &AppState, held: &Held, error: &GrantError) -> Result<(), ServiceError> {
    let client = app.microsoft.config.access.client_id;
    tracing::error!(%client, %error, aadsts = error.aadsts(), "this installation's own registration fails");
    let tx = app.store.write(held.organization).await?;
    tx.release_connection(held.connection.id, held.epoch).await?;
    let remedy = help::for_grant(error);
    let code = error.aadsts().map_or_else(String::new, |code| format!(" (AADSTS{code})"));
    let notice = NewNotice {
        kind: NoticeKind::ConnectionTrouble,
        customer: None,
        subject: client.0,
        stage: 0,
        title: remedy.title,
        text: format!(
            "Microsoft does not accept Rekey Access, client id {client}{code}. Jobs of hybrid sets wait; no connection has ended. \
             Whoever runs this installation looks at its certificate in Entra and in the configuration."
        ),
    };
    notices::raise(app, &tx, notice).await?;
    Ok(tx.commit().await?)
}

fn next_state(connection: &Connection, error: &GrantError, now: Timestamp) -> (ConnectionState, Option<i64>) {
    if matches!(error, GrantError::ClaimsChallenge { .. } | GrantError::InteractionNeeded { .. }) {
        return (ConnectionState::NeedsHolder, Some(heartbeat::beat_after(connection.id)));
    }
    match connection.failed_at {
        Some(first) if now.since(first) >= SECOND_TRY => (ConnectionState::Ended, None),
        _ => (ConnectionState::Doubtful, Some(SECOND_TRY)),
    }
}

/// Everybody hears that a connection needs its holder (J4); it is settled when the connection works again.
async fn tell(app: &AppState, tx: &Scoped, connection: &Connection) -> Result<(), ServiceError> {
    let customer = tx.find_customer(connection.customer).await?.map_or_else(String::new, |one| one.name);
    let (title, why) = connection.help.as_ref().map_or(("", ""), |help| (help.title.as_str(), help.text.as_str()));
    let notice = NewNotice {
        kind: NoticeKind::ConnectionTrouble,
        customer: Some(connection.customer),
        subject: connection.id.0,
        stage: 0,
        title: format!("The access to {} of {customer} needs its holder", connection.account),
        text: format!("{title}. {why}"),
    };
    notices::raise(app, tx, notice).await.map(|_| ())
}

async fn note(
    app: &AppState,
    tx: &Scoped,
    connection: &Connection,
    event: &'static str,
    detail: String,
) -> Result<(), ServiceError> {
    let subject = format!("connection:{}", connection.id);
    Ok(app.audit().record(tx, event, &Actor::Rekey, subject, detail).await?)
}

/// A lost lease or a newer token means that somebody else's result stands: then the transaction must be dropped.
async fn store(tx: &Scoped, held: &Held) -> Result<bool, ServiceError> {
    let released = tx.release_connection(held.connection.id, held.epoch).await?;
    Ok(released && tx.update_connection(&held.connection, held.token_version).await?)
}
