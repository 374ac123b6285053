//! The fleet: customers with how their access is, the worst first (H1, H7).

use rekey_tests::{app::TestApp, app_on_both};
use serde_json::{Value, json};
use server::services::certificates::Validity;
use shared::{
    api::{
        audit::AuditEntryView,
        backup_sets::BackupSetView,
        customers::{CustomerView, Health, HealthCounts},
        page::Page,
        waves::WaveView,
    },
    id::CustomerId,
};

app_on_both! {
    h1_the_list_says_how_access_is_and_the_worst_come_first,
    h1_filters_of_the_fleet_narrow_it,
    h1_a_customers_name_is_corrected_wherever_it_stands,
}

async fn list(app: &TestApp, query: &str) -> Vec<CustomerView> {
    let page: Page<CustomerView> = app.key().get(&format!("/api/v1/customers{query}")).await.ok();
    page.items
}

fn shape(customers: &[CustomerView]) -> Vec<(&str, Health)> {
    customers.iter().map(|one| (one.name.as_str(), one.health)).collect()
}

async fn h1_the_list_says_how_access_is_and_the_worst_come_first(app: TestApp) {
    app.import_sample().await;
    let first = list(&app, "").await;
    assert!(first.iter().all(|one| one.health == Health::NotConnected && one.sets.total() > 0), "{first:?}");
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.authorize(&["FAB-001"]).await;
    let sorted = list(&app, "?sort=attention").await;
    assert_eq!(
        shape(&sorted),
        [
            ("Adatum Corporation", Health::NotConnected),
            ("Fabrikam Inc.", Health::SetUpOpen),
            ("Contoso Ltd", Health::Ok)
        ]
    );
    assert_eq!((sorted[2].connected, sorted[2].connections.len(), sorted[1].open_authorizations), (1, 1, 1));
    // Twenty days are soon.
    let planted = app.plant_renewing_app("Adatum Corporation", Validity::Days(20)).await;
    let adatum = |list: Vec<CustomerView>| list.into_iter().find(|one| one.id == planted.customer).unwrap();
    let now = adatum(list(&app, "").await);
    assert_eq!((now.health, now.connected, now.ends_at.is_some()), (Health::EndsSoon, 1, true));
    let counts: HealthCounts = app.key().get("/api/v1/customers/counts").await.ok();
    assert_eq!((counts.ok, counts.ends_soon, counts.set_up_open, counts.total()), (1, 1, 1, 3));
    app.key().get("/api/v1/customers?sort=size").await.refused(422, "field_invalid");
    app.key().get("/api/v1/customers?health=well").await.refused(422, "field_invalid");
}

async fn h1_filters_of_the_fleet_narrow_it(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let names =
        async |query: &str| -> Vec<String> { list(&app, query).await.into_iter().map(|one| one.name).collect() };
    assert_eq!(names("?health=ok").await, ["Contoso Ltd"]);
    assert_eq!(names("?health=ok,not_connected&query=FAB").await, ["Fabrikam Inc."]);
    assert_eq!(names("?method=hybrid").await, ["Contoso Ltd"]);
    let id = app.ids(&["ADA-001"]).await;
    let body = json!({ "name": "Adatum", "selection": { "backup_sets": id } });
    let wave: WaveView = app.key().post("/api/v1/waves", &body).await.ok();
    assert_eq!(names(&format!("?wave={}", wave.id)).await, ["Adatum Corporation"]);
    // Pages of one, each customer once.
    let (mut seen, mut path) = (Vec::<CustomerId>::new(), "/api/v1/customers?sort=attention&limit=1".to_owned());
    loop {
        let page: Page<CustomerView> = app.key().get(&path).await.ok();
        seen.extend(page.items.iter().map(|one| one.id));
        let Some(next) = page.next else { break };
        path = format!("/api/v1/customers?sort=attention&limit=1&cursor={next}");
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 3);
    let overview: Value = app.key().get("/api/v1/overview").await.ok();
    assert_eq!(overview["sets"]["hybrid"], 1, "the overview counts by the same numbers: {overview}");
}

async fn h1_a_customers_name_is_corrected_wherever_it_stands(app: TestApp) {
    app.import_sample().await;
    let before = app.customer("Contoso Ltd").await;
    let order = async |app: &TestApp| -> Vec<String> {
        let page: Page<BackupSetView> = app.key().get("/api/v1/backup-sets?limit=200").await.ok();
        let mut names: Vec<_> = page.items.into_iter().map(|set| set.customer.name).collect();
        names.dedup();
        names
    };
    assert_eq!(order(&app).await, ["Adatum Corporation", "Contoso Ltd", "Fabrikam Inc."]);
    let path = format!("/api/v1/customers/{}/name", before.id);
    let named: CustomerView = app.key().post(&path, &json!({ "name": "  Zontoso AG " })).await.ok();
    assert_eq!(named, CustomerView { name: "Zontoso AG".to_owned(), ..before.clone() });
    assert_eq!(order(&app).await, ["Adatum Corporation", "Fabrikam Inc.", "Zontoso AG"], "sets stand in the new order");
    assert_eq!(shape(&list(&app, "?query=zonto").await).len(), 1);
    assert_eq!(app.set("CON-001").await.version, 1, "the sets themselves have not changed");
    // The tenant is what tells customers apart: a list with the old name changes nothing and adds nobody.
    app.import_sample().await;
    let there: Vec<_> = list(&app, "").await.into_iter().map(|one| one.name).collect();
    assert_eq!(there, ["Adatum Corporation", "Fabrikam Inc.", "Zontoso AG"]);
    for bad in ["", " ", &"x".repeat(121), "line\nbreak"] {
        let problem = app.key().post(&path, &json!({ "name": bad })).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some("name"), "{bad:?}");
    }
    let nobody = format!("/api/v1/customers/{}/name", CustomerId(app.state.new_id()));
    app.key().post(&nobody, &json!({ "name": "X" })).await.refused(404, "not_found");
    let log: Page<AuditEntryView> = app.key().get("/api/v1/audit?limit=200").await.ok();
    let renamed: Vec<_> = log.items.iter().filter(|one| one.event == "customer.renamed").collect();
    assert_eq!(renamed.len(), 1, "the same name once more is no change");
    assert!(renamed[0].detail.is_empty(), "L3: no name in the chain");
}
