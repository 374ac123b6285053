//! Live views: a fetch stream of whole snapshots, one JSON value a line, newest first sent at once (§4.7).
//!
//! A snapshot carries its version; after any gap the reader opens the stream again and misses nothing.

use super::{
    Http,
    limits::{StreamPlace, Watcher},
    problem::ApiError,
};
use crate::{
    access::{Reader, ReaderBy},
    services::{ServiceError, api_keys, embed, sessions},
    state::AppState,
    store::Scope,
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::{Stream, stream};
use serde::Serialize;
use shared::{
    api::{authorizations::AuthorizationView, connect::ConnectView, embed::EmbedView, waves::WaveView},
    id::{AuthorizationId, OrganizationId, WaveId},
};
use std::{
    convert::Infallible,
    future::Future,
    hash::{DefaultHasher, Hasher},
    time::Duration,
};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// How often the version is looked at without a hint: changes of other nodes show within this time.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// How often an empty line says that the stream lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The longest stream; the reader opens the next one.
const LONGEST: Duration = Duration::from_mins(30);

/// A snapshot that says how new it is.
pub trait Versioned {
    /// Grows with every change.
    fn version(&self) -> i64;
}

impl Versioned for AuthorizationView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for ConnectView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for EmbedView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for WaveView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// What is watched.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// One authorization: every change shows at once.
    Authorization(AuthorizationId),
    /// A wave: its numbers once a second at most, however many of its authorizations move.
    Wave(WaveId),
    /// An embed session and its authorization, whichever that is.
    Embed(Uuid),
}

/// Streams what a reader may see. Before each snapshot, and every 15 seconds, they are looked at anew: the member may be gone, the
/// key revoked, or either reach other customers now. `find` reads one; what is not there any more, for this reader, ends the stream.
pub fn follow<T, F, Fut>(http: &Http, reader: &Reader, subject: Subject, find: F) -> Result<Response, ApiError>
where
    T: Serialize + Versioned + Send + 'static,
    F: Fn(AppState, Scope) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<T, ServiceError>> + Send + 'static,
{
    let (organization, by) = (reader.scope.organization, reader.by);
    stream(http, Watcher::Reader(by), organization, subject, move |app| {
        let find = find.clone();
        async move {
            let Some(scope) = scope_now(&app, organization, by).await? else { return Ok(None) };
            match find(app, scope).await {
                Ok(view) => Ok(Some(view)),
                Err(ServiceError::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        }
    })
}

/// What a reader may see now; `None`: nothing any more (M4).
async fn scope_now(app: &AppState, organization: OrganizationId, by: ReaderBy) -> Result<Option<Scope>, ServiceError> {
    Ok(match by {
        ReaderBy::Session(id) => sessions::reload(app, organization, id).await?.map(|signed_in| signed_in.scope()),
        ReaderBy::Key(id) => api_keys::reload(app, organization, id).await?.map(|key| key.scope(organization)),
    })
}

/// Streams snapshots, if the watcher may have one more live view. `snapshot` reads one; `None` ends the stream (the session ended,
/// the link died).
pub fn stream<T, F, Fut>(
    http: &Http,
    watcher: Watcher,
    organization: OrganizationId,
    subject: Subject,
    snapshot: F,
) -> Result<Response, ApiError>
where
    T: Serialize + Versioned + Send + 'static,
    F: Fn(AppState) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<T>, ServiceError>> + Send + 'static,
{
    let (app, now, place) = (http.app.clone(), Instant::now(), http.limits.take_stream(watcher)?);
    let (beat, end) = (now, now + LONGEST);
    let watching = Watching { app, organization, subject, seen: None, last: 0, beat, end, snapshot };
    let mut response = Body::from_stream(lines(watching, place)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// A snapshot as a line.
fn line(snapshot: &impl Serialize) -> Option<Vec<u8>> {
    let mut line = serde_json::to_vec(snapshot).ok()?;
    line.push(b'\n');
    Some(line)
}

fn hash(line: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(line);
    hasher.finish()
}

struct Watching<F> {
    app: AppState,
    organization: OrganizationId,
    subject: Subject,
    seen: Option<i64>,
    /// A hash of the snapshot sent last: what changes without a version is sent with the next heartbeat.
    last: u64,
    beat: Instant,
    end: Instant,
    snapshot: F,
}

/// The lines. The place is held until the last of them, or until nobody reads any more.
fn lines<T, F, Fut>(watching: Watching<F>, place: StreamPlace) -> impl Stream<Item = Result<Bytes, Infallible>> + Send
where
    T: Serialize + Versioned + Send + 'static,
    F: Fn(AppState) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<T>, ServiceError>> + Send + 'static,
{
    stream::unfold((watching, place), |(mut watching, place)| async move {
        let line = watching.next().await?;
        Some((Ok(line), (watching, place)))
    })
}

impl<F> Watching<F> {
    async fn next<T, Fut>(&mut self) -> Option<Bytes>
    where
        T: Serialize + Versioned,
        F: Fn(AppState) -> Fut,
        Fut: Future<Output = Result<Option<T>, ServiceError>>,
    {
        let (mut watch, pause) = match self.subject {
            Subject::Authorization(id) => (Some(self.app.changes.watch(id)), LOOK_AGAIN),
            Subject::Wave(_) | Subject::Embed(_) => (None, LOOK_AGAIN / 2),
        };
        let mut hint = async || match &mut watch {
            Some(watch) => watch.changed().await,
            None => std::future::pending().await,
        };
        loop {
            let version = self.version().await?;
            if self.seen.is_none_or(|seen| seen < version) {
                let snapshot = (self.snapshot)(self.app.clone()).await.ok()??;
                // It may be newer than the version that was looked at: then the next look finds nothing new.
                self.seen = Some(snapshot.version().max(version));
                self.beat = Instant::now();
                let line = line(&snapshot)?;
                self.last = hash(&line);
                return Some(line.into());
            }
            if Instant::now() >= self.end {
                return None;
            }
            if self.beat.elapsed() >= HEARTBEAT {
                // Also the moment to see whether the reader may still read.
                let snapshot = (self.snapshot)(self.app.clone()).await.ok()??;
                self.beat = Instant::now();
                let line = line(&snapshot)?;
                let before = std::mem::replace(&mut self.last, hash(&line));
                return Some(if before == self.last { Bytes::from_static(b"\n") } else { line.into() });
            }
            tokio::select! {
                () = hint() => {}
                () = sleep(pause) => {}
                () = self.app.changes.until_stopped() => return None,
            }
        }
    }

    async fn version(&self) -> Option<i64> {
        let tx = self.app.store.read(self.organization).await.ok()?;
        match self.subject {
            Subject::Authorization(id) => tx.find_authorization_version(id).await.ok()?,
            Subject::Wave(id) => tx.find_wave_version(id).await.ok()?,
            Subject::Embed(id) => embed::version(&tx, id).await.ok()?,
        }
    }
}
