//! The server as a process of its own: how soon it is ready, and how much memory it holds with nothing, with customers,
//! and with a connection of each.

use super::{
    api::{self, Api, text},
    microsoft::{ACCESS, Microsoft, SIGN_IN},
    seed,
};
use crate::bench::{
    BenchError, machine,
    options::Options,
    report::{Line, Table},
    token::Issuer,
};
use serde_json::Value;
use server::{
    clock::{Clock, SharedClock, SystemClock},
    live::Changes,
    random::{SharedRandom, SystemRandom},
    seal::{Keyring, SealContext},
    services::{heartbeat, save::REFRESH},
    state::{AppState, Settings},
    store::{DatabaseConfig, Store, connections::Connection},
};
use shared::{
    api::customers::ConnectionState,
    id::{ConnectionId, CustomerId, ObjectId, OrganizationId, TenantId},
    rules::suitability::RuleSwitches,
};
use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tokio::time::Instant;

/// The variable that names the server's program.
const PROGRAM: &str = "REKEY_BENCH_SERVER";

/// Starts it on an empty database, looks, fills it, looks again, connects every customer, starts it once more.
pub async fn measure(options: &Options, issuer: &Issuer, table: &mut Table) -> Result<(), BenchError> {
    let program = env::var_os(PROGRAM).map(PathBuf::from).ok_or("run this by `cargo xtask bench`")?;
    let folder = tempfile::tempdir()?;
    let microsoft = Microsoft::start(issuer).await?;
    let (state, organization, key) = make(folder.path(), &microsoft).await?;
    let mut server = Server::start(&program, folder.path(), &microsoft).await?;
    table.add(Line::of("ready after start, empty database", server.ready.as_secs_f64() * 1e3, "ms"));
    table.add(Line::of("memory after start (VmRSS)", server.memory()?, "kB"));
    let caller = Api::new(server.address).with("authorization", &format!("Bearer {key}"));
    caller.add_sets(options.customers, |at| api::set(at, at)).await?;
    let customers = walk(&caller).await?;
    let name = format!("memory with {} customers (VmRSS)", options.customers);
    table.add(Line::of(&name, server.memory()?, "kB"));
    connect(&state, organization, &customers).await?;
    walk(&caller).await?;
    caller.call("GET", "/api/v1/overview", &Value::Null).await.ok();
    let name = format!("memory with {} connections besides (VmRSS)", customers.len());
    table.add(Line::of(&name, server.memory()?, "kB"));
    server.end()?;
    let mut again = Server::start(&program, folder.path(), &microsoft).await?;
    let name = format!("ready after start, {} customers, connected", options.customers);
    table.add(Line::of(&name, again.ready.as_secs_f64() * 1e3, "ms"));
    table.add(Line::of("memory after that start (VmRSS)", again.memory()?, "kB"));
    again.end()
}

/// Keys, certificate and database, as an operator makes them; gives an API key.
async fn make(folder: &Path, microsoft: &Microsoft) -> Result<(AppState, OrganizationId, String), BenchError> {
    let clock: SharedClock = Arc::new(SystemClock);
    let random: SharedRandom = Arc::new(SystemRandom);
    let config = microsoft.config(SystemClock.now())?;
    fs::write(folder.join("access.crt.pem"), &config.access.certificate_pem)?;
    fs::write(folder.join("access.key.pem"), config.access.private_key_pem.expose())?;
    let database = DatabaseConfig::Sqlite { path: folder.join("rekey.sqlite") };
    let state = AppState {
        store: Store::open(&database).await?,
        keyring: Arc::new(Keyring::create(&folder.join("keys"), random.clone())?),
        microsoft: server::microsoft::Microsoft::new(config, &clock, &random)?,
        clock,
        random,
        outgoing: Arc::new(server::outbound::Outgoing::new("http://127.0.0.1", None)?),
        settings: Arc::new(Settings {
            origin: "http://127.0.0.1".to_owned(),
            brand: "Rekey".to_owned(),
            rules: RuleSwitches::default(),
        }),
        changes: Changes::default(),
        job_tokens: server::services::job_tokens::Cache::default(),
        saves: server::services::connect::Saves::default(),
    };
    let (organization, key) = seed(&state).await?;
    Ok((state, organization, key))
}

