//! API keys limited to customers and purposes; how much they may ask; the breadth alarm.

use super::{BACKUP, RESTORE, ask_with};
use rekey_tests::{
    app::{Backend, Setup, TestApp, eventually},
    app_on_both,
};
use serde_json::{Value, json};
use server::http::limits::LimitsConfig;
use shared::{
    api::{api_keys::ApiKeyCreated, customers::CustomerView, imports::ImportView, job_tokens::JobToken, page::Page},
    id::{ApiKeyId, BackupSetId},
    method::Method,
};

app_on_both! {
    m2_a_limited_key_sees_its_customers_and_nothing_else,
    a_key_for_backups_gets_no_token_that_writes_and_changes_nothing,
    limits_of_a_key_are_checked_when_it_is_made,
    h8_a_set_that_a_list_moves_leaves_its_access_behind,
    h8_a_hybrid_set_that_gets_another_account_leaves_the_former_ones_access_behind,
    h8_a_modern_set_that_gets_another_account_keeps_the_access_of_its_tenants_app,
    a_key_that_grows_suddenly_broad_is_told,
}

async fn key(app: &TestApp, body: Value) -> ApiKeyCreated {
    app.member().await.post("/api/v1/api-keys", &body).await.ok()
}

async fn m2_a_limited_key_sees_its_customers_and_nothing_else(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-015"]).await;
    app.plant_app(&["FAB-001"]).await;
    let contoso = app.customer("Contoso Ltd").await.id;
    let fabrikam = app.customer("Fabrikam Inc.").await.id;
    let made = key(&app, json!({ "name": "contoso", "customers": [contoso] })).await;
    assert_eq!(made.key.customers.as_deref(), Some(&[contoso][..]));
    let client = app.with_key(&made.secret);
    ask_with(&app, &made.secret, "CON-015", BACKUP).await.ok::<JobToken>();
    ask_with(&app, &app.api_key, "FAB-001", BACKUP).await.ok::<JobToken>();
    // What is out of reach looks like what is not there.
    let absent = BackupSetId(uuid::Uuid::from_u128(9));
    let foreign = app.set("FAB-001").await.id;
    for id in [absent, foreign] {
        let refused = client.post(&format!("/api/v1/backup-sets/{id}/job-token"), &BACKUP).await;
        refused.refused(404, "not_found");
        client.get(&format!("/api/v1/backup-sets/{id}")).await.refused(404, "not_found");
    }
    client.get(&format!("/api/v1/customers/{fabrikam}")).await.refused(404, "not_found");
    client.get(&format!("/api/v1/customers/{contoso}")).await.ok::<CustomerView>();
    let customers: Page<CustomerView> = client.get("/api/v1/customers").await.ok();
    assert_eq!(customers.items.iter().map(|one| one.id).collect::<Vec<_>>(), [contoso]);
    let lists = [
        "/api/v1/backup-sets?limit=200".to_owned(),
        format!("/api/v1/backup-sets?customer={fabrikam}"),
        "/api/v1/backup-sets?external_id=FAB-001".to_owned(),
        "/api/v1/backup-sets/changes".to_owned(),
        "/api/v1/restores".to_owned(),
        "/api/v1/overview".to_owned(),
        "/api/v1/authorizations".to_owned(),
        "/api/v1/invitations".to_owned(),
        "/api/v1/apps".to_owned(),
    ];
    for path in lists {
        let answer = client.get(&path).await;
        assert!(answer.status == 200 && !answer.text().contains("FAB-0"), "{path}: {}", answer.text());
    }
    let changes: Value = client.get("/api/v1/backup-sets/changes").await.ok();
    assert_eq!(changes["changes"].as_array().unwrap().len(), 1, "{changes}");
    let counts: Value = client.get("/api/v1/backup-sets/counts").await.ok();
    assert_eq!(counts["total"], 17);
    // What belongs to the organization as a whole is not for limited keys.
    for path in ["/api/v1/audit", "/api/v1/api-keys", "/api/v1/channels", "/api/v1/members"] {
        client.get(path).await.refused(403, "key_limited");
    }
    let new = json!({ "name": "New", "tenant": "adatum.com" });
    client.post("/api/v1/customers", &new).await.refused(403, "key_limited");
    // Within its customers it works like any other key.
    let body = json!({ "tenant": app.customer("Contoso Ltd").await.tenant });
    client.post(&format!("/api/v1/customers/{contoso}/confirm-tenant"), &body).await.ok::<CustomerView>();
    client.post(&format!("/api/v1/customers/{fabrikam}/confirm-tenant"), &body).await.refused(404, "not_found");
}

