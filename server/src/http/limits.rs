//! Limits in memory of this node (H12): per address guesses of connect secrets and sign-ins begun; per API key what it asks
//! for; per link what its holder writes without an account.

use super::problem::ApiError;
use axum::{extract::ConnectInfo, http::request::Parts};
use shared::{id::ApiKeyId, time::Timestamp};
use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

const WINDOW: i64 = 60;
/// Addresses kept at most, and holders; when full, windows that are over go first.
const MOST_ADDRESSES: usize = 50_000;

/// How much is allowed, and who may speak for others.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// Unknown connect secrets per address and minute.
    pub guesses: u32,
    /// Sign-ins begun per address and minute.
    pub sign_ins: u32,
    /// Job tokens per API key and minute.
    pub job_tokens: u32,
    /// Embed sessions per API key and minute.
    pub embed_sessions: u32,
    /// What whoever holds a link begins, reports or asks for, per link and minute.
    pub link_changes: u32,
    /// Proxies whose `X-Forwarded-For` counts; nobody else's does (H7).
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            guesses: 10,
            sign_ins: 60,
            job_tokens: 12_000,
            embed_sessions: 600,
            link_changes: 60,
            trusted_proxies: Vec::new(),
        }
    }
}

/// When a window began, and how many there were in it.
type Windows<K> = HashMap<K, (Timestamp, u32)>;

/// The counters.
pub struct Limits {
    config: LimitsConfig,
    counts: Mutex<Windows<(Kind, IpAddr)>>,
    holders: Mutex<Windows<(PerHolder, Uuid)>>,
}

/// What is counted for each API key or link. Only real ones come here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum PerHolder {
    JobToken,
    EmbedSession,
    LinkChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Guess,
    SignIn,
}

impl Limits {
    /// Nothing counted yet.
    pub fn new(config: LimitsConfig) -> Self {
        Self { config, counts: Mutex::default(), holders: Mutex::default() }
    }

    /// The caller's address: the connection's, or what a trusted proxy says of it.
    pub fn address(&self, parts: &Parts) -> IpAddr {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
        if !self.config.trusted_proxies.contains(&peer) {
            return peer;
        }
        let mut values = parts.headers.get_all("x-forwarded-for").iter();
        match (values.next(), values.next()) {
            (Some(only), None) => only
                .to_str()
                .ok()
                .and_then(|text| text.rsplit(',').next())
                .and_then(|text| text.trim().parse().ok())
                .unwrap_or(peer),
            _ => peer,
        }
    }

    /// Refuses an address that has guessed too often.
    pub fn check_guesses(&self, address: IpAddr, now: Timestamp) -> Result<(), ApiError> {
        self.check(Kind::Guess, address, self.config.guesses, now)
    }

    /// Counts a wrong guess.
    pub fn count_guess(&self, address: IpAddr, now: Timestamp) {
        self.count(Kind::Guess, address, now);
    }

    /// Counts a sign-in that begins, or refuses it.
    pub fn take_sign_in(&self, address: IpAddr, now: Timestamp) -> Result<(), ApiError> {
        self.check(Kind::SignIn, address, self.config.sign_ins, now)?;
        self.count(Kind::SignIn, address, now);
        Ok(())
    }

    /// Counts a job token asked for by a key, or refuses it.
    pub fn take_job_token(&self, key: ApiKeyId, now: Timestamp) -> Result<(), ApiError> {
        self.take(PerHolder::JobToken, key.0, self.config.job_tokens, now)
    }

    /// Counts an embed session made by a key, or refuses it.
    pub fn take_embed_session(&self, key: ApiKeyId, now: Timestamp) -> Result<(), ApiError> {
        self.take(PerHolder::EmbedSession, key.0, self.config.embed_sessions, now)
    }

    /// Counts a change by whoever holds a link, or refuses it.
    pub fn take_link_change(&self, link: Uuid, now: Timestamp) -> Result<(), ApiError> {
        self.take(PerHolder::LinkChange, link, self.config.link_changes, now)
    }

