//! Every route by whoever works with *other* customers of the same organization: a technician, and a key that is limited (H6);
//! and by a member who was removed (M4). What is out of reach is not there.

use super::matrix::{Kind, Records, looks, mentions, rows};
use rekey_tests::{
    app::{TestApp, client::Client, dump::assert_same},
    app_on_both,
};
use serde_json::{Value, json};
use server::store::members::Member;
use shared::{
    api::{api_keys::ApiKeyCreated, imports::ImportView, session::MemberRole},
    id::{CustomerId, MemberId},
};

app_on_both! {
    h6_every_route_by_whoever_works_with_other_customers,
    h6_a_technician_does_the_whole_road_for_their_own_customers,
    h6_lists_that_a_technician_brings_touch_only_their_customers,
    m4_every_route_by_a_former_member,
}

pub const TESSA: &str = "tessa.moreau@northwind.example";

/// A colleague with this role.
pub async fn colleague(app: &TestApp, role: MemberRole, customers: &[CustomerId]) -> (MemberId, Client) {
    colleague_called(app, TESSA, role, customers).await
}

/// The same, somebody else.
pub async fn colleague_called(
    app: &TestApp,
    username: &str,
    role: MemberRole,
    customers: &[CustomerId],
) -> (MemberId, Client) {
    let (tenant, object) = app.identity(username);
    let id = MemberId(app.state.new_id());
    let member = Member { id, tenant, object, name: "Tessa Moreau".to_owned(), username: username.to_owned(), role };
    let tx = app.state.store.write(app.organization).await.unwrap();
    tx.add_member(&member, app.state.now()).await.unwrap();
    tx.choose_customers(id, customers).await.unwrap();
    server::services::sessions::locate_member(&tx, app.organization, id, tenant, object).await.unwrap();
    tx.commit().await.unwrap();
    (id, app.session(&app.sign_in(username).await))
}

/// A key for one customer.
pub async fn limited_key(app: &TestApp, customer: CustomerId) -> Client {
    let body = json!({ "name": "limited", "customers": [customer] });
    let made: ApiKeyCreated = app.member().await.post("/api/v1/api-keys", &body).await.ok();
    app.with_key(&made.secret)
}

async fn h6_every_route_by_whoever_works_with_other_customers(app: TestApp) {
    let records = Records::make(&app).await;
    let adatum = app.customer("Adatum Corporation").await.id;
    let (_, technician) = colleague(&app, MemberRole::Technician, &[adatum]).await;
    let key = limited_key(&app, adatum).await;
    for client in [&technician, &key] {
        client.get("/api/v1/overview").await.ok::<Value>();
    }
    let before = app.dump().await;
    for (method, path, kind) in rows() {
        if matches!(kind, Kind::Public | Kind::Connect | Kind::Session)
            || path.ends_with("/live") && kind == Kind::Connect
        {
            continue;
        }
        for (who, client) in [("a technician", &technician), ("a limited key", &key)] {
            if kind == Kind::List && method != "GET" {
                continue;
            }
            let there = records.call(client, method, path, true).await;
            let what = format!("{method} {path} by {who}: {}", there.text());
            assert!(!mentions(&there, &records), "{what}");
            if kind == Kind::List {
                assert!(matches!(there.status, 200 | 403), "{what}");
                continue;
            }
            assert!((400..500).contains(&there.status), "{what}");
            let absent = records.call(client, method, path, false).await;
            assert_eq!(looks(&there), looks(&absent), "{what}");
        }
    }
    assert_same(&before, &app.dump().await);
}

