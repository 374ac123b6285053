//! Whole journeys: from a session to sets that have their method, and the frame learns it from the server (I3, I11).

use super::{counts, log};
use rekey_tests::{
    app::{TestApp, embed::CONSOLE, eventually, set_up::ADMINISTRATOR},
    app_on_both,
};
use serde_json::json;
use shared::{
    api::{
        authorizations::{AuthorizationState, SignInState, StepState},
        connect::ConnectView,
        customers::ConnectionState,
        embed::{EmbedState, EmbedView, PopupTied},
    },
    id::SignInId,
    method::Method,
};

app_on_both! {
    i3_a_frame_learns_that_all_sets_are_hybrid,
    i3_a_frame_learns_that_a_tenant_is_set_up,
    what_can_move_has_moved_is_done_though_others_cannot,
    i11_access_that_ended_is_given_anew_to_the_same_record,
}

/// Signs somebody in through a window's link and presses Save.
async fn sign_in(app: &TestApp, link: &str, sign_in: SignInId, who: &str) -> ConnectView {
    let attempt = app.attempt(link, sign_in).await;
    let tokens = app.person(who).sign_in(&attempt).await;
    let saved: ConnectView = app.save(&attempt.secret, &tokens).await.ok();
    assert_eq!(saved.sign_in.state, SignInState::Done, "{:?}", saved.sign_in.problem);
    saved
}

fn ids(view: &EmbedView) -> Vec<SignInId> {
    view.sign_ins.iter().map(|one| one.id.expect("an authorization")).collect()
}

async fn i3_a_frame_learns_that_all_sets_are_hybrid(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let session = app.embed_sets(&["CON-001", "CON-002", "CON-009"]).await;
    let mut live = app.frame(&session.secret).live("/api/v1/embed/live").await;
    let ready: EmbedView = live.until(|view: &EmbedView| view.state == EmbedState::Ready).await;
    assert_eq!((ready.waiting.len(), ready.moved), (3, 0));
    let link = app.tied(&session.secret).await;
    let open: EmbedView = live.until(|view: &EmbedView| view.state == EmbedState::Open).await;
    let [backup, priya] = ids(&open)[..] else { panic!("{open:?}") };
    sign_in(&app, &link, backup, "backup@contoso.com").await;
    let half = live.until(|view: &EmbedView| view.moved == 2).await;
    assert_eq!((half.state, half.waiting.len()), (EmbedState::Open, 1));
    let states: Vec<_> = half.sign_ins.iter().map(|one| one.state).collect();
    assert_eq!(states, [SignInState::Done, SignInState::Waiting]);
    // Priya's window is another one, and this time without an opener.
    let window = app.announce(&session.secret).await;
    let tied: PopupTied = app.tie(&window.secret, "code", &window.opened.code).await.ok();
    sign_in(&app, &tied.secret, priya, "priya.shah@contoso.com").await;
    let done = live.until(|view: &EmbedView| view.state == EmbedState::Done).await;
    assert_eq!((done.moved, done.waiting.len(), done.refused.len()), (3, 0, 0));
    assert_eq!(done.sign_ins[1].signed_in_as.as_deref(), Some("priya.shah@contoso.com"));
    assert!(done.sign_ins.iter().all(|one| one.done_at.is_some()));
    assert!(done.sign_ins[0].steps.iter().all(|step| step.state == StepState::Done));
    for name in ["CON-001", "CON-002", "CON-009"] {
        assert_eq!(app.set(name).await.method, Method::Hybrid);
    }
    let made = app.authorization(done.authorization.unwrap()).await;
    assert_eq!(made.state, AuthorizationState::Done);
    assert_eq!(made.created_by, "console.example.com: lena@console");
    assert_eq!(counts(&log(&app).await, ["embed_popup.announced", "embed_popup.tied"]), [2, 2]);
}

async fn i3_a_frame_learns_that_a_tenant_is_set_up(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let sets = app.ids(&["CON-015", "CON-001"]).await;
    let session = app.embed_session(&json!({ "backup_sets": sets, "method": "modern" })).await;
    let mut live = app.frame(&session.secret).live("/api/v1/embed/live").await;
    let link = app.tied(&session.secret).await;
    let open: EmbedView = live.until(|view: &EmbedView| view.state == EmbedState::Open).await;
    let attempt = app.attempt(&link, ids(&open)[0]).await;
    let tokens = app.person(ADMINISTRATOR).sign_in(&attempt).await;
    let answer = app.save(&attempt.secret, &tokens).await;
    assert!(matches!(answer.status, 200 | 202), "{}", answer.text());
    let done = live.until(|view: &EmbedView| matches!(view.state, EmbedState::Done | EmbedState::Stopped)).await;
    assert_eq!((done.state, done.moved), (EmbedState::Done, 2), "{:?}", done.sign_ins);
    assert_eq!(app.set("CON-015").await.method, Method::Modern);
}

/// A customer's sets are rarely all of one kind: the console hears `done` although some need the other method.
async fn what_can_move_has_moved_is_done_though_others_cannot(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let session = app.embed_sets(&["CON-001", "CON-015"]).await;
    let ready = app.embed_view(&session.secret).await;
    assert_eq!((ready.state, ready.waiting.len(), ready.refused.len()), (EmbedState::Ready, 1, 1));
    let link = app.tied(&session.secret).await;
    let open = app.embed_view(&session.secret).await;
    assert_eq!((open.state, open.waiting.len()), (EmbedState::Open, 1));
    sign_in(&app, &link, ids(&open)[0], "backup@contoso.com").await;
    let done = app.embed_view(&session.secret).await;
    assert_eq!((done.state, done.moved, done.waiting.len()), (EmbedState::Done, 1, 0), "{done:?}");
    assert_eq!(done.sign_ins.first().map(|one| one.state), Some(SignInState::Done), "who signed in stays there");
}

async fn i11_access_that_ended_is_given_anew_to_the_same_record(app: TestApp) {
    const DAYS_4: i64 = 4 * 24 * 3600;
    app.import_sample().await;
    app.connect_account(&["CON-001", "CON-002"], "backup@contoso.com").await;
    let before = app.set("CON-001").await;
    app.emulator.revoke_user("backup@contoso.com").unwrap();
    let state = async || app.customer("Contoso Ltd").await.connections[0].state;
    app.advance(DAYS_4);
    eventually("doubtful", async || state().await == ConnectionState::Doubtful).await;
    app.advance(3660);
    eventually("ended", async || state().await == ConnectionState::Ended).await;

    app.register_origin(CONSOLE).await;
    let session = app.embed_sets(&["CON-001", "CON-002"]).await;
    let ready = app.embed_view(&session.secret).await;
    assert_eq!((ready.state, ready.waiting.len(), ready.moved), (EmbedState::Ready, 2, 0), "{ready:?}");
    assert!(ready.waiting.iter().all(|set| set.method == Method::Hybrid), "their method stays");
    assert!(!ready.sign_ins[0].already_connected);
    let link = app.tied(&session.secret).await;
    let open = app.embed_view(&session.secret).await;
    sign_in(&app, &link, ids(&open)[0], "backup@contoso.com").await;
    let done = app.embed_view(&session.secret).await;
    assert_eq!((done.state, done.moved, done.waiting.len()), (EmbedState::Done, 2, 0), "{done:?}");
    let after = app.set("CON-001").await;
    assert_eq!((after.id, after.external_id, after.method), (before.id, before.external_id, Method::Hybrid));
    assert_eq!(state().await, ConnectionState::Working);
}
