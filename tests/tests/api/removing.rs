//! Taking a customer away: refused while anything of it works or is open, whole afterwards, and nobody else's (D8, H8).

use rekey_tests::{
    app::{TestApp, client::Answer},
    app_on_both,
};
use serde_json::{Value, json};
use server::{
    audit::{self, Verdict},
    services::certificates::Validity,
};
use shared::{
    api::{audit::AuditEntryView, customer_page::CustomerPageLink, customers::CustomerView, page::Page},
    id::CustomerId,
};

app_on_both! {
    d8_a_customer_goes_with_everything_that_is_its_own,
    d8_a_customer_with_access_or_something_open_stays,
    d8_only_a_manager_with_a_fresh_sign_in_removes_a_customer,
}

const CONTOSO: &str = "Contoso Ltd";
const FABRIKAM: &str = "Fabrikam Inc.";

async fn remove(app: &TestApp, id: CustomerId) -> Answer {
    app.member().await.delete(&format!("/api/v1/customers/{id}")).await
}

/// What may name somebody who is gone: what happened, what channels were told, what ids are limited to.
const STAYS: [&str; 7] = ["audit", "api_keys", "channels", "events", "work", "member_invitations", "imports"];

async fn d8_a_customer_goes_with_everything_that_is_its_own(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.plant_renewing_app(FABRIKAM, Validity::TwoYears).await;
    let (contoso, fabrikam) = (app.customer(CONTOSO).await, app.customer(FABRIKAM).await.id);
    let id = contoso.id;
    let page: CustomerPageLink = app.key().post(&format!("/api/v1/customers/{id}/page-link"), &json!({})).await.ok();
    let secret = page.url.split_once('#').expect("a secret").1;
    let body = json!({ "customer": id, "reason": "A test", "hours": 1 });
    app.member().await.post("/api/v1/restores", &body).await.ok::<Value>();
    let body = json!({ "name": "limited", "customers": [id] });
    let limited: Value = app.member().await.post("/api/v1/api-keys", &body).await.ok();
    let called_off = app.authorize(&["CON-002"]).await;
    let link = app.link(called_off.id).await;
    app.key().post(&format!("/api/v1/authorizations/{}/cancel", called_off.id), &json!({})).await.ok::<Value>();
    let connection = contoso.connections[0].id;
    app.key().post(&format!("/api/v1/connections/{connection}/disconnect"), &json!({})).await.ok::<Value>();
    let others: CustomerView = app.key().get(&format!("/api/v1/customers/{fabrikam}")).await.ok();
    let sets = app.sets().await;

    let before = app.dump().await;

    assert_eq!(remove(&app, id).await.status, 204);

    app.key().get(&format!("/api/v1/customers/{id}")).await.refused(404, "not_found");
    app.connect(secret).get("/api/v1/customer-page").await.refused(404, "not_found");
    app.connect(&link).get("/api/v1/connect").await.refused(404, "not_found");
    let left = app.sets().await;
    assert!(left.iter().all(|set| set.customer.id != id) && left.len() < sets.len());
    assert_eq!(left.len(), sets.iter().filter(|set| set.customer.id != id).count());
    let forms = [id.to_string(), id.0.simple().to_string(), connection.to_string(), connection.0.simple().to_string()];
    let names_it = |row: &&String| forms.iter().any(|form| row.to_lowercase().contains(form));
    assert!(before["backup_sets"].iter().any(|row| names_it(&row)), "the dump shows ids");
    for (table, rows) in app.dump().await {
        let names = rows.iter().find(names_it);
        assert!(names.is_none() || STAYS.contains(&table.as_str()), "{table}: {names:?}");
    }
    // The neighbour is as it was; a key for somebody who is gone reaches nobody.
    assert_eq!(app.key().get(&format!("/api/v1/customers/{fabrikam}")).await.ok::<CustomerView>(), others);
    let reached: Value = app.with_key(limited["secret"].as_str().unwrap()).get("/api/v1/backup-sets").await.ok();
    assert_eq!(reached["items"], json!([]));
    // What happened stands in the log, and the log is whole.
    let log: Page<AuditEntryView> = app.key().get("/api/v1/audit?limit=200").await.ok();
    let gone = log.items.iter().find(|entry| entry.event == "customer.removed").expect("the event");
    assert!(gone.detail.starts_with("sets=17 tenant=") && gone.customer.is_none(), "{gone:?}");
    assert!(log.items.iter().any(|entry| entry.event == "connection.disconnected"));
    app.seal_audit().await;
    let verdict = audit::verify(&app.state.store, &app.state.keyring, app.organization, &[]).await.expect("a log");
    assert!(matches!(verdict, Verdict::Whole { .. }));
    remove(&app, id).await.refused(404, "not_found");
    // A list that names the tenant again makes another customer.
    app.import_sample().await;
    assert_ne!(app.customer(CONTOSO).await.id, id);
    assert_eq!(app.set("CON-001").await.connection, None);
    // Nothing that was planned stumbles over what is gone.
    app.advance(4 * 24 * 3600);
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
}

async fn d8_a_customer_with_access_or_something_open_stays(app: TestApp) {
    app.import_sample().await;
    app.plant_renewing_app(FABRIKAM, Validity::TwoYears).await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let (contoso, fabrikam) = (app.customer(CONTOSO).await.id, app.customer(FABRIKAM).await.id);
    let before = app.sets().await.len();
    remove(&app, contoso).await.refused(409, "customer_has_access");
    remove(&app, fabrikam).await.refused(409, "customer_has_access");
    let open = app.authorize(&["CON-002"]).await;
    remove(&app, contoso).await.refused(409, "authorization_open");
    app.key().post(&format!("/api/v1/authorizations/{}/cancel", open.id), &json!({})).await.ok::<Value>();
    assert_eq!(app.sets().await.len(), before);
    // The kill switch leaves nothing that works, in an emergency.
    let body = json!({ "confirm": FABRIKAM });
    app.member().await.post(&format!("/api/v1/customers/{fabrikam}/kill-switch"), &body).await.ok::<Value>();
    assert_eq!(remove(&app, fabrikam).await.status, 204);
    assert!(app.sets().await.iter().all(|set| set.customer.id != fabrikam));
}

async fn d8_only_a_manager_with_a_fresh_sign_in_removes_a_customer(app: TestApp) {
    app.import_sample().await;
    let id = app.customer(FABRIKAM).await.id;
    let path = format!("/api/v1/customers/{id}");
    app.key().delete(&path).await.refused(403, "member_needed");
    let member = app.member().await;
    app.advance(660);
    member.delete(&path).await.refused(403, "sign_in_stale");
    app.key().get(&path).await.ok::<CustomerView>();
}
