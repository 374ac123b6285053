//! Why there is no token, and what that says of the connection (P6, C8, M4).

use super::{BACKUP, SHAREPOINT, ask, grants};
use emulator::{DropConnection, Effect, Fault, TokenError};
use rekey_tests::{
    app::{OWNER, TestApp},
    app_on_both,
};
use serde_json::{Value, json};
use shared::{
    api::{apps::AppState, customers::ConnectionState, job_tokens::JobToken, notices::NoticeView, page::Page},
    id::ConnectionId,
    rules::manifest::Resource,
};

app_on_both! {
    p9_only_an_api_key_gets_a_token_and_only_of_a_set_that_has_left_passwords,
    p6_an_app_that_is_refused_is_doubted_and_an_hour_later_needs_an_administrator,
    p6_throttling_touches_no_connection,
    r9_a_tenant_that_said_wait_is_not_asked_for_another_account_either,
    r8_while_microsoft_is_gone_it_is_asked_rarely_and_nobody_is_blamed,
    p6_a_claims_challenge_needs_the_holder,
    p6_our_own_fault_ends_no_connection,
    p6_a_revoked_account_is_doubted_by_jobs_as_by_heartbeats,
    c8_a_missing_permission_stops_the_sets_that_need_it_only,
    m4_what_ended_gives_no_token_from_memory_either,
}

async fn p9_only_an_api_key_gets_a_token_and_only_of_a_set_that_has_left_passwords(app: TestApp) {
    app.import_sample().await;
    let path = format!("/api/v1/backup-sets/{}/job-token", app.set("CON-015").await.id);
    app.session(&app.sign_in(OWNER).await).post(&path, &BACKUP).await.refused(403, "key_needed");
    app.anonymous().with("rekey-request", "1").post(&path, &BACKUP).await.refused(401, "unauthenticated");
    app.with_key("rekey_nothing").post(&path, &BACKUP).await.refused(401, "unauthenticated");
    app.key().post(&path, &BACKUP).await.refused(409, "method_basic");
    let body = json!({ "resource": "graph", "purpose": "backup", "more": 1 });
    app.key().post(&path, &body).await.refused(422, "field_invalid");
    app.key().post("/api/v1/backup-sets/x/job-token", &BACKUP).await.refused(404, "not_found");
}

async fn state_of(app: &TestApp, id: ConnectionId) -> (AppState, Option<String>) {
    let tx = app.state.store.read(app.organization).await.unwrap();
    let found = tx.find_app(id).await.unwrap().unwrap();
    (found.state, found.help.map(|help| help.code))
}

async fn p6_an_app_that_is_refused_is_doubted_and_an_hour_later_needs_an_administrator(app: TestApp) {
    app.import_sample().await;
    let planted = app.plant_app(&["CON-015"]).await;
    let (tenant, client) = (planted.tenant.0, planted.client_id.unwrap().0);
    app.emulator.block_workload(tenant, Some(client), true).unwrap();
    ask(&app, "CON-015", BACKUP).await.refused(409, "connection_doubtful");
    assert_eq!(state_of(&app, planted.id).await, (AppState::Doubtful, Some("aadsts_53003".to_owned())));
    // A loop of jobs is not a loop at Microsoft.
    for _ in 0..5 {
        ask(&app, "CON-015", BACKUP).await.refused(409, "connection_doubtful");
    }
    assert_eq!(grants(&app, "client_credentials"), 1);
    // It was a mistake and is repaired: the next try says so.
    app.emulator.block_workload(tenant, Some(client), false).unwrap();
    app.advance(120);
    ask(&app, "CON-015", BACKUP).await.ok::<JobToken>();
    assert_eq!(state_of(&app, planted.id).await, (AppState::Working, None));
    // It is no mistake: final only after a second try an hour later.
    app.advance(3600);
    app.emulator.delete_service_principal(tenant, client);
    ask(&app, "CON-015", BACKUP).await.refused(409, "connection_doubtful");
    app.advance(1800);
    ask(&app, "CON-015", BACKUP).await.refused(409, "connection_doubtful");
    assert_eq!(state_of(&app, planted.id).await, (AppState::Doubtful, Some("aadsts_700016".to_owned())));
    app.advance(1801);
    ask(&app, "CON-015", BACKUP).await.refused(409, "needs_administrator");
    assert_eq!(state_of(&app, planted.id).await.0, AppState::NeedsAdministrator);
    let asked = grants(&app, "client_credentials");
    ask(&app, "CON-015", BACKUP).await.refused(409, "needs_administrator");
    // A probe of the app may be on its way; a job asks no more.
    assert!(grants(&app, "client_credentials") <= asked + 1);
    let events = app.dump().await["audit"].join("\n");
    for event in ["app.doubtful", "app.recovered", "app.needs_administrator"] {
        assert!(events.contains(event), "{event}");
    }
}

