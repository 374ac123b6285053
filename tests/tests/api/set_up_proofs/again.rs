//! Update configuration of an app that is in a bad way: its application was deleted, its keys have lapsed, it was switched off
//! (B-15, C8, E7, L3); and what stands when it does not come about.

use super::{CONTOSO, is_whole, prepare};
use emulator::{Effect, Fault};
use rekey_tests::{
    app::{TestApp, eventually, set_up::ADMINISTRATOR},
    app_on_both,
};
use serde_json::{Value, json};
use shared::{
    api::{
        apps::{AppState, AppView, CertificateState},
        authorizations::{AuthorizationView, SignInState},
        connect::ConnectView,
        customers::KillSwitchReport,
        job_tokens::JobToken,
    },
    rules::scopes::Purpose,
};

app_on_both! {
    d4_c8_an_application_that_was_deleted_is_made_anew,
    e7_b15_an_app_whose_keys_have_lapsed_is_brought_back,
    c8_an_update_that_comes_to_nothing_leaves_the_app_as_it_was,
    l3_a_set_up_after_the_kill_switch_takes_off_what_was_left,
}

const CUSTOMER: &str = "Contoso Ltd";

async fn works(app: &TestApp) -> bool {
    let path = format!("/api/v1/backup-sets/{}/job-token", app.set("CON-015").await.id);
    let answer = app.key().post(&path, &json!({ "resource": "graph", "purpose": "backup" })).await;
    answer.status == 200 && !answer.ok::<JobToken>().access_token.is_empty()
}

/// An administrator signs in for Update configuration and presses Save.
async fn update(app: &TestApp) -> ConnectView {
    let id = app.app(Purpose::Backup).await.id;
    let path = format!("/api/v1/apps/{id}/update-configuration");
    let update: AuthorizationView = app.key().post(&path, &json!({})).await.ok();
    let before = app.administrator_before_save(update, ADMINISTRATOR).await;
    app.save_and_settle(&before).await
}

async fn done(app: &TestApp) {
    let view = update(app).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
}

/// Somebody deletes the app registration in Entra. Another one is made under another name; the first name may be anybody's by now.
async fn d4_c8_an_application_that_was_deleted_is_made_anew(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let before = app.app(Purpose::Backup).await;
    assert!(app.emulator.delete_application(CONTOSO, before.client_id.expect("a client id").0));
    done(&app).await;
    let now = app.app(Purpose::Backup).await;
    assert_eq!((now.id, now.state, now.sets), (before.id, AppState::Working, 1), "the same record, the same sets");
    assert_ne!((now.object, now.client_id), (before.object, before.client_id));
    is_whole(&app).await;
    assert!(works(&app).await);
    // It stays the one: the next time nothing new is made.
    done(&app).await;
    assert_eq!(app.app(Purpose::Backup).await.object, now.object);
}

/// After two years without a renewal only an administrator can help, and does.
async fn e7_b15_an_app_whose_keys_have_lapsed_is_brought_back(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let before = app.app(Purpose::Backup).await;
    let refused = Effect { status: Some(403), ..Effect::default() };
    app.emulator.set_fault(Fault { path_end: Some("/addKey".to_owned()), effect: refused, ..Fault::default() });
    app.advance(before.certificates[0].not_after.since(app.state.now()) + 1);
    eventually("an administrator is needed", async || {
        app.advance(1800);
        app.app(Purpose::Backup).await.state == AppState::NeedsAdministrator
    })
    .await;
    assert!(!works(&app).await);
    app.emulator.clear_faults();
    done(&app).await;
    let now = app.app(Purpose::Backup).await;
    assert_eq!((now.state, now.help, now.object), (AppState::Working, None, before.object));
    assert!(now.certificates[0].not_after > before.certificates[0].not_after);
    assert!(works(&app).await);
}

/// Whatever stops it, how the app is stays to be seen: it is not "being set up" for ever.
async fn c8_an_update_that_comes_to_nothing_leaves_the_app_as_it_was(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let id = app.app(Purpose::Backup).await.id;
    let fails = async || {
        let effect = Effect { status: Some(403), ..Effect::default() };
        app.emulator.set_fault(Fault { path: Some("/v1.0/applications".to_owned()), effect, ..Fault::default() });
        let view = update(&app).await;
        assert_eq!(view.sign_in.state, SignInState::Failed, "{:?}", view.sign_in.problem);
        app.emulator.clear_faults();
    };
    // Nobody may sign in as it any more: the daily look says so, twice.
    let client = app.app(Purpose::Backup).await.client_id.expect("a client id").0;
    app.emulator.block_workload(CONTOSO, Some(client), true).expect("it is there");
    let check = format!("/api/v1/apps/{id}/check");
    app.key().post(&check, &json!({})).await.ok::<Value>();
    app.advance(3601);
    app.key().post(&check, &json!({})).await.ok::<Value>();
    assert_eq!(app.app(Purpose::Backup).await.state, AppState::NeedsAdministrator);
    fails().await;
    assert_eq!(app.app(Purpose::Backup).await.state, AppState::NeedsAdministrator);
    app.emulator.block_workload(CONTOSO, Some(client), false).expect("it is there");
    app.key().post(&check, &json!({})).await.ok::<Value>();
    assert_eq!(app.app(Purpose::Backup).await.state, AppState::Working, "it recovers as before");

    // Switched off, it stays so until a set-up comes to its end.
    let undone: AppView = app.key().post(&format!("/api/v1/apps/{id}/undo"), &json!({})).await.ok();
    assert_eq!(undone.state, AppState::Off);
    let authorization = app.authorize_modern(&["CON-015"]).await;
    let before = app.administrator_before_save(authorization, ADMINISTRATOR).await;
    let effect = Effect { status: Some(403), ..Effect::default() };
    app.emulator.set_fault(Fault { path: Some("/v1.0/applications".to_owned()), effect, ..Fault::default() });
    assert_eq!(app.save_and_settle(&before).await.sign_in.state, SignInState::Failed);
    let now = app.app(Purpose::Backup).await;
    assert_eq!((now.state, now.left), (AppState::Off, undone.left));
    app.emulator.clear_faults();
    app.set_up(&["CON-016"]).await;
    let now = app.app(Purpose::Backup).await;
    assert_eq!((now.state, now.left), (AppState::Working, vec![]));
    is_whole(&app).await;
}

/// A stolen key that Microsoft did not take back when the switch was pulled does not live on beside the new one.
async fn l3_a_set_up_after_the_kill_switch_takes_off_what_was_left(app: TestApp) {
    prepare(&app).await;
    app.set_up(&["CON-015"]).await;
    let before = app.app(Purpose::Backup).await;
    let effect = Effect { status: Some(503), ..Effect::default() };
    app.emulator.set_fault(Fault { path_end: Some("/removeKey".to_owned()), effect, ..Fault::default() });
    let customer = app.customer(CUSTOMER).await.id;
    let path = format!("/api/v1/customers/{customer}/kill-switch");
    let report: KillSwitchReport = app.member().await.post(&path, &json!({ "confirm": CUSTOMER })).await.ok();
    assert_eq!(report.apps[0].keys_left, 1);
    app.emulator.clear_faults();
    app.set_up(&["CON-015"]).await;
    is_whole(&app).await;
    let now = app.app(Purpose::Backup).await;
    assert_eq!((now.object, now.left.len()), (before.object, 0));
    let states: Vec<_> = now.certificates.iter().map(|one| one.state).collect();
    assert_eq!(states, [CertificateState::Current, CertificateState::Removed]);
    assert!(works(&app).await);
}
