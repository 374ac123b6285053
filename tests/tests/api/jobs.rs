//! Job tokens: minted on demand for API keys, by a tenant's own app or an account's access, remembered, counted, refused.

mod agent;
mod keys;
mod races;
mod refusals;
mod restores;

use rekey_tests::{
    app::{TestApp, client::Answer, eventually},
    app_on_both,
};
use server::services::job_tokens::{LEAST_LIFE, ledger};
use shared::{
    api::{
        apps::AppState,
        job_tokens::{CreateJobToken, JobToken},
    },
    rules::{manifest::Resource, scopes::Purpose},
};

app_on_both! {
    b07_k4_p9_a_modern_set_yields_a_token_of_its_own_app_that_reads,
    b13_a_job_asking_every_hour_for_48_hours_never_sees_an_expired_token,
    k4_a_hybrid_set_yields_a_token_of_its_account,
    k4_sharepoint_has_a_token_of_its_own,
    many_who_ask_at_once_share_one_call,
    a_token_from_memory_is_counted_and_a_new_one_is_audited_first,
}

pub const BACKUP: CreateJobToken = CreateJobToken { resource: Resource::Graph, purpose: Purpose::Backup };
pub const RESTORE: CreateJobToken = CreateJobToken { resource: Resource::Graph, purpose: Purpose::Restore };
pub const SHAREPOINT: CreateJobToken = CreateJobToken { resource: Resource::Sharepoint, purpose: Purpose::Backup };

/// Asks for a token of a set with the seeded key.
pub async fn ask(app: &TestApp, external_id: &str, request: CreateJobToken) -> Answer {
    ask_with(app, &app.api_key, external_id, request).await
}

/// Asks with another key.
pub async fn ask_with(app: &TestApp, key: &str, external_id: &str, request: CreateJobToken) -> Answer {
    let path = format!("/api/v1/backup-sets/{}/job-token", app.set(external_id).await.id);
    app.with_key(key).post(&path, &request).await
}

/// How often the token endpoint was asked with this grant.
pub fn grants(app: &TestApp, grant: &str) -> usize {
    let log = app.emulator.requests();
    log.iter().filter(|request| request.form.get("grant_type").is_some_and(|kind| kind == grant)).count()
}

async fn reads(token: &JobToken, path: &str) -> u16 {
    let url = format!("{}{path}", token.base_url);
    let answer = reqwest::Client::new().get(url).bearer_auth(&token.access_token).send().await.expect("an answer");
    answer.status().as_u16()
}

async fn b07_k4_p9_a_modern_set_yields_a_token_of_its_own_app_that_reads(app: TestApp) {
    app.import_sample().await;
    let planted = app.plant_app(&["CON-015"]).await;
    // Nobody's account takes part: not the administrator's, not the one that the set was made with.
    for username in ["anna.berg@contoso.com", "backup@contoso.com"] {
        app.emulator.change_person(username, emulator::PersonChange::SetDisabled(true)).unwrap();
    }
    let token: JobToken = ask(&app, "CON-015", BACKUP).await.ok();
    assert_eq!((token.tenant, token.account.as_deref()), (planted.tenant, None));
    assert_eq!(token.permissions, ["Mail.Read", "MailboxSettings.Read", "User.Read.All"]);
    assert_eq!(reads(&token, "/v1.0/users").await, 200);
    assert_eq!(reads(&token, "/v1.0/users/priya.shah@contoso.com/messages").await, 200);
    // Least privilege: nothing beyond the manifest.
    assert_eq!(reads(&token, "/v1.0/groups").await, 403);
    let left = token.expires_at.since(app.state.now());
    assert!((3500..=5400).contains(&left), "{left}");
    // The refresh token, the key and `cp1` go nowhere.
    let log = app.emulator.requests();
    let form = &log.iter().rfind(|request| request.form.contains_key("client_assertion")).unwrap().form;
    assert!(!form.contains_key("claims"), "{form:?}");
    let tx = app.state.store.read(app.organization).await.unwrap();
    assert!(tx.find_app(planted.id).await.unwrap().unwrap().first_token_at.is_some());
}

