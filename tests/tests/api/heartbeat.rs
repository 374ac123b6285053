//! Connections are kept alive, doubted, ended and never deleted by themselves (L5, P4, P5, P6).

use super::jobs::BACKUP;
use emulator::{Effect, Fault, Misbehaviour, TokenError};
use rekey_tests::{
    app::{OWNER, TestApp, eventually},
    app_on_both,
};
use server::services::owner;
use shared::{
    api::{
        authorizations::AuthorizationPreview,
        customers::{ConnectionState, ConnectionView},
        problem::HelpAction,
        session::{CreateSession, SignInStart},
    },
    method::Method,
};

app_on_both! {
    l5_p5_a_beat_keeps_the_connection_and_changes_its_token,
    l5_p6_a_revoked_account_is_doubted_and_an_hour_later_ended,
    p6_throttling_marks_nothing,
    p4_a_beat_with_somebody_elses_answer_is_discarded,
    m4_nothing_of_a_suspended_organization_opens_or_runs,
}

const DAYS_4: i64 = 4 * 24 * 3600;

async fn connection(app: &TestApp) -> ConnectionView {
    app.customer("Contoso Ltd").await.connections.into_iter().next().expect("a connection")
}

async fn connected(app: &TestApp) -> ConnectionView {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    connection(app).await
}

/// The refresh tokens that were used, by their fingerprints in the emulator's log.
fn used(app: &TestApp) -> Vec<String> {
    let log = app.emulator.requests();
    log.iter().filter_map(|request| request.form.get("refresh_token").cloned()).collect()
}

async fn until(app: &TestApp, state: ConnectionState) -> ConnectionView {
    eventually(&format!("{state:?}"), async || connection(app).await.state == state).await;
    connection(app).await
}

async fn l5_p5_a_beat_keeps_the_connection_and_changes_its_token(app: TestApp) {
    let first = connected(&app).await;
    let token = app.refresh_tokens().await;
    for beats in 1..=3 {
        app.advance(DAYS_4);
        eventually("a beat", async || used(&app).len() == beats).await;
        eventually("a checked connection", async || {
            connection(&app).await.checked_at.since(first.checked_at) >= DAYS_4 * i64::try_from(beats).unwrap()
        })
        .await;
    }
    let now = connection(&app).await;
    assert_eq!((now.state, now.id, now.help), (ConnectionState::Working, first.id, None));
    assert!(now.next_check_at > now.checked_at);
    // S9: each time that the stored token was opened is told, with what for, in the transaction that replaced it.
    let told = app.dump().await["audit"].iter().filter(|row| row.contains("connection.refreshed")).count();
    assert_eq!(told, 3);
    let seen = used(&app);
    assert!(seen[0] != seen[1] && seen[1] != seen[2], "each beat uses the token of the one before: {seen:?}");
    assert_ne!(token, app.refresh_tokens().await);
}

async fn l5_p6_a_revoked_account_is_doubted_and_an_hour_later_ended(app: TestApp) {
    connected(&app).await;
    let token = app.refresh_tokens().await;
    app.emulator.revoke_user("backup@contoso.com").unwrap();
    app.advance(DAYS_4);
    let doubtful = until(&app, ConnectionState::Doubtful).await;
    assert_eq!(doubtful.help.map(|help| help.code).as_deref(), Some("aadsts_50173"));
    // The clock goes on by itself, too: not up to the last second.
    app.advance(3500);
    assert_eq!(connection(&app).await.state, ConnectionState::Doubtful);
    app.advance(159);
    let ended = until(&app, ConnectionState::Ended).await;
    assert_eq!(ended.help.map(|help| help.action), Some(HelpAction::SignInAgain));
    assert_eq!(app.refresh_tokens().await, token, "nothing is deleted by itself");
    assert_eq!(app.set("CON-001").await.method, Method::Hybrid, "no set goes back to a password");
    let events = app.dump().await["audit"].join("\n");
    assert!(events.contains("connection.doubtful") && events.contains("connection.ended"), "{events}");
    // An ended connection carries nothing; its holder signs in once, and the same connection works again.
    let request = app.hybrid(&["CON-002"]).await;
    let shown: AuthorizationPreview = app.key().post("/api/v1/authorizations/preview", &request).await.ok();
    assert!(!shown.sign_ins[0].already_connected);
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let again = connection(&app).await;
    assert_eq!((again.state, again.id, again.help), (ConnectionState::Working, ended.id, None));
}

fn throttle(effect: Effect) -> Fault {
    let grant_type = Some("refresh_token".to_owned());
    Fault { endpoint: Some("token".to_owned()), grant_type, effect, ..Fault::default() }
}

