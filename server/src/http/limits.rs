//! Limits in memory of this node (H12): per address guesses of connect secrets and sign-ins begun; per API key what it asks
//! for; per member every request; per link what its holder writes without an account; and for everybody together the sign-ins to
//! the portal begun. And what goes on at once (R2): live views per holder, uploads per organization, requests.
//!
//! An address is a [`Source`]: of IPv6 its network, because whoever has one address of it has them all. When there are more
//! sources than are kept, nobody's count is lost: those who come then are counted together.

mod budget;
mod places;
mod room;
mod source;
mod windows;

use super::problem::ApiError;
use crate::{access::ReaderBy, services::ServiceError};
use axum::{extract::ConnectInfo, http::request::Parts};
use budget::Budget;
use places::{Full, Place, Places};
use room::Room;
pub use room::Seat;
use shared::{
    id::{ApiKeyId, OrganizationId},
    time::Timestamp,
};
use source::Source;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};
use uuid::Uuid;
use windows::Windows;

const WINDOW: i64 = 60;
/// How many times the limit of one address those together have that came when there was no room.
const OTHERS: u32 = 100;

/// How much is allowed, and who may speak for others.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// Unknown connect secrets per address and minute.
    pub guesses: u32,
    /// Sign-ins begun per address and minute.
    pub sign_ins: u32,
    /// Sign-ins to the portal begun by everybody together, per second; ten seconds' worth may come at once. Each is a write.
    pub all_sign_ins: u32,
    /// Job tokens per API key and minute.
    pub job_tokens: u32,
    /// Embed sessions per API key and minute.
    pub embed_sessions: u32,
    /// What a member's browsers ask for, per member and minute: far more than a person looks at.
    pub member_requests: u32,
    /// What whoever holds a link begins, reports or asks for, per link and minute.
    pub link_changes: u32,
    /// Live views at once, all together.
    pub streams: usize,
    /// Live views at once per link, session or embed session.
    pub streams_each: usize,
    /// Live views at once per API key: a product may follow many for its users, and not take all.
    pub streams_of_key: usize,
    /// Lists that are read at once; one per organization.
    pub uploads: usize,
    /// Requests that are carried out at once; live views count until they have begun.
    pub requests: usize,
    /// How many addresses have a count of their own, and how many holders of keys and links before old ones are forgotten.
    pub sources: usize,
    /// Proxies whose `X-Forwarded-For` counts; nobody else's does (H7).
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            guesses: 10,
            sign_ins: 60,
            all_sign_ins: 100,
            job_tokens: 12_000,
            embed_sessions: 600,
            member_requests: 3_000,
            link_changes: 60,
            streams: 10_000,
            streams_each: 20,
            streams_of_key: 6_000,
            uploads: 4,
            requests: 2_000,
            sources: 50_000,
            trusted_proxies: Vec::new(),
        }
    }
}

/// The counters.
pub struct Limits {
    config: LimitsConfig,
    counts: Mutex<Windows<(Kind, Source)>>,
    holders: Mutex<Windows<(PerHolder, Uuid)>>,
    sign_ins: Mutex<Budget>,
    streams: Arc<Places<Watcher>>,
    uploads: Arc<Places<OrganizationId>>,
    room: Arc<Room>,
    /// When the log was told last that the room is full.
    told: AtomicI64,
}

/// Who holds a live view open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Watcher {
    /// A member's session, or an API key.
    Reader(ReaderBy),
    /// A connect link.
    Link(Uuid),
    /// An embed session.
    Embed(Uuid),
}

/// The right to one live view.
pub type StreamPlace = Place<Watcher>;

/// The right to read one list.
pub type UploadPlace = Place<OrganizationId>;

/// What is counted for each API key or link. Only real ones come here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum PerHolder {
    JobToken,
    EmbedSession,
    Member,
    LinkChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Guess,
    SignIn,
}

impl Limits {
    /// Nothing counted yet.
    pub fn new(mut config: LimitsConfig) -> Self {
        for proxy in &mut config.trusted_proxies {
            *proxy = proxy.to_canonical();
        }
        Self {
            counts: Mutex::new(Windows::new(config.sources)),
            holders: Mutex::new(Windows::new(config.sources)),
            sign_ins: Mutex::new(Budget::new(config.all_sign_ins)),
            streams: Places::new(config.streams),
            uploads: Places::new(config.uploads),
            room: Room::new(config.requests),
            told: AtomicI64::new(0),
            config,
        }
    }

