//! What a key, an app, an account or a member reached since a date (J8, N7).

use super::jobs::{BACKUP, ask, ask_with};
use rekey_tests::{app::TestApp, app_on_both};
use serde_json::json;
use shared::{
    api::{
        api_keys::ApiKeyCreated,
        exposure::{ConnectionKind, ExposureReport},
        job_tokens::JobToken,
        session::SessionView,
    },
    time::Timestamp,
};

app_on_both! {
    j8_a_keys_reach_is_told_with_counts_and_times,
    j8_an_app_and_an_account_say_which_keys_had_their_tokens,
    j8_what_a_removed_customer_gave_is_told,
    j8_a_member_is_told_by_what_they_did,
}

async fn report(app: &TestApp, subject: &str, since: Timestamp) -> ExposureReport {
    app.key().get(&format!("/api/v1/exposure?subject={subject}&since={}", since.0)).await.ok()
}

async fn j8_a_keys_reach_is_told_with_counts_and_times(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-015"]).await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.plant_app(&["FAB-001"]).await;
    let made: ApiKeyCreated = app.member().await.post("/api/v1/api-keys", &json!({ "name": "jobs" })).await.ok();
    let before = app.state.now();
    ask_with(&app, &made.secret, "CON-015", BACKUP).await.ok::<JobToken>();
    app.advance(120);
    for _ in 0..4 {
        ask_with(&app, &made.secret, "CON-015", BACKUP).await.ok::<JobToken>();
    }
    ask_with(&app, &made.secret, "CON-001", BACKUP).await.ok::<JobToken>();
    ask(&app, "FAB-001", BACKUP).await.ok::<JobToken>();
    let subject = format!("api_key:{}", made.key.id);
    let found = report(&app, &subject, before).await;
    assert_eq!((found.subject.name.as_str(), found.customers, found.connections, found.tokens), ("jobs", 1, 2, 6));
    let modern = found.reached.iter().find(|one| one.kind == ConnectionKind::AppOnly).unwrap();
    assert_eq!((modern.tokens, modern.backup_sets, modern.customer.name.as_str()), (5, 1, "Contoso Ltd"));
    assert_eq!((modern.resource.as_str(), modern.purpose.as_str()), ("graph", "backup"));
    assert!(modern.first_at >= before && modern.last_at.since(modern.first_at) >= 60);
    let hybrid = found.reached.iter().find(|one| one.kind == ConnectionKind::Delegated).unwrap();
    assert_eq!((hybrid.tokens, hybrid.name.as_str()), (1, "backup@contoso.com"));
    // Only since the date.
    app.advance(600);
    let later = report(&app, &subject, app.state.now()).await;
    assert_eq!((later.tokens, later.reached.len()), (0, 0));
    // As a table, without what a spreadsheet would run.
    let path = format!("/api/v1/exposure?subject={subject}&since=0&format=csv");
    let answer = app.key().get(&path).await;
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = answer.text();
    assert!(text.starts_with("what,customer,tenant,") && text.contains("tokens,Contoso Ltd,"), "{text}");
    for bad in ["organization:x", "", "api_key:1"] {
        app.key().get(&format!("/api/v1/exposure?subject={bad}")).await.refused(422, "field_invalid");
    }
}

/// What a removed customer's access gave is not shown as nothing.
async fn j8_what_a_removed_customer_gave_is_told(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.plant_app(&["FAB-001"]).await;
    let made: ApiKeyCreated = app.member().await.post("/api/v1/api-keys", &json!({ "name": "jobs" })).await.ok();
    ask_with(&app, &made.secret, "CON-001", BACKUP).await.ok::<JobToken>();
    ask_with(&app, &made.secret, "FAB-001", BACKUP).await.ok::<JobToken>();
    let contoso = app.customer("Contoso Ltd").await;
    let path = format!("/api/v1/connections/{}/disconnect", contoso.connections[0].id);
    app.key().post(&path, &json!({})).await.ok::<serde_json::Value>();
    assert_eq!(app.member().await.delete(&format!("/api/v1/customers/{}", contoso.id)).await.status, 204);
    let found = report(&app, &format!("api_key:{}", made.key.id), Timestamp(0)).await;
    assert_eq!((found.customers, found.connections, found.tokens), (1, 1, 1));
    assert_eq!((found.removed_connections, found.removed_tokens), (1, 1));
}

async fn j8_an_app_and_an_account_say_which_keys_had_their_tokens(app: TestApp) {
    app.import_sample().await;
    let planted = app.plant_app(&["CON-015"]).await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let made: ApiKeyCreated = app.member().await.post("/api/v1/api-keys", &json!({ "name": "second" })).await.ok();
    ask(&app, "CON-015", BACKUP).await.ok::<JobToken>();
    ask_with(&app, &made.secret, "CON-015", BACKUP).await.ok::<JobToken>();
    ask(&app, "CON-001", BACKUP).await.ok::<JobToken>();
    let found = report(&app, &format!("app:{}", planted.id), Timestamp(0)).await;
    let mut keys: Vec<_> = found.reached.iter().map(|one| (one.api_key.name.clone(), one.tokens)).collect();
    keys.sort();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(keys.contains(&("second".to_owned(), 1)));
    let connection = app.customer("Contoso Ltd").await.connections[0].id;
    let found = report(&app, &format!("connection:{connection}"), Timestamp(0)).await;
    assert_eq!((found.subject.name.as_str(), found.tokens), ("backup@contoso.com", 1));
    // An app's id is no account's.
    app.key().get(&format!("/api/v1/exposure?subject=connection:{}", planted.id)).await.refused(404, "not_found");
}

async fn j8_a_member_is_told_by_what_they_did(app: TestApp) {
    app.import_sample().await;
    let member = app.member().await;
    let me: SessionView = member.get("/api/v1/session").await.ok();
    let contoso = app.customer("Contoso Ltd").await.id;
    let body = json!({ "customer": contoso, "reason": "A test", "hours": 1 });
    member.post("/api/v1/restores", &body).await.ok::<serde_json::Value>();
    let found = report(&app, &format!("member:{}", me.member.id), Timestamp(0)).await;
    let act = found.actions.iter().find(|one| one.event == "restore.opened").expect("the restore");
    assert_eq!((act.count, act.customer.as_ref().map(|one| one.id)), (1, Some(contoso)));
    assert!(found.reached.is_empty() && found.tokens == 0);
}
