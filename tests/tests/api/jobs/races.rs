//! Two nodes and one connection, against a Microsoft that revokes a family when a refresh token comes twice (R6).

use super::{BACKUP, grants};
use rekey_tests::app::{Backend, TestApp};
use server::{
    services::job_tokens::{self, Asked, Cache, Refusal},
    state::AppState,
    store::Store,
};
use shared::{api::job_tokens::JobToken, id::BackupSetId};
use std::collections::HashSet;

/// Rounds of requests that all find nothing in memory. 100 rounds of 100 are the 10,000 of the goal; `REKEY_RACES` sets
/// another number.
const ROUNDS: usize = 100;
const AT_ONCE: usize = 50;

async fn ask(node: AppState, key: String, set: BackupSetId) -> Result<String, Refusal> {
    let asked = Asked { set, request: BACKUP };
    let answer = job_tokens::create::<_, Refusal>(&node, &key, asked, |_| Ok(())).await?;
    let token: JobToken = serde_json::from_slice(answer.as_ref()).expect("a job token");
    Ok(token.access_token)
}

/// Both tokens have run out. Nobody is in the middle of a refresh then: a lease that ends before its call does is another
/// matter, which a strict Microsoft would punish.
async fn an_hour_passes(app: &TestApp) {
    let id = app.customer("Contoso Ltd").await.connections[0].id;
    loop {
        let tx = app.state.store.write(app.organization).await.unwrap();
        let now = app.emulator.now_millis();
        if let Some(epoch) = tx.lease_connection(id, now, now + 7_200_000).await.unwrap() {
            tx.commit().await.unwrap();
            app.emulator.advance(3600);
            let tx = app.state.store.write(app.organization).await.unwrap();
            assert!(tx.release_connection(id, epoch).await.unwrap());
            return tx.commit().await.unwrap();
        }
        drop(tx);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_two_nodes_race_for_one_account_and_no_family_is_revoked() {
    let app = TestApp::start(Backend::Postgres).await;
    app.emulator.set_switches(|switches| switches.strict_refresh = true);
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let set = app.set("CON-001").await.id;
    let other = AppState {
        store: Store::open(&app.database.config).await.expect("a second node"),
        job_tokens: Cache::default(),
        ..app.state.clone()
    };
    let nodes = [app.state.clone(), other];
    let version = async || {
        let tx = app.state.store.read(app.organization).await.unwrap();
        let customer = tx.list_customers("Contoso", None, 1).await.unwrap()[0].id;
        tx.list_connections(&[customer]).await.unwrap()[0].token_version
    };
    let rounds = std::env::var("REKEY_RACES").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let first = version().await;
    for round in 0..rounds {
        let asked = nodes
            .iter()
            .flat_map(|node| (0..AT_ONCE).map(|_| tokio::spawn(ask(node.clone(), app.api_key.clone(), set))));
        let answers = futures::future::join_all(asked).await;
        let mut tokens = HashSet::new();
        for answer in answers {
            match answer.expect("no panic") {
                Ok(token) => {
                    tokens.insert(token);
                }
                Err(Refusal::Service(error)) => panic!("round {round}: {error}"),
                Err(Refusal::Unauthenticated) => panic!("round {round}: the key"),
            }
        }
        assert_eq!(tokens.len(), 2, "each node has its own token, and every caller of a node the same");
        an_hour_passes(&app).await;
    }
    let asked = grants(&app, "refresh_token");
    let rotations = usize::try_from(version().await - first).unwrap();
    assert_eq!(asked, rotations, "one request for each rotation");
    assert!(asked >= 2 * rounds, "{asked} in {rounds} rounds");
    let events = app.dump().await["audit"].join("\n");
    assert!(!events.contains("connection.doubtful") && !events.contains("connection.ended"), "a family was revoked");
}