    /// The caller's address: the connection's, or what a trusted proxy says of it.
    pub fn address(&self, parts: &Parts) -> IpAddr {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip().to_canonical());
        if !self.config.trusted_proxies.contains(&peer) {
            return peer;
        }
        let mut values = parts.headers.get_all("x-forwarded-for").iter();
        match (values.next(), values.next()) {
            (Some(only), None) => only
                .to_str()
                .ok()
                .and_then(|text| text.rsplit(',').next())
                .and_then(|text| text.trim().parse::<IpAddr>().ok())
                .map_or(peer, |address| address.to_canonical()),
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

    /// Counts a sign-in to the portal that begins, or refuses it: for its address, then for everybody.
    pub fn take_sign_in(&self, address: IpAddr, now: Timestamp) -> Result<(), ApiError> {
        self.check(Kind::SignIn, address, self.config.sign_ins, now)?;
        self.count(Kind::SignIn, address, now);
        let mut all = self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner);
        if all.take(now) {
            return Ok(());
        }
        tracing::warn!("more sign-ins begin than this node takes");
        let detail = "Very many sign-ins are being started at this moment. Wait a few seconds, then try again.";
        Err(busy("sign_ins_busy", detail, 2))
    }

    /// Counts a job token asked for by a key, or refuses it.
    pub fn take_job_token(&self, key: ApiKeyId, now: Timestamp) -> Result<(), ApiError> {
        self.take(PerHolder::JobToken, key.0, self.config.job_tokens, now)
    }

    /// Counts an embed session made by a key, or refuses it.
    pub fn take_embed_session(&self, key: ApiKeyId, now: Timestamp) -> Result<(), ApiError> {
        self.take(PerHolder::EmbedSession, key.0, self.config.embed_sessions, now)
    }

    /// Counts a request of a member, or refuses it: one account, however many browsers, does not take a node's time.
    pub fn take_member(&self, member: Uuid, now: Timestamp) -> Result<(), ApiError> {
        self.take(PerHolder::Member, member, self.config.member_requests, now)
    }

    /// Counts a change by whoever holds a link, or refuses it.
    pub fn take_link_change(&self, link: Uuid, now: Timestamp) -> Result<(), ApiError> {
        self.take(PerHolder::LinkChange, link, self.config.link_changes, now)
    }

    /// A place for a live view, until it ends.
    pub fn take_stream(&self, watcher: Watcher) -> Result<StreamPlace, ApiError> {
        let each = match watcher {
            Watcher::Reader(ReaderBy::Key(_)) => self.config.streams_of_key,
            Watcher::Reader(ReaderBy::Session(_)) | Watcher::Link(_) | Watcher::Embed(_) => self.config.streams_each,
        };
        self.streams.take(watcher, each).map_err(|full| {
            let detail = match full {
                Full::Own => "Too many live views are open by this sign-in, link or key. Close some, or wait.",
                Full::All => "More live views are open than this server carries. Read the state now and then instead, and try again later.",
            };
            busy("too_many_streams", detail, 15)
        })
    }

    /// A place for an upload, until its list is read and stored.
    pub fn take_upload(&self, organization: OrganizationId) -> Result<UploadPlace, ApiError> {
        self.uploads.take(organization, 1).map_err(|full| match full {
            Full::Own => busy(
                "import_running",
                "Another list of your organization is being read at this moment. When it is done, upload this one again.",
                5,
            ),
            Full::All => {
                busy("imports_busy", "Many lists are being read at this moment. Upload yours again in a moment.", 10)
            }
        })
    }

    /// A seat for a request, until it is answered; `None`: there is none, and the log has been told within this second.
    pub fn enter(&self, now: Timestamp) -> Option<Seat> {
        let seat = self.room.enter();
        if seat.is_none() && self.told.swap(now.0, Ordering::Relaxed) != now.0 {
            tracing::warn!(most = self.config.requests, "requests are refused: more come than are carried out at once");
        }
        seat
    }

    fn take(&self, kind: PerHolder, holder: Uuid, most: u32, now: Timestamp) -> Result<(), ApiError> {
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (kind, holder);
        // Makes room; a real holder is counted by itself even if there is none.
        holders.has_room(&key, now);
        let (since, count) = holders.open(key, now);
        if *count >= most {
            return Err(too_many(*since, now));
        }
        *count += 1;
        Ok(())
    }

