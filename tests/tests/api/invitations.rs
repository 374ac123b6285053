//! Invitations for somebody without an account: bound to one sign-in of one tenant, used up by Save, taken back at once
//! (H2, H3, H5, O1-O8, N2, N11), sent by real mail.

mod quota;

use emulator::{Effect, Fault};
use rekey_tests::{
    app::{Backend, OWNER, Setup, TestApp, client::Answer, dump::assert_same, eventually},
    app_on_both,
    mailbox::Mailbox,
};
use serde_json::{Value, json};
use shared::{
    api::{
        authorizations::{AuthorizationView, SignInState},
        connect::{ConnectView, StartAttempt},
        invitations::{InvitationCreated, InvitationMail, InvitationState, InvitationView},
        page::Page,
        session::Meta,
    },
    id::AuthorizationId,
    method::Method,
};

app_on_both! {
    h3_save_uses_an_invitation_up,
    h3_each_click_ends_the_one_before,
    o2_an_invitation_is_for_one_sign_in,
    o8_taken_back_it_stops_whoever_is_on_the_way,
    o8_taken_back_during_save_nothing_is_stored,
    o1_o8_dead_invitations_look_alike,
    bad_requests_name_the_field,
    h5_no_partner_relationship_is_needed,
}

async fn invite(app: &TestApp, id: AuthorizationId, body: Value) -> (InvitationView, String) {
    let path = format!("/api/v1/authorizations/{id}/invitations");
    let made: InvitationCreated = app.key().post(&path, &body).await.ok();
    let secret = made.url.split_once("/connect#").expect("a secret in the fragment").1.to_owned();
    assert!(made.code.size > 20 && made.code.path.starts_with('M'));
    (made.invitation, secret)
}

async fn listed(app: &TestApp) -> Vec<InvitationView> {
    app.key().get("/api/v1/invitations").await.ok::<Page<InvitationView>>().items
}

fn looks(answer: &Answer) -> String {
    let mut problem = answer.refused(404, "not_found");
    problem.request_id.clear();
    format!("{problem:?}")
}