async fn a_key_for_backups_gets_no_token_that_writes_and_changes_nothing(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["CON-015"]).await;
    app.plant_restore_app(&["CON-015"]).await;
    let body = json!({ "customer": app.customer("Contoso Ltd").await.id, "reason": "A test", "hours": 1 });
    app.member().await.post("/api/v1/restores", &body).await.ok::<Value>();
    let made = key(&app, json!({ "name": "backups", "purposes": ["backup", "backup"] })).await;
    ask_with(&app, &made.secret, "CON-015", BACKUP).await.ok::<JobToken>();
    ask_with(&app, &made.secret, "CON-015", RESTORE).await.refused(403, "key_limited");
    let client = app.with_key(&made.secret);
    client.get("/api/v1/backup-sets").await.ok::<Value>();
    client.put("/api/v1/backup-sets", &json!({ "sets": [] })).await.refused(403, "key_limited");
    // Two at a time, for rotation: the new one works before the old one goes.
    let next = key(&app, json!({ "name": "backups", "purposes": ["restore"] })).await;
    ask_with(&app, &next.secret, "CON-015", RESTORE).await.ok::<JobToken>();
    ask_with(&app, &made.secret, "CON-015", BACKUP).await.ok::<JobToken>();
    // It reads what its jobs are about; who is a member, what happened, and what channels there are is not that.
    let client = app.with_key(&made.secret);
    client.get("/api/v1/backup-sets").await.ok::<Value>();
    let whole = ["audit", "audit/export", "api-keys", "channels", "members"];
    for path in whole {
        client.get(&format!("/api/v1/{path}")).await.refused(403, "key_limited");
    }
    let exposure = format!("/api/v1/exposure?key={}", made.key.id);
    client.get(&exposure).await.refused(403, "key_limited");
}

/// H8: a list says that Fabrikam's set is Contoso's now. Whoever may work with Contoso alone gets nothing of Fabrikam's by it.
async fn h8_a_set_that_a_list_moves_leaves_its_access_behind(app: TestApp) {
    app.import_sample().await;
    app.plant_app(&["FAB-001"]).await;
    let contoso = app.customer("Contoso Ltd").await.id;
    let made = key(&app, json!({ "name": "contoso", "customers": [contoso] })).await;
    let body = json!({ "sets": [{
        "external_id": "FAB-001", "name": "Moved", "customer": "Contoso Ltd", "tenant": "contoso.com",
        "account": "backup@contoso.com", "workloads": ["exchange"],
    }] });
    app.key().put("/api/v1/backup-sets", &body).await.ok::<Value>();
    let answer = ask_with(&app, &made.secret, "FAB-001", BACKUP).await;
    assert_ne!(answer.status, 200, "a token of {}", answer.value()["tenant"]);
    assert_eq!(app.set("FAB-001").await.connection, None);
}

/// A line that gives a set of Contoso's another account.
fn with_account(id: &str, account: &str) -> String {
    format!(
        "external_id,name,customer,tenant,account,covers,workloads\n{id},Mail,Contoso Ltd,contoso.com,{account},own_account,exchange\n"
    )
}

