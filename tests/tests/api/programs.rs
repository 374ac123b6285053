//! What programs use: upsert, the change cursor, keys, the description (K1).

use rekey_tests::{
    app::{TestApp, dump::assert_same},
    app_on_both,
};
use reqwest::Method;
use serde_json::{Value, json};
use shared::api::{
    api_keys::{ApiKeyCreated, ApiKeyView},
    backup_sets::{Changes, UpsertAnswer},
    customers::CustomerView,
    page::Page,
};

app_on_both! {
    an_upsert_is_all_or_nothing_and_repeatable,
    the_change_cursor_gives_every_change_once,
    k1_the_description_lists_every_route,
    keys_are_shown_once_and_end_at_once,
    pages_go_on_without_gaps,
}

fn set(external_id: &str, workload: &str) -> Value {
    json!({
        "external_id": external_id, "name": format!("Set {external_id}"), "customer": "Contoso", "tenant": "contoso.com",
        "account": "backup@contoso.com", "workloads": [workload], "client_version": "9.1.0.0",
    })
}

async fn an_upsert_is_all_or_nothing_and_repeatable(app: TestApp) {
    let key = app.key();
    let put = async |sets: &[Value]| key.put("/api/v1/backup-sets", &json!({ "sets": sets })).await;
    let two = [set("U-1", "exchange"), set("U-2", "onedrive")];
    let answer: UpsertAnswer = put(&two).await.ok();
    assert_eq!(answer, UpsertAnswer { added: 2, changed: 0, unchanged: 0, disconnected: 0 });
    let answer: UpsertAnswer = put(&two).await.ok();
    assert_eq!(answer, UpsertAnswer { added: 0, changed: 0, unchanged: 2, disconnected: 0 });
    let answer: UpsertAnswer = put(&[set("U-1", "tasks"), set("U-3", "tasks")]).await.ok();
    assert_eq!(answer, UpsertAnswer { added: 1, changed: 1, unchanged: 0, disconnected: 0 });
    let before = app.dump().await;
    let with = |name: &str, value: Value| {
        let mut one = set("U-9", "exchange");
        one[name] = value;
        one
    };
    for (wrong, field) in [
        (with("tenant", json!("nowhere.invalid")), "sets[1].tenant"),
        (with("external_id", json!("")), "sets[1].external_id"),
        (with("external_id", json!("U-8")), "sets[1].external_id"),
        (with("name", json!("a\u{7}b")), "sets[1].name"),
        (with("workloads", json!(["telegrams"])), "sets[1].workloads[0]"),
        (with("client_version", json!("new")), "sets[1].client_version"),
        (with("region", json!(7)), "sets[1].region"),
        (with("surprise", json!(1)), "sets[1].surprise"),
    ] {
        let problem = put(&[set("U-8", "exchange"), wrong]).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
        assert!(problem.detail.len() > 10, "{problem:?}");
    }
    put(&[]).await.refused(422, "field_invalid");
    assert_same(&before, &app.dump().await);
}

async fn the_change_cursor_gives_every_change_once(app: TestApp) {
    app.import_sample().await;
    let poll = async |after: i64, limit: u64| -> Changes {
        app.key().get(&format!("/api/v1/backup-sets/changes?after={after}&limit={limit}")).await.ok()
    };
    let none = poll(0, 10).await;
    assert_eq!((none.changes.len(), none.next, none.more), (0, 0, false));
    app.connect_account(&["CON-001", "CON-002", "CON-003"], "backup@contoso.com").await;
    let first = poll(0, 2).await;
    assert_eq!((first.changes.len(), first.more), (2, true));
    let rest = poll(first.next, 2).await;
    assert_eq!((rest.changes.len(), rest.more), (1, false));
    let sequences: Vec<i64> = first.changes.iter().chain(&rest.changes).map(|change| change.sequence).collect();
    assert_eq!(sequences, [1, 2, 3]);
    assert_eq!(poll(rest.next, 2).await.next, rest.next);
    for query in ["after=-1", "after=x", "after=0&limit=0", "after=0&limit=1001", "after=0&after=1", "surprise=1"] {
        let answer = app.key().get(&format!("/api/v1/backup-sets/changes?{query}")).await;
        assert_eq!(answer.status, 422, "{query}: {}", answer.text());
    }
}

