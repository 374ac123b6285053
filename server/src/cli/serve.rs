//! `rekey serve`: one node of a real installation.

use super::{CommandError, Configured, log, until_stopped};
use crate::{
    clock::{SharedClock, SystemClock},
    config::Config,
    http::limits::LimitsConfig,
    live::Changes,
    microsoft::Microsoft,
    outbound::Outgoing,
    random::{SharedRandom, SystemRandom},
    seal::Keyring,
    server::{Node, Options},
    services::{connect::Saves, job_tokens::Cache},
    state::{AppState, Settings},
    store::Store,
};
use std::{collections::HashMap, path::Path, sync::Arc};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// Reads the configuration and opens everything.
pub async fn open(configured: &Configured) -> Result<(Config, AppState), CommandError> {
    let environment: HashMap<String, String> =
        std::env::vars().filter(|(name, _)| name.starts_with("REKEY_")).collect();
    let config = Config::read(configured.config.as_deref(), &environment)?;
    let clock: SharedClock = Arc::new(SystemClock);
    let random: SharedRandom = Arc::new(SystemRandom);
    let app = AppState {
        store: Store::open(&config.database).await.map_err(|error| format!("database: {error}: {error:?}"))?,
        keyring: Arc::new(Keyring::load(&config.keys, random.clone()).map_err(|error| format!("keys: {error}"))?),
        microsoft: Microsoft::new(config.microsoft.clone(), &clock, &random)?,
        clock,
        random,
        outgoing: Arc::new(Outgoing::new(&config.origin, config.mail.as_ref())?),
        settings: Arc::new(Settings {
            origin: config.origin.clone(),
            brand: config.brand.clone(),
            rules: config.rules,
        }),
        changes: Changes::default(),
        job_tokens: Cache::default(),
        saves: Saves::default(),
    };
    Ok((config, app))
}

/// Serves until it is stopped.
pub async fn run(configured: &Configured) -> Result<(), CommandError> {
    log("info");
    let (config, app) = open(configured).await?;
    let listener =
        TcpListener::bind(config.listen).await.map_err(|error| format!("listen: {}: {error}", config.listen))?;
    let limits = LimitsConfig { trusted_proxies: config.trusted_proxies.clone(), ..LimitsConfig::default() };
    let again = app.clone();
    let node = Node::start(app, listener, Options { limits, audit_heads: config.audit_heads })?;
    tracing::info!(address = %node.address, origin = config.origin, "ready");
    tokio::select! {
        stopped = until_stopped() => stopped?,
        failed = read_again_when_told(&again) => failed?,
    }
    node.stop().await;
    Ok(())
}

/// SIGHUP: forgets Microsoft's signing keys, when one was stolen (T14), and reads the master keys again.
async fn read_again_when_told(app: &AppState) -> Result<(), CommandError> {
    let mut told = signal(SignalKind::hangup())?;
    while told.recv().await.is_some() {
        app.microsoft.keys.forget();
        app.microsoft.keys.refresh_due().await;
        match app.keyring.reload() {
            Ok(()) => tracing::info!("Microsoft's keys are forgotten, the master keys are read again"),
            Err(error) => tracing::error!(%error, "the master keys cannot be read again"),
        }
    }
    std::future::pending().await
}

/// Makes the folder with the first master key.
pub fn create_keys(folder: &Path) -> Result<(), CommandError> {
    let keyring = Keyring::create(folder, Arc::new(SystemRandom))?;
    println!(
        "Made {} with the master key {}. Keep a copy apart from the database: without it nothing opens.",
        folder.display(),
        keyring.active()
    );
    Ok(())
}