/// What a list would do, and the answer once it is stored.
async fn import_account(app: &TestApp, id: &str, account: &str) -> (ImportView, ImportView) {
    let view: ImportView = app.key().upload_csv("/api/v1/imports", with_account(id, account)).await.ok();
    let path = format!("/api/v1/imports/{}/confirm", view.id);
    let confirmed = app.key().post(&path, &json!({})).await.ok();
    (view, confirmed)
}

/// H8: nobody reads one person's mail as another's. Other letters are the same account, and so is the name that Microsoft showed.
async fn h8_a_hybrid_set_that_gets_another_account_leaves_the_former_ones_access_behind(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001", "CON-002"], "backup@contoso.com").await;
    ask_with(&app, &app.api_key, "CON-001", BACKUP).await.ok::<JobToken>();
    let (same, _) = import_account(&app, "CON-001", "Backup@Contoso.com").await;
    assert_eq!((same.changed, same.disconnected), (1, 0));
    ask_with(&app, &app.api_key, "CON-001", BACKUP).await.ok::<JobToken>();
    let (other, stored) = import_account(&app, "CON-001", "priya.shah@contoso.com").await;
    assert_eq!((other.changed, other.disconnected), (1, 1));
    assert_eq!(stored.disconnected, 1);
    ask_with(&app, &app.api_key, "CON-001", BACKUP).await.refused(409, "connection_ended");
    let set = app.set("CON-001").await;
    assert_eq!((set.method, set.connection), (Method::Hybrid, None));
    assert_eq!(set.recommendation.code, "no_access");
    // Once it is gone there is nothing to leave; the account of before does not bring it back by itself.
    let (back, _) = import_account(&app, "CON-001", "backup@contoso.com").await;
    assert_eq!((back.changed, back.disconnected), (1, 0));
    assert_eq!(app.set("CON-001").await.connection, None);
    // The same by a program, for the other set; a set without an account is nobody's.
    let body = json!({ "sets": [{
        "external_id": "CON-002", "name": "Mail", "customer": "Contoso Ltd", "tenant": "contoso.com", "workloads": ["exchange"],
    }] });
    let answer: Value = app.key().put("/api/v1/backup-sets", &body).await.ok();
    assert_eq!((&answer["changed"], &answer["disconnected"]), (&json!(1), &json!(1)));
    ask_with(&app, &app.api_key, "CON-002", BACKUP).await.refused(409, "connection_ended");
    // Signing in as the new account connects it again.
    import_account(&app, "CON-001", "priya.shah@contoso.com").await;
    app.connect_account(&["CON-001"], "priya.shah@contoso.com").await;
    let token: JobToken = ask_with(&app, &app.api_key, "CON-001", BACKUP).await.ok();
    assert_eq!(token.account.as_deref(), Some("priya.shah@contoso.com"));
}

async fn h8_a_modern_set_that_gets_another_account_keeps_the_access_of_its_tenants_app(app: TestApp) {
    app.import_sample().await;
    let planted = app.plant_app(&["CON-001"]).await;
    let (view, _) = import_account(&app, "CON-001", "priya.shah@contoso.com").await;
    assert_eq!((view.changed, view.disconnected), (1, 0));
    assert_eq!(app.set("CON-001").await.connection, Some(planted.id));
    ask_with(&app, &app.api_key, "CON-001", BACKUP).await.ok::<JobToken>();
}

async fn limits_of_a_key_are_checked_when_it_is_made(app: TestApp) {
    app.import_sample().await;
    let member = app.member().await;
    for (body, field) in [
        (json!({ "name": "x", "customers": [] }), "customers"),
        (json!({ "name": "x", "customers": [uuid::Uuid::from_u128(3)] }), "customers"),
        (json!({ "name": "x", "purposes": [] }), "purposes"),
    ] {
        let problem = member.post("/api/v1/api-keys", &body).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some(field));
    }
    let neighbour = app.neighbour().await;
    let foreign = app.with_key(&neighbour.key.secret);
    let sets = json!({ "sets": [{ "external_id": "N-1", "name": "N", "customer": "N", "tenant": "adatum.com", "workloads": ["tasks"] }] });
    foreign.put("/api/v1/backup-sets", &sets).await.ok::<Value>();
    let theirs: Page<CustomerView> = foreign.get("/api/v1/customers").await.ok();
    let body = json!({ "name": "x", "customers": [theirs.items[0].id] });
    member.post("/api/v1/api-keys", &body).await.refused(422, "field_invalid");
}

