//! An administrator's approval is seen without anybody's doing, for as long as what Save brought is good (C6, N6).

use emulator::{Effect, Fault};
use rekey_tests::{
    app::{Backend, Setup, TestApp, eventually, road::Before},
    app_on_both,
    mailbox::Mailbox,
};
use server::store::work::{self, WorkKind};
use shared::{
    api::{
        authorizations::{AuthorizationState, SignInState, StepState},
        connect::ConnectView,
        invitations::{InvitationCreated, InvitationState},
        problem::HelpAction,
    },
    id::AttemptId,
    method::Method,
};
use std::collections::BTreeSet;

const HOLDER: &str = "backup@fabrikam.com";
const ADMINISTRATOR: &str = "lee.brook@fabrikam.com";
const ADMINISTRATOR_OF_CONTOSO: &str = rekey_tests::app::set_up::ADMINISTRATOR;

app_on_both! {
    c6_n6_an_approval_is_seen_by_itself_and_the_save_goes_on,
    c6_n6_the_wait_survives_a_restart,
    c6_the_wait_ends_with_the_token_and_says_so,
    c6_nobody_asks_for_what_was_called_off,
    c6_microsofts_own_wait_is_kept,
    c6_what_is_taken_back_is_forgotten,
    c6_an_approval_is_for_everybody_of_the_tenant_who_waits,
}

/// How often Microsoft was asked on behalf of somebody.
fn looks(app: &TestApp) -> usize {
    let all = app.emulator.requests();
    all.iter().filter(|one| one.form.get("requested_token_use").is_some_and(|wanted| wanted == "on_behalf_of")).count()
}

/// The attempt that holds what Save brought; `None`: it is forgotten.
async fn kept(app: &TestApp, road: &Before) -> Option<AttemptId> {
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    tx.find_saved_attempt(road.authorization.sign_ins[0].id).await.expect("the table").map(|attempt| attempt.id)
}

/// How many looks were written down for an attempt; `None`: nobody looks.
async fn looked(app: &TestApp, attempt: AttemptId) -> Option<i64> {
    let system = app.state.store.read_system().await.expect("a transaction");
    let row = work::find(&system, WorkKind::Save, attempt.0).await.expect("the table");
    row.map(|(_, attempts)| attempts)
}

/// Moves the clock and waits for the look that is due then, and for what it writes down.
async fn look(app: &TestApp, attempt: AttemptId, seconds: i64) {
    let before = looked(app, attempt).await;
    app.advance(seconds);
    eventually("a look", async || looked(app, attempt).await != before).await;
}

/// Saved, and stopped for the administrator.
async fn waiting(app: &TestApp) -> (Before, ConnectView, AttemptId) {
    app.import_sample().await;
    let road = app.before_save(&["FAB-001", "FAB-003"], HOLDER).await;
    let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::ApprovalNeeded);
    let attempt = kept(app, &road).await.expect("it waits");
    (road, view, attempt)
}

async fn approve(app: &TestApp, view: &ConnectView) {
    let url = view.sign_in.approval_url.as_deref().expect("an address for the administrator");
    app.person(ADMINISTRATOR).approve(url).await;
}

async fn c6_n6_an_approval_is_seen_by_itself_and_the_save_goes_on(app: TestApp) {
    let (road, view, attempt) = waiting(&app).await;
    // The first look comes after a quarter of a minute, and finds nothing.
    look(&app, attempt, 16).await;
    assert_eq!(app.view(&road.attempt.secret).await.sign_in.state, SignInState::ApprovalNeeded);
    assert_eq!(app.set("FAB-001").await.method, Method::Basic);
    let before = looks(&app);
    approve(&app, &view).await;
    let mut live = app.connect(&road.attempt.secret).live("/api/v1/connect/live").await;
    app.advance(20);
    assert_eq!(looks(&app), before, "the next look is half a minute after the first");
    app.advance(15);
    let done: ConnectView = live.until(|view: &ConnectView| view.sign_in.state == SignInState::Done).await;
    assert!(done.sign_in.steps.iter().all(|step| step.state == StepState::Done), "{:?}", done.sign_in.steps);
    assert_eq!(done.sign_in.approval_url, None);
    for set in ["FAB-001", "FAB-003"] {
        assert_eq!(app.set(set).await.method, Method::Hybrid);
    }
    assert_eq!(app.authorization(road.authorization.id).await.state, AuthorizationState::Done);
}

async fn c6_n6_the_wait_survives_a_restart(mut app: TestApp) {
    let (road, view, _) = waiting(&app).await;
    app.stop().await;
    approve(&app, &view).await;
    app.restart().await;
    app.advance(16);
    let done = app.until(&road.attempt.secret, SignInState::Done).await;
    assert_eq!(done.sign_in.problem, None);
    assert_eq!(app.set("FAB-003").await.method, Method::Hybrid);
}

