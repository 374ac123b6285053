//! What may be chosen, what is refused before anybody signs in, and what the preview says.

use rekey_tests::{
    app::{Backend, Setup, TestApp, dump::assert_same, eventually},
    app_on_both,
};
use serde_json::json;
use server::services::rules;
use shared::{
    api::{
        audit::AuditEntryView,
        authorizations::{AuthorizationPreview, AuthorizationView, Consenter, CreateAuthorization},
        backup_sets::{BackupSetView, SplitAnswer},
        customers::{ConfirmTenant, CreateCustomer, CustomerView},
        page::Page,
    },
    backup_set::Covers,
    method::Method,
    rules::suitability::RuleSwitches,
    workload::Workload,
};

app_on_both! {
    f6_a_preview_stores_nothing,
    c2_every_permission_comes_with_its_reason,
    a05_every_other_start_and_end_is_refused,
    f5_f10_two_accounts_are_a_queue_of_two,
    f6_a_preview_names_what_is_under_way_already,
    a07_a_switch_of_the_rules_is_audited,
    a07_a_set_is_split_so_that_each_part_has_its_method,
}

async fn preview(app: &TestApp, external_ids: &[&str]) -> AuthorizationPreview {
    let request = app.hybrid(external_ids).await;
    app.key().post("/api/v1/authorizations/preview", &request).await.ok()
}

async fn f6_a_preview_stores_nothing(app: TestApp) {
    app.import_sample().await;
    preview(&app, &["CON-001"]).await;
    let before = app.dump().await;
    for sets in [&["CON-001", "CON-009"][..], &["CON-015"], &["FAB-002"]] {
        preview(&app, sets).await;
    }
    assert_same(&before, &app.dump().await);
}

/// Nobody is asked twice for the same sets without being told: open ones count, and only while a sign-in is awaited.
async fn f6_a_preview_names_what_is_under_way_already(app: TestApp) {
    app.import_sample().await;
    assert_eq!(preview(&app, &["CON-001", "CON-002"]).await.under_way, []);
    let first = app.authorize(&["CON-001", "CON-009"]).await;
    let shown = preview(&app, &["CON-001", "CON-002"]).await.under_way;
    assert_eq!(shown.iter().map(|one| (one.id, one.sets)).collect::<Vec<_>>(), [(first.id, 1)]);
    assert_eq!((shown[0].created_at, &shown[0].created_by), (first.created_at, &first.created_by));
    assert_eq!(preview(&app, &["CON-002"]).await.under_way, [], "another set");
    app.advance(1);
    let second = app.authorize(&["CON-002", "CON-001"]).await;
    let shown = preview(&app, &["CON-001", "CON-002"]).await.under_way;
    let found: Vec<_> = shown.iter().map(|one| (one.id, one.sets)).collect();
    assert_eq!(found, [(second.id, 2), (first.id, 1)], "the newest first");
    let path = format!("/api/v1/authorizations/{}/cancel", second.id);
    let _: AuthorizationView = app.key().post(&path, &serde_json::json!({})).await.ok();
    let shown = preview(&app, &["CON-001", "CON-002"]).await.under_way;
    assert_eq!(shown.iter().map(|one| one.id).collect::<Vec<_>>(), [first.id], "what was called off waits for nobody");
}

/// C2, O5: in the preview and again on the page where the holder decides.
async fn c2_every_permission_comes_with_its_reason(app: TestApp) {
    app.import_sample().await;
    let shown = preview(&app, &["CON-001", "CON-005", "CON-007"]).await;
    let permissions = &shown.sign_ins[0].permissions;
    let values: Vec<_> = permissions.iter().map(|one| one.value.as_str()).collect();
    assert_eq!(values, ["Mail.Read", "MailboxSettings.Read", "Files.Read", "Sites.Read.All"]);
    for one in permissions {
        assert!(one.title.len() > 5 && one.reason.len() > 20 && one.without.len() > 20, "{one:?}");
    }
    assert_eq!(permissions[2].consent, Consenter::User);
    assert_eq!(permissions[0].consent, Consenter::Administrator);
    assert!(shown.sign_ins[0].needs_administrator);
    let made = app.authorize(&["CON-001", "CON-005", "CON-007"]).await;
    let view = app.view(&app.link(made.id).await).await;
    assert_eq!(&view.sign_in.permissions, permissions);
    // The permissions follow the chosen data, nothing more.
    let files = preview(&app, &["CON-005"]).await;
    assert_eq!(files.sign_ins[0].permissions.len(), 1);
    assert!(!files.sign_ins[0].needs_administrator);
}