async fn a_key_that_grows_suddenly_broad_is_told(app: TestApp) {
    let sets: Vec<Value> = (0..25)
        .map(|at| {
            json!({
                "external_id": format!("B-{at:02}"), "name": format!("Set {at}"), "customer": "Contoso Ltd",
                "tenant": "contoso.com", "covers": "whole_tenant", "workloads": ["exchange"],
            })
        })
        .collect();
    app.key().put("/api/v1/backup-sets", &json!({ "sets": sets })).await.ok::<Value>();
    let names: Vec<String> = (0..25).map(|at| format!("B-{at:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    app.plant_app(&names).await;
    let ids = app.ids(&names).await;
    let ask = async |many: usize| {
        for id in &ids[..many] {
            app.key().post(&format!("/api/v1/backup-sets/{id}/job-token"), &BACKUP).await.ok::<JobToken>();
        }
        server::services::job_tokens::ledger::flush(&app.state).await.unwrap();
    };
    let events = async || app.dump().await["audit"].join("\n").matches("api_key.breadth").count();
    ask(5).await;
    ask(5).await;
    assert_eq!(events().await, 0);
    app.advance(3600);
    ask(15).await;
    assert_eq!(events().await, 0, "fewer than twenty never alarm");
    app.advance(3600);
    ask(25).await;
    assert_eq!(events().await, 0, "not three times the hour before");
    // As if all hours before had been narrow.
    let key: Vec<Value> = app.member().await.get("/api/v1/api-keys").await.ok();
    let key: ApiKeyId = key[0]["id"].as_str().unwrap().parse().unwrap();
    let tx = app.state.store.read(app.organization).await.unwrap();
    let hour = app.state.now().0.div_euclid(3600);
    assert_eq!(tx.find_key_breadth(key, hour + 1).await.unwrap(), 25);
    assert_eq!(tx.find_key_breadth(key, hour).await.unwrap(), 15);
    drop(tx);
    app.database.intruder().await.run("UPDATE key_breadth SET sets = 4").await;
    app.advance(3600);
    ask(25).await;
    assert_eq!(events().await, 1);
    let notices = app.dump().await["notices"].join("\n");
    assert!(notices.contains("key_breadth") && notices.contains("its broadest hour before had 4"), "{notices}");
    ask(25).await;
    assert_eq!(events().await, 1, "once an hour");
}

async fn a_key_that_asks_too_often_waits(backend: Backend) {
    let setup = Setup::new(backend);
    let limits = LimitsConfig { job_tokens: 5, ..setup.limits.clone() };
    let app = TestApp::start_with(Setup { limits, ..setup }).await;
    app.import_sample().await;
    app.plant_app(&["CON-015"]).await;
    let path = format!("/api/v1/backup-sets/{}/job-token", app.set("CON-015").await.id);
    for _ in 0..5 {
        app.key().post(&path, &BACKUP).await.ok::<JobToken>();
    }
    let answer = app.key().post(&path, &BACKUP).await;
    answer.refused(429, "too_many_requests");
    let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    let other = key(&app, json!({ "name": "other" })).await;
    app.with_key(&other.secret).post(&path, &BACKUP).await.ok::<JobToken>();
    app.advance(wait);
    eventually("its turn", async || app.key().post(&path, &BACKUP).await.status == 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_a_key_that_asks_too_often_waits_and_others_do_not() {
    a_key_that_asks_too_often_waits(Backend::Sqlite).await;
}
