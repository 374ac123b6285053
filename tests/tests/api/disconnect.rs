//! Disconnecting one account: forgotten at once, its sets without access, an honest word about Microsoft (D8, O10, M4).

use super::jobs::{BACKUP, ask};
use rekey_tests::{
    app::{TestApp, eventually},
    app_on_both,
    receiver::Receiver,
};
use serde_json::{Value, json};
use server::{
    audit::{self, Verdict},
    services::delegated,
};
use shared::{
    api::{
        audit::AuditEntryView,
        authorizations::{AuthorizationKind, AuthorizationPreview, AuthorizationView, SignInState},
        customers::{ConnectionDetail, ConnectionState, ConnectionView, Health},
        job_tokens::JobToken,
        overview::Overview,
        page::Page,
    },
    method::Method,
};

app_on_both! {
    d8_o10_one_account_is_disconnected_and_its_neighbour_works_on,
    d8_a_refresh_on_its_way_brings_nothing_back,
    d8_what_was_disconnected_is_authorized_again_in_place,
    d8_a_save_without_a_sign_in_asks_for_one_once_it_is_disconnected,
    d8_k2_who_listens_hears_of_it_once,
    c8_l5_one_request_repairs_exactly_the_sets_of_an_account,
}

const ACCOUNT: &str = "backup@contoso.com";
const PRIYA: &str = "priya.shah@contoso.com";
const DAYS_4: i64 = 4 * 24 * 3600;

async fn connections(app: &TestApp) -> Vec<ConnectionView> {
    let id = app.customer("Contoso Ltd").await.id;
    let one: Value = app.key().get(&format!("/api/v1/customers/{id}")).await.ok();
    serde_json::from_value(one["connections"].clone()).expect("connections")
}

async fn connection(app: &TestApp, account: &str) -> ConnectionView {
    connections(app).await.into_iter().find(|one| one.account == account).expect("the account")
}

async fn connected(app: &TestApp) -> ConnectionView {
    app.import_sample().await;
    app.connect_account(&["CON-001", "CON-002"], ACCOUNT).await;
    connection(app, ACCOUNT).await
}

async fn disconnect(app: &TestApp, one: &ConnectionView) -> ConnectionDetail {
    app.key().post(&format!("/api/v1/connections/{}/disconnect", one.id), &json!({})).await.ok()
}

async fn sealed(app: &TestApp, one: &ConnectionView) -> Vec<u8> {
    let tx = app.state.store.read(app.organization).await.unwrap();
    tx.find_connection(one.id).await.unwrap().expect("the record stays").refresh_token.0
}