/// Reads every page of customers, as the portal and products do.
async fn walk(caller: &Api) -> Result<Vec<(CustomerId, TenantId)>, BenchError> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = caller.call("GET", &format!("/api/v1/customers?limit=100{cursor}"), &Value::Null).await?;
        for item in page.pointer("/items").and_then(Value::as_array).ok_or("a page has items")? {
            all.push((CustomerId(text(item, "/id")?.parse()?), TenantId(text(item, "/tenant")?.parse()?)));
        }
        match page.pointer("/next").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(all),
        }
    }
}

/// Gives each customer a connected account, with its refresh token and its next heartbeat.
async fn connect(
    state: &AppState,
    organization: OrganizationId,
    customers: &[(CustomerId, TenantId)],
) -> Result<(), BenchError> {
    let now = state.now();
    for part in customers.chunks(500) {
        let tx = state.store.write_many(organization).await?;
        for (customer, tenant) in part {
            let id = ConnectionId(state.new_id());
            let context = SealContext { organization, kind: REFRESH, row: id.0, version: 1 };
            let connection = Connection {
                id,
                customer: *customer,
                tenant: *tenant,
                object: ObjectId(state.new_id()),
                account: format!("backup@{customer}.example"),
                state: ConnectionState::Working,
                refresh_token: state.keyring.seal(&context, &[b'r'; 1_200])?,
                token_version: 1,
                scopes: "Mail.Read MailboxSettings.Read".to_owned(),
                connected_at: now,
                checked_at: now,
                failed_at: None,
                help: None,
            };
            tx.add_connection(&connection).await?;
            heartbeat::plan(state, &tx, id).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

/// The process; ended when dropped.
struct Server {
    child: Child,
    address: SocketAddr,
    ready: Duration,
}

impl Server {
    async fn start(program: &Path, folder: &Path, microsoft: &Microsoft) -> Result<Self, BenchError> {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let file = |name: &str| folder.join(name).display().to_string();
        let begun = Instant::now();
        let child = Command::new(program)
            .arg("serve")
            .env("REKEY_LISTEN", address.to_string())
            .env("REKEY_ORIGIN", format!("http://{address}"))
            .env("REKEY_DATABASE", format!("sqlite:{}", file("rekey.sqlite")))
            .env("REKEY_KEYS", file("keys"))
            .env("REKEY_MICROSOFT_LOGIN", &microsoft.origin)
            .env("REKEY_MICROSOFT_GRAPH", &microsoft.origin)
            .env("REKEY_MICROSOFT_SIGN_IN_CLIENT_ID", SIGN_IN.to_string())
            .env("REKEY_MICROSOFT_ACCESS_CLIENT_ID", ACCESS.to_string())
            .env("REKEY_MICROSOFT_ACCESS_CERTIFICATE_FILE", file("access.crt.pem"))
            .env("REKEY_MICROSOFT_ACCESS_KEY_FILE", file("access.key.pem"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Self { child, address, ready: Duration::ZERO };
        server.until_ready(begun).await?;
        server.ready = begun.elapsed();
        Ok(server)
    }

    async fn until_ready(&mut self, begun: Instant) -> Result<(), BenchError> {
        let mut look = tokio::time::interval(Duration::from_millis(1));
        while begun.elapsed() < Duration::from_secs(30) {
            look.tick().await;
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the server ended at once: {status}").into());
            }
            let answer = Api::new(self.address).send("GET", "/health/ready", &Value::Null).await;
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
        }
        Err("the server was not ready within 30 s".into())
    }

    fn memory(&self) -> Result<f64, BenchError> {
        let text = machine::field(&format!("/proc/{}/status", self.child.id()), "VmRSS");
        let text = text.ok_or("the kernel does not say how much memory the server holds")?;
        Ok(text.trim_end_matches(" kB").trim().parse()?)
    }

    fn end(&mut self) -> Result<(), BenchError> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.end();
    }
}