/// H2, H3: no account, one click, one sign-in, one Save; then the link is dead and the tab goes on.
async fn h3_save_uses_an_invitation_up(app: TestApp) {
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let (invitation, secret) = invite(&app, made.id, json!({})).await;
    assert_eq!((invitation.state, invitation.mail), (InvitationState::Open, None));
    let before = app.dump().await;
    let shown = app.view(&secret).await;
    assert_eq!((shown.organization.as_str(), shown.customer.as_str()), ("Northwind Managed IT", "Contoso Ltd"));
    assert_same(&before, &app.dump().await);
    let attempt = app.attempt(&secret, made.sign_ins[0].id).await;
    let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
    // Until Save it can be opened again.
    app.view(&secret).await;
    let view: ConnectView = app.save(&attempt.secret, &tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    looks(&app.connect(&secret).get("/api/v1/connect").await);
    assert_eq!(app.view(&attempt.secret).await.sign_in.state, SignInState::Done, "the receipt stays in the tab");
    let all = listed(&app).await;
    assert_eq!((all[0].state, all[0].used_at.is_some()), (InvitationState::Used, true));
    let path = format!("/api/v1/invitations/{}/revoke", invitation.id);
    app.key().post(&path, &json!({})).await.refused(409, "link_over");
}

async fn h3_each_click_ends_the_one_before(app: TestApp) {
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let (_, secret) = invite(&app, made.id, json!({})).await;
    let first = app.attempt(&secret, made.sign_ins[0].id).await;
    let tokens = app.person("backup@contoso.com").sign_in(&first).await;
    let second = app.attempt(&secret, made.sign_ins[0].id).await;
    app.save(&first.secret, &tokens).await.refused(409, "attempt_superseded");
    // T12: the tokens of one attempt are no use to another.
    app.save(&second.secret, &tokens).await.refused(403, "token_refused");
    let tokens = app.person("backup@contoso.com").sign_in(&second).await;
    app.save(&second.secret, &tokens).await.ok::<ConnectView>();
}

/// O2: whoever holds an account is asked for that account, and sees and starts nothing else of the authorization.
async fn o2_an_invitation_is_for_one_sign_in(app: TestApp) {
    app.import_sample().await;
    let request = app.hybrid(&["CON-001", "CON-012"]).await;
    let made: AuthorizationView = app.key().post("/api/v1/authorizations", &request).await.ok();
    assert!(made.sign_ins.len() > 1, "two accounts");
    let path = format!("/api/v1/authorizations/{}/invitations", made.id);
    app.key().post(&path, &json!({})).await.refused(422, "field_invalid");
    let (mine, other) = (&made.sign_ins[0], &made.sign_ins[1]);
    let (_, secret) = invite(&app, made.id, json!({ "sign_in": mine.id })).await;
    let shown = app.view(&secret).await;
    assert_eq!((shown.sign_in.id, shown.queue.len()), (mine.id, 1));
    let answer = app.connect(&secret).get("/api/v1/connect").await.text();
    assert!(!answer.contains(&other.account) && !answer.contains(&other.id.to_string()), "{answer}");
    let body = StartAttempt { sign_in: other.id, start_over: false };
    app.connect(&secret).post("/api/v1/connect/attempts", &body).await.refused(404, "not_found");
    // Both are on their way at once, and neither ends the other; taking one back leaves the other alone.
    let (invited, theirs) = invite(&app, made.id, json!({ "sign_in": other.id })).await;
    let first = app.attempt(&secret, mine.id).await;
    app.attempt(&theirs, other.id).await;
    app.key().post(&format!("/api/v1/invitations/{}/revoke", invited.id), &json!({})).await.ok::<Value>();
    let tokens = app.person("backup@contoso.com").sign_in(&first).await;
    let saved: ConnectView = app.save(&first.secret, &tokens).await.ok();
    assert_eq!(saved.sign_in.state, SignInState::Done, "{:?}", saved.sign_in.problem);
    let foreign = app.authorize(&["CON-003"]).await;
    let body = json!({ "sign_in": foreign.sign_ins[0].id });
    app.key().post(&path, &body).await.refused(404, "not_found");
}

async fn o8_taken_back_it_stops_whoever_is_on_the_way(app: TestApp) {
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let (invitation, secret) = invite(&app, made.id, json!({ "hours": 168 })).await;
    let attempt = app.attempt(&secret, made.sign_ins[0].id).await;
    let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
    let mut live = app.connect(&attempt.secret).live("/api/v1/connect/live").await;
    live.next::<ConnectView>().await.expect("a snapshot");
    let path = format!("/api/v1/invitations/{}/revoke", invitation.id);
    let shown: InvitationView = app.key().post(&path, &json!({})).await.ok();
    assert_eq!(shown.state, InvitationState::Revoked);
    assert!(live.next::<ConnectView>().await.is_none(), "the page's stream ends");
    let before = app.dump().await;
    looks(&app.save(&attempt.secret, &tokens).await);
    looks(&app.connect(&secret).get("/api/v1/connect").await);
    assert_same(&before, &app.dump().await);
    // Inviting anew ends the link before, so that only the newest one works.
    let (_, second) = invite(&app, made.id, json!({})).await;
    let (_, third) = invite(&app, made.id, json!({})).await;
    looks(&app.connect(&second).get("/api/v1/connect").await);
    app.view(&third).await;
}

/// Save has been pressed, and waits for a key of Microsoft's, when the invitation is taken back.
async fn o8_taken_back_during_save_nothing_is_stored(app: TestApp) {
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let (invitation, secret) = invite(&app, made.id, json!({})).await;
    let attempt = app.attempt(&secret, made.sign_ins[0].id).await;
    app.emulator.rotate_keys(false).expect("new keys");
    let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
    app.advance(300);
    let slow = Effect { delay_millis: 1_000, ..Effect::default() };
    app.emulator.set_fault(Fault { endpoint: Some("keys".to_owned()), effect: slow, ..Fault::default() });
    let asked = || app.emulator.requests().iter().filter(|request| request.path.ends_with("/keys")).count();
    let before = asked();
    let take_back = async {
        eventually("Microsoft is asked for its keys", async || asked() > before).await;
        let path = format!("/api/v1/invitations/{}/revoke", invitation.id);
        let shown: InvitationView = app.key().post(&path, &json!({})).await.ok();
        assert_eq!(shown.state, InvitationState::Revoked);
        app.dump().await
    };
    let (answer, stored) = tokio::join!(app.save(&attempt.secret, &tokens), take_back);
    looks(&answer);
    assert_same(&stored, &app.dump().await);
    assert_eq!(app.set("CON-001").await.method, Method::Basic);
}

async fn o1_o8_dead_invitations_look_alike(app: TestApp) {
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let (_, expired) = invite(&app, made.id, json!({ "hours": 1 })).await;
    // O1: life is checked at use; nothing has cleaned up.
    app.advance(3600);
    let second = app.authorize(&["CON-003"]).await;
    let (one, revoked) = invite(&app, second.id, json!({})).await;
    app.key().post(&format!("/api/v1/invitations/{}/revoke", one.id), &json!({})).await.ok::<Value>();
    let mut seen = None;
    for secret in [expired.as_str(), &revoked, &"A".repeat(43), ""] {
        let looks = looks(&app.connect(secret).get("/api/v1/connect").await);
        assert_eq!(*seen.get_or_insert_with(|| looks.clone()), looks, "{secret}");
    }
}

async fn bad_requests_name_the_field(app: TestApp) {
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let path = format!("/api/v1/authorizations/{}/invitations", made.id);
    for (body, field) in [
        (json!({ "hours": 0 }), "hours"),
        (json!({ "hours": 169 }), "hours"),
        (json!({ "send_to": "not an address" }), "send_to"),
        (json!({ "language": "xx" }), "language"),
    ] {
        let problem = app.key().post(&path, &body).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some(field), "{body}");
    }
    let body = json!({ "send_to": "admin@contoso.com" });
    app.key().post(&path, &body).await.refused(409, "mail_not_configured");
    let meta: Meta = app.anonymous().get("/api/v1/meta").await.ok();
    assert!(!meta.mail, "nobody is offered what is refused");
    app.key().post(&format!("/api/v1/authorizations/{}/cancel", made.id), &json!({})).await.ok::<Value>();
    app.key().post(&path, &json!({})).await.refused(409, "not_open");
    let customer = app.customer("Contoso Ltd").await;
    let path = format!("/api/v1/customers/{}/contact", customer.id);
    app.key().post(&path, &json!({ "contact": "nobody" })).await.refused(422, "field_invalid");
    let set: Value = app.key().post(&path, &json!({ "contact": "it@contoso.com", "language": "de" })).await.ok();
    assert_eq!((&set["contact"], &set["contact_language"]), (&json!("it@contoso.com"), &json!("de")));
}