/// The state is final, its words are true, and the way on works: the link for the administrator is still there, and one more
/// sign-in after the approval goes through.
async fn c6_the_wait_ends_with_the_token_and_says_so(app: TestApp) {
    let (road, waits, attempt) = waiting(&app).await;
    let begun = looks(&app);
    let secret = &road.attempt.secret;
    let mut passed = 0;
    for seconds in [16, 31, 61, 121] {
        look(&app, attempt, seconds).await;
        passed += seconds;
    }
    while app.view(secret).await.sign_in.state == SignInState::ApprovalNeeded {
        assert!(passed < 7200, "it never ended");
        look(&app, attempt, 301).await;
        passed += 301;
    }
    let view = app.view(secret).await;
    let problem = view.sign_in.problem.expect("a remedy");
    assert_eq!((view.sign_in.state, problem.code.as_str()), (SignInState::Failed, "approval_over"));
    assert_eq!(problem.action, HelpAction::SignInAgain);
    assert!(view.sign_in.steps.iter().any(|step| step.state == StepState::Failed), "{:?}", view.sign_in.steps);
    assert_eq!(view.sign_in.approval_url, waits.sign_in.approval_url, "the link is still the way");
    assert!(passed > 3000, "it was followed for {passed} seconds only");
    assert!(looks(&app) - begun < 24, "Microsoft was asked {} times", looks(&app) - begun);
    assert_eq!(kept(&app, &road).await, None, "the token is gone");
    assert_eq!(looked(&app, attempt).await, None, "nobody asks any more");
    approve(&app, &waits).await;
    let attempt = app.attempt(secret, view.sign_in.id).await;
    let tokens = app.person(HOLDER).sign_in(&attempt).await;
    let done: ConnectView = app.save(&attempt.secret, &tokens).await.ok();
    assert_eq!(done.sign_in.state, SignInState::Done, "{:?}", done.sign_in.problem);
}

async fn c6_nobody_asks_for_what_was_called_off(app: TestApp) {
    let (road, _, attempt) = waiting(&app).await;
    let path = format!("/api/v1/authorizations/{}/cancel", road.authorization.id);
    assert_eq!(app.key().post(&path, &serde_json::json!({})).await.status, 200);
    let before = looks(&app);
    app.advance(16);
    eventually("the work is gone", async || looked(&app, attempt).await.is_none()).await;
    assert_eq!(looks(&app), before);
    assert_eq!(app.authorization(road.authorization.id).await.sign_ins[0].state, SignInState::Cancelled);
}

async fn c6_microsofts_own_wait_is_kept(app: TestApp) {
    let (road, view, attempt) = waiting(&app).await;
    let effect =
        Effect { status: Some(429), headers: vec![("Retry-After".to_owned(), "200".to_owned())], ..Effect::default() };
    let grant_type = Some("urn:ietf:params:oauth:grant-type:jwt-bearer".to_owned());
    app.emulator.set_fault(Fault { endpoint: Some("token".to_owned()), grant_type, effect, ..Fault::default() });
    look(&app, attempt, 16).await;
    app.emulator.clear_faults();
    approve(&app, &view).await;
    let before = looks(&app);
    app.advance(190);
    app.view(&road.attempt.secret).await;
    assert_eq!(looks(&app), before, "Microsoft asked to wait for 200 seconds");
    app.advance(11);
    app.until(&road.attempt.secret, SignInState::Done).await;
}

/// A link whose console's session was ended, or that was revoked, carries nothing on.
async fn c6_what_is_taken_back_is_forgotten(app: TestApp) {
    let (road, view, attempt) = waiting(&app).await;
    approve(&app, &view).await;
    let tx = app.state.store.write(app.organization).await.expect("a transaction");
    tx.revoke_links(road.authorization.id, app.state.now()).await.expect("revoked");
    tx.commit().await.expect("a commit");
    let before = looks(&app);
    app.advance(16);
    let state = async || app.authorization(road.authorization.id).await.sign_ins[0].state;
    eventually("it waits for somebody", async || state().await == SignInState::Waiting).await;
    assert_eq!(looks(&app), before);
    assert_eq!(kept(&app, &road).await, None, "the token is gone");
    assert_eq!(looked(&app, attempt).await, None, "nobody asks any more");
    assert_eq!(app.set("FAB-001").await.method, Method::Basic);
}

fn scopes(url: &str) -> BTreeSet<String> {
    let url = url::Url::parse(url).expect("an address");
    let (_, scope) = url.query_pairs().find(|(name, _)| name == "scope").expect("a scope");
    scope.split(' ').map(str::to_owned).collect()
}