/// Basic to hybrid only; other people's data, groups and old clients are refused with what to do instead.
async fn a05_every_other_start_and_end_is_refused(app: TestApp) {
    app.import_sample().await;
    let key = app.key();
    let ids = app.ids(&["CON-001"]).await;
    let back = CreateAuthorization::new(ids.clone(), Method::Basic);
    key.post("/api/v1/authorizations", &back).await.refused(422, "field_invalid");
    key.post("/api/v1/authorizations/preview", &back).await.refused(422, "field_invalid");
    // hybrid that is hybrid already is renewed, and keeps its method; it never becomes anything else.
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let renewal = preview(&app, &["CON-001"]).await;
    assert_eq!((renewal.sets, renewal.method), (1, Method::Hybrid));
    assert!(!renewal.sign_ins[0].already_connected, "a renewal is a sign-in");
    let modern = CreateAuthorization::new(ids, Method::Modern);
    let shown: AuthorizationPreview = key.post("/api/v1/authorizations/preview", &modern).await.ok();
    assert_eq!((shown.sets, shown.refused[0].code.as_str()), (0, "only_from_basic"));
    // A-07, F4: whose data it is decides.
    for (external_id, text) in [("CON-015", "other people"), ("CON-016", ""), ("CON-017", "")] {
        let shown = preview(&app, &[external_id]).await;
        assert_eq!((shown.sign_ins, shown.refused.len()), (vec![], 1), "{external_id}");
        let refused = &shown.refused[0];
        assert!(refused.text.to_lowercase().contains(text) && refused.instead.is_some(), "{refused:?}");
        let request = app.hybrid(&[external_id]).await;
        key.post("/api/v1/authorizations", &request).await.refused(409, "nothing_to_authorize");
    }
    // 8.3.4.0 is older than 8.3.6.0.
    let old = preview(&app, &["FAB-002"]).await;
    assert!(old.refused[0].text.contains("8.3.6") || old.refused[0].code.contains("old"), "{:?}", old.refused);
    // Sets of two customers, absent sets, too many.
    let two = app.hybrid(&["CON-002", "FAB-001"]).await;
    assert_eq!(
        key.post("/api/v1/authorizations", &two).await.refused(422, "field_invalid").field.unwrap(),
        "backup_sets"
    );
    let absent = CreateAuthorization { backup_sets: vec![shared::id::BackupSetId(uuid::Uuid::nil())], ..two.clone() };
    key.post("/api/v1/authorizations", &absent).await.refused(422, "field_invalid");
    let none = CreateAuthorization { backup_sets: vec![], ..two };
    key.post("/api/v1/authorizations", &none).await.refused(422, "field_invalid");
}

async fn f5_f10_two_accounts_are_a_queue_of_two(app: TestApp) {
    app.import_sample().await;
    let made = app.authorize(&["CON-009", "CON-001", "CON-010"]).await;
    let queue: Vec<_> = made.sign_ins.iter().map(|one| (one.account.as_str(), one.sets.len())).collect();
    assert_eq!(queue, [("backup@contoso.com", 1), ("priya.shah@contoso.com", 2)]);
    let view = app.view(&app.link(made.id).await).await;
    assert_eq!(view.queue.len(), 2);
    // Some of the chosen sets cannot take part: the others go on.
    let mixed = preview(&app, &["CON-002", "CON-015"]).await;
    assert_eq!((mixed.sets, mixed.refused.len()), (1, 1));
}

