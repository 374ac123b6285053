//! One browser's walk through the pages, and the accounts that this browser is signed in with.

use axum::http::{HeaderMap, header};
use uuid::Uuid;

use super::request::AuthorizeRequest;
use crate::errors::Trace;
use crate::people::{Account, Identity, SignIn};
use crate::random;
use crate::state::State;

/// Name of the session cookie.
pub(crate) const COOKIE: &str = "ESTSAUTH";
/// A half-done sign-in is forgotten after an hour.
const FLOW_MILLIS: i64 = 3_600_000;
/// A browser is forgotten after a day without a sign-in.
const BROWSER_MILLIS: i64 = 86_400_000;
/// Upper bound of remembered browsers and flows: load tests must not fill the memory.
const MOST: usize = 20_000;

/// One browser.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    pub(crate) signed_in: Vec<SignedIn>,
    seen_millis: i64,
}

/// An account that a browser is signed in with.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) home_tid: Uuid,
    pub(crate) home_oid: Uuid,
    pub(crate) sign_in: SignIn,
}

/// A half-done sign-in.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) id: String,
    /// The browser's cookie.
    pub(crate) browser: String,
    pub(crate) request: AuthorizeRequest,
    pub(crate) trace: Trace,
    pub(crate) started_millis: i64,
    /// The account chosen, at home.
    pub(crate) account: Option<(Uuid, Uuid)>,
    /// What this walk itself has already proved; a session from before may satisfy less.
    pub(crate) password_done: bool,
    pub(crate) mfa_done: bool,
    pub(crate) consent_done: bool,
}

impl Flow {
    pub(crate) fn new(request: AuthorizeRequest, browser: String, trace: Trace, now: i64) -> Self {
        Self {
            id: random::token(),
            browser,
            request,
            trace,
            started_millis: now,
            account: None,
            password_done: false,
            mfa_done: false,
            consent_done: false,
        }
    }
}

/// Reads one cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

impl State {
    /// The browser's cookie, a new one when it brings none that is known.
    pub(crate) fn browser_of(&mut self, headers: &HeaderMap, now: i64) -> String {
        let known = cookie(headers, COOKIE).filter(|value| self.browsers.contains_key(*value)).map(str::to_owned);
        if self.browsers.len() > MOST {
            self.browsers.retain(|_, browser| now.saturating_sub(browser.seen_millis) < BROWSER_MILLIS / 24);
        }
        let value = known.unwrap_or_else(random::token);
        self.browsers.entry(value.clone()).or_default().seen_millis = now;
        value
    }

    /// The accounts of a browser that may still be used, with what each sign-in proved.
    pub(crate) fn signed_in(&self, browser: &str) -> Vec<(&Account, &SignIn)> {
        let sessions = self.browsers.get(browser).map(|browser| browser.signed_in.as_slice()).unwrap_or_default();
        let usable = |session: &SignedIn| {
            self.account(session.home_tid, session.home_oid)
                .is_some_and(|a| !a.person.disabled && session.sign_in.auth_millis >= a.public_valid_from)
        };
        let live = sessions.iter().filter(|session| usable(session));
        live.filter_map(|s| Some((self.account(s.home_tid, s.home_oid)?, &s.sign_in))).collect()
    }

    /// The session of one account in a browser.
    pub(crate) fn session(&self, browser: &str, account: (Uuid, Uuid)) -> Option<SignIn> {
        let found = self.signed_in(browser).into_iter().find(|(a, _)| (a.home_tid, a.oid) == account);
        found.map(|(_, sign_in)| sign_in.clone())
    }

    /// Puts a sign-in into the browser's sessions.
    pub(crate) fn remember(&mut self, browser: &str, account: (Uuid, Uuid), sign_in: SignIn) {
        let browser = self.browsers.entry(browser.to_owned()).or_default();
        let (tenant, home_oid) = account;
        browser.signed_in.retain(|known| (known.home_tid, known.home_oid) != account);
        browser.signed_in.push(SignedIn { home_tid: tenant, home_oid, sign_in });
    }

    /// Takes a flow out, if this browser began it and it is not too old.
    pub(crate) fn take_flow(&mut self, id: &str, headers: &HeaderMap, now: i64) -> Option<Flow> {
        let flow = self.flows.get(id)?;
        let own = cookie(headers, COOKIE) == Some(flow.browser.as_str());
        let fresh = now.saturating_sub(flow.started_millis) < FLOW_MILLIS;
        if own && fresh { self.flows.remove(id) } else { None }
    }

    /// Keeps a flow until the next form comes.
    pub(crate) fn keep_flow(&mut self, flow: Flow, now: i64) {
        if self.flows.len() > MOST {
            self.flows.retain(|_, known| now.saturating_sub(known.started_millis) < FLOW_MILLIS / 12);
        }
        self.flows.insert(flow.id.clone(), flow);
    }

    /// The chosen account as the requested tenant sees it.
    pub(crate) fn identity_for(&self, flow: &Flow) -> Option<(&Account, Option<Identity>)> {
        use super::request::Audience;
        let (tid, oid) = flow.account?;
        let account = self.account(tid, oid)?;
        let identity = match flow.request.audience {
            Audience::Tenant(tid) => self.tenant(tid).and_then(|tenant| account.seen_from(tenant)),
            Audience::Organizations => (!account.person.personal).then(|| account.at_home()),
            Audience::Common => Some(account.at_home()),
            Audience::Consumers => account.person.personal.then(|| account.at_home()),
        };
        Some((account, identity))
    }
}