/// H5: at Microsoft the provider is nothing to its customer: no delegated administration, nobody and no app of the provider's tenant.
/// The customer's own people sign in to their own tenant, and that tenant alone is asked.
async fn h5_no_partner_relationship_is_needed(app: TestApp) {
    app.import_sample().await;
    let (provider, customer) = (app.identity(OWNER).0.0, app.identity("backup@contoso.com").0.to_string());
    app.emulator.clear_requests();
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    app.set_up(&["CON-015"]).await;
    let asked: Vec<String> = app.emulator.requests().into_iter().map(|one| one.path.to_lowercase()).collect();
    let of_a_tenant = asked.iter().filter(|path| path.contains("/oauth2/v2.0/"));
    assert!(
        of_a_tenant.clone().count() > 5 && of_a_tenant.clone().all(|path| path[1..].starts_with(&customer)),
        "{asked:?}"
    );
    let partners = ["tenantrelationships", "delegatedadmin", "contracts", "partner"];
    assert!(asked.iter().all(|path| partners.iter().all(|word| !path.contains(word))), "{asked:?}");
    assert!(app.emulator.service_principals().iter().all(|one| one.tid != provider));
    assert!(app.emulator.grants().iter().all(|one| one.tid != provider));
}

/// H2: the mail is real, in the language asked for, as text and HTML, and its link works; the server keeps the secret sealed and
/// only until the mail has gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h2_an_invitation_comes_by_mail() {
    let mailbox = Mailbox::start().await;
    let app = TestApp::start_with(Setup { mail: Some(mailbox.config()), ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let body = json!({ "send_to": "backup@contoso.com", "language": "de" });
    let (invitation, secret) = invite(&app, made.id, body).await;
    assert_eq!(invitation.mail, Some(InvitationMail::Waiting));
    let letter = mailbox.next().await;
    assert!(letter.contains("To: backup@contoso.com") && letter.contains("multipart/alternative"), "{letter}");
    let flat = Mailbox::flat(&letter);
    for wanted in ["Northwind Managed IT (northwind.example)", "Contoso Ltd", "Der Link gilt einmal", "lang=\"de\""] {
        assert!(flat.contains(wanted), "{wanted}: {flat}");
    }
    let url = format!("{}/connect#{secret}", app.origin);
    assert_eq!(flat.matches(&url).count(), 2, "in the text and in the HTML: {flat}");
    rekey_tests::app::eventually("sent", async || listed(&app).await[0].mail == Some(InvitationMail::Sent)).await;
    app.view(&secret).await;
    let links = app.dump().await["connect_links"].clone();
    assert!(links.iter().all(|row| !row.contains(&secret)), "hashed in one place, sealed in the other");
    assert!(mailbox.is_empty(), "one mail");
}
