//! Keeps delegated connections alive: a slow refresh, spread by hash, so that there is no herd (§5, L5).
//!
//! One failed beat makes a connection doubtful and is tried again an hour later; only then is it ended. Nothing is deleted.

use super::{ServiceError, help, save::REFRESH};
use crate::{
    audit::Actor,
    microsoft::grants::{Account, Granted, error::GrantError},
    seal::{SealContext, SealError},
    state::AppState,
    store::{
        Scoped,
        connections::Connection,
        work::{self, NewWork, Work, WorkKind},
    },
};
use shared::{api::customers::ConnectionState, id::ConnectionId, secret::Secret, time::Timestamp};

/// The mean time between beats, in seconds.
const BEAT: i64 = 3 * 24 * 3600;
/// How long a doubtful connection waits for its second try, in seconds.
const SECOND_TRY: i64 = 3600;

/// The time between the beats of one connection, in seconds: 75 to 100 % of the mean, by the id.
pub fn beat_after(id: ConnectionId) -> i64 {
    let share = i64::from(
        id.0.as_bytes().iter().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into())) % 1000,
    );
    BEAT * 3 / 4 + BEAT / 4 * share / 1000
}

/// Plans the next beat of a connection.
pub async fn plan(app: &AppState, tx: &Scoped, id: ConnectionId) -> Result<(), ServiceError> {
    let due = app.clock.now_millis() + beat_after(id) * 1000;
    let work =
        NewWork { id: app.new_id(), kind: WorkKind::Heartbeat, organization: tx.organization, subject: id.0, due };
    Ok(work::add(tx, work).await?)
}

/// One beat.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let id = ConnectionId(work.subject);
    let connection = app.store.read(work.organization).await?.find_connection(id).await?;
    let Some(connection) = connection.filter(|one| one.state != ConnectionState::Ended) else {
        let tx = app.store.write(work.organization).await?;
        work::finish(&tx, &work).await?;
        return Ok(tx.commit().await?);
    };
    let token = open(app, &work, &connection)?;
    let account = Account { tenant: connection.tenant, object: connection.object };
    let scopes: Vec<&str> = connection.scopes.split(' ').filter(|scope| !scope.is_empty()).collect();
    match app.microsoft.grants.refresh(&token, account, &scopes).await {
        Ok(granted) => beat(app, work, connection, granted).await,
        Err(error) if error.is_temporary() => wait(app, work, error).await,
        Err(error) => fail(app, work, connection, error).await,
    }
}

fn open(app: &AppState, work: &Work, connection: &Connection) -> Result<Secret<String>, ServiceError> {
    let context = SealContext {
        organization: work.organization,
        kind: REFRESH,
        row: connection.id.0,
        version: connection.token_version,
    };
    let bytes = app.keyring.open(&context, &connection.refresh_token)?;
    let text = std::str::from_utf8(bytes.expose()).map_err(|_| SealError::NotThisRecord)?;
    Ok(Secret::new(text.to_owned()))
}

/// A good beat: the new refresh token replaces the old one, if there is one, if nobody else stored another (P5).
async fn beat(app: &AppState, work: Work, mut connection: Connection, granted: Granted) -> Result<(), ServiceError> {
    let before = connection.token_version;
    if let Some(token) = &granted.refresh_token {
        connection.token_version += 1;
        let context = SealContext {
            organization: work.organization,
            kind: REFRESH,
            row: connection.id.0,
            version: connection.token_version,
        };
        connection.refresh_token = app.keyring.seal(&context, token.expose().as_bytes())?;
    }
    let was = connection.state;
    connection.state = ConnectionState::Working;
    (connection.checked_at, connection.failed_at, connection.help) = (app.now(), None, None);
    let tx = app.store.write(work.organization).await?;
    if was != ConnectionState::Working {
        note(app, &tx, &connection, "connection.recovered", String::new()).await?;
    }
    let due = app.clock.now_millis() + beat_after(connection.id) * 1000;
    store(tx, work, connection, before, Some(due)).await
}

async fn wait(app: &AppState, work: Work, error: GrantError) -> Result<(), ServiceError> {
    let after = match error {
        GrantError::Throttled { retry_after, .. } | GrantError::Unavailable { retry_after, .. } => retry_after,
        _ => None,
    };
    let seconds = after.map_or(300, |after| i64::try_from(after.as_secs()).unwrap_or(3600)).clamp(60, 3600);
    let tx = app.store.write(work.organization).await?;
    work::postpone(&tx, &work, app.clock.now_millis() + seconds * 1000, work.attempts + 1).await?;
    Ok(tx.commit().await?)
}

/// A refusal (P6): claims or interaction need the holder; anything else is final only on the second try an hour later.
async fn fail(app: &AppState, work: Work, mut connection: Connection, error: GrantError) -> Result<(), ServiceError> {
    tracing::warn!(connection = %connection.id, %error, "a heartbeat failed");
    let now = app.now();
    let before = connection.token_version;
    let needs_holder = matches!(error, GrantError::ClaimsChallenge { .. } | GrantError::InteractionNeeded { .. });
    let (state, again) = next_state(&connection, needs_holder, now);
    connection.help = Some(help::for_grant(&error));
    connection.failed_at = connection.failed_at.or(Some(now));
    let changed = connection.state != state;
    connection.state = state;
    let tx = app.store.write(work.organization).await?;
    if changed {
        let code = error.ids().and_then(|ids| ids.aadsts).unwrap_or(0);
        let event = match state {
            ConnectionState::Ended => "connection.ended",
            ConnectionState::NeedsHolder => "connection.needs_holder",
            _ => "connection.doubtful",
        };
        note(app, &tx, &connection, event, format!("aadsts={code}")).await?;
    }
    store(tx, work, connection, before, again.map(|seconds| app.clock.now_millis() + seconds * 1000)).await
}

fn next_state(connection: &Connection, needs_holder: bool, now: Timestamp) -> (ConnectionState, Option<i64>) {
    if needs_holder {
        return (ConnectionState::NeedsHolder, Some(beat_after(connection.id)));
    }
    match connection.failed_at {
        Some(first) if now.since(first) >= SECOND_TRY => (ConnectionState::Ended, None),
        _ => (ConnectionState::Doubtful, Some(SECOND_TRY)),
    }
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

/// Stores a beat's result under the lease; a lost lease or a newer token means that somebody else's result stands.
async fn store(
    tx: Scoped,
    work: Work,
    connection: Connection,
    before: i64,
    due: Option<i64>,
) -> Result<(), ServiceError> {
    let stored = tx.update_connection(&connection, before).await?;
    let held = match due {
        Some(due) => work::postpone(&tx, &work, due, 0).await?,
        None => work::finish(&tx, &work).await?,
    };
    if stored && held {
        tx.commit().await?;
    }
    Ok(())
}