async fn d8_o10_one_account_is_disconnected_and_its_neighbour_works_on(app: TestApp) {
    let one = connected(&app).await;
    app.connect_account(&["CON-013"], PRIYA).await;
    ask(&app, "CON-001", BACKUP).await.ok::<JobToken>();
    let before: ConnectionDetail = app.key().get(&format!("/api/v1/connections/{}", one.id)).await.ok();
    assert_eq!(before.sets.iter().map(|set| set.name.clone()).collect::<Vec<_>>().len(), 2);
    assert_eq!(
        (before.set_count, before.connection.state, before.connection.ended_at),
        (2, ConnectionState::Working, None)
    );

    let told = disconnect(&app, &one).await;
    assert_eq!((told.set_count, &told.sets), (2, &before.sets));
    assert_eq!(told.connection.state, ConnectionState::Disconnected);
    assert!(told.connection.ended_at.is_some_and(|at| app.state.now().since(at) < 60));
    // What Rekey cannot do is said, with the ids to look for.
    let left = told.left.join("\n");
    let client = app.state.microsoft.config.access.client_id.to_string();
    for wanted in [ACCOUNT, "myapps.microsoft.com", "Enterprise applications", &client, "Another account"] {
        assert!(left.contains(wanted), "{wanted}: {left}");
    }
    // The token is gone from the row; one from memory is not handed out either (M4).
    assert!(sealed(&app, &one).await.is_empty());
    let tx = app.state.store.read(app.organization).await.unwrap();
    assert_eq!(tx.find_connection(one.id).await.unwrap().unwrap().scopes, "", "what it may is asked anew");
    drop(tx);
    ask(&app, "CON-001", BACKUP).await.refused(409, "connection_ended");
    ask(&app, "CON-013", BACKUP).await.ok::<JobToken>();
    // The sets keep their method, and stand without access where people look.
    let set = app.set("CON-001").await;
    assert_eq!((set.method, set.connection, set.recommendation.code.as_str()), (Method::Hybrid, None, "no_access"));
    let overview: Overview = app.key().get("/api/v1/overview").await.ok();
    assert_eq!(overview.without_access.iter().map(|one| one.sets).sum::<u64>(), 2);
    // It was meant: nobody is called for the connection itself, and nothing that was planned brings it back.
    assert_ne!(app.customer("Contoso Ltd").await.health, Health::NeedsSomebody);
    assert!(overview.attention.is_empty());
    app.emulator.clear_requests();
    app.advance(DAYS_4);
    eventually("the neighbour's beat", async || {
        connection(&app, PRIYA).await.checked_at.since(one.checked_at) >= DAYS_4
    })
    .await;
    assert_eq!(connection(&app, ACCOUNT).await.state, ConnectionState::Disconnected);
    // Off-boarding leaves its line in the sealed log: what, by whom, when.
    let entries: Page<AuditEntryView> = app.key().get("/api/v1/audit?limit=200").await.ok();
    let done: Vec<_> = entries.items.iter().filter(|entry| entry.event == "connection.disconnected").collect();
    let [done] = done.as_slice() else { panic!("{done:?}") };
    assert_eq!((done.subject.clone(), done.detail.as_str()), (format!("connection:{}", one.id), "sets=2"));
    let verdict = audit::verify(&app.state.store, &app.state.keyring, app.organization, &[]).await.expect("a log");
    assert!(matches!(verdict, Verdict::Whole { .. }));
    let path = format!("/api/v1/connections/{}/disconnect", one.id);
    app.key().post(&path, &json!({})).await.refused(409, "already_disconnected");
}

async fn d8_a_refresh_on_its_way_brings_nothing_back(app: TestApp) {
    let one = connected(&app).await;
    let held = delegated::hold(&app.state, app.organization, one.id).await.unwrap().expect("its turn");
    let granted = delegated::refresh(&app.state, &held, &["User.Read"]).await.unwrap().expect("an answer");
    disconnect(&app, &one).await;
    let tx = app.state.store.write(app.organization).await.unwrap();
    assert!(!delegated::keep(&app.state, &tx, held, &granted, None).await.unwrap(), "the late answer is dropped");
    drop(tx);
    assert_eq!(connection(&app, ACCOUNT).await.state, ConnectionState::Disconnected);
    assert!(sealed(&app, &one).await.is_empty());
}

async fn d8_what_was_disconnected_is_authorized_again_in_place(app: TestApp) {
    let one = connected(&app).await;
    // A sign-in that is on its way goes on.
    let before = app.before_save(&["CON-003"], ACCOUNT).await;
    disconnect(&app, &one).await;
    let request = app.hybrid(&["CON-001", "CON-002"]).await;
    let preview: AuthorizationPreview = app.key().post("/api/v1/authorizations/preview", &request).await.ok();
    assert_eq!((preview.sets, preview.sign_ins.len()), (2, 1));
    assert!(!preview.sign_ins[0].already_connected, "its holder signs in");
    app.save(&before.attempt.secret, &before.tokens).await.ok::<Value>();
    app.until(&before.attempt.secret, SignInState::Done).await;
    let again = connection(&app, ACCOUNT).await;
    assert_eq!((again.id, again.state, again.ended_at), (one.id, ConnectionState::Working, None));
    assert_eq!(app.set("CON-003").await.connection, Some(one.id));
    assert_eq!(app.set("CON-001").await.connection, None, "these wait for their own authorization");
    app.connect_account(&["CON-001", "CON-002"], ACCOUNT).await;
    ask(&app, "CON-001", BACKUP).await.ok::<JobToken>();
}