fn fault(grant_type: &str, effect: Effect) -> Fault {
    let grant_type = Some(grant_type.to_owned());
    Fault { endpoint: Some("token".to_owned()), grant_type, effect, ..Fault::default() }
}

async fn p6_throttling_touches_no_connection(app: TestApp) {
    app.import_sample().await;
    let planted = app.plant_app(&["CON-015"]).await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    for (set, grant) in [("CON-015", "client_credentials"), ("CON-001", "refresh_token")] {
        let busy = TokenError { error: "invalid_grant".to_owned(), aadsts: 50_196, ..TokenError::default() };
        let after = vec![("Retry-After".to_owned(), "120".to_owned())];
        let effects = [
            (Effect { status: Some(429), headers: after, ..Effect::default() }, "120"),
            (Effect { error: Some(busy), ..Effect::default() }, "5"),
            (Effect { status: Some(503), ..Effect::default() }, "5"),
        ];
        for (effect, seconds) in effects {
            app.emulator.set_fault(fault(grant, effect));
            let answer = ask(&app, set, BACKUP).await;
            answer.refused(503, "microsoft_unavailable");
            assert_eq!(answer.header("retry-after"), Some(seconds));
            app.emulator.clear_faults();
            app.advance(121);
        }
        ask(&app, set, BACKUP).await.ok::<JobToken>();
    }
    assert_eq!(state_of(&app, planted.id).await.0, AppState::Working);
    let events = app.dump().await["audit"].join("\n");
    assert!(!events.contains("doubtful"), "{events}");
}

async fn r9_a_tenant_that_said_wait_is_not_asked_for_another_account_either(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-015"]).await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.connect_account(&["CON-009"], "priya.shah@contoso.com").await;
    app.plant_app(&["FAB-001"]).await;
    let contoso = Some(app.customer("Contoso Ltd").await.tenant.0);
    let headers = vec![("Retry-After".to_owned(), "120".to_owned())];
    let effect = Effect { status: Some(429), headers, ..Effect::default() };
    app.emulator.set_fault(Fault { tenant: contoso, times: Some(1), ..fault("refresh_token", effect) });
    ask(&app, "CON-001", BACKUP).await.refused(503, "microsoft_unavailable");
    let before = grants(&app, "refresh_token");
    app.advance(60);
    let answer = ask(&app, "CON-009", BACKUP).await;
    answer.refused(503, "microsoft_unavailable");
    let wait: i64 = answer.header("retry-after").and_then(|text| text.parse().ok()).expect("Retry-After");
    assert!((50..=60).contains(&wait), "{wait}");
    assert_eq!(grants(&app, "refresh_token"), before, "nothing was asked");
    // Another tenant, and another app of this one, are asked as always.
    ask(&app, "FAB-001", BACKUP).await.ok::<JobToken>();
    ask(&app, "CON-015", BACKUP).await.ok::<JobToken>();
    app.advance(wait + 1);
    ask(&app, "CON-009", BACKUP).await.ok::<JobToken>();
}

