//! The secrets of modern, of jobs, and of those who come by a link or a frame.

use crate::{Canary, Caught, hex, nowhere, standing, tokens};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use rekey_tests::{
    app::{Backend, OWNER, Setup, TestApp, embed::CONSOLE, eventually, road::Before, set_up::ADMINISTRATOR},
    mailbox::Mailbox,
    receiver::Receiver,
};
use serde_json::{Value, json};
use server::{
    seal::SealContext,
    store::{certificates::PRIVATE_KEY, sealed::SealedKind},
};
use shared::api::{authorizations::SignInState, channels::ChannelCreated, embed::PopupTied, job_tokens::JobToken};

/// The mail server's user and password.
const MAIL: (&str, &str) = ("mailer", "canary-of-the-mail-server");

/// Everything that is kept so far.
#[derive(Default)]
struct Kept(Vec<Canary>);

impl Kept {
    fn keep(&mut self, name: &'static str, text: &str) {
        self.0.push(Canary { name, text: text.to_owned() });
    }

    /// What stands behind `#` in an answer's address.
    fn keep_link(&mut self, name: &'static str, made: &Value) -> String {
        let secret = made["url"].as_str().and_then(|url| url.split_once('#')).expect("a secret in the fragment").1;
        self.keep(name, secret);
        secret.to_owned()
    }

    /// A key of which the text is `text` and the bytes are these.
    fn keep_bytes(&mut self, name: &'static str, bytes: &[u8]) {
        let hex = hex(bytes);
        for text in [STANDARD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes), hex.to_uppercase(), hex] {
            self.keep(name, &text);
        }
    }

    /// A token: what it says and its signature.
    fn keep_token(&mut self, name: &'static str, token: &str) {
        token.split('.').skip(1).for_each(|part| self.keep(name, part));
    }
}

/// A tenant is set up by an invited administrator, jobs get tokens of every kind, and consoles, channels and customers have theirs.
pub async fn modern(backend: Backend, caught: &Caught) {
    let (mailbox, receiver) = (Mailbox::start().await, Receiver::start().await);
    let mail = Some(mailbox.config_with(MAIL.0, MAIL.1));
    let mut app = TestApp::start_with(Setup { mail, ..Setup::new(backend) }).await;
    let mut kept = Kept::default();
    kept.keep("the mail server's password", MAIL.1);
    kept.keep_bytes("the mail server's password", format!("\0{}\0{}", MAIL.0, MAIL.1).as_bytes());
    app.import_sample().await;
    webhook(&app, &receiver, &mut kept).await;
    customer_page(&app, &mut kept).await;
    people(&app, &mut kept).await;
    let road = administrator(&app, &mailbox, &mut kept).await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    frame(&app, &mut kept).await;
    private_keys(&app, &mut kept).await;
    job_tokens(&app, &mut kept).await;
    eventually("the webhook was called", async || !receiver.calls_of("authorization.authorized").is_empty()).await;
    assert!(mailbox.users() > 0, "nobody signed in at the mail server");
    app.restart().await;
    job_tokens(&app, &mut kept).await;
    for token in app.refresh_tokens().await {
        kept.keep("a refresh token", &token);
    }
    let Kept(mut canaries) = kept;
    tokens(&mut canaries, &road.tokens);
    standing(&app, &mut canaries);
    let log = nowhere(app, &canaries, &[], caught).await;
    assert!(log.contains("/job-token") && log.contains("/api/v1/connect/popup/tie"));
}

/// Its secret, the one after it, and both as they sign.
async fn webhook(app: &TestApp, receiver: &Receiver, kept: &mut Kept) {
    let member = app.member().await;
    let body = json!({ "kind": "webhook", "address": receiver.address });
    let made: ChannelCreated = member.post("/api/v1/channels", &body).await.ok();
    let path = format!("/api/v1/channels/{}/rotate-secret", made.channel.id);
    let next: ChannelCreated = member.post(&path, &json!({})).await.ok();
    for secret in [made.secret, next.secret] {
        let secret = secret.expect("a secret");
        kept.keep("a webhook's secret", &secret);
        let bytes = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
        kept.keep_bytes("a webhook's secret", &bytes);
    }
}