/// Items 29 and 47: what an administrator approves replaces what was approved before. Two accounts that wait at the same time must
/// not take it from each other, whichever address is used.
async fn c6_an_approval_is_for_everybody_of_the_tenant_who_waits(app: TestApp) {
    let (mail, first, _) = waiting(&app).await;
    let more = serde_json::json!({ "sets": [{
        "external_id": "FAB-100", "name": "Sites of Lee", "customer": "Fabrikam Inc.", "tenant": "fabrikam.com",
        "account": ADMINISTRATOR, "workloads": ["sharepoint"], "client_version": "9.1.2.0",
    }] });
    app.key().put("/api/v1/backup-sets", &more).await.ok::<serde_json::Value>();
    let sites = app.before_save(&["FAB-100"], ADMINISTRATOR).await;
    let second: ConnectView = app.save(&sites.attempt.secret, &sites.tokens).await.ok();
    assert_eq!(second.sign_in.state, SignInState::ApprovalNeeded);
    let alone = scopes(first.sign_in.approval_url.as_deref().expect("an address"));
    let both = scopes(second.sign_in.approval_url.as_deref().expect("an address"));
    assert!(both.is_superset(&alone) && both.len() > alone.len(), "{both:?}");
    // Whoever waited first is shown the wider address from the next look on.
    app.advance(16);
    eventually("the address of both", async || {
        let view = app.view(&mail.attempt.secret).await;
        view.sign_in.approval_url.as_deref().map(scopes).as_ref() == Some(&both)
    })
    .await;
    approve(&app, &second).await;
    app.advance(400);
    for road in [&mail, &sites] {
        app.until(&road.attempt.secret, SignInState::Done).await;
    }
}

/// Whoever was invited by mail gets another invitation, since the first was used up by the Save that waited in vain.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c6_whoever_was_invited_by_mail_is_invited_to_continue() {
    let mailbox = Mailbox::start().await;
    let app = TestApp::start_with(Setup { mail: Some(mailbox.config()), ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    let made = app.authorize(&["FAB-001"]).await;
    let path = format!("/api/v1/authorizations/{}/invitations", made.id);
    let body = serde_json::json!({ "send_to": HOLDER });
    let invited: InvitationCreated = app.key().post(&path, &body).await.json();
    let secret = invited.url.split_once('#').expect("a secret").1.to_owned();
    mailbox.next().await;
    let attempt = app.attempt(&secret, made.sign_ins[0].id).await;
    let tokens = app.person(HOLDER).sign_in(&attempt).await;
    let view: ConnectView = app.save(&attempt.secret, &tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::ApprovalNeeded);
    app.advance(7200);
    let letter = Mailbox::flat(&mailbox.next().await);
    assert!(letter.contains("waited for an administrator of Fabrikam"), "{letter}");
    let all: shared::api::page::Page<shared::api::invitations::InvitationView> =
        app.key().get("/api/v1/invitations").await.ok();
    let states: Vec<_> = all.items.iter().map(|one| one.state).collect();
    assert_eq!(states, [InvitationState::Open, InvitationState::Used]);
    approve(&app, &view).await;
    let attempt = app.attempt(secret_in(&letter), made.sign_ins[0].id).await;
    let tokens = app.person(HOLDER).sign_in(&attempt).await;
    let done: ConnectView = app.save(&attempt.secret, &tokens).await.ok();
    assert_eq!(done.sign_in.state, SignInState::Done, "{:?}", done.sign_in.problem);
}

/// D5, O2: a set-up that has to be continued, though its node lives, invites whoever was invited to it once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d5_a_set_up_that_took_too_long_is_continued_by_mail() {
    let mailbox = Mailbox::start().await;
    let app = TestApp::start_with(Setup { mail: Some(mailbox.config()), ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    let made = app.authorize_modern(&["CON-015"]).await;
    let sign_in = made.sign_ins[0].id;
    let path = format!("/api/v1/authorizations/{}/invitations", made.id);
    let body = serde_json::json!({ "send_to": ADMINISTRATOR_OF_CONTOSO });
    let invited: InvitationCreated = app.key().post(&path, &body).await.json();
    mailbox.next().await;
    let link = invited.url.split_once('#').expect("a secret").1.to_owned();
    let attempt = app.attempt(&link, sign_in).await;
    let tokens = app.person(ADMINISTRATOR_OF_CONTOSO).sign_in(&attempt).await;
    // Microsoft asks for more patience than the administrator's token lives.
    let headers = vec![("Retry-After".to_owned(), "3000".to_owned())];
    let effect = Effect { status: Some(503), headers, ..Effect::default() };
    app.emulator.set_fault(Fault { endpoint: Some("graph".to_owned()), effect, ..Fault::default() });
    let before = Before { authorization: made, link, attempt, tokens };
    let view = app.save_and_settle(&before).await;
    let code = view.sign_in.problem.map(|problem| problem.code);
    assert_eq!((view.sign_in.state, code.as_deref()), (SignInState::Waiting, Some("continue_needed")));
    app.emulator.clear_faults();
    let letter = Mailbox::flat(&mailbox.next().await);
    let attempt = app.attempt(secret_in(&letter), sign_in).await;
    let tokens = app.person(ADMINISTRATOR_OF_CONTOSO).sign_in(&attempt).await;
    let view = app.save_and_settle(&Before { attempt, tokens, ..before }).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
}

/// The secret of the link in a letter.
fn secret_in(letter: &str) -> &str {
    let is_of_secret = |one: char| one.is_ascii_alphanumeric() || one == '-' || one == '_';
    let found = letter.split("/connect#").nth(1).and_then(|rest| rest.split(|one| !is_of_secret(one)).next());
    found.expect("a link")
}
