//! The signing keys of the authority: fetched, cached, refreshed (T13, T14, H11).
//!
//! One key set serves every tenant of the authority: the metadata for `organizations` names the issuer with a
//! placeholder, and so do the keys. Memory and fetches therefore do not grow with the number of tenants.
//! Numbers follow Microsoft's signing-key-rollover page: refresh hourly, on an unknown key at most every five minutes,
//! forget a key 24 hours after it was last published, keep the last good set when a fetch fails.

pub mod set;

use super::{
    config::Authority,
    http::{Outbound, OutboundError, is_json},
    json::{JsonError, parse_object},
};
use crate::clock::SharedClock;
use serde_json::Value;
use set::{KeySetError, PublishedKey, parse_key_set};
use shared::time::Timestamp;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use tokio::sync::watch;
use url::Url;

const HOURLY: i64 = 3600;
const FORCED_EVERY: i64 = 300;
const FIRST_LOAD_EVERY: i64 = 15;
const KEEP: i64 = 24 * 3600;
const MOST_KEYS: usize = 300;

/// A key to check signatures with.
#[derive(Debug)]
pub struct SigningKey {
    published: PublishedKey,
    seen: Timestamp,
}

impl SigningKey {
    /// What the `jsonwebtoken` crate takes.
    pub(super) fn decoding(&self) -> &jsonwebtoken::DecodingKey {
        &self.published.decoding
    }

    /// Whether this key may sign for the issuer, which was made from `template` and a tenant.
    pub(super) fn may_sign_for(&self, issuer: &str, template: &str) -> bool {
        self.published.issuer == template || self.published.issuer == issuer
    }
}

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The authority does not publish it.
    #[error("no published key has this id")]
    Unknown,
    /// No key set could be fetched yet.
    #[error("no signing keys could be fetched yet")]
    NoneLoaded,
}

/// Why a fetch did not bring new keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No answer.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// Not status 200 with JSON.
    #[error("expected status 200 and application/json, got status {0}")]
    Answer(u16),
    /// Not acceptable JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The metadata is another issuer's.
    #[error("the metadata names another issuer than the configured one")]
    Issuer,
    /// The key set would lie elsewhere.
    #[error("the metadata puts its key set on another host")]
    KeySetAddress,
    /// The key set itself.
    #[error("the key set was refused: {0}")]
    KeySet(#[from] KeySetError),
}

#[derive(Debug, Default)]
struct State {
    keys: HashMap<String, Arc<SigningKey>>,
    last_good: Option<Timestamp>,
    last_try: Option<Timestamp>,
    last_forced: Option<Timestamp>,
    in_flight: Option<watch::Receiver<()>>,
}

struct Inner {
    authority: Authority,
    outbound: Arc<Outbound>,
    clock: SharedClock,
    state: RwLock<State>,
}

/// The cache of signing keys.
pub struct Keys {
    inner: Arc<Inner>,
}

/// What asks for a fetch.
#[derive(Clone, Copy)]
enum Cause {
    UnknownKey,
    Background,
}

impl Keys {
    /// An empty cache; the first look-up fetches.
    pub fn new(authority: Authority, outbound: Arc<Outbound>, clock: SharedClock) -> Self {
        Self { inner: Arc::new(Inner { authority, outbound, clock, state: RwLock::default() }) }
    }

    /// The key with this id; fetches if it is unknown and a fetch is due, sharing one fetch among all who wait.
    pub async fn find(&self, kid: &str) -> Result<Arc<SigningKey>, KeyError> {
        if let Some(key) = self.inner.known(kid) {
            return Ok(key);
        }
        self.fetch(Cause::UnknownKey).await;
        match self.inner.known(kid) {
            Some(key) => Ok(key),
            None if self.inner.read(|state| state.keys.is_empty()) => Err(KeyError::NoneLoaded),
            None => Err(KeyError::Unknown),
        }
    }

    /// The key with this id if it is known already; asks nobody.
    pub fn find_known(&self, kid: &str) -> Option<Arc<SigningKey>> {
        self.inner.known(kid)
    }

    /// The hourly refresh; call it every minute or so from the background.
    pub async fn refresh_due(&self) {
        self.fetch(Cause::Background).await;
    }

    /// Forgets every key at once (an operator's command when a key was stolen); the next look-up fetches.
    pub fn forget(&self) {
        self.inner.write(|state| {
            *state = State { in_flight: state.in_flight.take(), ..State::default() };
        });
    }

    /// When the keys were last fetched with success.
    pub fn last_good(&self) -> Option<Timestamp> {
        self.inner.read(|state| state.last_good)
    }