async fn b13_a_job_asking_every_hour_for_48_hours_never_sees_an_expired_token(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-015"]).await;
    let path = format!("/api/v1/backup-sets/{}/job-token", app.set("CON-015").await.id);
    for hour in 0..48 {
        let token: JobToken = app.key().post(&path, &BACKUP).await.ok();
        assert!(token.expires_at.since(app.state.now()) >= LEAST_LIFE, "hour {hour}");
        assert_eq!(reads(&token, "/v1.0/users").await, 200, "hour {hour}");
        // In between: just before the old one runs out, and just after ten minutes are left of it.
        for seconds in [2990, 15, 595] {
            app.advance(seconds);
            let token: JobToken = app.key().post(&path, &BACKUP).await.ok();
            assert!(token.expires_at.since(app.state.now()) >= LEAST_LIFE, "hour {hour} and {seconds}");
        }
    }
    let minted = grants(&app, "client_credentials");
    assert!((48..=100).contains(&minted), "{minted} tokens for 192 requests");
}

async fn k4_a_hybrid_set_yields_a_token_of_its_account(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let before = app.refresh_tokens().await;
    let token: JobToken = ask(&app, "CON-001", BACKUP).await.ok();
    assert_eq!(token.account.as_deref(), Some("backup@contoso.com"));
    for scope in ["Mail.Read", "MailboxSettings.Read"] {
        assert!(token.permissions.iter().any(|one| one == scope), "{:?}", token.permissions);
    }
    assert_eq!(reads(&token, "/v1.0/me/messages").await, 200);
    // P5: the refresh changed the stored token; the access token is in no table.
    assert_ne!(before, app.refresh_tokens().await);
    let dump = format!("{:?}", app.dump().await);
    assert!(!dump.contains(&token.access_token));
    let again: JobToken = ask(&app, "CON-001", BACKUP).await.ok();
    assert_eq!(again.access_token, token.access_token);
    ask(&app, "CON-001", SHAREPOINT).await.refused(409, "resource_not_available");
}

async fn k4_sharepoint_has_a_token_of_its_own(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-007", "CON-015"]).await;
    let token: JobToken = ask(&app, "CON-007", SHAREPOINT).await.ok();
    assert_eq!(token.base_url, "https://contoso.sharepoint.com");
    assert_eq!(token.permissions, ["Sites.Read.All"]);
    let graph: JobToken = ask(&app, "CON-007", BACKUP).await.ok();
    assert_ne!(token.access_token, graph.access_token);
    // A set of mail needs nothing of SharePoint.
    ask(&app, "CON-015", SHAREPOINT).await.refused(409, "resource_not_available");
}

async fn many_who_ask_at_once_share_one_call(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-015", "CON-007"]).await;
    let sets = app.ids(&["CON-015", "CON-007"]).await;
    let asked = (0..60).map(|at| {
        let path = format!("/api/v1/backup-sets/{}/job-token", sets[at % 2]);
        let key = app.key();
        async move { key.post(&path, &BACKUP).await.ok::<JobToken>().access_token }
    });
    let tokens = futures::future::join_all(asked).await;
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(grants(&app, "client_credentials"), 1);
}

async fn a_token_from_memory_is_counted_and_a_new_one_is_audited_first(mut app: TestApp) {
    app.import_sample().await;
    let planted = app.plant_app(&["CON-015"]).await;
    let path = format!("/api/v1/backup-sets/{}/job-token", app.set("CON-015").await.id);
    let key = app.key();
    for _ in 0..5 {
        key.post(&path, &BACKUP).await.ok::<JobToken>();
    }
    let rows = app.dump().await["audit"].clone();
    let issued: Vec<_> = rows.iter().filter(|row| row.contains("job_token.issued")).collect();
    assert_eq!(issued.len(), 1, "{issued:?}");
    let detail = format!("resource=graph purpose=backup connection={}", planted.id);
    assert!(issued[0].contains(&detail), "{issued:?}");
    let counted = async |app: &TestApp| {
        let tx = app.state.store.read(app.organization).await.unwrap();
        tx.list_token_counts(0, 100).await.unwrap().iter().map(|one| one.count).sum::<i64>()
    };
    eventually("four handed out from memory are counted", async || counted(&app).await == 4).await;
    // A clean stop writes down what came last.
    for _ in 0..3 {
        key.post(&path, &BACKUP).await.ok::<JobToken>();
    }
    app.stop().await;
    assert_eq!(counted(&app).await, 7);
    ledger::flush(&app.state).await.unwrap();
    assert_eq!(counted(&app).await, 7, "nothing is counted twice");
    // Another process remembers nothing.
    app.restart().await;
    app.key().post(&path, &BACKUP).await.ok::<JobToken>();
    assert_eq!(grants(&app, "client_credentials"), 2);
    let tx = app.state.store.read(app.organization).await.unwrap();
    assert_eq!(tx.find_app(planted.id).await.unwrap().unwrap().state, AppState::Working);
}
