//! `kill -9` at every step of Save, on both databases: each record is untouched basic or completely hybrid with a
//! working connection, the audit log verifies, nothing is half done (R3, F7, H-11, L1, P5).
//!
//! The killed thing is the real program, `rekey serve`, as a process of its own; Microsoft is the emulator in this process.

mod kill {
    mod alone;
    mod demo;
    mod heads;
    mod operator;
    mod rotation;
    mod set_up;
    mod wave;
}

use emulator::{Effect, Fault};
use rekey_tests::{
    app::{Backend, TestApp},
    binary,
};
use server::{
    audit::{self, Verdict},
    cli::demo::world,
    microsoft::grants::Account,
    seal::SealContext,
    services::save,
    store::DatabaseConfig,
};
use shared::{
    api::{
        authorizations::{AuthorizationState, AuthorizationView, SignInState},
        backup_sets::BackupSetView,
        connect::ConnectView,
        customers::ConnectionState,
        page::Page,
    },
    id::ConnectionId,
    method::Method,
    secret::Secret,
};
use std::{
    fmt::Write as _,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Kills on each database.
const KILLS: usize = 100;
/// Signs in without a second factor; his tenant has approved the backup.
const ACCOUNT: &str = "tom.reed@contoso.com";

/// The program under test. Dropped, it is killed.
struct Server(Child);

/// The program with everything that it is configured by.
fn program(app: &TestApp) -> Command {
    let database = match &app.database.config {
        DatabaseConfig::Sqlite { path } => format!("sqlite:{}", path.display()),
        DatabaseConfig::Postgres { url, .. } => url.clone(),
    };
    let config = &app.state.microsoft.config;
    let port = app.origin.rsplit(':').next().expect("a port");
    let mut program = Command::new(binary::rekey());
    program
        .env("REKEY_LISTEN", format!("127.0.0.1:{port}"))
        .env("REKEY_ORIGIN", &app.origin)
        .env("REKEY_DATABASE", database)
        .env("REKEY_KEYS", app.data().join("keys"))
        .env("REKEY_AUDIT_HEADS", app.audit_heads())
        .env("REKEY_LOG", "error")
        .env("REKEY_MICROSOFT_LOGIN", config.authority.login_origin())
        .env("REKEY_MICROSOFT_GRAPH", config.authority.graph_origin())
        .env("REKEY_MICROSOFT_SIGN_IN_CLIENT_ID", config.sign_in.to_string())
        .env("REKEY_MICROSOFT_ACCESS_CLIENT_ID", config.access.client_id.to_string())
        .env("REKEY_MICROSOFT_ACCESS_CERTIFICATE_FILE", app.data().join("access.crt.pem"))
        .env("REKEY_MICROSOFT_ACCESS_KEY_FILE", app.data().join("access.key.pem"))
        .env("REKEY_MICROSOFT_SETUP_SIGN_IN_CLIENT_ID", world::SETUP_SIGN_IN.to_string())
        .env("REKEY_MICROSOFT_SETUP_CLIENT_ID", world::SETUP.to_string())
        .env("REKEY_MICROSOFT_SETUP_CERTIFICATE_FILE", app.data().join("setup.crt.pem"))
        .env("REKEY_MICROSOFT_SETUP_KEY_FILE", app.data().join("setup.key.pem"))
        .stdin(Stdio::null());
    program
}

impl Server {
    async fn start(app: &TestApp) -> Self {
        let server = Self(program(app).arg("serve").spawn().expect("the server starts"));
        server.until_ready(app).await;
        server
    }

    async fn until_ready(&self, app: &TestApp) {
        let url = format!("{}/health/ready", app.origin);
        let ask = async {
            while !reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ask).await.expect("the server is ready");
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill(mut self) {
        self.0.kill().expect("it was alive");
        self.0.wait().expect("it is gone");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// When the server dies.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// While the Save is being received, after so many microseconds.
    Receiving(u64),
    /// Right after it was acknowledged.
    Acknowledged,
    /// While Microsoft is asked for lasting access.
    Exchanging,
    /// While a read is under way: account, tenant, workload.
    Reading(&'static str),
    /// Around the last transaction, so many microseconds after the last read.
    Finishing(u64),
}

/// Every step in turn, with another delay each time where there is nothing to see from outside.
fn moment(round: usize) -> Moment {
    let spread = |step: u64| (round as u64 / 7) * step % 20_000;
    match round % 7 {
        0 => Moment::Receiving(spread(1_700)),
        1 => Moment::Acknowledged,
        2 => Moment::Exchanging,
        3 => Moment::Reading("/v1.0/me"),
        4 => Moment::Reading("/v1.0/organization"),
        5 => Moment::Reading("/v1.0/me/mailFolders"),
        _ => Moment::Finishing(spread(1_300)),
    }
}

fn list(count: usize) -> String {
    let mut csv = String::from("external_id,name,customer,tenant,account,workloads\n");
    for n in 0..count {
        let _ = writeln!(csv, "KILL-{n:03},Mail {n:03},Contoso Ltd,contoso.com,{ACCOUNT},exchange");
    }
    csv
}

/// Asked at the emulator since the log was cleared.
fn was_asked(app: &TestApp, what: impl Fn(&emulator::RequestRecord) -> bool) -> bool {
    app.emulator.requests().iter().any(what)
}

async fn until_asked(app: &TestApp, path: &str, on_behalf_of: bool) {
    let asked = || {
        was_asked(app, |request| {
            request.path.ends_with(path)
                && (!on_behalf_of || request.form.get("requested_token_use").is_some_and(|how| how == "on_behalf_of"))
        })
    };
    let wait = async {
        while !asked() {
            tokio::time::sleep(Duration::from_micros(300)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap_or_else(|_| panic!("nobody asked {path}"));
}

fn slow(app: &TestApp, endpoint: &str, path: Option<&str>) {
    app.emulator.set_fault(Fault {
        name: "slow".to_owned(),
        endpoint: Some(endpoint.to_owned()),
        path: path.map(str::to_owned),
        effect: Effect { delay_millis: 20_000, ..Effect::default() },
        ..Fault::default()
    });
}

/// One Save and one death; gives whether the Save had been acknowledged.
async fn die(app: &TestApp, server: Server, set: &str, moment: Moment) -> bool {
    let before = app.before_save(&[set], ACCOUNT).await;
    app.emulator.clear_requests();
    let body = before.tokens.save();
    let save = tokio::spawn({
        let origin = app.origin.clone();
        let secret = before.attempt.secret.clone();
        async move {
            reqwest::Client::new()
                .post(format!("{origin}/api/v1/connect/save"))
                .header("rekey-request", "1")
                .header("prefer", "respond-async")
                .header(shared::api::CONNECT_HEADER, secret)
                .json(&body)
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
        }
    });
    let acknowledged = match moment {
        Moment::Receiving(after) => {
            tokio::time::sleep(Duration::from_micros(after)).await;
            None
        }
        Moment::Acknowledged => Some(save.await.expect("an answer")),
        Moment::Exchanging => {
            until_asked(app, "/oauth2/v2.0/token", true).await;
            None
        }
        Moment::Reading(path) => {
            until_asked(app, path, false).await;
            None
        }
        Moment::Finishing(after) => {
            until_asked(app, "/v1.0/me/mailFolders", false).await;
            tokio::time::sleep(Duration::from_micros(after)).await;
            None
        }
    };
    // Where Microsoft is slow the answer is there already; elsewhere it may or may not be.
    let late = matches!(moment, Moment::Exchanging | Moment::Reading(_) | Moment::Finishing(_));
    server.kill();
    acknowledged.unwrap_or(late)
}

/// A set and its authorization as they are at one moment: the server may be carrying a Save on while we look.
async fn look(app: &TestApp, set: &str) -> (BackupSetView, AuthorizationView) {
    loop {
        let before = newest(app).await;
        let found = app.set(set).await;
        if newest(app).await.version == before.version {
            return (found, before);
        }
    }
}

async fn newest(app: &TestApp) -> AuthorizationView {
    let page: Page<AuthorizationView> = app.key().get("/api/v1/authorizations?limit=1").await.ok();
    page.items.into_iter().next().expect("the authorization")
}

/// The set is untouched basic, or completely hybrid with a working connection.
async fn check(app: &TestApp, set: &str, version: i64, acknowledged: bool) -> Method {
    let (now, newest) = look(app, set).await;
    let sign_in = newest.sign_ins.first().expect("its sign-in");
    match now.method {
        Method::Basic => {
            assert_eq!((now.connection, now.version, now.method_changed_at), (None, version, None), "{set}");
            assert_eq!(newest.state, AuthorizationState::Open, "{set}");
            assert_ne!(sign_in.state, SignInState::Done, "{set}");
            if acknowledged {
                // What was acknowledged is not lost: it is being carried out.
                assert_eq!(sign_in.state, SignInState::Working, "{set}");
            }
            let answer = app.key().post(&format!("/api/v1/authorizations/{}/cancel", newest.id), &()).await;
            if answer.status != 200 {
                // Carried to its end in this moment.
                return Box::pin(check(app, set, version, acknowledged)).await;
            }
        }
        Method::Hybrid => {
            assert_eq!(now.version, version + 1, "{set}");
            assert!(now.method_changed_at.is_some(), "{set}");
            assert_eq!((sign_in.state, newest.state), (SignInState::Done, AuthorizationState::Done), "{set}");
            works(app, now.connection.expect("a connection")).await;
        }
        Method::Modern => panic!("{set} became modern"),
    }
    now.method
}

/// The connection's refresh token opens and Microsoft takes it.
async fn works(app: &TestApp, id: ConnectionId) {
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    let connection = tx.find_connection(id).await.expect("readable").expect("the connection");
    drop(tx);
    assert_eq!(connection.state, ConnectionState::Working);
    let context = SealContext {
        organization: app.organization,
        kind: save::REFRESH,
        row: id.0,
        version: connection.token_version,
    };
    let token = app.state.keyring.open(&context, &connection.refresh_token).expect("the seal holds");
    let token = Secret::new(String::from_utf8(token.expose().clone()).expect("text"));
    let account = Account { tenant: connection.tenant, object: connection.object };
    let scopes: Vec<&str> = connection.scopes.split(' ').collect();
    let granted = app.state.microsoft.grants.refresh(&token, account, &scopes).await;
    assert!(granted.is_ok(), "the refresh token does not work: {:?}", granted.err());
}

async fn killed_at_every_step(backend: Backend) {
    let mut app = TestApp::start(backend).await;
    app.import(&list(KILLS + 1)).await;
    app.stop().await;
    let mut server = Server::start(&app).await;
    let (mut basic, mut hybrid) = (0, 0);
    for round in 0..KILLS {
        let set = format!("KILL-{round:03}");
        let version = app.set(&set).await.version;
        match moment(round) {
            Moment::Exchanging => slow_on_behalf_of(&app),
            Moment::Reading(path) => slow(&app, "graph", Some(path)),
            _ => {}
        }
        let acknowledged = die(&app, server, &set, moment(round)).await;
        app.emulator.clear_faults();
        server = Server::start(&app).await;
        match check(&app, &set, version, acknowledged).await {
            Method::Basic => basic += 1,
            _ => hybrid += 1,
        }
    }
    println!("{backend:?}: {KILLS} kills, {basic} sets untouched, {hybrid} hybrid");
    assert!(basic >= KILLS / 4, "the kills came too late to prove anything");
    let changes = app.key().get("/api/v1/backup-sets/changes?limit=1000").await;
    let changes: shared::api::backup_sets::Changes = changes.ok();
    assert_eq!(changes.changes.len(), hybrid, "one entry in the stream for each set that changed");
    continues(&mut app, server).await;
    verifies(&app).await;
}

fn slow_on_behalf_of(app: &TestApp) {
    app.emulator.set_fault(Fault {
        name: "slow".to_owned(),
        endpoint: Some("token".to_owned()),
        grant_type: Some("urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned()),
        effect: Effect { delay_millis: 20_000, ..Effect::default() },
        ..Fault::default()
    });
}

/// A Save whose node died is finished by another one when the lease has run out: nobody signs in again.
async fn continues(app: &mut TestApp, server: Server) {
    let set = format!("KILL-{KILLS:03}");
    slow_on_behalf_of(app);
    let acknowledged = die(app, server, &set, Moment::Exchanging).await;
    assert!(acknowledged);
    app.emulator.clear_faults();
    app.restart().await;
    let id = newest(app).await.id;
    let link = app.link(id).await;
    // Until now the dead node's lease holds.
    app.advance(61);
    let view: ConnectView = app.until(&link, SignInState::Done).await;
    assert_eq!(view.sign_in.sets.first().map(|set| set.method), Some(Method::Hybrid));
    assert_eq!(app.set(&set).await.method, Method::Hybrid);
}

async fn verifies(app: &TestApp) {
    let state = &app.state;
    audit::seal_pending(&state.store, &state.keyring, &*state.clock, app.organization).await.expect("sealed");
    let heads = std::fs::read_to_string(app.audit_heads()).unwrap_or_default();
    let published = audit::read_heads(&heads, app.organization);
    assert!(!published.is_empty(), "the killed servers published heads");
    let verdict = audit::verify(&state.store, &state.keyring, app.organization, &published).await.expect("readable");
    assert!(matches!(verdict, Verdict::Whole { .. }), "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_f7_h11_l1_p5_killed_at_every_step_of_save_on_sqlite() {
    killed_at_every_step(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_f7_h11_l1_p5_killed_at_every_step_of_save_on_postgres() {
    killed_at_every_step(Backend::Postgres).await;
}
