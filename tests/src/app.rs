//! The whole product in this process, as `rekey demo` runs it: the emulator, a node with its worker, a database.
//!
//! Everything on the wire is real; only the clock is the emulator's, so that [`TestApp::advance`] moves both.

pub mod client;
pub mod dump;
pub mod embed;
pub mod modern;
pub mod planted;
pub mod road;
pub mod sealed;
pub mod set_up;

use crate::{databases::TestDatabase, person::Person};
use client::Client;
use emulator::{Config, Emulator, Scenario};
use server::{
    audit::Actor,
    cli::demo::{seed, world},
    clock::{Clock, SharedClock},
    http::limits::LimitsConfig,
    live::Changes,
    microsoft::{
        Microsoft,
        config::{Authority, MicrosoftConfig},
    },
    outbound::{Outgoing, mail::MailConfig},
    random::{SharedRandom, SystemRandom},
    seal::Keyring,
    server::{Node, Options},
    services::{api_keys, connect::Saves, job_tokens::Cache, owner, sessions},
    state::{AppState, Settings},
    store::{Store, members::Member},
};
use shared::{
    api::{
        api_keys::{ApiKeyCreated, CreateApiKey},
        session::{CreateSession, MemberRole, SignInStart},
    },
    id::{ClientId, MemberId, ObjectId, OrganizationId, TenantId},
    rules::suitability::RuleSwitches,
};
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::net::TcpListener;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// The test cluster.
    Postgres,
}

/// What a test may want different.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Which database.
    pub backend: Backend,
    /// Who lives at Microsoft; the demo's people unless told. The owner must be among them.
    pub scenario: Scenario,
    /// Switches of the migration rules.
    pub rules: RuleSwitches,
    /// Limits per address; wide, as in the demo.
    pub limits: LimitsConfig,
    /// How mail leaves; it does not, unless told.
    pub mail: Option<MailConfig>,
    /// The product's name.
    pub brand: String,
}

impl Setup {
    /// The demo's world on a database.
    ///
    /// # Panics
    /// When the demo's scenario cannot be read.
    pub fn new(backend: Backend) -> Self {
        let limits =
            LimitsConfig { guesses: 100_000, sign_ins: 100_000, all_sign_ins: 100_000, ..LimitsConfig::default() };
        let mut scenario = world::scenario().expect("the demo's scenario");
        // Tests that are about slow copies say so.
        scenario.switches.replication_seconds = 0;
        Self { backend, scenario, rules: RuleSwitches::default(), limits, mail: None, brand: "Rekey".to_owned() }
    }
}

/// The product, running.
pub struct TestApp {
    /// Microsoft.
    pub emulator: Arc<Emulator>,
    /// The server's own handles, for looking behind the wire.
    pub state: AppState,
    /// The database, with ways past the server.
    pub database: TestDatabase,
    /// What people see, `http://localhost:PORT`.
    pub origin: String,
    /// The organization `Northwind Managed IT`, whose owner is [`OWNER`].
    pub organization: OrganizationId,
    /// A key of that organization.
    pub api_key: String,
    limits: LimitsConfig,
    registrations: world::Registrations,
    directory: tempfile::TempDir,
    node: Option<Node>,
}

/// Two tests for each contract, `on_sqlite::name` and `on_postgres::name`. A contract is an `async fn name(app: TestApp)`
/// beside the call, in the demo's world; one that is not named here is an unused function.
#[macro_export]
macro_rules! app_on_both {
    ($($(#[$attribute:meta])* $name:ident),+ $(,)?) => {
        mod on_sqlite {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::app::TestApp::start($crate::app::Backend::Sqlite).await).await;
            })+
        }
        mod on_postgres {
            $($(#[$attribute])* #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name($crate::app::TestApp::start($crate::app::Backend::Postgres).await).await;
            })+
        }
    };
}

/// The owner of the organization: can sign in at the emulator.
pub const OWNER: &str = world::OWNER;
/// A colleague who is a member of nothing.
pub const OUTSIDER: &str = "omar.haddad@northwind.example";

/// The emulator's clock.
struct EmulatorClock(Arc<Emulator>);

impl Clock for EmulatorClock {
    fn now_millis(&self) -> i64 {
        self.0.now_millis()
    }
}

impl TestApp {
    /// The demo's world.
    ///
    /// # Panics
    /// When something does not start.
    pub async fn start(backend: Backend) -> Self {
        Self::start_with(Setup::new(backend)).await
    }