    /// Starts a fetch if the rules allow one, or joins the running one. Runs in a task of its own, so that a caller
    /// who goes away neither stops it nor lets the next one start another.
    async fn fetch(&self, cause: Cause) {
        let now = self.inner.clock.now();
        if !self.inner.read(|state| state.running().is_some() || state.may_start(cause, now)) {
            return;
        }
        let running = self.inner.write(|state| {
            if let Some(running) = state.running() {
                return Some((running, None));
            }
            if !state.may_start(cause, now) {
                return None;
            }
            let (done, receiver) = watch::channel(());
            state.started(cause, now);
            state.in_flight = Some(receiver.clone());
            Some((receiver, Some(done)))
        });
        let Some((mut receiver, mine)) = running else { return };
        if let Some(done) = mine {
            let inner = self.inner.clone();
            tokio::spawn(async move {
                inner.refresh().await;
                drop(done);
            });
        }
        // Ends with an error when the sender is dropped: that is the signal.
        let _ = receiver.changed().await;
    }

    #[cfg(test)]
    pub(super) fn learn_for_test(&self, keys: Vec<PublishedKey>) {
        let now = self.inner.clock.now();
        self.inner.write(|state| state.learn(keys, now));
    }
}

impl State {
    fn running(&self) -> Option<watch::Receiver<()>> {
        self.in_flight.as_ref().filter(|receiver| receiver.has_changed().is_ok()).cloned()
    }

    fn may_start(&self, cause: Cause, now: Timestamp) -> bool {
        let past = |last: Option<Timestamp>, seconds| last.is_none_or(|last| now.since(last) >= seconds);
        if self.keys.is_empty() {
            return past(self.last_try, FIRST_LOAD_EVERY);
        }
        match cause {
            Cause::UnknownKey => past(self.last_forced, FORCED_EVERY),
            Cause::Background => past(self.last_good, HOURLY) && past(self.last_try, FORCED_EVERY),
        }
    }

    /// The first load does not count as forced: a rollover right after it must still be noticed.
    fn started(&mut self, cause: Cause, now: Timestamp) {
        if matches!(cause, Cause::UnknownKey) && !self.keys.is_empty() {
            self.last_forced = Some(now);
        }
        self.last_try = Some(now);
    }

    fn learn(&mut self, published: Vec<PublishedKey>, now: Timestamp) {
        self.keys.retain(|_, key| now.since(key.seen) < KEEP);
        if self.keys.len().saturating_add(published.len()) > MOST_KEYS {
            self.keys.clear();
        }
        for key in published {
            self.keys.insert(key.kid.clone(), Arc::new(SigningKey { published: key, seen: now }));
        }
        self.last_good = Some(now);
    }
}

impl Inner {
    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn known(&self, kid: &str) -> Option<Arc<SigningKey>> {
        let now = self.clock.now();
        self.read(|state| state.keys.get(kid).filter(|key| now.since(key.seen) < KEEP).cloned())
    }

    async fn refresh(&self) {
        match self.download().await {
            Ok(keys) => {
                let now = self.clock.now();
                tracing::debug!(keys = keys.len(), "signing keys refreshed");
                self.write(|state| state.learn(keys, now));
            }
            Err(error) => tracing::warn!(%error, "signing keys could not be refreshed; the last good ones stay"),
        }
    }

    async fn download(&self) -> Result<Vec<PublishedKey>, FetchError> {
        let metadata = self.get(&self.authority.metadata_url()).await?;
        let metadata = parse_object(&metadata)?;
        if metadata.get("issuer").and_then(Value::as_str) != Some(self.authority.issuer_template().as_str()) {
            return Err(FetchError::Issuer);
        }
        let address = metadata.get("jwks_uri").and_then(Value::as_str).and_then(|text| Url::parse(text).ok());
        let address = address
            .filter(|url| url.origin().ascii_serialization() == self.authority.login_origin())
            .ok_or(FetchError::KeySetAddress)?;
        let cloud = metadata.get("cloud_instance_name").and_then(Value::as_str);
        Ok(parse_key_set(&self.get(&address).await?, cloud)?)
    }

    async fn get(&self, url: &Url) -> Result<Vec<u8>, FetchError> {
        let answer = self.outbound.get_json(url).await?;
        if answer.status() == 200 && is_json(answer.headers()) {
            Ok(answer.into_body())
        } else {
            Err(FetchError::Answer(answer.status().as_u16()))
        }
    }
}

#[cfg(test)]
mod tests;
