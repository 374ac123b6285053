//! A set-up whose node is gone says that somebody must sign in; another administrator continues with what was made.

use super::{BACKUP, SECOND, asked, begin, called, hold, is_whole, journals, newest_steps, only, people, prepare};
use rekey_tests::{
    app::{Backend, TestApp, road::Before, set_up::ADMINISTRATOR},
    app_on_both,
};
use server::store::journals::JournalState;
use shared::{
    api::{
        authorizations::{AuthorizationState, SignInState, StepState},
        connect::ConnectView,
    },
    method::Method,
    rules::scopes::Purpose,
};

app_on_both! {
    d5_every_change_is_written_down_before_it_is_made,
    d8_an_interrupted_clean_up_is_shown_as_pending,
}

/// Somebody else takes the same link to the end.
async fn continue_as(app: &TestApp, before: Before, username: &str) -> ConnectView {
    let attempt = app.attempt(&before.link, before.authorization.sign_ins[0].id).await;
    let tokens = app.person(username).sign_in(&attempt).await;
    app.save_and_settle(&Before { attempt, tokens, ..before }).await
}

/// The one who began is the owner of what was made, and is not there to be taken off: the one who continues does it, and
/// does not take the application for a foreign one.
async fn what_another_administrator_made_is_no_foreign_application(backend: Backend) {
    let app = people::with_developer(backend).await;
    let authorization = app.authorize_modern(&["CON-015"]).await;
    let before = app.administrator_before_save(authorization, people::DEVELOPER).await;
    app.emulator.clear_requests();
    hold(&app, "GET", "/v1.0/applications(uniqueName=", "", 30_000);
    begin(&app, &before).await;
    asked(&app, "GET", "/v1.0/applications(uniqueName=").await;
    let made = only(&app);
    assert_eq!(made.owners.len(), 1);
    // The record does not know it yet; only its secret name does.
    assert_eq!(app.app(Purpose::Backup).await.object, None);
    app.advance(61);
    let waiting = app.until(&before.link, SignInState::Waiting).await;
    assert_eq!(waiting.sign_in.problem.expect("a remedy").code, "continue_needed");
    assert_eq!(journals(&app).await, [JournalState::NeedsSignIn]);
    let view = continue_as(&app, before, ADMINISTRATOR).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    assert_eq!(only(&app).id, made.id, "the same application");
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
    is_whole(&app).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_d5_what_another_administrator_made_is_no_foreign_application_on_sqlite() {
    what_another_administrator_made_is_no_foreign_application(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d4_d5_what_another_administrator_made_is_no_foreign_application_on_postgres() {
    what_another_administrator_made_is_no_foreign_application(Backend::Postgres).await;
}

/// While Microsoft is asked to make the application, its name is stored, and the journal says what is about to be done.
async fn d5_every_change_is_written_down_before_it_is_made(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, ADMINISTRATOR).await;
    app.emulator.clear_requests();
    hold(&app, "PATCH", "/v1.0/applications(uniqueName=", "", 1000);
    begin(&app, &before).await;
    asked(&app, "PATCH", "/v1.0/applications(uniqueName=").await;
    assert!(called(&app, BACKUP).is_empty(), "not made yet");
    let path = app.emulator.requests().into_iter().rfind(|one| one.method == "PATCH").expect("the call").path;
    let last = newest_steps(&app).await.pop().expect("a step");
    let name = last.object.as_deref().and_then(|text| text.strip_prefix("application:")).expect("a name").to_owned();
    assert_eq!((last.code.as_str(), last.state.as_str()), ("application_backup", "intended"));
    assert_eq!(path, format!("/v1.0/applications(uniqueName='{name}')"));
    assert_eq!(app.settled(before.authorization.id).await.state, AuthorizationState::Done);
    let steps = newest_steps(&app).await;
    assert!(steps.iter().all(|step| step.state == "done"), "{steps:?}");
    assert_eq!(only(&app).unique_name.as_deref(), Some(name.as_str()));
}

/// The sets are modern already: what is left is said, and nobody has to sign in for it.
async fn d8_an_interrupted_clean_up_is_shown_as_pending(app: TestApp) {
    prepare(&app).await;
    let before = app.administrator_before_save(app.authorize_modern(&["CON-015"]).await, SECOND).await;
    app.emulator.clear_requests();
    hold(&app, "DELETE", "/v1.0/servicePrincipals/", "", 30_000);
    begin(&app, &before).await;
    asked(&app, "DELETE", "/v1.0/servicePrincipals/").await;
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
    app.advance(61);
    let done = app.settled(before.authorization.id).await;
    assert_eq!((done.state, done.sign_ins[0].state), (AuthorizationState::Done, SignInState::Done));
    let cleaned = done.sign_ins[0].steps.iter().find(|step| step.code == "cleaned").expect("the step");
    assert_eq!(cleaned.state, StepState::Failed);
    assert!(cleaned.detail.as_deref().is_some_and(|text| text.contains("pending")), "{cleaned:?}");
}
