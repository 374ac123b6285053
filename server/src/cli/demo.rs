//! `rekey demo`: everything on this machine, for a first look and for scripts.
//!
//! It starts the emulator, registers the two applications there as an operator would at Microsoft, and runs the ordinary
//! server against it: only addresses and a certificate differ from a real installation.

pub mod console;
pub mod seed;
pub mod world;

use super::{CommandError, log, until_stopped};
use crate::{
    clock::{Clock, SharedClock},
    http::limits::LimitsConfig,
    live::Changes,
    microsoft::{
        Microsoft,
        config::{Authority, MicrosoftConfig},
    },
    outbound::Outgoing,
    random::{SharedRandom, SystemRandom},
    seal::Keyring,
    server::{Node, Options},
    services::{connect::Saves, job_tokens::Cache},
    state::{AppState, Settings},
    store::{DatabaseConfig, Store},
};
use emulator::{Config as EmulatorConfig, Emulator};
use serde_json::json;
use shared::{id::ClientId, rules::suitability::RuleSwitches, secret::Secret};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::net::TcpListener;

/// The port of the portal unless told otherwise; the emulator and the host console take the next ones.
const PORT: u16 = 8400;

/// How to run the demo.
#[derive(Debug, Default, clap::Args)]
pub struct Arguments {
    /// Print one JSON line when ready, for scripts.
    #[arg(long)]
    json: bool,
    /// The portal's port; the emulator takes the next four, and the host console the one after. 0: any free ones.
    #[arg(long)]
    port: Option<u16>,
    /// Where the data lives.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// The emulator's clock, so that moving it moves everything.
struct DemoClock(Arc<Emulator>);

impl Clock for DemoClock {
    fn now_millis(&self) -> i64 {
        self.0.now_millis()
    }
}

/// Runs until stopped.
pub async fn run(arguments: Arguments) -> Result<(), CommandError> {
    log("warn");
    let data = arguments.data.clone().unwrap_or_else(|| PathBuf::from(".rekey"));
    tokio::fs::create_dir_all(&data).await.map_err(|error| format!("{}: {error}", data.display()))?;
    let port = arguments.port.unwrap_or(PORT);
    let listener = bind(port).await?;
    let portal_port = listener.local_addr()?.port();
    let emulator = Arc::new(start_emulator(&data, port).await?);
    let origin = format!("http://localhost:{portal_port}");
    let registrations = world::register(&emulator, &origin, &data)?;
    let app = open(&emulator, origin, registrations, &data).await?;
    let organization = seed::organization(&app).await?;
    let key = if arguments.json { Some(seed::api_key(&app, seed::SCRIPT).await?) } else { None };
    let (console_listener, console_origin) = console::listen(if port == 0 { 0 } else { port + 5 }).await?;
    seed::console(&app, &console_origin).await?;
    let host = console::Console {
        portal: app.settings.origin.clone(),
        origin: console_origin.clone(),
        organization,
        api_key: Secret::new(seed::api_key(&app, seed::CONSOLE).await?),
    };
    let sample = data.join("sample-backup-sets.csv");
    tokio::fs::write(&sample, world::SAMPLE).await?;
    let ca_file = data.join("emulator-ca.pem");
    tokio::fs::write(&ca_file, emulator.ca_pem()).await?;
    // One machine, one person: the limits of the open internet would only be in the way of scripts.
    let limits = LimitsConfig { guesses: 1_000, sign_ins: 10_000, all_sign_ins: 10_000, ..LimitsConfig::default() };
    let options = Options { limits, audit_heads: Some(data.join("audit-heads.txt")) };
    let node = Node::start(app.clone(), listener, options)?;
    let host = console::start(host, console_listener);
    match key {
        Some(key) => println!("{}", ready(&app, &emulator, &ca_file, &key, &console_origin)),
        None => greet(&app, &emulator, &sample, &console_origin),
    }
    until_stopped().await?;
    host.abort();
    node.stop().await;
    if let Ok(emulator) = Arc::try_unwrap(emulator) {
        emulator.stop().await;
    }
    Ok(())
}

/// Binds a port of this machine; 0 for any that is free.
async fn bind(port: u16) -> Result<TcpListener, CommandError> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| format!("port {port}: {error}. Choose another with --port, or any free one with --port 0"))?)
}