    /// A world of the test's own.
    ///
    /// # Panics
    /// When something does not start.
    pub async fn start_with(setup: Setup) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let origin = format!("http://localhost:{}", port(&listener));
        let emulator = Arc::new(Emulator::start(Config::new(setup.scenario)).await.expect("the emulator starts"));
        let registrations = register(&emulator, &origin, directory.path());
        let database = match setup.backend {
            Backend::Sqlite => TestDatabase::sqlite().await,
            Backend::Postgres => TestDatabase::postgres().await,
        };
        let random: SharedRandom = Arc::new(SystemRandom);
        Keyring::create(&directory.path().join("keys"), random).expect("a keyring");
        let store = database.store.clone();
        let mail = setup.mail.as_ref();
        let settings = Settings { origin: origin.clone(), brand: setup.brand, rules: setup.rules };
        let state = assemble(&emulator, settings, registrations.clone(), directory.path(), store, mail);
        let organization = seed::organization(&state).await.expect("an organization");
        let api_key = seed::api_key(&state, seed::SCRIPT).await.expect("an API key");
        let node = Node::start(state.clone(), listener, options(&setup.limits, directory.path())).expect("a node");
        Self {
            emulator,
            state,
            database,
            origin,
            organization,
            api_key,
            limits: setup.limits,
            registrations,
            directory,
            node: Some(node),
        }
    }

    /// Stops the node, keeps everything else.
    pub async fn stop(&mut self) {
        if let Some(node) = self.node.take() {
            node.stop().await;
        }
    }

    /// Another process on the same data, at the same address: handles, caches and keys are read anew.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restart(&mut self) {
        self.restart_with(self.state.settings.rules).await;
    }

    /// The same, with other switches of the migration rules in its configuration.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restart_with(&mut self, rules: RuleSwitches) {
        self.stop().await;
        let store = Store::open(&self.database.config).await.expect("the database opens again");
        let (settings, data) = (Settings { rules, ..Settings::clone(&self.state.settings) }, self.directory.path());
        self.state = assemble(&self.emulator, settings, self.registrations.clone(), data, store, None);
        let port = self.origin.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("the same port");
        self.node = Some(Node::start(self.state.clone(), listener, options(&self.limits, data)).expect("a node"));
    }

    /// Moves the clock of everybody.
    pub fn advance(&self, seconds: i64) {
        self.emulator.advance(seconds);
        self.state.changes.work();
    }

    /// Where the node keeps its keys, heads and certificate.
    pub fn data(&self) -> &Path {
        self.directory.path()
    }

    /// Where the audit chain's heads are published.
    pub fn audit_heads(&self) -> PathBuf {
        audit_heads(self.data())
    }

    /// A person of the scenario with a fresh browser.
    ///
    /// # Panics
    /// When the scenario has nobody of this name.
    pub fn person(&self, username: &str) -> Person {
        Person::new(&self.emulator, username)
    }

    /// Sends nothing that says who calls.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.origin)
    }

    /// Sends the seeded API key.
    pub fn key(&self) -> Client {
        self.with_key(&self.api_key)
    }

    /// Sends an API key.
    pub fn with_key(&self, secret: &str) -> Client {
        self.anonymous().with("authorization", &format!("Bearer {secret}"))
    }

    /// Sends the secret of a link or an attempt, as the connect page does.
    pub fn connect(&self, secret: &str) -> Client {
        self.page().with(shared::api::CONNECT_HEADER, secret)
    }

    /// What our own pages send with every request.
    pub fn page(&self) -> Client {
        self.anonymous()
            .with(shared::api::REQUEST_HEADER, "1")
            .with("origin", &self.origin)
            .with("sec-fetch-site", "same-origin")
    }

    /// Sends a session's cookie, as the portal does.
    pub fn session(&self, cookie: &str) -> Client {
        self.page().with("cookie", cookie)
    }

    /// Signs somebody in at the portal; gives the cookie, `name=value`.
    ///
    /// # Panics
    /// When they may not.
    pub async fn sign_in(&self, username: &str) -> String {
        self.sign_in_by(username, None).await
    }

    /// The same with the secret of an owner link.
    ///
    /// # Panics
    /// When they may not.
    pub async fn sign_in_by(&self, username: &str, owner_link: Option<String>) -> String {
        let start: SignInStart = self.page().post("/api/v1/sign-ins", &serde_json::json!({})).await.ok();
        let id_token = self.person(username).identify(&start).await;
        let body = CreateSession { secret: start.secret, id_token, owner_link };
        let answer = self.page().post("/api/v1/session", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie = answer.header("set-cookie").expect("a cookie");
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    /// The owner, signed in at the portal.
    pub async fn member(&self) -> Client {
        self.session(&self.sign_in(OWNER).await)
    }

    /// A second organization with a key of its own; [`OUTSIDER`] becomes its owner.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn neighbour(&self) -> Neighbour {
        let app = &self.state;
        let id = owner::add_organization(app, "Tailspin Services", None).await.expect("an organization");
        let (tenant, object) = self.identity(OUTSIDER);
        let (member, name) = (MemberId(app.new_id()), "Omar Haddad".to_owned());
        let tx = app.store.write(id).await.expect("a transaction");
        let role = MemberRole::Owner;
        let row = Member { id: member, tenant, object, name, username: OUTSIDER.to_owned(), role };
        tx.add_member(&row, app.now()).await.expect("a member");
        sessions::locate_member(&tx, id, member, tenant, object).await.expect("the member is found");
        tx.commit().await.expect("a commit");
        let key = CreateApiKey::new("neighbour".to_owned());
        let key = api_keys::create(app, id, &Actor::Operator, &key).await.expect("a key");
        Neighbour { id, key }
    }

    /// Who somebody is at Microsoft.
    ///
    /// # Panics
    /// When the scenario has nobody of this name with an object id.
    pub fn identity(&self, username: &str) -> (TenantId, ObjectId) {
        let tenants = &self.emulator.scenario().tenants;
        let found = tenants.iter().find_map(|tenant| {
            let person = tenant.people.iter().find(|person| person.username == username)?;
            Some((TenantId(tenant.tid), ObjectId(person.oid?)))
        });
        found.unwrap_or_else(|| panic!("nobody is called {username}"))
    }
}

