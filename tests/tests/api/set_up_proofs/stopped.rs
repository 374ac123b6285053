//! A set-up in whose middle somebody takes the customer away or pulls the kill switch (D5, D8, L3): clear refusals, an honest end, and a
//! new start that works.

use super::{BACKUP, CONTOSO, SECOND, begin, called, hold, is_whole, journals, only, prepare};
use crate::api::jobs::{BACKUP as JOB, ask};
use rekey_tests::{
    app::{
        TestApp,
        client::{Answer, Client},
        eventually,
        road::Before,
        set_up::ADMINISTRATOR,
    },
    app_on_both,
};
use serde_json::{Value, json};
use server::store::journals::JournalState;
use shared::{
    api::{
        apps::{AppState, CertificateState},
        authorizations::{AuthorizationState, SignInState},
        customers::{CustomerView, KillSwitchReport},
        job_tokens::JobToken,
        notices::{NoticeKind, NoticeView},
        page::Page,
    },
    id::CustomerId,
    method::Method,
    rules::scopes::Purpose,
};

app_on_both! {
    d8_d5_a_customer_stays_while_its_tenant_is_set_up,
    d8_a_customer_stays_until_what_was_called_off_has_ended,
    l3_the_kill_switch_in_the_middle_of_a_set_up_leaves_nothing_that_works,
    l3_d8_a_customer_taken_away_in_the_middle_stays_away,
}

const CUSTOMER: &str = "Contoso Ltd";

