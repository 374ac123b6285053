//! Starting, asking and stopping the whole.

mod directory;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use thiserror::Error;
use tokio::task::JoinHandle;
use url::Url;

use crate::app::{self, App};
use crate::clock::Clock;
use crate::control::changes::{self, ControlError, PersonChange};
use crate::faults::Fault;
use crate::keys::{KeyError, KeyRing};
use crate::listen::Listener;
use crate::misbehaviour::ActiveMisbehaviour;
use crate::request_log::{RequestCounts, RequestRecord};
use crate::scenario::{Application, Policies, Scenario, ScenarioError, Switches};
use crate::state::{Grant, ServicePrincipal, State};
use crate::store::{self, Persisted, StoreError};
use crate::tls::{Authority, TlsError};
use crate::totp;

/// How to play.
#[derive(Clone, Debug)]
pub struct Config {
    /// The invented world.
    pub scenario: Scenario,
    /// Where the sign-in service listens; port 0 takes a free one.
    pub http: SocketAddr,
    /// Where Graph listens; the port after `http`'s when absent (a free one for port 0).
    pub graph_http: Option<SocketAddr>,
    /// Where the sign-in service listens for HTTPS, if at all.
    pub https: Option<SocketAddr>,
    /// Where Graph listens for HTTPS; the port after `https`'s when absent.
    pub graph_https: Option<SocketAddr>,
    /// Mounts the control API under `/_control` on every listener.
    pub control: bool,
    /// Keeps grants, refresh tokens, keys, people's changes and service principals over a restart.
    pub state_file: Option<PathBuf>,
    /// Moves the clock at the start.
    pub clock_offset_millis: i64,
}

impl Config {
    /// Free ports on loopback, plain HTTP, with the control API.
    pub fn new(scenario: Scenario) -> Self {
        Self {
            scenario,
            http: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            graph_http: None,
            https: None,
            graph_https: None,
            control: true,
            state_file: None,
            clock_offset_millis: 0,
        }
    }

    /// Adds HTTPS on free ports of loopback.
    #[must_use]
    pub fn with_https(mut self) -> Self {
        self.https = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        self
    }
}

/// Why it could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The scenario contradicts itself.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A key could not be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// HTTPS could not be prepared.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The state file cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A port could not be opened.
    #[error("listener on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// An address could not be written as a URL.
    #[error("address: {0}")]
    Address(#[from] url::ParseError),
}