/// Waits until something has come true; asks again and again.
///
/// # Panics
/// When it has not after a minute.
pub async fn eventually<F: AsyncFnMut() -> bool>(what: &str, mut check: F) {
    let end = tokio::time::Instant::now() + Duration::from_mins(1);
    while !check().await {
        assert!(tokio::time::Instant::now() < end, "never came true: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Another organization.
pub struct Neighbour {
    /// Its id.
    pub id: OrganizationId,
    /// Its key.
    pub key: ApiKeyCreated,
}

fn port(listener: &TcpListener) -> u16 {
    listener.local_addr().map_or(0, |address: SocketAddr| address.port())
}

fn audit_heads(data: &Path) -> PathBuf {
    data.join("audit-heads.txt")
}

fn options(limits: &LimitsConfig, data: &Path) -> Options {
    Options { limits: limits.clone(), audit_heads: Some(audit_heads(data)) }
}

/// Registers the four applications. Their certificates are made once a process: that takes longer than all the rest.
fn register(emulator: &Emulator, origin: &str, data: &Path) -> world::Registrations {
    static CERTIFICATES: OnceLock<Vec<(&str, String)>> = OnceLock::new();
    const FILES: [&str; 4] = ["access.crt.pem", "access.key.pem", "setup.crt.pem", "setup.key.pem"];
    for (file, text) in CERTIFICATES.get().into_iter().flatten() {
        fs::write(data.join(file), text).expect("a certificate is written");
    }
    let registrations = world::register(emulator, origin, data).expect("the applications are registered");
    CERTIFICATES.get_or_init(|| {
        let read = |file| fs::read_to_string(data.join(file)).expect("a certificate was written");
        FILES.map(|file| (file, read(file))).into()
    });
    registrations
}

fn assemble(
    emulator: &Arc<Emulator>,
    settings: Settings,
    registrations: world::Registrations,
    data: &Path,
    store: Store,
    mail: Option<&MailConfig>,
) -> AppState {
    let clock: SharedClock = Arc::new(EmulatorClock(emulator.clone()));
    let random: SharedRandom = Arc::new(SystemRandom);
    let authority =
        Authority::new(emulator.login().as_str(), emulator.graph().as_str()).expect("the emulator is on loopback");
    let config = MicrosoftConfig {
        authority,
        sign_in: ClientId(world::SIGN_IN),
        access: registrations.access,
        setup: Some(registrations.setup),
        extra_ca_pem: None,
    };
    AppState {
        store,
        keyring: Arc::new(Keyring::load(&data.join("keys"), random.clone()).expect("the keyring opens")),
        microsoft: Microsoft::new(config, &clock, &random).expect("Microsoft is set up"),
        clock,
        random,
        outgoing: Arc::new(Outgoing::new(&settings.origin, mail).expect("the ways out are set up")),
        settings: Arc::new(settings),
        changes: Changes::default(),
        job_tokens: Cache::default(),
        saves: Saves::default(),
    }
}