/// The link to a customer's page, opened; and a guess.
async fn customer_page(app: &TestApp, kept: &mut Kept) {
    let id = app.customer("Contoso Ltd").await.id;
    let made: Value = app.key().post(&format!("/api/v1/customers/{id}/page-link"), &json!({})).await.ok();
    let secret = kept.keep_link("a customer page's secret", &made);
    app.connect(&secret).get("/api/v1/customer-page").await.ok::<Value>();
    let contact = json!({ "contact": "it@contoso.com" });
    app.key().post(&format!("/api/v1/customers/{id}/contact"), &contact).await.ok::<Value>();
}

/// A member who is invited, and one who signs in.
async fn people(app: &TestApp, kept: &mut Kept) {
    let cookie = app.sign_in(OWNER).await;
    kept.keep("a session's secret", cookie.split_once('=').expect("a cookie").1);
    let body = json!({ "role": "admin", "note": "Ben" });
    let made: Value = app.session(&cookie).post("/api/v1/member-invitations", &body).await.ok();
    kept.keep_link("a member's invitation", &made);
}

/// An administrator comes by an invitation in the mail, and the customer's contact gets a receipt with a link.
async fn administrator(app: &TestApp, mailbox: &Mailbox, kept: &mut Kept) -> Before {
    let authorization = app.authorize_modern(&["CON-015", "CON-007"]).await;
    let path = format!("/api/v1/authorizations/{}/invitations", authorization.id);
    let made: Value = app.key().post(&path, &json!({ "send_to": ADMINISTRATOR })).await.ok();
    let link = kept.keep_link("an invitation's secret", &made);
    assert!(Mailbox::flat(&mailbox.next().await).contains(&link));
    let attempt = app.attempt(&link, authorization.sign_ins[0].id).await;
    kept.keep("an attempt's secret", &attempt.secret);
    let tokens = app.person(ADMINISTRATOR).sign_in(&attempt).await;
    let road = Before { authorization, link, attempt, tokens };
    let view = app.save_and_settle(&road).await;
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    let receipt = Mailbox::flat(&mailbox.next().await);
    let secret: String = receipt.split_once("/connected#").expect("a link").1.chars().take(43).collect();
    kept.keep("a receipt's secret", &secret);
    road
}

/// A console's session, a window that is tied by the opener, and one by its code.
async fn frame(app: &TestApp, kept: &mut Kept) {
    app.register_origin(CONSOLE).await;
    let session = app.embed_sets(&["CON-002"]).await.secret;
    kept.keep("an embed session's secret", &session);
    let (first, challenge) = (app.announce(&session).await, app.window_secret());
    kept.keep("a window's secret", &first.secret);
    kept.keep("a window's challenge", &challenge);
    assert_eq!(app.confirm(&session, &first, &challenge).await.status, 204);
    let tied: PopupTied = app.tie(&first.secret, "challenge", &challenge).await.ok();
    kept.keep("a tied window's secret", &tied.secret);
    let second = app.announce(&session).await;
    kept.keep("a window's secret", &second.secret);
    let tied: PopupTied = app.tie(&second.secret, "code", &second.opened.code).await.ok();
    kept.keep("a tied window's secret", &tied.secret);
}

/// The keys of the tenant's app: a line of the PEM, and the bytes within.
async fn private_keys(app: &TestApp, kept: &mut Kept) {
    let tx = app.state.store.read(app.organization).await.expect("a transaction");
    let rows = tx.list_sealed(SealedKind::CertificateKey, None, 100).await.expect("keys");
    assert!(!rows.is_empty());
    for row in rows {
        let organization = app.organization;
        let context = SealContext { organization, kind: PRIVATE_KEY, row: row.id, version: row.version };
        let pem = app.state.keyring.open(&context, &row.sealed).expect("the seal opens");
        let pem = String::from_utf8(pem.expose().clone()).expect("PEM");
        let lines: Vec<&str> = pem.lines().filter(|line| line.len() == 64).collect();
        assert!(lines.len() > 10);
        // In the middle of the private numbers.
        kept.keep_bytes("the app's key", &STANDARD.decode(lines[lines.len() / 2]).expect("base64"));
    }
}

/// App-only tokens for both services, and an account's.
async fn job_tokens(app: &TestApp, kept: &mut Kept) {
    for (set, resource) in [("CON-015", "graph"), ("CON-007", "sharepoint"), ("CON-001", "graph")] {
        let path = format!("/api/v1/backup-sets/{}/job-token", app.set(set).await.id);
        for _ in 0..2 {
            let body = json!({ "resource": resource, "purpose": "backup" });
            let token: JobToken = app.key().post(&path, &body).await.ok();
            kept.keep_token("a job token", &token.access_token);
        }
    }
}