async fn account_state(app: &TestApp) -> ConnectionState {
    app.customer("Contoso Ltd").await.connections.first().expect("a connection").state
}

/// R8: what is in hand is served, a host that does not answer is tried every ten seconds, and is used again once it is back.
async fn r8_while_microsoft_is_gone_it_is_asked_rarely_and_nobody_is_blamed(app: TestApp) {
    app.import_sample().await;
    let planted = app.plant_app(&["CON-007"]).await;
    ask(&app, "CON-007", BACKUP).await.ok::<JobToken>();
    let before = app.emulator.requests().len();
    let drop = Some(DropConnection::BeforeProcessing);
    app.emulator.set_fault(Fault { effect: Effect { drop, ..Effect::default() }, ..Fault::default() });
    let began = app.state.now();
    for _ in 0..40 {
        ask(&app, "CON-007", BACKUP).await.ok::<JobToken>();
        app.key()
            .post(&format!("/api/v1/apps/{}/check", planted.id), &json!({}))
            .await
            .refused(503, "microsoft_unavailable");
    }
    let (asked, seconds) = (app.emulator.requests().len() - before, app.state.now().since(began));
    assert!((5..=6 + seconds / 10).contains(&i64::try_from(asked).unwrap()), "{asked} in {seconds} s");
    assert_eq!(state_of(&app, planted.id).await, (AppState::Working, None));
    app.emulator.clear_faults();
    app.advance(10);
    ask(&app, "CON-007", SHAREPOINT).await.ok::<JobToken>();
}

async fn p6_a_claims_challenge_needs_the_holder(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#.to_owned();
    let error = TokenError {
        error: "interaction_required".to_owned(),
        aadsts: 50_079,
        claims: Some(claims),
        ..TokenError::default()
    };
    app.emulator.set_fault(fault("refresh_token", Effect { error: Some(error), ..Effect::default() }));
    let answer = ask(&app, "CON-001", BACKUP).await;
    answer.refused(409, "needs_holder");
    assert!(!answer.text().contains("acrs"), "P7: the challenge goes to no job");
    assert_eq!(account_state(&app).await, ConnectionState::NeedsHolder);
    ask(&app, "CON-001", BACKUP).await.refused(409, "needs_holder");
    assert_eq!(grants(&app, "refresh_token"), 1);
    // The holder signs in, and jobs run again.
    app.emulator.clear_faults();
    app.connect_account(&["CON-002"], "backup@contoso.com").await;
    ask(&app, "CON-001", BACKUP).await.ok::<JobToken>();
}

async fn p6_a_revoked_account_is_doubted_by_jobs_as_by_heartbeats(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.emulator.revoke_user("backup@contoso.com").unwrap();
    ask(&app, "CON-001", BACKUP).await.refused(409, "connection_doubtful");
    assert_eq!(account_state(&app).await, ConnectionState::Doubtful);
    let tokens = app.refresh_tokens().await;
    app.advance(3601);
    // A job or the heartbeat, whichever comes first, makes the second try.
    rekey_tests::app::eventually("the second try", async || {
        ask(&app, "CON-001", BACKUP).await;
        account_state(&app).await == ConnectionState::Ended
    })
    .await;
    ask(&app, "CON-001", BACKUP).await.refused(409, "connection_ended");
    assert_eq!(app.refresh_tokens().await, tokens, "nothing is deleted by itself");
}

