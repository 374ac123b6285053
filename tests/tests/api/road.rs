//! The main road, from a list to hybrid, on both databases.

use rekey_tests::{
    app::{
        OWNER, TestApp,
        dump::{Dump, differences},
    },
    app_on_both,
};
use server::{audit, cli::demo::world};
use shared::{
    api::{
        audit::AuditEntryView,
        authorizations::{AuthorizationPreview, AuthorizationState, AuthorizationView, SignInState, StepState},
        backup_sets::Changes,
        connect::ConnectView,
        customers::ConnectionState,
        imports::{ConfirmImport, ImportState, ImportView},
        page::Page,
    },
    method::Method,
};

app_on_both! {
    h1_to_h11_a_list_becomes_hybrid,
    a04_a_connected_account_needs_only_save,
    h11_b13_nothing_changes_before_save_and_all_at_once_after,
    n_the_road_goes_on_after_a_restart,
}

/// The fourteen sets of Contoso that one account's own data can be moved with.
const FOURTEEN: [&str; 14] = [
    "CON-001", "CON-002", "CON-003", "CON-004", "CON-005", "CON-006", "CON-007", "CON-008", "CON-009", "CON-010",
    "CON-011", "CON-012", "CON-013", "CON-014",
];

async fn h1_to_h11_a_list_becomes_hybrid(app: TestApp) {
    // H-2: the list, first only shown.
    let member = app.member().await;
    let preview: ImportView = member.upload_csv("/api/v1/imports", world::SAMPLE).await.ok();
    assert_eq!((preview.state, preview.lines, preview.new, preview.bad), (ImportState::Preview, 23, 23, 0));
    assert_eq!(app.sets().await, [], "nothing is stored before the confirmation");
    let path = format!("/api/v1/imports/{}/confirm", preview.id);
    let confirmed: ImportView = member.post(&path, &ConfirmImport::default()).await.ok();
    assert_eq!(confirmed.state, ImportState::Confirmed);
    assert_eq!(app.sets().await.len(), 23);
    // a suggestion with its reason; the set stays as it is.
    let first = app.set("CON-001").await;
    assert_eq!((first.method, first.recommendation.method), (Method::Basic, Some(Method::Hybrid)));
    assert!(first.recommendation.text.len() > 20, "{:?}", first.recommendation);

    // H-3 to H-5 and F6, F10: one sign-in an account.
    let request = app.hybrid(&FOURTEEN).await;
    let shown: AuthorizationPreview = member.post("/api/v1/authorizations/preview", &request).await.ok();
    let accounts: Vec<_> = shown.sign_ins.iter().map(|one| (one.account.as_str(), one.sets.len())).collect();
    assert_eq!(accounts, [("backup@contoso.com", 8), ("priya.shah@contoso.com", 6)]);
    assert_eq!((shown.sets, shown.refused, shown.tenant_unconfirmed), (14, vec![], false));
    let made: AuthorizationView = member.post("/api/v1/authorizations", &request).await.ok();
    assert_eq!(made.created_by, "Maya Lindqvist");
    let link = app.link(made.id).await;
    let view = app.view(&link).await;
    assert_eq!((view.customer.as_str(), view.domain.as_deref()), ("Contoso Ltd", Some("contoso.com")));
    assert_eq!((view.organization.as_str(), view.queue.len()), ("Northwind Managed IT", 2));
    assert_eq!(view.tenant, app.identity("backup@contoso.com").0);

    // H-6 to H-10: each account's holder signs in, with a second factor, and nobody copies anything.
    for (sign_in, holder) in made.sign_ins.iter().zip(["backup@contoso.com", "priya.shah@contoso.com"]) {
        let attempt = app.attempt(&link, sign_in.id).await;
        let tokens = app.person(holder).sign_in(&attempt).await;
        let saved: ConnectView = app.save(&attempt.secret, &tokens).await.ok();
        assert_eq!(saved.sign_in.state, SignInState::Done, "{:?}", saved.sign_in.problem);
        assert_eq!(saved.sign_in.signed_in_as.as_deref(), Some(holder));
        assert!(saved.sign_in.steps.iter().all(|step| step.state == StepState::Done), "{:?}", saved.sign_in.steps);
        assert!(saved.sign_in.sets.iter().all(|set| set.method == Method::Hybrid));
    }

    // H-11: the sets are hybrid, the others as they were, the connections work.
    let done = app.authorization(made.id).await;
    assert_eq!(done.state, AuthorizationState::Done);
    for set in app.sets().await {
        let moved = FOURTEEN.contains(&set.external_id.as_str());
        let expected = if moved { Method::Hybrid } else { Method::Basic };
        assert_eq!((set.method, set.connection.is_some()), (expected, moved), "{}", set.external_id);
    }
    let connections = app.customer("Contoso Ltd").await.connections;
    assert_eq!(connections.len(), 2);
    assert!(connections.iter().all(|one| one.state == ConnectionState::Working), "{connections:?}");
    let changes: Changes = app.key().get("/api/v1/backup-sets/changes?after=0").await.ok();
    assert_eq!((changes.changes.len(), changes.more), (14, false));
    audit_is_whole(&app).await;
}

