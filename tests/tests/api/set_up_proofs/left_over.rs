//! Rekey's own access for a set-up that could not be removed (D8, L4): tried again by itself, then told, then finished by an
//! administrator.

use super::{CONTOSO, prepare};
use emulator::{Effect, Fault};
use rekey_tests::{
    app::{TestApp, eventually, road::Before, set_up::ADMINISTRATOR},
    app_on_both,
};
use server::cli::demo::world;
use shared::{
    api::{
        authorizations::{AuthorizationState, AuthorizationView, SignInState, StepState},
        notices::{NoticeKind, NoticeView},
        page::Page,
    },
    method::Method,
    rules::scopes::Purpose,
};

app_on_both! {
    d8_l4_a_clean_up_that_was_refused_is_tried_again_by_itself,
    d8_l4_what_is_left_is_told_and_an_administrator_finishes_it,
    d8_what_a_node_left_when_it_died_is_told,
    d8_what_a_failed_set_up_left_goes_with_the_next_one,
    d8_what_a_failed_set_up_left_is_told,
}

/// Microsoft refuses to delete service principals, so many times or always.
fn refuse(app: &TestApp, times: Option<u32>) {
    let body =
        serde_json::json!({ "error": { "code": "Authorization_RequestDenied", "message": "Insufficient privileges" } });
    app.emulator.set_fault(Fault {
        name: "refuse".to_owned(),
        endpoint: Some("graph".to_owned()),
        path: Some("/v1.0/servicePrincipals/".to_owned()),
        method: Some("DELETE".to_owned()),
        times,
        effect: Effect { status: Some(403), body: Some(body), ..Effect::default() },
        ..Fault::default()
    });
}

async fn set_up(app: &TestApp) -> Before {
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    let view = app.save_and_settle(&before).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
    before
}

async fn cleaned(app: &TestApp, before: &Before) -> StepState {
    let steps = app.authorization(before.authorization.id).await.sign_ins.remove(0).steps;
    steps.into_iter().find(|step| step.code == "cleaned").expect("the step").state
}

async fn told(app: &TestApp) -> Vec<NoticeView> {
    let page: Page<NoticeView> = app.key().get("/api/v1/notices").await.ok();
    page.items.into_iter().filter(|one| one.kind == NoticeKind::CleanUpPending).collect()
}

/// Whether any of the set-up's two registrations is in the tenant.
fn is_there(app: &TestApp) -> bool {
    let ours = [world::SETUP, world::SETUP_SIGN_IN];
    let all = app.emulator.service_principals();
    all.iter().any(|one| one.tid == CONTOSO && one.deleted_millis.is_none() && ours.contains(&one.app_id))
}

async fn d8_l4_a_clean_up_that_was_refused_is_tried_again_by_itself(app: TestApp) {
    prepare(&app).await;
    refuse(&app, Some(5));
    let before = set_up(&app).await;
    eventually("the access is gone", async || cleaned(&app, &before).await == StepState::Done).await;
    assert!(!is_there(&app), "it says so because it is so");
    app.advance(3600);
    app.tell_changes().await;
    assert_eq!(told(&app).await, [], "nobody needs to be told");
}

async fn d8_l4_what_is_left_is_told_and_an_administrator_finishes_it(app: TestApp) {
    prepare(&app).await;
    refuse(&app, None);
    let before = set_up(&app).await;
    assert_eq!(cleaned(&app, &before).await, StepState::Failed);
    assert_eq!(told(&app).await, [], "it is still being tried");
    app.advance(21 * 60);
    eventually("members are told", async || !told(&app).await.is_empty()).await;
    let notice = told(&app).await.remove(0);
    assert_eq!(notice.customer.as_ref().map(|customer| customer.tenant.0), Some(CONTOSO));
    for wanted in [world::SETUP.to_string(), world::SETUP_SIGN_IN.to_string(), CONTOSO.to_string()] {
        assert!(notice.text.contains(&wanted), "{wanted}: {}", notice.text);
    }
    assert!(is_there(&app));
    app.emulator.clear_faults();
    let path = format!("/api/v1/apps/{}/update-configuration", app.app(Purpose::Backup).await.id);
    let update: AuthorizationView = app.key().post(&path, &serde_json::json!({})).await.ok();
    let again = app.administrator_before_save(update, ADMINISTRATOR).await;
    let view = app.save_and_settle(&again).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    assert_eq!(app.authorization(again.authorization.id).await.state, AuthorizationState::Done);
    assert!(!is_there(&app), "update configuration removes what was left");
    assert_eq!(told(&app).await, [], "and what was told is settled");
}

/// Nobody has the token any more, so nobody tries: it is told at once.
async fn d8_what_a_node_left_when_it_died_is_told(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    super::hold(&app, "DELETE", "/v1.0/servicePrincipals/", "", 30_000);
    super::begin(&app, &before).await;
    super::asked(&app, "DELETE", "/v1.0/servicePrincipals/").await;
    app.advance(61);
    app.settled(before.authorization.id).await;
    assert_eq!(told(&app).await.len(), 1);
}

/// A set-up that Microsoft refuses to go on with.
async fn failed_set_up(app: &TestApp) {
    prepare(app).await;
    let body =
        serde_json::json!({ "error": { "code": "Authorization_RequestDenied", "message": "Insufficient privileges" } });
    app.emulator.set_fault(Fault {
        endpoint: Some("graph".to_owned()),
        path: Some("/v1.0/applications".to_owned()),
        method: Some("PATCH".to_owned()),
        effect: Effect { status: Some(403), body: Some(body), ..Effect::default() },
        ..Fault::default()
    });
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    assert_eq!(app.save_and_settle(&before).await.sign_in.state, SignInState::Failed);
    app.emulator.clear_faults();
    assert!(is_there(app) && told(app).await.is_empty(), "somebody may try again at once");
}

/// Whoever tries again removes what a failed set-up left, and nobody needs to be told.
async fn d8_what_a_failed_set_up_left_goes_with_the_next_one(app: TestApp) {
    failed_set_up(&app).await;
    set_up(&app).await;
    app.advance(25 * 60);
    app.tell_changes().await;
    assert_eq!((is_there(&app), told(&app).await), (false, vec![]));
}

/// Where nobody tries again, members are told at the end of the administrator's token.
async fn d8_what_a_failed_set_up_left_is_told(app: TestApp) {
    failed_set_up(&app).await;
    app.advance(21 * 60);
    eventually("members are told", async || told(&app).await.len() == 1).await;
    set_up(&app).await;
    assert_eq!((is_there(&app), told(&app).await), (false, vec![]), "and what was told is settled");
}