/// What is wrong at our side, however long, ends nobody's connection; it is told, and settled when it is over.
async fn p6_our_own_fault_ends_no_connection(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let error = TokenError { error: "invalid_client".to_owned(), aadsts: 700_027, ..TokenError::default() };
    app.emulator.set_fault(fault("refresh_token", Effect { error: Some(error), ..Effect::default() }));
    for _ in 0..3 {
        let said = ask(&app, "CON-001", BACKUP).await.refused(409, "set_up_wrong");
        assert!(said.detail.contains("this installation"), "{}", said.detail);
        assert_eq!(account_state(&app).await, ConnectionState::Working);
        app.advance(3601);
    }
    // The same for heartbeats.
    for _ in 0..3 {
        let before = grants(&app, "refresh_token");
        app.advance(4 * 86_400);
        rekey_tests::app::eventually("a beat", async || grants(&app, "refresh_token") > before).await;
        assert_eq!(account_state(&app).await, ConnectionState::Working);
    }
    let open = async || app.key().get("/api/v1/notices").await.ok::<Page<NoticeView>>().items;
    let told = open().await;
    assert_eq!(told.len(), 1, "told once: {told:?}");
    assert!(told[0].text.contains("AADSTS700027"), "{}", told[0].text);
    app.emulator.clear_faults();
    ask(&app, "CON-001", BACKUP).await.ok::<JobToken>();
    assert_eq!(open().await, [], "it is settled");
}

async fn c8_a_missing_permission_stops_the_sets_that_need_it_only(app: TestApp) {
    app.import_sample().await;
    let planted = app.plant_app(&["CON-015", "CON-007"]).await;
    let (tenant, client) = (planted.tenant.0, planted.client_id.unwrap().0);
    assert!(app.emulator.remove_role(tenant, client, Resource::Graph.app_id(), "Mail.Read"));
    let problem = ask(&app, "CON-015", BACKUP).await.refused(409, "permissions_missing");
    assert!(problem.detail.contains("Mail.Read"), "{}", problem.detail);
    ask(&app, "CON-007", BACKUP).await.ok::<JobToken>();
    let tx = app.state.store.read(app.organization).await.unwrap();
    let seen = tx.find_app(planted.id).await.unwrap().unwrap().roles;
    drop(tx);
    assert!(!seen.contains(&"graph:Mail.Read".to_owned()) && seen.contains(&"graph:Sites.Read.All".to_owned()));
    // An administrator gives it back: no need to wait until the token has run out.
    app.emulator.grant_tenant_wide(&emulator::TenantGrant {
        tid: tenant,
        client,
        resource: Resource::Graph.app_id(),
        scopes: std::collections::BTreeSet::new(),
        roles: ["Mail.Read".to_owned()].into(),
    });
    app.advance(61);
    ask(&app, "CON-015", BACKUP).await.ok::<JobToken>();
}

async fn m4_what_ended_gives_no_token_from_memory_either(app: TestApp) {
    app.import_sample().await;
    let planted = app.plant_app(&["CON-015"]).await;
    let made: Value = app.member().await.post("/api/v1/api-keys", &json!({ "name": "jobs" })).await.ok();
    let (secret, id) = (made["secret"].as_str().unwrap(), made["key"]["id"].as_str().unwrap());
    super::ask_with(&app, secret, "CON-015", BACKUP).await.ok::<JobToken>();
    app.member().await.post(&format!("/api/v1/api-keys/{id}/revoke"), &json!({})).await.ok::<Value>();
    super::ask_with(&app, secret, "CON-015", BACKUP).await.refused(401, "unauthenticated");
    // The kill switch, pulled through another node: it shows within the time that a decision stands, not at once.
    ask(&app, "CON-015", BACKUP).await.ok::<JobToken>();
    let other = server::store::Store::open(&app.database.config).await.unwrap();
    let tx = other.write(app.organization).await.unwrap();
    let mut one = tx.find_app(planted.id).await.unwrap().unwrap();
    one.state = AppState::Off;
    let version = one.version;
    assert!(tx.update_app(&one, version).await.unwrap());
    tx.commit().await.unwrap();
    let began = tokio::time::Instant::now();
    rekey_tests::app::eventually("no token any more", async || ask(&app, "CON-015", BACKUP).await.status == 409).await;
    assert!(began.elapsed().as_secs() < 60);
    ask(&app, "CON-015", BACKUP).await.refused(409, "connection_ended");
}