async fn p6_throttling_marks_nothing(app: TestApp) {
    let before = connected(&app).await;
    let busy = TokenError { error: "invalid_grant".to_owned(), aadsts: 50_196, ..TokenError::default() };
    let effects = [
        Effect { status: Some(429), headers: vec![("Retry-After".to_owned(), "120".to_owned())], ..Effect::default() },
        Effect { error: Some(busy), ..Effect::default() },
        Effect { status: Some(503), ..Effect::default() },
    ];
    app.advance(DAYS_4 - 3601);
    for (number, effect) in (1..).zip(effects) {
        app.emulator.set_fault(throttle(effect));
        app.advance(3601);
        let put_off = [format!("attempts={number}"), format!("\"attempts\": {number}")];
        eventually("a beat that was put off", async || {
            app.dump().await["work"].iter().any(|row| put_off.iter().any(|text| row.contains(text)))
        })
        .await;
        let now = connection(&app).await;
        assert_eq!((now.state, now.help, now.checked_at), (ConnectionState::Working, None, before.checked_at));
        app.emulator.clear_faults();
    }
    app.advance(3601);
    eventually("a good beat", async || connection(&app).await.checked_at > before.checked_at).await;
}

async fn p4_a_beat_with_somebody_elses_answer_is_discarded(app: TestApp) {
    connected(&app).await;
    for wrong in [Misbehaviour::RefreshSubjectWrong, Misbehaviour::RefreshIssuerWrong] {
        let token = app.refresh_tokens().await;
        let before = connection(&app).await;
        app.emulator.set_misbehaviour(wrong);
        app.advance(DAYS_4);
        let doubtful = until(&app, ConnectionState::Doubtful).await;
        assert_eq!(doubtful.help.map(|help| help.code).as_deref(), Some("answer_discarded"), "{wrong:?}");
        assert_eq!(doubtful.checked_at, before.checked_at);
        assert_eq!(app.refresh_tokens().await, token, "the answer's token is not kept");
        app.emulator.clear_misbehaviours();
        app.advance(3601);
        until(&app, ConnectionState::Working).await;
    }
    // P5: an answer without a refresh token keeps the old one.
    let token = app.refresh_tokens().await;
    let before = connection(&app).await;
    app.emulator.set_misbehaviour(Misbehaviour::RefreshTokenMissing);
    app.advance(DAYS_4);
    eventually("a good beat", async || connection(&app).await.checked_at > before.checked_at).await;
    assert_eq!(app.refresh_tokens().await, token);
}

/// The operator stops an organization: people, programs, links and jobs at once, and the beat of its connections.
async fn m4_nothing_of_a_suspended_organization_opens_or_runs(app: TestApp) {
    connected(&app).await;
    let (member, neighbour) = (app.member().await, app.neighbour().await);
    let made = app.authorize(&["CON-009"]).await;
    let link = app.link(made.id).await;
    let attempt = app.attempt(&link, made.sign_ins[0].id).await;
    let tokens = app.person("priya.shah@contoso.com").sign_in(&attempt).await;
    let job = format!("/api/v1/backup-sets/{}/job-token", app.set("CON-001").await.id);
    app.key().post(&job, &BACKUP).await.ok::<serde_json::Value>();
    owner::suspend_organization(&app.state, app.organization, true).await.expect("it is suspended");
    assert_eq!(member.get("/api/v1/customers").await.status, 401);
    assert_eq!(app.key().get("/api/v1/customers").await.status, 401);
    assert_eq!(app.key().post(&job, &BACKUP).await.status, 401);
    app.connect(&link).get("/api/v1/connect").await.refused(404, "not_found");
    app.save(&attempt.secret, &tokens).await.refused(404, "not_found");
    let start: SignInStart = app.page().post("/api/v1/sign-ins", &serde_json::json!({})).await.ok();
    let id_token = app.person(OWNER).identify(&start).await;
    let body = CreateSession { secret: start.secret, id_token, owner_link: None };
    app.page().post("/api/v1/session", &body).await.refused(403, "not_a_member");
    let before = used(&app).len();
    for _ in 0..5 {
        app.advance(DAYS_4);
        app.state.changes.work();
        app.with_key(&neighbour.key.secret).get("/api/v1/customers").await.ok::<serde_json::Value>();
    }
    assert_eq!(used(&app).len(), before, "no token of a customer's was used");
    owner::suspend_organization(&app.state, app.organization, false).await.expect("it goes on");
    app.state.changes.work();
    eventually("a beat", async || used(&app).len() > before).await;
    app.key().post(&job, &BACKUP).await.ok::<serde_json::Value>();
    assert_eq!(app.member().await.get("/api/v1/customers").await.status, 200);
}