    fn take(&self, kind: PerHolder, holder: Uuid, most: u32, now: Timestamp) -> Result<(), ApiError> {
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (kind, holder);
        // Only a newcomer needs room: whoever is counted already is not slowed down by the crowd.
        if holders.len() >= MOST_ADDRESSES && !holders.contains_key(&key) {
            forget_ended(&mut holders, now);
        }
        let (since, count) = window(&mut holders, key, now);
        if *count >= most {
            return Err(too_many(*since, now));
        }
        *count += 1;
        Ok(())
    }

    fn check(&self, kind: Kind, address: IpAddr, most: u32, now: Timestamp) -> Result<(), ApiError> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get(&(kind, address)) {
            Some((since, count)) if now.since(*since) < WINDOW && *count >= most => Err(too_many(*since, now)),
            _ => Ok(()),
        }
    }

    fn count(&self, kind: Kind, address: IpAddr, now: Timestamp) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_ADDRESSES {
            forget_ended(&mut counts, now);
        }
        if counts.len() >= MOST_ADDRESSES {
            counts.clear();
        }
        window(&mut counts, (kind, address), now).1 += 1;
    }
}

/// The window that goes on, or a new one.
fn window<K: Eq + Hash>(windows: &mut Windows<K>, key: K, now: Timestamp) -> &mut (Timestamp, u32) {
    let window = windows.entry(key).or_insert((now, 0));
    if now.since(window.0) >= WINDOW {
        *window = (now, 0);
    }
    window
}

fn forget_ended<K>(windows: &mut Windows<K>, now: Timestamp) {
    windows.retain(|_, (since, _)| now.since(*since) < WINDOW);
}

fn too_many(since: Timestamp, now: Timestamp) -> ApiError {
    ApiError::TooMany { retry_after: (WINDOW - now.since(since)).clamp(1, WINDOW) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h12_the_eleventh_guess_of_a_minute_waits_and_the_next_minute_is_free() {
        let limits = Limits::new(LimitsConfig::default());
        let (home, other) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)));
        for _ in 0..10 {
            assert!(limits.check_guesses(home, Timestamp(1000)).is_ok());
            limits.count_guess(home, Timestamp(1000));
        }
        assert!(matches!(limits.check_guesses(home, Timestamp(1030)), Err(ApiError::TooMany { retry_after: 30 })));
        assert!(limits.check_guesses(other, Timestamp(1030)).is_ok());
        assert!(limits.check_guesses(home, Timestamp(1060)).is_ok());
    }

    #[test]
    fn h12_a_link_changes_so_much_a_minute_whoever_holds_it() {
        let limits = Limits::new(LimitsConfig { link_changes: 2, ..LimitsConfig::default() });
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for at in [1000, 1001] {
            assert!(limits.take_link_change(one, Timestamp(at)).is_ok());
        }
        assert!(matches!(limits.take_link_change(one, Timestamp(1010)), Err(ApiError::TooMany { retry_after: 50 })));
        assert!(limits.take_link_change(other, Timestamp(1010)).is_ok());
        assert!(limits.take_link_change(one, Timestamp(1060)).is_ok());
    }

    #[test]
    fn h7_only_a_trusted_proxy_speaks_for_others() {
        let proxy = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
        let request = |peer: IpAddr, said: &[&str]| {
            let mut builder = axum::http::Request::builder();
            for value in said {
                builder = builder.header("x-forwarded-for", *value);
            }
            let (mut parts, ()) = builder.body(()).unwrap().into_parts();
            parts.extensions.insert(ConnectInfo(SocketAddr::new(peer, 1)));
            parts
        };
        let limits = Limits::new(LimitsConfig { trusted_proxies: vec![proxy], ..LimitsConfig::default() });
        let stranger = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
        let real = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 9));
        assert_eq!(limits.address(&request(stranger, &["198.51.100.9"])), stranger);
        assert_eq!(limits.address(&request(proxy, &["1.2.3.4, 198.51.100.9"])), real);
        assert_eq!(
            limits.address(&request(proxy, &["198.51.100.9", "1.2.3.4"])),
            proxy,
            "two headers count for nothing"
        );
    }
}
