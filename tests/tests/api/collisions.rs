//! Two organizations with everything alike that people can choose: memory, limits, calls in flight, queues and repeated requests
//! keep them apart (M5).

use crate::api::jobs::{BACKUP, grants};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use emulator::{Effect, Fault};
use rekey_tests::app::{Backend, Setup, TestApp, client::Client, eventually};
use serde_json::{Value, json};
use server::{http::limits::LimitsConfig, store::apps::App};
use shared::{
    api::{
        job_tokens::JobToken,
        waves::{CreateWave, WaveFilter, WaveSelection, WaveState, WaveView},
    },
    id::{BackupSetId, OrganizationId},
    rules::wave::Aim,
};

/// Job tokens of a key and minute: few, so that they are used up.
const TOKENS: u32 = 20;

/// An organization with the demo's list and an app of its own at Contoso.
struct Side {
    organization: OrganizationId,
    client: Client,
    app: App,
    set: BackupSetId,
}

impl Side {
    async fn fill(app: &mut TestApp, organization: OrganizationId, key: &str) -> Self {
        (app.organization, app.api_key) = (organization, key.to_owned());
        app.import_sample().await;
        let planted = app.plant_app(&["CON-015"]).await;
        Self { organization, client: app.key(), app: planted, set: app.set("CON-015").await.id }
    }

    fn path(&self) -> String {
        format!("/api/v1/backup-sets/{}/job-token", self.set)
    }

    async fn token(&self) -> JobToken {
        self.client.post(&self.path(), &BACKUP).await.ok()
    }

    /// Whether a token is of this side's own app.
    fn owns(&self, token: &JobToken) -> bool {
        let claims = token.access_token.split('.').nth(1).expect("claims");
        let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64url")).expect("JSON");
        claims["appid"] == self.app.client_id.expect("a client id").to_string()
    }
}

async fn two_organizations_alike(backend: Backend) {
    let setup = Setup::new(backend);
    let limits = LimitsConfig { job_tokens: TOKENS, ..setup.limits.clone() };
    let mut app = TestApp::start_with(Setup { limits, ..setup }).await;
    let neighbour = app.neighbour().await;
    let (organization, key) = (app.organization, app.api_key.clone());
    let theirs = Side::fill(&mut app, neighbour.id, &neighbour.key.secret).await;
    let ours = Side::fill(&mut app, organization, &key).await;
    remembered_tokens(&app, &ours, &theirs).await;
    calls_in_flight_and_refusals(&app, &ours, &theirs).await;
    waves_and_repeated_lists(&ours, &theirs).await;
    // The one who has asked too often waits alone.
    app.advance(61);
    let mut last = 200;
    for _ in 0..=TOKENS {
        last = theirs.client.post(&theirs.path(), &BACKUP).await.status;
    }
    assert_eq!(last, 429);
    assert_ne!(ours.client.post(&ours.path(), &BACKUP).await.status, 429);
    // What waits in the queue says whose it is.
    let queue = app.dump().await["work"].clone();
    let is_of = |row: &str, side: &Side| {
        let id = side.organization.0;
        row.contains(&id.to_string()) || row.contains(&id.simple().to_string().to_uppercase())
    };
    assert!(!queue.is_empty() && queue.iter().all(|row| is_of(row, &ours) != is_of(row, &theirs)), "{queue:?}");
}

/// Each has a token of its own app, and what is remembered for one key opens nothing for the other.
async fn remembered_tokens(app: &TestApp, ours: &Side, theirs: &Side) {
    for _ in 0..2 {
        assert!(ours.owns(&ours.token().await) && theirs.owns(&theirs.token().await));
        ours.client.post(&theirs.path(), &BACKUP).await.refused(404, "not_found");
        theirs.client.post(&ours.path(), &BACKUP).await.refused(404, "not_found");
    }
    assert_eq!(grants(app, "client_credentials"), 2, "the second time from memory");
}

/// A slow Microsoft for one app, and then none at all, are nothing to the other.
async fn calls_in_flight_and_refusals(app: &TestApp, ours: &Side, theirs: &Side) {
    let client = ours.app.client_id.expect("a client id").0;
    let slow = Effect { delay_millis: 3_000, ..Effect::default() };
    app.emulator.set_fault(Fault { client: Some(client), effect: slow, times: Some(1), ..Fault::default() });
    app.state.job_tokens.clear();
    app.emulator.clear_requests();
    let waiting = tokio::spawn({
        let (client, path) = (ours.client.clone(), ours.path());
        async move { client.post(&path, &BACKUP).await.ok::<JobToken>() }
    });
    eventually("a call in flight", async || grants(app, "client_credentials") == 1).await;
    assert!(theirs.owns(&theirs.token().await));
    assert!(!waiting.is_finished(), "nobody waits for another's call");
    assert!(ours.owns(&waiting.await.expect("a token")));
    app.state.job_tokens.clear();
    assert!(app.emulator.enable_service_principal(ours.app.tenant.0, client, false));
    for _ in 0..2 {
        ours.client.post(&ours.path(), &BACKUP).await.refused(409, "connection_doubtful");
        assert!(theirs.owns(&theirs.token().await));
    }
}

/// The same list again and the same wave: the other's are as they were.
async fn waves_and_repeated_lists(ours: &Side, theirs: &Side) {
    let set: Value = theirs.client.get("/api/v1/backup-sets?external_id=CON-001").await.ok();
    let body = json!({ "sets": [{
        "external_id": "CON-001", "name": "Ours by another name", "customer": "Contoso Ltd", "tenant": "contoso.com",
        "account": "backup@contoso.com", "workloads": ["exchange"],
    }] });
    ours.client.put("/api/v1/backup-sets", &body).await.ok::<Value>();
    assert_eq!(theirs.client.get("/api/v1/backup-sets?external_id=CON-001").await.ok::<Value>(), set);
    let filter = Some(WaveFilter::default());
    let selection = WaveSelection { filter, aim: Aim::Recommended, ..WaveSelection::default() };
    let wave =
        CreateWave { name: "December".to_owned(), note: String::new(), starts_at: None, deadline: None, selection };
    let mut made = Vec::new();
    for side in [ours, theirs] {
        made.push(side.client.post("/api/v1/waves", &wave).await.ok::<WaveView>());
        side.client.post("/api/v1/waves", &wave).await.refused(409, "nothing_to_authorize");
    }
    let path = |wave: &WaveView, verb: &str| format!("/api/v1/waves/{}{verb}", wave.id);
    theirs.client.post(&path(&made[0], "/cancel"), &json!({})).await.refused(404, "not_found");
    ours.client.post(&path(&made[0], "/cancel"), &json!({})).await.ok::<WaveView>();
    assert_eq!(theirs.client.get(&path(&made[1], "")).await.ok::<WaveView>().state, WaveState::Open);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m5_two_organizations_alike_share_nothing_on_sqlite() {
    two_organizations_alike(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m5_two_organizations_alike_share_nothing_on_postgres() {
    two_organizations_alike(Backend::Postgres).await;
}