/// J1: who and when; L2: the chain holds.
async fn audit_is_whole(app: &TestApp) {
    app.dump().await;
    let log: Page<AuditEntryView> = app.key().get("/api/v1/audit?limit=200").await.ok();
    let count = |event: &str| log.items.iter().filter(|entry| entry.event == event).count();
    for (event, times) in
        [("import.confirmed", 1), ("authorization.created", 1), ("sign_in.saved", 2), ("sign_in.done", 2)]
    {
        assert_eq!(count(event), times, "{event}: {:?}", log.items);
    }
    let confirmed = log.items.iter().find(|entry| entry.event == "import.confirmed").expect("an event");
    assert_eq!(confirmed.actor, "Maya Lindqvist");
    let verdict = audit::verify(&app.state.store, &app.state.keyring, app.organization, &[]).await.unwrap();
    let audit::Verdict::Whole { rows, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!(rows, u64::try_from(log.items.len()).unwrap());
}

/// A-04, G2: once per account; later sets of the account are saved without a sign-in.
async fn a04_a_connected_account_needs_only_save(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let request = app.hybrid(&["CON-002", "CON-005"]).await;
    let shown: AuthorizationPreview = app.key().post("/api/v1/authorizations/preview", &request).await.ok();
    assert!(shown.sign_ins[0].already_connected);
    let made = app.authorize(&["CON-002", "CON-005"]).await;
    assert!(made.sign_ins[0].already_connected);
    assert_eq!(app.set("CON-002").await.method, Method::Basic, "nothing before Save");
    let asked = app.emulator.requests().iter().filter(|request| request.path.ends_with("/authorize")).count();
    let path = format!("/api/v1/authorizations/{}/sign-ins/{}/save", made.id, made.sign_ins[0].id);
    let done: AuthorizationView = app.key().post(&path, &serde_json::json!({})).await.ok();
    assert_eq!(done.state, AuthorizationState::Done, "{:?}", done.sign_ins);
    let after = app.emulator.requests().iter().filter(|request| request.path.ends_with("/authorize")).count();
    assert_eq!(asked, after, "nobody signed in");
    let (first, second) = (app.set("CON-001").await, app.set("CON-005").await);
    assert_eq!((second.method, second.connection), (Method::Hybrid, first.connection));
    assert_eq!(app.customer("Contoso Ltd").await.connections.len(), 1);
    // An account that is not connected is another matter.
    let other = app.authorize(&["CON-009"]).await;
    let path = format!("/api/v1/authorizations/{}/sign-ins/{}/save", other.id, other.sign_ins[0].id);
    app.key().post(&path, &serde_json::json!({})).await.refused(409, "sign_in_needed");
}

fn of<'a>(dump: &'a Dump, tables: &[&str]) -> Vec<&'a Vec<String>> {
    tables.iter().map(|table| &dump[*table]).collect()
}

/// F7, J1: a closed tab changes nothing; afterwards everything is there with who and when.
async fn h11_b13_nothing_changes_before_save_and_all_at_once_after(app: TestApp) {
    const LASTING: [&str; 4] = ["backup_sets", "connections", "method_changes", "work"];
    app.import_sample().await;
    let before = app.dump().await;
    let road = app.before_save(&["CON-001", "CON-005"], "backup@contoso.com").await;
    let signed_in = app.dump().await;
    assert_eq!(of(&before, &LASTING), of(&signed_in, &LASTING));
    // Of the customer, that an authorization is open and nothing else.
    let closed = |row: &String| {
        row.replace("open_authorizations=1", "open_authorizations=0")
            .replace("\"open_authorizations\": 1", "\"open_authorizations\": 0")
    };
    let customers = |dump: &Dump| dump["customers"].iter().map(closed).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(customers(&before), customers(&signed_in));
    assert_eq!(app.view(&road.attempt.secret).await.sign_in.state, SignInState::Waiting);

    let saved: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(saved.sign_in.state, SignInState::Done);
    let after = app.dump().await;
    let rows = differences(&signed_in, &after);
    let new = |table: &str| rows.iter().filter(|line| line.starts_with(&format!("+ {table}:"))).count();
    assert_eq!((new("backup_sets"), new("connections"), new("method_changes"), new("work")), (2, 1, 2, 1));
    let log: Page<AuditEntryView> = app.key().get("/api/v1/audit?limit=200").await.ok();
    let done = log.items.iter().find(|entry| entry.event == "sign_in.done").expect("the event");
    assert_eq!((done.actor.as_str(), done.sealed), ("backup@contoso.com", true));
    assert_eq!(Some(done.at), saved.sign_in.done_at);
    assert!(done.detail.contains("method=hybrid sets=2"), "{}", done.detail);
    let changes: Changes = app.key().get("/api/v1/backup-sets/changes?after=0").await.ok();
    assert!(changes.changes.iter().all(|change| Some(change.changed_at) == saved.sign_in.done_at));
}

/// A node that is replaced between sign-in and Save changes nothing for the person.
async fn n_the_road_goes_on_after_a_restart(mut app: TestApp) {
    app.import_sample().await;
    let cookie = app.sign_in(OWNER).await;
    let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
    app.restart().await;
    app.session(&cookie).get("/api/v1/session").await.ok::<serde_json::Value>();
    let saved: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(saved.sign_in.state, SignInState::Done);
    app.restart().await;
    assert_eq!(app.set("CON-001").await.method, Method::Hybrid);
    app.stop().await;
}
