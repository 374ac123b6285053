//! How much mail goes: so much of an organization, so much to one address, and so many at a time (H12).

use rekey_tests::{
    app::{Backend, Setup, TestApp, client::Answer, dump::assert_same, eventually},
    mailbox::Mailbox,
};
use serde_json::{Value, json};
use server::outbound::mail::MailLimits;
use shared::{
    api::{
        authorizations::{AuthorizationView, SignInState},
        connect::ConnectView,
        invitations::InvitationCreated,
    },
    id::AuthorizationId,
};
use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::net::TcpListener;

async fn start(backend: Backend, mailbox: &Mailbox, limits: MailLimits) -> TestApp {
    let mut mail = mailbox.config();
    mail.limits = limits;
    let app = TestApp::start_with(Setup { mail: Some(mail), ..Setup::new(backend) }).await;
    app.import_sample().await;
    app
}

async fn mail_to(app: &TestApp, id: AuthorizationId, address: &str) -> Answer {
    app.key().post(&format!("/api/v1/authorizations/{id}/invitations"), &json!({ "send_to": address })).await
}

fn wait_of(answer: &Answer) -> i64 {
    answer.header("retry-after").and_then(|text| text.parse().ok()).expect("Retry-After")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_an_organization_sends_so_many_mails_on_sqlite() {
    an_organization_sends_so_many_mails(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_an_organization_sends_so_many_mails_on_postgres() {
    an_organization_sends_so_many_mails(Backend::Postgres).await;
}

async fn an_organization_sends_so_many_mails(backend: Backend) {
    let mailbox = Mailbox::start().await;
    let app = start(backend, &mailbox, MailLimits { per_hour: 2, per_day: 3, per_recipient: 2 }).await;
    let id = app.authorize(&["CON-001"]).await.id;
    for address in ["a@contoso.com", "b@contoso.com"] {
        mail_to(&app, id, address).await.ok::<InvitationCreated>();
        mailbox.next().await;
    }
    let before = app.dump().await;
    let refused = mail_to(&app, id, "c@contoso.com").await;
    let problem = refused.refused(429, "mail_limit");
    assert!(problem.detail.contains("2 an hour, 3 a day"), "{}", problem.detail);
    assert!((3500..=3600).contains(&wait_of(&refused)), "{}", wait_of(&refused));
    assert_same(&before, &app.dump().await);
    // A link that somebody passes on is no mail.
    app.key().post(&format!("/api/v1/authorizations/{id}/invitations"), &json!({})).await.ok::<InvitationCreated>();
    app.advance(3601);
    mail_to(&app, id, "c@contoso.com").await.ok::<InvitationCreated>();
    mailbox.next().await;
    let refused = mail_to(&app, id, "d@contoso.com").await;
    refused.refused(429, "mail_limit");
    assert!(wait_of(&refused) > 20 * 3600, "the day's share: {}", wait_of(&refused));
    app.advance(wait_of(&refused) + 1);
    mail_to(&app, id, "d@contoso.com").await.ok::<InvitationCreated>();
    mailbox.next().await;
    assert!(mailbox.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_nobody_is_written_to_again_and_again_on_sqlite() {
    nobody_is_written_to_again_and_again(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_nobody_is_written_to_again_and_again_on_postgres() {
    nobody_is_written_to_again_and_again(Backend::Postgres).await;
}

async fn nobody_is_written_to_again_and_again(backend: Backend) {
    let mailbox = Mailbox::start().await;
    let app = start(backend, &mailbox, MailLimits { per_recipient: 2, ..MailLimits::default() }).await;
    let id = app.authorize(&["CON-001"]).await.id;
    mail_to(&app, id, "Anna@Contoso.com").await.ok::<InvitationCreated>();
    mail_to(&app, id, "anna@contoso.com").await.ok::<InvitationCreated>();
    let refused = mail_to(&app, id, "ANNA@contoso.com").await;
    refused.refused(429, "recipient_limit");
    assert!(wait_of(&refused) > 23 * 3600);
    mail_to(&app, id, "ben@contoso.com").await.ok::<InvitationCreated>();
    app.advance(24 * 3600 + 1);
    let id = app.authorize(&["CON-005"]).await.id;
    mail_to(&app, id, "anna@contoso.com").await.ok::<InvitationCreated>();
}

/// A mail server that takes connections and says nothing holds half of the worker's places, and Save goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_a_mail_server_that_hangs_holds_nothing_else_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut mail = Mailbox::start().await.config();
    mail.smtp = format!("smtp://{}", listener.local_addr().unwrap());
    let connected = Arc::new(AtomicUsize::new(0));
    let count = connected.clone();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            held.push(stream);
        }
    });
    let app = TestApp::start_with(Setup { mail: Some(mail), ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    let (mut csv, mut names) = (String::from("external_id,name,customer,tenant,account,workloads\n"), Vec::new());
    for number in 0..24 {
        let name = format!("H-{number}");
        let _ = writeln!(csv, "{name},Mail,Contoso Ltd,contoso.com,holder{number}@contoso.com,exchange");
        names.push(name);
    }
    app.import(&csv).await;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let made: AuthorizationView = app.key().post("/api/v1/authorizations", &app.hybrid(&names).await).await.ok();
    assert_eq!(made.sign_ins.len(), 24);
    for sign_in in &made.sign_ins {
        let body = json!({ "sign_in": sign_in.id, "send_to": sign_in.account });
        app.key().post(&format!("/api/v1/authorizations/{}/invitations", made.id), &body).await.ok::<Value>();
    }
    eventually("as many mails as may are on their way", async || connected.load(Ordering::SeqCst) >= 8).await;
    let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
    let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
    assert_eq!(connected.load(Ordering::SeqCst), 8, "the others wait");
}
