//! The product under load: a node in this process, with a stand-in for Microsoft that only publishes keys.
//!
//! Its token endpoint never answers, so what is measured is the server's own share: Save is durable when it answers 202,
//! and the work that follows waits at Microsoft's door.

pub mod api;
pub mod list;
pub mod microsoft;
pub mod pages;
pub mod process;
pub mod set_up;
pub mod submit;
pub mod tokens;

use super::{BenchError, token::Issuer};
use crate::databases::TestDatabase;
use api::Api;
use microsoft::Microsoft;
use server::{
    audit::Actor,
    clock::{Clock, SharedClock, SystemClock},
    http::limits::LimitsConfig,
    live::Changes,
    random::{SharedRandom, SystemRandom},
    seal::Keyring,
    server::{Node, Options},
    services::{api_keys, connect::Saves, job_tokens::Cache, owner},
    state::{AppState, Settings},
};
use shared::{api::api_keys::CreateApiKey, id::OrganizationId, rules::suitability::RuleSwitches};
use std::{net::SocketAddr, sync::Arc};

/// A node with its database.
pub struct Product {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its handles.
    pub state: AppState,
    /// Its database.
    pub database: TestDatabase,
    /// Who signs the tokens that it believes.
    pub microsoft: Microsoft,
    key: String,
    node: Node,
    _folder: tempfile::TempDir,
}

impl Product {
    /// Starts on this database.
    pub async fn start(database: TestDatabase, issuer: &Issuer) -> Result<Self, BenchError> {
        let folder = tempfile::tempdir()?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let microsoft = Microsoft::start(issuer).await?;
        let clock: SharedClock = Arc::new(SystemClock);
        let random: SharedRandom = Arc::new(SystemRandom);
        let config = microsoft.config(SystemClock.now())?;
        let state = AppState {
            store: database.store.clone(),
            keyring: Arc::new(Keyring::create(&folder.path().join("keys"), random.clone())?),
            microsoft: server::microsoft::Microsoft::new(config, &clock, &random)?,
            clock,
            random,
            outgoing: Arc::new(server::outbound::Outgoing::new("http://127.0.0.1", None)?),
            settings: Arc::new(Settings {
                origin: format!("http://{address}"),
                brand: "Rekey".to_owned(),
                rules: RuleSwitches::default(),
            }),
            changes: Changes::default(),
            job_tokens: Cache::default(),
            saves: Saves::default(),
        };
        let (_, key) = seed(&state).await?;
        // The generator is one address: what keeps strangers slow must not be what is measured.
        let limits =
            LimitsConfig { guesses: u32::MAX, sign_ins: u32::MAX, all_sign_ins: u32::MAX, ..LimitsConfig::default() };
        let node = Node::start(state.clone(), listener, Options { limits, ..Options::default() })?;
        Ok(Self { address, state, database, microsoft, key, node, _folder: folder })
    }

    /// Calls with the organization's key.
    pub fn api(&self) -> Api {
        Api::new(self.address).with("authorization", &format!("Bearer {}", self.key))
    }

    /// Stops it.
    pub async fn stop(self) {
        self.node.stop().await;
    }
}

/// An organization with a key.
pub async fn seed(state: &AppState) -> Result<(OrganizationId, String), BenchError> {
    let organization = owner::add_organization(state, "Measured", None).await?;
    let request = CreateApiKey::new("bench".to_owned());
    let key = api_keys::create(state, organization, &Actor::Operator, &request).await?.secret;
    Ok((organization, key))
}