    fn check(&self, kind: Kind, address: IpAddr, most: u32, now: Timestamp) -> Result<(), ApiError> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, most) = match place(&mut counts, kind, address, now) {
            others @ (_, Source::Others) => (others, most.saturating_mul(OTHERS)),
            own => (own, most),
        };
        match counts.find(&key, now) {
            Some((since, count)) if count >= most => Err(too_many(since, now)),
            _ => Ok(()),
        }
    }

    fn count(&self, kind: Kind, address: IpAddr, now: Timestamp) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = place(&mut counts, kind, address, now);
        let (_, count) = counts.open(key, now);
        *count = count.saturating_add(1);
    }
}

/// Where an address is counted: by itself, or with the others when there is no room.
fn place(counts: &mut Windows<(Kind, Source)>, kind: Kind, address: IpAddr, now: Timestamp) -> (Kind, Source) {
    let own = (kind, Source::from(address));
    if counts.has_room(&own, now) { own } else { (kind, Source::Others) }
}

fn busy(code: &'static str, detail: &str, retry_after: i64) -> ApiError {
    ServiceError::TooMany { code, detail: detail.to_owned(), retry_after }.into()
}

fn too_many(since: Timestamp, now: Timestamp) -> ApiError {
    ApiError::TooMany { retry_after: (WINDOW - now.since(since)).clamp(1, WINDOW) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv6Addr;

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
    fn h12_another_address_of_the_same_ipv6_network_is_the_same_guesser() {
        let limits = Limits::new(LimitsConfig::default());
        let now = Timestamp(1000);
        for host in 0..10_u16 {
            let address = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, host));
            assert!(limits.check_guesses(address, now).is_ok());
            limits.count_guess(address, now);
        }
        let next = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 9, 9, 9, 9));
        assert!(limits.check_guesses(next, now).is_err());
        let elsewhere = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 3, 0, 0, 0, 1));
        assert!(limits.check_guesses(elsewhere, now).is_ok());
    }

    #[test]
    fn h12_a_crowd_of_addresses_wipes_nobodys_count_and_shares_one_of_its_own() {
        let limits = Limits::new(LimitsConfig { guesses: 2, sources: 100, ..LimitsConfig::default() });
        let address = |index: u32| IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + index));
        let now = Timestamp(1000);
        limits.count_guess(address(0), now);
        limits.count_guess(address(0), now);
        let allowed = (1..1_000).take_while(|index| {
            let may = limits.check_guesses(address(*index), now).is_ok();
            limits.count_guess(address(*index), now);
            may
        });
        assert_eq!(allowed.count(), 99 + 200, "those with a count of their own, and what the others share");
        assert!(limits.check_guesses(address(0), now).is_err(), "whoever was refused stays refused");
        assert!(limits.check_guesses(address(5_000), now).is_err(), "a newcomer is one of the others");
        assert!(limits.check_guesses(address(1), now).is_ok(), "who was counted before is not");
        assert!(limits.check_guesses(address(5_000), Timestamp(1060)).is_ok(), "what is over makes room");
    }

    #[test]
    fn r2_everybody_together_begins_so_many_sign_ins_and_no_more() {
        let limits = Limits::new(LimitsConfig { all_sign_ins: 3, ..LimitsConfig::default() });
        let address = |index: u32| IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + index));
        let taken =
            |at| (0..100).take_while(|index| limits.take_sign_in(address(*index), Timestamp(at)).is_ok()).count();
        assert_eq!(taken(1000), 30, "ten seconds' worth at once");
        assert!(matches!(
            limits.take_sign_in(address(200), Timestamp(1000)),
            Err(ApiError::Service(ServiceError::TooMany { code: "sign_ins_busy", .. }))
        ));
        assert_eq!(taken(1002), 6);
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
        let mapped = IpAddr::V6(Ipv4Addr::new(10, 0, 0, 1).to_ipv6_mapped());
        assert_eq!(
            limits.address(&request(mapped, &["198.51.100.9"])),
            real,
            "a socket of both families maps addresses"
        );
        assert_eq!(limits.address(&request(proxy, &["::ffff:198.51.100.9"])), real);
        let named = Limits::new(LimitsConfig { trusted_proxies: vec![mapped], ..LimitsConfig::default() });
        assert_eq!(named.address(&request(proxy, &["198.51.100.9"])), real);
    }
}
