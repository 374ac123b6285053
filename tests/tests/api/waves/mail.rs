//! The mails of a wave: each person gets one, with a link of their own, in the language of the customer (G1, H2, N2).

use super::{find, make, of, wave_of};
use rekey_tests::{
    app::{Backend, Setup, TestApp, dump::assert_same, eventually},
    mailbox::Mailbox,
};
use serde_json::{Value, json};
use server::outbound::mail::MailLimits;
use shared::api::{
    invitations::{InvitationMail, InvitationView},
    page::Page,
    waves::{WaveInvitation, WaveInvitations, WaveView},
};

/// Somebody whose account is no mail address.
const SCANNER: &str = "\
external_id,name,customer,tenant,account,account_role,covers,workloads,region,client_version,method
CON-900,Scanner,Contoso Ltd,contoso.com,scanner.@contoso.com,ordinary,own_account,onedrive,global,9.1.2.0,basic
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_h2_a_wave_invites_by_mail_on_sqlite() {
    a_wave_invites_by_mail(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_h2_a_wave_invites_by_mail_on_postgres() {
    a_wave_invites_by_mail(Backend::Postgres).await;
}

/// Holders of accounts, the technical contact of one tenant, none of another, and somebody whom no mail reaches.
async fn a_wave_invites_by_mail(backend: Backend) {
    let mailbox = Mailbox::start().await;
    let app = TestApp::start_with(Setup { mail: Some(mailbox.config()), ..Setup::new(backend) }).await;
    app.import_sample().await;
    app.import(SCANNER).await;
    let fabrikam = app.customer("Fabrikam Inc.").await.id;
    let contact = json!({ "contact": "it@fabrikam.com", "language": "fr" });
    app.key().post(&format!("/api/v1/customers/{fabrikam}/contact"), &contact).await.ok::<Value>();
    let sets = of(&app, &["CON-900", "CON-001", "CON-015", "FAB-003", "FAB-004"]).await;
    let wave = make(&app, &wave_of(sets)).await;
    assert_eq!(wave.counts.waiting_for_link, 5);

    let before = app.state.now();
    let made = invite(&app, &wave, &json!({ "send": true, "hours": 24 })).await;
    let possible = before.plus(24 * 3600)..=app.state.now().plus(24 * 3600);
    assert!(made.iter().all(|one| possible.contains(&one.expires_at)));
    let sent: Vec<&WaveInvitation> = made.iter().filter(|one| one.sent_to.is_some()).collect();
    let mut to: Vec<&str> = sent.iter().filter_map(|one| one.sent_to.as_deref()).collect();
    to.sort_unstable();
    assert_eq!(to, ["backup@contoso.com", "backup@fabrikam.com", "it@fabrikam.com"]);
    assert_eq!((made.len(), find(&app, wave.id).await.counts.link_sent), (5, 5), "the others are passed on");

    let mut letters = Vec::new();
    for _ in &sent {
        letters.push(Mailbox::flat(&mailbox.next().await));
    }
    for one in &sent {
        let to = format!("To: {}", one.sent_to.as_deref().unwrap_or_default());
        let letter = letters.iter().find(|letter| letter.lines().any(|line| line.trim_end() == to));
        let letter = letter.unwrap_or_else(|| panic!("nothing came {to}"));
        for invitation in &made {
            let times = if invitation.url == one.url { 2 } else { 0 };
            assert_eq!(letter.matches(&invitation.url).count(), times, "{to}: {}", invitation.account);
        }
        let language = if one.customer.name == "Contoso Ltd" { "lang=\"en\"" } else { "lang=\"fr\"" };
        for wanted in ["Northwind Managed IT (northwind.example)", &one.customer.name, language] {
            assert!(letter.contains(wanted), "{to}: {wanted}: {letter}");
        }
        let secret = one.url.split_once('#').expect("a secret in the fragment").1;
        assert_eq!(app.view(secret).await.sign_in.account, one.account);
    }
    eventually("all are sent", async || {
        let all: Page<InvitationView> = app.key().get("/api/v1/invitations").await.ok();
        all.items.iter().filter(|one| one.mail == Some(InvitationMail::Sent)).count() == sent.len()
    })
    .await;
    // Whoever has a link is not written to again.
    assert_eq!(invite(&app, &wave, &json!({ "send": true })).await.len(), 0);
    assert!(mailbox.is_empty(), "one mail each");
    let kept = app.dump().await["connect_links"].clone();
    for one in &made {
        let secret = one.url.split_once('#').expect("a secret").1;
        assert!(kept.iter().all(|row| !row.contains(secret)), "{}: a secret is kept", one.account);
    }
}

/// H12: a wave sends what the organization may send, and says from when on the others can be written to. Whoever is written to
/// for many customers gets the mails of one; the other links are passed on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_g1_a_wave_that_sends_too_much_puts_the_rest_off() {
    let mailbox = Mailbox::start().await;
    let mut mail = mailbox.config();
    mail.limits = MailLimits { per_hour: 2, per_day: 100, per_recipient: 1 };
    let app = TestApp::start_with(Setup { mail: Some(mail), ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    for name in ["Contoso Ltd", "Fabrikam Inc."] {
        let contact = json!({ "contact": "it@partner.example" });
        let path = format!("/api/v1/customers/{}/contact", app.customer(name).await.id);
        app.key().post(&path, &contact).await.ok::<Value>();
    }
    let sets = of(&app, &["CON-001", "CON-015", "FAB-003", "FAB-004", "CON-012"]).await;
    let wave = make(&app, &wave_of(sets)).await;
    let waiting = wave.counts.waiting_for_link;
    let path = format!("/api/v1/waves/{}/invitations", wave.id);
    let invite = async || app.key().post(&path, &json!({ "send": true })).await.ok::<WaveInvitations>();
    let mut sent = Vec::new();
    let (mut made, mut rounds) = (0, 0);
    loop {
        let answer = invite().await;
        let mailed = answer.invitations.iter().filter_map(|one| one.sent_to.clone());
        let before = sent.len();
        sent.extend(mailed);
        assert!(sent.len() - before <= 2, "{sent:?}");
        made += answer.invitations.len() as u64;
        rounds += 1;
        assert_eq!(find(&app, wave.id).await.counts.waiting_for_link, waiting - made);
        let Some(after) = answer.mail_after else { break };
        assert!(answer.more);
        let wait = after.since(app.state.now());
        assert!((1..=3600).contains(&wait), "{wait}");
        assert!(invite().await.invitations.is_empty(), "not before");
        app.advance(wait + 1);
    }
    assert!(rounds > 1 && made == waiting, "{rounds} rounds, {made} of {waiting}");
    assert_eq!(sent.iter().filter(|to| *to == "it@partner.example").count(), 1);
    assert!(sent.len() < usize::try_from(made).unwrap(), "the second link for the same person is passed on");
}

/// Where no mail leaves, nothing is made that nobody would hear of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_h2_a_wave_without_mail_makes_no_invitation() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let wave = make(&app, &wave_of(of(&app, &["CON-015", "FAB-001"]).await)).await;
    assert_eq!(wave.counts.waiting_for_link, 2);
    let before = app.dump().await;
    let path = format!("/api/v1/waves/{}/invitations", wave.id);
    app.key().post(&path, &json!({ "send": true })).await.refused(409, "mail_not_configured");
    assert_same(&before, &app.dump().await);
}

async fn invite(app: &TestApp, wave: &WaveView, body: &Value) -> Vec<WaveInvitation> {
    let path = format!("/api/v1/waves/{}/invitations", wave.id);
    let made: WaveInvitations = app.key().post(&path, body).await.ok();
    made.invitations
}