async fn d8_a_save_without_a_sign_in_asks_for_one_once_it_is_disconnected(app: TestApp) {
    let one = connected(&app).await;
    let made = app.authorize(&["CON-003"]).await;
    assert!(made.sign_ins[0].already_connected);
    disconnect(&app, &one).await;
    let path = format!("/api/v1/authorizations/{}/sign-ins/{}/save", made.id, made.sign_ins[0].id);
    app.key().post(&path, &json!({})).await.ok::<Value>();
    eventually("a sign-in is asked for", async || {
        let sign_in = app.authorization(made.id).await.sign_ins.remove(0);
        sign_in.state == SignInState::Waiting && !sign_in.already_connected
    })
    .await;
    assert_eq!(
        app.authorization(made.id).await.sign_ins[0].problem.as_ref().map(|one| one.code.as_str()),
        Some("not_connected")
    );
    assert_eq!(connection(&app, ACCOUNT).await.state, ConnectionState::Disconnected);
}

async fn d8_k2_who_listens_hears_of_it_once(app: TestApp) {
    let one = connected(&app).await;
    let receiver = Receiver::start().await;
    let body = json!({ "kind": "webhook", "address": receiver.address });
    app.member().await.post("/api/v1/channels", &body).await.ok::<Value>();
    disconnect(&app, &one).await;
    let kind = "connection.revoked";
    eventually(kind, async || receiver.calls_of(kind).len() == 1).await;
    let data = receiver.calls_of(kind).remove(0).json()["data"].clone();
    assert_eq!((&data["reason"], &data["connection"]["name"]), (&json!("disconnected"), &json!(ACCOUNT)));
}

async fn c8_l5_one_request_repairs_exactly_the_sets_of_an_account(app: TestApp) {
    let one = connected(&app).await;
    app.connect_account(&["CON-013"], PRIYA).await;
    app.emulator.revoke_user(ACCOUNT).unwrap();
    let request = json!({ "connection": one.id, "method": "hybrid" });
    let preview: AuthorizationPreview = app.key().post("/api/v1/authorizations/preview", &request).await.ok();
    let ids = app.ids(&["CON-001", "CON-002"]).await;
    let shown: Vec<_> = preview.sign_ins.iter().flat_map(|one| one.sets.iter().map(|set| set.id)).collect();
    assert_eq!((shown.len(), preview.refused.len()), (2, 0));
    assert!(ids.iter().all(|id| shown.contains(id)));
    assert_eq!(preview.sign_ins.iter().map(|one| one.account.as_str()).collect::<Vec<_>>(), [ACCOUNT]);
    // The same once they stand without access; another account's sets are never among them.
    disconnect(&app, &one).await;
    let made: AuthorizationView = app.key().post("/api/v1/authorizations", &request).await.ok();
    let covered: Vec<_> = made.sign_ins.iter().flat_map(|one| one.sets.iter().map(|set| set.id)).collect();
    assert_eq!((covered.len(), made.kind), (2, AuthorizationKind::Reauthorize));
    assert!(ids.iter().all(|id| covered.contains(id)));
    for bad in [
        json!({ "connection": one.id, "method": "modern" }),
        json!({ "connection": one.id, "method": "hybrid", "backup_sets": ids }),
        json!({ "connection": uuid::Uuid::nil(), "method": "hybrid" }),
    ] {
        let refused = app.key().post("/api/v1/authorizations/preview", &bad).await.refused(422, "field_invalid");
        assert_eq!(refused.field.as_deref(), Some("connection"));
    }
    app.key()
        .post("/api/v1/authorizations/preview", &json!({ "method": "hybrid" }))
        .await
        .refused(422, "field_invalid");
}