async fn k1_the_description_lists_every_route(app: TestApp) {
    let description: Value = app.anonymous().get("/api/openapi.json").await.ok();
    let paths = description["paths"].as_object().expect("paths");
    assert!(paths.len() >= 25, "{}", paths.len());
    for (path, methods) in paths {
        for (method, described) in methods.as_object().unwrap() {
            assert!(described["summary"].as_str().is_some_and(|text| text.len() > 5), "{method} {path}");
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let address = path.replace("{id}", &uuid::Uuid::nil().to_string()).replace("{sign_in}", "x");
            let answer = app.key().send(method.clone(), &address, Some("application/json"), "{}").await;
            assert_ne!(answer.value()["code"], "no_such_endpoint", "{method} {path}");
            assert_ne!(answer.status, 405, "{method} {path}");
        }
        // No other method is there.
        let address = path.replace("{id}", &uuid::Uuid::nil().to_string()).replace("{sign_in}", "x");
        app.key().send(Method::PATCH, &address, None, "").await.refused(405, "wrong_method");
    }
    app.key().get("/api/v1/nothing").await.refused(404, "no_such_endpoint");
    let docs = app.anonymous().get("/api/docs").await;
    assert_eq!(docs.status, 200);
    assert!(docs.header("content-type").unwrap().starts_with("text/html"));
}

async fn keys_are_shown_once_and_end_at_once(app: TestApp) {
    let member = app.member().await;
    let made: ApiKeyCreated = member.post("/api/v1/api-keys", &json!({ "name": "jobs" })).await.ok();
    let mine = app.with_key(&made.secret);
    mine.get("/api/v1/overview").await.ok::<Value>();
    // A key manages no keys.
    mine.post("/api/v1/api-keys", &json!({ "name": "more" })).await.refused(403, "member_needed");
    let listed = member.get("/api/v1/api-keys").await;
    assert!(!listed.text().contains(&made.secret));
    let path = format!("/api/v1/api-keys/{}/revoke", made.key.id);
    let revoked: ApiKeyView = member.post(&path, &json!({})).await.ok();
    assert!(revoked.revoked_at.is_some());
    mine.get("/api/v1/overview").await.refused(401, "unauthenticated");
    // Ten minutes later somebody else may sit there.
    app.advance(11 * 60);
    member.post("/api/v1/api-keys", &json!({ "name": "late" })).await.refused(403, "sign_in_stale");
    // Half an hour without a request ends the session.
    app.advance(31 * 60);
    member.get("/api/v1/overview").await.refused(401, "unauthenticated");
    for wrong in ["", "rekey_", "rekey_x", &made.secret[6..], "Bearer"] {
        app.with_key(wrong).get("/api/v1/overview").await.refused(401, "unauthenticated");
    }
}

async fn pages_go_on_without_gaps(app: TestApp) {
    app.import_sample().await;
    // Unsealed events have no sequence yet, and the worker seals at any moment.
    app.seal_audit().await;
    for path in ["/api/v1/backup-sets?sort=-method&", "/api/v1/customers?", "/api/v1/audit?"] {
        let all: Page<Value> = app.key().get(&format!("{path}limit=100")).await.ok();
        let (mut found, mut next) = (Vec::new(), None::<String>);
        loop {
            let cursor = next.map_or(String::new(), |cursor| format!("&cursor={cursor}"));
            let page: Page<Value> = app.key().get(&format!("{path}limit=2{cursor}")).await.ok();
            assert!(page.items.len() <= 2);
            found.extend(page.items);
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        let id = |row: &Value| if row["id"].is_null() { row["sequence"].clone() } else { row["id"].clone() };
        let ids: Vec<Value> = all.items.iter().map(id).collect();
        assert_eq!(found.iter().map(id).collect::<Vec<_>>(), ids, "{path}");
        for query in ["limit=0", "limit=201", "limit=x", "cursor=x", "limit=1&limit=2", "nothing=1"] {
            let answer = app.key().get(&format!("{path}{query}")).await;
            assert_eq!(answer.status, 422, "{path}{query}: {}", answer.text());
        }
    }
    let customers: Page<CustomerView> = app.key().get("/api/v1/customers?query=contoso").await.ok();
    assert_eq!(customers.items.len(), 1);
    let wild: Page<Value> = app.key().get("/api/v1/backup-sets?query=%25").await.ok();
    assert!(wild.items.is_empty(), "% is a character, not a pattern");
}