/// A running emulator; stops serving when stopped or dropped.
pub struct Emulator {
    app: App,
    scenario: Scenario,
    listeners: Vec<Listener>,
    login: Url,
    graph: Url,
    https: Option<(Url, Url)>,
    authority: Authority,
    state_file: Option<PathBuf>,
    writer: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Makes or reads the keys, opens the ports and plays.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        config.scenario.check()?;
        let kept = store::read(config.state_file.as_deref()).await?;
        let (app, authority) = prepare(&config, kept)?;
        let mut listeners = Vec::new();
        let mut open = |address: SocketAddr, router, tls| -> Result<SocketAddr, StartError> {
            let listener =
                Listener::start(address, router, tls).map_err(|source| StartError::Listen { address, source })?;
            let bound = listener.address;
            listeners.push(listener);
            Ok(bound)
        };
        let http = open(config.http, app::login(&app, config.control), None)?;
        let graph_address = config.graph_http.unwrap_or_else(|| after(config.http));
        let graph = open(graph_address, app::graph(&app, config.control), None)?;
        let mut https = None;
        if let Some(address) = config.https {
            let tls = authority.server()?;
            let login = open(address, app::login(&app, config.control), Some(tls.clone()))?;
            let graph_address = config.graph_https.unwrap_or_else(|| after(address));
            let graph = open(graph_address, app::graph(&app, config.control), Some(tls))?;
            let url = |port| Url::parse(&format!("https://localhost:{port}"));
            https = Some((url(login.port())?, url(graph.port())?));
        }
        let writer =
            config.state_file.clone().map(|path| tokio::spawn(keep_writing(app.clone(), authority.clone(), path)));
        Ok(Self {
            login: Url::parse(&format!("http://{http}"))?,
            graph: Url::parse(&format!("http://{graph}"))?,
            https,
            app,
            scenario: config.scenario,
            listeners,
            authority,
            state_file: config.state_file,
            writer,
        })
    }

    /// The sign-in service, `http://127.0.0.1:PORT`.
    pub fn login(&self) -> Url {
        self.login.clone()
    }

    /// Graph, on a port of its own: `{graph}/v1.0/me`.
    pub fn graph(&self) -> Url {
        self.graph.clone()
    }

    /// SharePoint's own API: `{sharepoint}/{host of the tenant}/_api/web` stands for `https://{host}/_api/web`.
    pub fn sharepoint(&self) -> Url {
        self.graph.join("sharepoint/").unwrap_or_else(|_| self.graph.clone())
    }

    /// The control API (when mounted).
    pub fn control(&self) -> Url {
        self.login.join("_control/").unwrap_or_else(|_| self.login.clone())
    }

    /// The sign-in service over HTTPS, `https://localhost:PORT`.
    pub fn https_login(&self) -> Option<Url> {
        self.https.as_ref().map(|(login, _)| login.clone())
    }

    /// Graph over HTTPS.
    pub fn https_graph(&self) -> Option<Url> {
        self.https.as_ref().map(|(_, graph)| graph.clone())
    }

    /// The certificate authority behind the HTTPS listeners.
    pub fn ca_pem(&self) -> &str {
        &self.authority.certificate_pem
    }

    /// The emulator's clock, in milliseconds since 1970.
    pub fn now_millis(&self) -> i64 {
        self.app.now_millis()
    }

    /// What it was started with.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The code on a person's pretend phone now.
    pub fn totp_code(&self, username: &str) -> Option<String> {
        let state = self.app.state();
        let secret = state.account_called(username)?.person.totp_secret.clone()?;
        totp::code(&secret, self.app.now_millis())
    }

    /// Moves the clock forward.
    pub fn advance(&self, seconds: i64) {
        self.app.clock().advance_millis(seconds.saturating_mul(1000));
    }

    /// Sets the clock.
    pub fn set_now_millis(&self, now: i64) {
        self.app.clock().set_millis(now);
    }

    /// Plans a fault.
    pub fn set_fault(&self, fault: Fault) {
        self.app.state().faults.push(fault);
    }

    /// Forgets all planned faults.
    pub fn clear_faults(&self) {
        self.app.state().faults.clear();
    }

    /// Switches a misbehaviour on.
    pub fn set_misbehaviour(&self, misbehaviour: impl Into<ActiveMisbehaviour>) {
        self.app.state().misbehaviours.active.push(misbehaviour.into());
    }

    /// Switches all misbehaviours off.
    pub fn clear_misbehaviours(&self) {
        self.app.state().misbehaviours.active.clear();
    }

    /// The last requests.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.app.state().log.records().cloned().collect()
    }

    /// Forgets the request log.
    pub fn clear_requests(&self) {
        self.app.state().log.clear();
    }

    /// How many requests there were since the log was cleared, beyond its limit, too.
    pub fn request_counts(&self) -> RequestCounts {
        self.app.state().log.counts()
    }

    /// Changes a person.
    pub fn change_person(&self, username: &str, change: PersonChange) -> Result<(), ControlError> {
        let now = self.app.now_millis();
        let done = changes::change_person(&mut self.app.state(), username, change, now);
        self.app.report_changes();
        done
    }

    /// Revokes all sessions and refresh tokens of a person, as an administrator does.
    pub fn revoke_user(&self, username: &str) -> Result<(), ControlError> {
        self.change_person(username, PersonChange::RevokeSessions)
    }

    /// All delegated grants.
    pub fn grants(&self) -> Vec<Grant> {
        self.app.state().grants.clone()
    }

    /// Deletes the grants of a client in a tenant; says how many there were.
    pub fn delete_grants(&self, tid: uuid::Uuid, client: uuid::Uuid) -> usize {
        let count = changes::delete_grants(&mut self.app.state(), tid, client);
        self.app.report_changes();
        count
    }

    /// Grants delegated permissions (and roles) for everybody in a tenant, as an administrator does elsewhere.
    pub fn grant_tenant_wide(&self, grant: &changes::TenantGrant) {
        let now = self.app.now_millis();
        changes::grant_tenant_wide(&mut self.app.state(), grant, now);
        self.app.report_changes();
    }

    /// All service principals that were made, the deleted ones included.
    pub fn service_principals(&self) -> Vec<ServicePrincipal> {
        self.app.state().service_principals.clone()
    }

    /// Deletes a service principal with its grants.
    pub fn delete_service_principal(&self, tid: uuid::Uuid, app_id: uuid::Uuid) -> bool {
        let now = self.app.now_millis();
        let done = self.app.state().delete_service_principal(tid, app_id, now);
        self.app.report_changes();
        done
    }

    /// Takes a service principal out of the deleted items.
    pub fn restore_service_principal(&self, tid: uuid::Uuid, app_id: uuid::Uuid) -> bool {
        let now = self.app.now_millis();
        let done = self.app.state().restore_service_principal(tid, app_id, now);
        self.app.report_changes();
        done
    }

    /// Registers an application, or replaces the registration with this client id.
    pub fn put_application(&self, application: Application) {
        changes::put_application(&mut self.app.state(), application);
        self.app.report_changes();
    }

    /// Replaces a tenant's policies.
    pub fn set_policies(&self, tid: uuid::Uuid, policies: Policies) -> Result<(), ControlError> {
        changes::set_policies(&mut self.app.state(), tid, policies)
    }

    /// Reads the switches.
    pub fn switches(&self) -> Switches {
        self.app.state().switches.clone()
    }

    /// Changes the switches.
    pub fn set_switches(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.app.state().switches);
    }

    /// A new signing key; `retire` drops all older ones at once.
    pub fn rotate_keys(&self, retire: bool) -> Result<(), KeyError> {
        let mut state = self.app.state();
        state.changed = true;
        state.keys.rotate(retire)
    }

    /// Stops serving, and writes the state file if there is one.
    pub async fn stop(mut self) {
        for listener in self.listeners.drain(..) {
            listener.stop().await;
        }
        if let Some(writer) = self.writer.take() {
            writer.abort();
            let _ = writer.await;
        }
        if let Some(path) = self.state_file.take() {
            let kept = Persisted::of(&self.app.state(), &self.authority, self.app.clock().offset_millis());
            if let Err(error) = store::write(&path, &kept).await {
                tracing::error!(%error, "state file");
            }
        }
    }
}

fn prepare(config: &Config, kept: Option<Persisted>) -> Result<(App, Authority), StartError> {
    let Some(kept) = kept else {
        let state = State::new(&config.scenario, KeyRing::generate()?);
        return Ok((App::new(state, Clock::with_offset(config.clock_offset_millis)), Authority::generate()?));
    };
    let mut state = State::new(&config.scenario, KeyRing::read(kept.keys.clone())?);
    let clock = Clock::with_offset(kept.clock_offset_millis);
    let authority = kept.authority.clone();
    kept.put_into(&mut state);
    Ok((App::new(state, clock), authority))
}

/// The next port, or any free one.
fn after(address: SocketAddr) -> SocketAddr {
    let port = if address.port() == 0 { 0 } else { address.port().saturating_add(1) };
    SocketAddr::new(address.ip(), port)
}

async fn keep_writing(app: App, authority: Authority, path: PathBuf) {
    loop {
        app.changed().await;
        let kept = {
            let mut state = app.state();
            state.changed = false;
            Persisted::of(&state, &authority, app.clock().offset_millis())
        };
        if let Err(error) = store::write(&path, &kept).await {
            tracing::error!(%error, "state file");
        }
    }
}