/// The same right that refuses others' customers is enough for one's own, from the plan to the method.
async fn h6_a_technician_does_the_whole_road_for_their_own_customers(app: TestApp) {
    app.import_sample().await;
    let contoso = app.customer("Contoso Ltd").await.id;
    let (_, technician) = colleague(&app, MemberRole::Technician, &[contoso]).await;
    let customers: Value = technician.get("/api/v1/customers").await.ok();
    assert_eq!(customers["items"].as_array().map(Vec::len), Some(1));
    let counts: Value = technician.get("/api/v1/backup-sets/counts").await.ok();
    assert_eq!(counts["total"], 17, "Contoso's only: {counts}");
    let overview: Value = technician.get("/api/v1/overview").await.ok();
    assert_eq!((&overview["customers"], overview["fleet"].as_array().map(Vec::len)), (&json!(1), Some(1)));
    let session: Value = technician.get("/api/v1/session").await.ok();
    assert_eq!((&session["counts"]["customers"], &session["counts"]["backup_sets"]), (&json!(1), &json!(17)));
    let request = app.hybrid(&["CON-001"]).await;
    let made: Value = technician.post("/api/v1/authorizations", &request).await.ok();
    let id = made["id"].as_str().unwrap();
    let path = format!("/api/v1/authorizations/{id}/invitations");
    let invited: Value = technician.post(&path, &json!({})).await.ok();
    let secret = invited["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let sign_in = serde_json::from_value(made["sign_ins"][0]["id"].clone()).unwrap();
    let attempt = app.attempt(&secret, sign_in).await;
    let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
    app.save(&attempt.secret, &tokens).await.ok::<Value>();
    let set: Value = technician.get(&format!("/api/v1/backup-sets/{}", request.backup_sets[0])).await.ok();
    assert_eq!(set["method"], "hybrid");
    let changes: Value = technician.get("/api/v1/backup-sets/changes").await.ok();
    assert_eq!(changes["changes"].as_array().map(Vec::len), Some(1));
    // What belongs to the organization as a whole is not a technician's.
    let new = json!({ "name": "New", "tenant": "adatum.com" });
    technician.post("/api/v1/customers", &new).await.refused(403, "role_insufficient");
    technician.get("/api/v1/audit").await.refused(403, "role_insufficient");
    technician.get("/api/v1/members").await.refused(403, "role_insufficient");
    technician.get("/api/v1/api-keys").await.refused(403, "role_insufficient");
}

async fn h6_lists_that_a_technician_brings_touch_only_their_customers(app: TestApp) {
    app.import_sample().await;
    let contoso = app.customer("Contoso Ltd").await.id;
    let (_, technician) = colleague(&app, MemberRole::Technician, &[contoso]).await;
    let csv = "external_id,name,customer,tenant,workloads\n\
        CON-001,Renamed,Contoso Ltd,contoso.com,exchange\n\
        NEW-001,Mine,Contoso Ltd,contoso.com,exchange\n\
        NEW-002,Not mine,Fabrikam Inc.,fabrikam.com,exchange\n\
        FAB-001,Taken over,Contoso Ltd,contoso.com,exchange\n";
    let taken = app.sets().await.into_iter().find(|set| set.customer.name == "Fabrikam Inc.").unwrap().external_id;
    let csv = csv.replace("FAB-001", &taken);
    let shown: ImportView = technician.upload_csv("/api/v1/imports", csv).await.ok();
    let bad: Vec<_> = shown.bad_lines.iter().map(|line| (line.line, line.field.clone().unwrap_or_default())).collect();
    assert_eq!(bad, [(4, "tenant".to_owned()), (5, "external_id".to_owned())], "{:?}", shown.bad_lines);
    assert_eq!((shown.new, shown.changed), (1, 1));
    // A tenant that nobody here has gets the same answer: a list finds nobody out.
    let unknown = "external_id,name,customer,tenant,workloads\nX-1,X,X,11111111-2222-4333-8444-555555555555,exchange\n";
    let other: ImportView = technician.upload_csv("/api/v1/imports", unknown.to_owned()).await.ok();
    assert_eq!(other.bad_lines[0].reason, shown.bad_lines[0].reason);
    let path = format!("/api/v1/imports/{}/confirm", shown.id);
    technician.post(&path, &json!({ "leave_out_bad_lines": true })).await.ok::<ImportView>();
    assert_eq!(app.set("NEW-001").await.customer.id, contoso);
    assert_eq!(app.set(&taken).await.customer.name, "Fabrikam Inc.");
    // The list of somebody else names customers that are not theirs.
    let foreign = app.import_sample().await;
    technician.get(&format!("/api/v1/imports/{}", foreign.id)).await.refused(404, "not_found");
    let body = json!({ "sets": [{
        "external_id": taken, "name": "Mine", "customer": "Contoso Ltd", "tenant": "contoso.com", "workloads": ["tasks"],
    }] });
    let problem = technician.put("/api/v1/backup-sets", &body).await.refused(422, "field_invalid");
    assert_eq!(problem.field.as_deref(), Some("sets[0].external_id"));
    // Whose customers were taken away while a list waited finds it changed.
    let waiting: ImportView = technician
        .upload_csv(
            "/api/v1/imports",
            "external_id,name,customer,tenant,workloads\nLAST,L,C,contoso.com,tasks\n".to_owned(),
        )
        .await
        .ok();
    let members: Value = app.member().await.get("/api/v1/members").await.ok();
    let tessa = members.as_array().unwrap().iter().find(|one| one["username"] == TESSA).unwrap()["id"].clone();
    let adatum = app.customer("Adatum Corporation").await.id;
    let path = format!("/api/v1/members/{}", tessa.as_str().unwrap());
    let body = json!({ "role": "technician", "customers": [adatum] });
    app.member().await.post(&path, &body).await.ok::<Value>();
    let path = format!("/api/v1/imports/{}/confirm", waiting.id);
    technician.post(&path, &json!({})).await.refused(409, "changed_meanwhile");
}

async fn m4_every_route_by_a_former_member(app: TestApp) {
    let records = Records::make(&app).await;
    let (id, former) = colleague(&app, MemberRole::Admin, &[]).await;
    former.get("/api/v1/overview").await.ok::<Value>();
    assert_eq!(app.member().await.post(&format!("/api/v1/members/{id}/remove"), &json!({})).await.status, 204);
    let before = app.dump().await;
    for (method, path, kind) in rows() {
        if !matches!(kind, Kind::Public | Kind::Connect) {
            let answer = records.call(&former, method, path, true).await;
            assert_eq!(answer.status, 401, "{method} {path}: {}", answer.text());
        }
    }
    assert_same(&before, &app.dump().await);
}