/// An administrator has saved, and Microsoft is slow at this call.
async fn in_the_middle(app: &TestApp, (method, path, end): (&str, &str, &str), millis: u64) -> Before {
    let before =
        app.administrator_before_save(app.authorize_modern(&["CON-015", "CON-007"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    hold(app, method, path, end, millis);
    begin(app, &before).await;
    eventually(path, async || {
        let log = app.emulator.requests();
        log.iter().any(|one| one.is_graph(method, path) && one.path.ends_with(end))
    })
    .await;
    before
}

async fn remove(member: &Client, id: CustomerId) -> Answer {
    member.delete(&format!("/api/v1/customers/{id}")).await
}

async fn pull(member: &Client, id: CustomerId) -> KillSwitchReport {
    member.post(&format!("/api/v1/customers/{id}/kill-switch"), &json!({ "confirm": CUSTOMER })).await.ok()
}

/// Nobody works on a set-up any more, not even a node that slept.
async fn until_over(app: &TestApp) {
    let raw = app.database.intruder().await;
    let left = "SELECT COUNT(*) FROM work WHERE kind = 'set_up'";
    eventually("the set-up has ended", async || raw.number(left).await == 0).await;
    assert!(!journals(app).await.contains(&JournalState::Running));
}

async fn notices(app: &TestApp) -> Vec<NoticeView> {
    app.key().get("/api/v1/notices").await.ok::<Page<NoticeView>>().items
}

/// The sets are as they were, both of them.
async fn are_basic(app: &TestApp) {
    for id in ["CON-015", "CON-007"] {
        let set = app.set(id).await;
        assert_eq!((set.method, set.connection), (Method::Basic, None), "{id}");
    }
}

/// Refused with a reason while it runs, while it waits for somebody to continue, and when it is done; the set-up is not disturbed.
async fn d8_d5_a_customer_stays_while_its_tenant_is_set_up(app: TestApp) {
    prepare(&app).await;
    let (member, customer) = (app.member().await, app.customer(CUSTOMER).await.id);
    let before = in_the_middle(&app, ("GET", "/v1.0/servicePrincipals(appId=", ""), 30_000).await;
    let refused = remove(&member, customer).await.refused(409, "authorization_open");
    assert!(refused.detail.contains("cancel it, first"), "{}", refused.detail);
    let object = only(&app).id;
    // Its node is gone; what it made is used by the one who continues.
    app.advance(61);
    let waiting = app.until(&before.link, SignInState::Waiting).await;
    assert_eq!(waiting.sign_in.problem.expect("a remedy").code, "continue_needed");
    remove(&member, customer).await.refused(409, "authorization_open");
    let attempt = app.attempt(&before.link, before.authorization.sign_ins[0].id).await;
    let tokens = app.person(SECOND).sign_in(&attempt).await;
    let view = app.save_and_settle(&Before { attempt, tokens, ..before }).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    assert_eq!(only(&app).id, object, "the same application");
    is_whole(&app).await;
    remove(&member, customer).await.refused(409, "customer_has_access");
    assert_eq!(app.app(Purpose::Backup).await.sets, 2);
}

/// Called off is not ended: the node may still wait for Microsoft's answer. Then what was made is access, and said to be.
async fn d8_a_customer_stays_until_what_was_called_off_has_ended(app: TestApp) {
    prepare(&app).await;
    let (member, customer) = (app.member().await, app.customer(CUSTOMER).await.id);
    let before = in_the_middle(&app, ("GET", "/v1.0/servicePrincipals(appId=", ""), 30_000).await;
    let path = format!("/api/v1/authorizations/{}/cancel", before.authorization.id);
    member.post(&path, &json!({})).await.ok::<Value>();
    let refused = remove(&member, customer).await.refused(409, "set_up_running");
    assert!(refused.detail.contains("Wait for its end"), "{}", refused.detail);
    app.advance(61);
    until_over(&app).await;
    are_basic(&app).await;
    // Rekey's own access was made by the sign-in, and nobody here can remove it any more.
    let said = notices(&app).await;
    assert_eq!(
        said.iter().map(|one| (one.kind, one.subject)).collect::<Vec<_>>(),
        [(NoticeKind::CleanUpPending, customer.0)]
    );
    remove(&member, customer).await.refused(409, "customer_has_access");
    // A new start goes on with what was made, and removes what was left.
    let object = only(&app).id;
    app.set_up(&["CON-015"]).await;
    assert_eq!((only(&app).id, notices(&app).await), (object, vec![]));
    is_whole(&app).await;
}

/// While the application is made, while its key is registered, while a permission is given.
const MOMENTS: [(&str, &str, &str); 3] = [
    ("PATCH", "/v1.0/applications(uniqueName=", ""),
    ("PATCH", "/v1.0/applications/", ""),
    ("POST", "/v1.0/servicePrincipals/", "/appRoleAssignedTo"),
];

/// Whatever Microsoft still does after the switch was pulled: no set has changed, no key is kept, and all that may be in the tenant is named.
async fn l3_the_kill_switch_in_the_middle_of_a_set_up_leaves_nothing_that_works(app: TestApp) {
    prepare(&app).await;
    for moment in MOMENTS {
        let member = app.member().await;
        let customer = app.customer(CUSTOMER).await.id;
        let before = in_the_middle(&app, moment, 3000).await;
        let is_made = !called(&app, BACKUP).is_empty();
        let report = pull(&member, customer).await;
        app.connect(&before.link).get("/api/v1/connect").await.refused(404, "not_found");
        until_over(&app).await;
        // Microsoft carried the call out after all.
        let there = only(&app);
        let now = app.app(Purpose::Backup).await;
        assert_eq!((now.state, &now.left), (AppState::Off, &report.apps[0].left), "{moment:?}");
        let left = now.left.join("\n");
        assert!(left.contains("Rekey Backup") && left.contains(&there.id.to_string()) == is_made, "{moment:?}: {left}");
        assert!(
            there.keys.is_empty() || left.contains("whose key"),
            "{moment:?}: a key that nobody is told of: {left}"
        );
        let kept = "SELECT COUNT(*) FROM certificates WHERE private_key IS NOT NULL";
        assert_eq!(app.database.intruder().await.number(kept).await, 0, "{moment:?}: a key is kept");
        assert!(now.certificates.iter().all(|one| one.state != CertificateState::Current), "{moment:?}");
        are_basic(&app).await;
        ask(&app, "CON-015", JOB).await.refused(409, "method_basic");
        let ended = app.authorization(before.authorization.id).await;
        assert_eq!((ended.state, ended.sign_ins[0].state), (AuthorizationState::Cancelled, SignInState::Cancelled));
        let said = notices(&app).await;
        assert_eq!(said.iter().map(|one| one.kind).collect::<Vec<_>>(), [NoticeKind::CleanUpPending], "{moment:?}");
        assert!(said[0].text.contains("Rekey Setup Sign-in"), "{}", said[0].text);
    }
    // A new set-up takes off what was left and works.
    app.set_up(&["CON-015", "CON-007"]).await;
    is_whole(&app).await;
    assert_eq!((app.app(Purpose::Backup).await.left, notices(&app).await), (vec![], vec![]));
    ask(&app, "CON-015", JOB).await.ok::<JobToken>();
}

/// In an emergency: the switch, and then the customer itself. The node that wakes up brings nothing back.
async fn l3_d8_a_customer_taken_away_in_the_middle_stays_away(app: TestApp) {
    prepare(&app).await;
    let (member, customer) = (app.member().await, app.customer(CUSTOMER).await.id);
    in_the_middle(&app, MOMENTS[0], 4000).await;
    let report = pull(&member, customer).await;
    assert!(report.apps[0].left[0].contains("if the set-up that was stopped has made it"), "{:?}", report.apps[0].left);
    assert_eq!(remove(&member, customer).await.status, 204);
    assert!(called(&app, BACKUP).is_empty(), "Microsoft has not answered yet");
    until_over(&app).await;
    let orphan = only(&app);
    assert!(
        orphan.keys.is_empty() && app.emulator.role_assignments(CONTOSO).iter().all(|one| one.client != orphan.app_id)
    );
    let dump = app.dump().await;
    for table in
        ["customers", "apps", "certificates", "authorizations", "sign_ins", "attempts", "journals", "journal_steps"]
    {
        let id = [customer.0.to_string(), customer.0.simple().to_string()];
        let names = |row: &String| id.iter().any(|id| row.to_lowercase().contains(id));
        assert!(!dump.get(table).is_some_and(|rows| rows.iter().any(names)), "{table}");
    }
    app.key().get(&format!("/api/v1/customers/{customer}")).await.refused(404, "not_found");
    // The tenant comes back as another customer, with an app under another secret name.
    app.import_sample().await;
    assert_ne!(app.customer(CUSTOMER).await.id, customer);
    app.set_up(&["CON-015"]).await;
    assert_eq!(called(&app, BACKUP).len(), 2);
    assert_ne!(app.app(Purpose::Backup).await.object.map(|id| id.0), Some(orphan.id));
    ask(&app, "CON-015", JOB).await.ok::<JobToken>();
    app.key().get(&format!("/api/v1/customers/{}", app.customer(CUSTOMER).await.id)).await.ok::<CustomerView>();
}
