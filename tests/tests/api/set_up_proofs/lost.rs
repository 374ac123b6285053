//! Every change that the journal makes at Microsoft is carried out, and the connection breaks before the answer.

use super::{BACKUP, CONTOSO, called, changes, is_whole, prepare};
use emulator::{Fault, TenantGrant};
use rekey_tests::{
    app::{Backend, TestApp, set_up::ADMINISTRATOR},
    app_on_both,
};
use shared::{
    api::authorizations::{AuthorizationView, SignInState, StepState},
    rules::scopes::Purpose,
};

app_on_both! {
    d5_all_answers_of_a_set_up_are_lost_once,
    d8_all_answers_of_a_removal_are_lost_once,
}

/// The changes of a set-up: method, beginning and end of the path, which one in turn.
const SET_UP: [(&str, &str, &str, u32); 7] = [
    ("PATCH", "/v1.0/applications(uniqueName=", "", 0),
    ("PATCH", "/v1.0/servicePrincipals(appId=", "", 0),
    ("PATCH", "/v1.0/applications/", "", 0),
    ("POST", "/v1.0/servicePrincipals/", "/appRoleAssignedTo", 0),
    ("POST", "/v1.0/servicePrincipals/", "/appRoleAssignedTo", 1),
    ("DELETE", "/v1.0/servicePrincipals/", "", 0),
    ("DELETE", "/v1.0/servicePrincipals/", "", 1),
];
/// The changes of a removal.
const REMOVE: [(&str, &str, &str, u32); 3] = [
    ("DELETE", "/v1.0/servicePrincipals/", "", 0),
    ("DELETE", "/v1.0/applications/", "", 0),
    ("DELETE", "/v1.0/directory/deletedItems/", "", 0),
];

fn lose(app: &TestApp, (method, path, end, skip): (&str, &str, &str, u32)) {
    app.emulator.set_fault(Fault { skip, ..Fault::lost_answer(method, path).ending(end) });
}

/// A fault that never hit would prove nothing.
async fn all_were_lost(app: &TestApp) {
    let url = app.emulator.control().join("faults").expect("an address");
    let left: Vec<serde_json::Value> = reqwest::get(url).await.expect("an answer").json().await.expect("faults");
    assert!(left.is_empty(), "never lost: {left:?}");
}

async fn set_up_and_look(app: &TestApp) {
    let before = app.administrator_before_save(app.authorize_modern(&["CON-009"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?} {:?}", view.sign_in.problem, view.sign_in.steps);
    assert!(view.sign_in.steps.iter().all(|step| step.state == StepState::Done), "{:?}", view.sign_in.steps);
    all_were_lost(app).await;
    is_whole(app).await;
}

/// Each one alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d5_the_lost_answer_of_each_change_of_a_set_up_leaves_no_second_object() {
    for change in SET_UP {
        let app = TestApp::start(Backend::Sqlite).await;
        prepare(&app).await;
        lose(&app, change);
        set_up_and_look(&app).await;
    }
}

/// All of them in one set-up.
async fn d5_all_answers_of_a_set_up_are_lost_once(app: TestApp) {
    prepare(&app).await;
    for change in SET_UP {
        lose(&app, (change.0, change.1, change.2, 0));
    }
    set_up_and_look(&app).await;
}

/// An extra permission goes although the answer to that is lost; then the app, and all three answers.
async fn d8_all_answers_of_a_removal_are_lost_once(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let made = app.app(Purpose::Backup).await;
    let client = made.client_id.expect("a client id").0;
    let extra = TenantGrant {
        tid: CONTOSO,
        client,
        resource: super::GRAPH,
        roles: ["Directory.ReadWrite.All".to_owned()].into(),
        ..TenantGrant::default()
    };
    app.emulator.grant_tenant_wide(&extra);
    let path = format!("/api/v1/apps/{}/update-configuration", made.id);
    let update: AuthorizationView = app.key().post(&path, &serde_json::json!({})).await.ok();
    let before = app.administrator_before_save(update, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    lose(&app, ("DELETE", "/v1.0/servicePrincipals/", "", 0));
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    all_were_lost(&app).await;
    let gone = changes(&app).into_iter().filter(|one| one.path.contains("/appRoleAssignments/")).count();
    assert!(gone >= 1, "it was taken away");
    assert_eq!(super::granted(&app, client).len(), made.permissions.len());

    let path = format!("/api/v1/apps/{}/remove", made.id);
    let removal: AuthorizationView = app.member().await.post(&path, &serde_json::json!({})).await.ok();
    let before = app.administrator_before_save(removal, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    for change in REMOVE {
        lose(&app, change);
    }
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?} {:?}", view.sign_in.problem, view.sign_in.steps);
    all_were_lost(&app).await;
    assert!(called(&app, BACKUP).is_empty());
    // Whoever asks again and hears that nothing lies there has deleted it for good.
    assert!(app.dump().await["audit"].join("\n").contains("end=deleted_for_good"));
    assert!(app.emulator.role_assignments(CONTOSO).iter().all(|one| one.client != client));
}
