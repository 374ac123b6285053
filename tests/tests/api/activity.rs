//! What the log shows: whose each event is, by which role, and those of one customer (J1).

use rekey_tests::{
    app::{TestApp, set_up::ADMINISTRATOR},
    app_on_both,
};
use serde_json::json;
use shared::{
    api::{audit::AuditEntryView, page::Page},
    id::CustomerId,
};

app_on_both! {
    j1_the_role_that_carried_a_set_up_is_in_the_log,
    j1_events_name_their_customer_and_their_authorization,
    j1_the_log_of_one_customer_is_whole_and_nobody_elses,
}

async fn log(app: &TestApp, query: &str) -> Page<AuditEntryView> {
    app.key().get(&format!("/api/v1/audit?{query}")).await.ok()
}

async fn event(app: &TestApp, name: &str) -> AuditEntryView {
    let all = log(app, "limit=200").await.items;
    all.into_iter().find(|entry| entry.event == name).unwrap_or_else(|| panic!("no {name}"))
}

async fn j1_the_role_that_carried_a_set_up_is_in_the_log(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    assert_eq!(event(&app, "sign_in.saved").await.detail, "", "hybrid needs no role");
    app.set_up(&["CON-015"]).await;
    let saved = event(&app, "sign_in.saved").await;
    assert_eq!((saved.detail.as_str(), saved.actor.as_str()), ("role=global_administrator", ADMINISTRATOR));
    let done = event(&app, "sign_in.done").await;
    assert!(done.detail.ends_with("sets=1 kept=0 role=global_administrator"), "{}", done.detail);
}

async fn j1_events_name_their_customer_and_their_authorization(app: TestApp) {
    app.import_sample().await;
    let road = app.connect_account(&["CON-001"], "backup@contoso.com").await;
    for name in ["authorization.created", "sign_in.saved", "sign_in.done"] {
        let entry = event(&app, name).await;
        assert_eq!(entry.customer.map(|one| one.name).as_deref(), Some("Contoso Ltd"), "{name}");
        assert_eq!(entry.authorization, Some(road.authorization.id), "{name}");
    }
    let import = event(&app, "import.confirmed").await;
    assert_eq!((import.customer, import.authorization), (None, None), "it is of nobody in particular");
}

async fn j1_the_log_of_one_customer_is_whole_and_nobody_elses(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.plant_renewing_app("Fabrikam Inc.", server::services::certificates::Validity::TwoYears).await;
    let (contoso, fabrikam) = (app.customer("Contoso Ltd").await.id, app.customer("Fabrikam Inc.").await.id);
    for id in [contoso, fabrikam] {
        app.key().post(&format!("/api/v1/customers/{id}/page-link"), &json!({})).await.ok::<serde_json::Value>();
    }
    let whole = log(&app, "limit=200").await.items;
    let of = |id: CustomerId| -> Vec<i64> {
        let mine = whole.iter().filter(|entry| entry.customer.as_ref().is_some_and(|one| one.id == id));
        mine.map(|entry| entry.sequence).collect()
    };
    assert!(of(contoso).len() > 3 && !of(fabrikam).is_empty());
    for id in [contoso, fabrikam] {
        // Page by page, each event once.
        let (mut seen, mut query) = (Vec::new(), format!("customer={id}&limit=2"));
        loop {
            let page = log(&app, &query).await;
            assert!(
                page.items.len() <= 2
                    && page.items.iter().all(|one| one.customer.as_ref().is_some_and(|one| one.id == id))
            );
            seen.extend(page.items.into_iter().map(|entry| (entry.at, entry.event, entry.subject)));
            let Some(next) = page.next else { break };
            query = format!("customer={id}&limit=2&cursor={next}");
        }
        assert_eq!(seen.len(), of(id).len());
        seen.dedup();
        assert_eq!(seen.len(), of(id).len());
    }
    // Another organization's customer is not there.
    let neighbour = app.neighbour().await;
    app.with_key(&neighbour.key.secret)
        .get(&format!("/api/v1/audit?customer={contoso}"))
        .await
        .refused(404, "not_found");
    app.key().get("/api/v1/audit?customer=x").await.refused(422, "query_invalid");
}