/// Personal Sites keep a set from modern until the operator switches the rule off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a07_f4_personal_sites_wait_until_the_switch() {
    let modern = |set: &BackupSetView| set.recommendation.modern.clone();
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let set = app.set("CON-012").await;
    assert!(!modern(&set).possible && modern(&set).text.unwrap().contains("Personal Sites"), "{:?}", modern(&set));
    assert!(set.recommendation.hybrid.possible, "the workaround is hybrid");
    assert!(app.set("CON-017").await.recommendation.split.is_some(), "OneDrive without Personal Sites could go");
    preview(&app, &["CON-012"]).await.sign_ins.first().expect("hybrid takes it");

    let rules = RuleSwitches { personal_sites_block_modern: false, ..RuleSwitches::default() };
    let app = TestApp::start_with(Setup { rules, ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    assert!(modern(&app.set("CON-012").await).possible);
    assert!(modern(&app.set("CON-017").await).possible);
}

/// the switch is audited once, however often the server starts with it, and so is the way back.
async fn a07_a_switch_of_the_rules_is_audited(mut app: TestApp) {
    let said = async |app: &TestApp| {
        let page: Page<AuditEntryView> = app.key().get("/api/v1/audit?limit=200").await.ok();
        let all = page.items.into_iter().filter(|one| one.event == "rules.changed");
        all.map(|one| (one.actor, one.detail)).collect::<Vec<_>>()
    };
    app.restart().await;
    rules::audit_switches(&app.state).await.unwrap();
    assert!(said(&app).await.is_empty(), "the built-in rules are no change");
    let off = RuleSwitches { personal_sites_block_modern: false, ..RuleSwitches::default() };
    for (switches, count) in [(off, 1), (off, 1), (RuleSwitches::default(), 2)] {
        app.restart_with(switches).await;
        eventually("the change is audited", async || said(&app).await.len() >= count).await;
        rules::audit_switches(&app.state).await.unwrap();
        let all = said(&app).await;
        assert_eq!(all.len(), count, "{all:?}");
        let (actor, detail) = all.first().expect("the newest");
        assert_eq!((actor.as_str(), detail), ("operator", &switches.to_string()));
    }
}

/// O6: a customer whose tenant nobody confirmed cannot be authorized.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o6_nothing_starts_before_the_tenant_is_confirmed() {
    let app = TestApp::start(Backend::Sqlite).await;
    let key = app.key();
    let body = CreateCustomer { name: "Contoso Ltd".to_owned(), tenant: "contoso.com".to_owned() };
    let customer: CustomerView = key.post("/api/v1/customers", &body).await.ok();
    assert_eq!((customer.confirmed_at, customer.domain.as_deref()), (None, Some("contoso.com")));
    assert_eq!(customer.tenant, app.identity("backup@contoso.com").0);
    key.post("/api/v1/customers", &body).await.refused(409, "customer_exists");
    let set = serde_json::json!({ "sets": [{
        "external_id": "X-1", "name": "Mail", "customer": "Contoso Ltd", "tenant": "contoso.com",
        "account": "backup@contoso.com", "workloads": ["exchange"], "client_version": "9.1.0.0",
    }] });
    key.put("/api/v1/backup-sets", &set).await.ok::<serde_json::Value>();
    let request = app.hybrid(&["X-1"]).await;
    let shown: AuthorizationPreview = key.post("/api/v1/authorizations/preview", &request).await.ok();
    assert!(shown.tenant_unconfirmed, "an upsert confirms nothing");
    key.post("/api/v1/authorizations", &request).await.refused(409, "tenant_unconfirmed");
    let path = format!("/api/v1/customers/{}/confirm-tenant", customer.id);
    let wrong = ConfirmTenant { tenant: app.identity("backup@fabrikam.com").0 };
    key.post(&path, &wrong).await.refused(409, "tenant_differs");
    key.post(&path, &ConfirmTenant { tenant: customer.tenant }).await.ok::<CustomerView>();
    app.authorize(&["X-1"]).await;
}

/// A-07, M-12: Personal Sites keep a set from modern, other people's data from hybrid. Split in two, each part goes its way; the
/// backup product names the new set.
async fn a07_a_set_is_split_so_that_each_part_has_its_method(app: TestApp) {
    app.import_sample().await;
    let set = app.set("CON-017").await;
    assert_eq!(set.recommendation.method, None, "no one method reaches it all");
    let offer = set.recommendation.split.clone().expect("an offer");
    assert_eq!(offer.hybrid_part, [Workload::PersonalSites].into());
    assert_eq!(offer.modern_part, [Workload::Onedrive].into());
    let path = format!("/api/v1/backup-sets/{}/split", set.id);
    let wanted = |workloads: &[&str], external_id: &str| json!({ "workloads": workloads, "external_id": external_id, "name": "Personal Sites" });
    let before = app.dump().await;
    for (body, field) in [
        (wanted(&["onedrive", "personal_sites"], "CON-018"), "workloads"),
        (wanted(&["exchange"], "CON-018"), "workloads"),
        (wanted(&["personal_sites"], "CON-001"), "external_id"),
        (wanted(&["personal_sites"], " "), "external_id"),
    ] {
        let problem = app.key().post(&path, &body).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some(field), "{problem:?}");
    }
    let whole = format!("/api/v1/backup-sets/{}/split", app.set("CON-001").await.id);
    app.key().post(&whole, &wanted(&["exchange"], "CON-018")).await.refused(409, "nothing_to_split");
    assert_same(&before, &app.dump().await);

    let answer: SplitAnswer = app.key().post(&path, &wanted(&["personal_sites"], "CON-018")).await.ok();
    let (kept, made) = (app.set("CON-017").await, app.set("CON-018").await);
    assert_eq!((&answer.kept, &answer.made), (&kept, &made));
    assert_eq!((kept.workloads.len(), kept.recommendation.method), (1, Some(Method::Modern)));
    assert_eq!((made.covers, made.recommendation.method), (Covers::OwnAccount, Some(Method::Hybrid)));
    assert_eq!((made.customer.id, &made.account, made.method), (set.customer.id, &set.account, Method::Basic));
    assert_eq!((kept.recommendation.split, made.recommendation.split), (None, None));
    assert_eq!(preview(&app, &["CON-018"]).await.sets, 1);
    let list: Page<AuditEntryView> = app.key().get("/api/v1/audit").await.ok();
    assert!(list.items.iter().any(|one| one.event == "backup_set.split"), "{list:?}");
    // The product's next list says the same: nothing is disconnected, nothing comes back together.
    app.key().post(&path, &wanted(&["onedrive"], "CON-019")).await.refused(409, "nothing_to_split");
}