async fn start_emulator(data: &Path, port: u16) -> Result<Emulator, CommandError> {
    let at = |offset: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, if port == 0 { 0 } else { port + offset }));
    let config = EmulatorConfig {
        http: at(1),
        graph_http: Some(at(2)),
        https: Some(at(3)),
        graph_https: Some(at(4)),
        control: true,
        state_file: Some(data.join("emulator.json")),
        ..EmulatorConfig::new(world::scenario()?)
    };
    Ok(Emulator::start(config).await.map_err(|error| format!("the emulator: {error}"))?)
}

async fn open(
    emulator: &Arc<Emulator>,
    origin: String,
    registrations: world::Registrations,
    data: &Path,
) -> Result<AppState, CommandError> {
    let clock: SharedClock = Arc::new(DemoClock(emulator.clone()));
    let random: SharedRandom = Arc::new(SystemRandom);
    let keys = data.join("keys");
    let keyring = if keys.join("active").exists() {
        Keyring::load(&keys, random.clone())?
    } else {
        Keyring::create(&keys, random.clone())?
    };
    let authority = Authority::new(emulator.login().as_str(), emulator.graph().as_str())?;
    let microsoft = MicrosoftConfig {
        authority,
        sign_in: ClientId(world::SIGN_IN),
        access: registrations.access,
        setup: Some(registrations.setup),
        extra_ca_pem: None,
    };
    Ok(AppState {
        store: Store::open(&DatabaseConfig::Sqlite { path: data.join("rekey.db") }).await?,
        keyring: Arc::new(keyring),
        microsoft: Microsoft::new(microsoft, &clock, &random)?,
        clock,
        random,
        outgoing: Arc::new(Outgoing::new(&origin, None)?),
        settings: Arc::new(Settings { origin, brand: "Rekey".to_owned(), rules: RuleSwitches::default() }),
        changes: Changes::default(),
        job_tokens: Cache::default(),
        saves: Saves::default(),
    })
}

/// The line for scripts.
fn ready(app: &AppState, emulator: &Emulator, ca_file: &Path, api_key: &str, console: &str) -> serde_json::Value {
    let accounts: Vec<_> = emulator
        .scenario()
        .tenants
        .iter()
        .flat_map(|tenant| {
            tenant.people.iter().map(|person| {
                json!({
                    "username": person.username,
                    "password": person.password,
                    "totp_secret": person.totp_secret,
                    "tenant": tenant.display_name,
                    "tid": tenant.tid,
                    "roles": person.roles,
                })
            })
        })
        .collect();
    json!({
        "portal": app.settings.origin,
        "console": console,
        "login": emulator.login().as_str().trim_end_matches('/'),
        "graph": emulator.graph().as_str().trim_end_matches('/'),
        "control": emulator.control().as_str().trim_end_matches('/'),
        "https_login": emulator.https_login().map(|url| url.as_str().trim_end_matches('/').to_owned()),
        "https_graph": emulator.https_graph().map(|url| url.as_str().trim_end_matches('/').to_owned()),
        "ca_file": std::path::absolute(ca_file).unwrap_or_else(|_| ca_file.to_owned()),
        "accounts": accounts,
        "registrations": {
            "sign_in": world::SIGN_IN,
            "access": world::ACCESS,
            "setup_sign_in": world::SETUP_SIGN_IN,
            "setup": world::SETUP,
        },
        "owner_sign_in": world::OWNER,
        "api_key": api_key,
    })
}

/// The words for a person.
fn greet(app: &AppState, emulator: &Emulator, sample: &Path, console: &str) {
    println!("\n  Rekey is ready:   {}", app.settings.origin);
    println!("  Sign in as        {}   password  {}", world::OWNER, password_of(emulator, world::OWNER));
    println!("\n  Then import       {}", sample.display());
    println!("  and authorize the sets of Contoso. Their account holders:");
    for holder in world::HOLDERS {
        println!("    {holder:<28}   password  {}", password_of(emulator, holder));
    }
    println!("\n  Another company's console shows the same inside its own page:  {console}");
    println!("\n  Jobs get tokens with an API key of the portal, in the variable REKEY_API_KEY:");
    println!("    rekey token --server {} --backup-set CON-001 --resource graph", app.settings.origin);
    println!("\n  Codes for their second factor are on the stand-in's phone:  {}_phone", emulator.login());
    println!("  Microsoft is played by an emulator on this machine; nothing leaves it. Ctrl-C stops.\n");
}

fn password_of<'a>(emulator: &'a Emulator, username: &str) -> &'a str {
    let people = emulator.scenario().tenants.iter().flat_map(|tenant| &tenant.people);
    people.into_iter().find(|person| person.username == username).map_or("", |person| person.password.as_str())
}
