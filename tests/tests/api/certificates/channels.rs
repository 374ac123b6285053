//! Notices that go out: mail in plain words, webhooks signed as Standard Webhooks says (E6, K3).

use super::{CUSTOMER, DAY, current, move_to, notices, planted, until_tried};
use base64::{Engine, engine::general_purpose::STANDARD};
use rekey_tests::{
    app::{Backend, Setup, TestApp, eventually},
    app_on_both,
    mailbox::Mailbox,
    receiver::Receiver,
};
use serde_json::json;
use shared::api::{
    channels::{ChannelCreated, ChannelView, DeliveryState, DeliveryView},
    notices::NoticeKind,
};

app_on_both! {
    k3_a_webhook_hears_that_a_certificate_ends_signed_and_once,
    k3_a_webhook_that_is_down_is_tried_for_a_day,
    h10_webhooks_reach_only_where_they_may,
    m1_channels_are_a_managers_and_secrets_are_shown_once,
}

async fn add(app: &TestApp, kind: &str, address: &str) -> ChannelCreated {
    app.member().await.post("/api/v1/channels", &json!({ "kind": kind, "address": address })).await.ok()
}

async fn last_delivery(app: &TestApp) -> Option<DeliveryView> {
    channel(app).await.last_delivery
}

async fn channel(app: &TestApp) -> ChannelView {
    app.key().get("/api/v1/channels").await.ok::<Vec<ChannelView>>().remove(0)
}

/// Waits until the last delivery was answered with this status.
async fn until_answered(app: &TestApp, status: u16) {
    eventually("an answer", async || last_delivery(app).await.is_some_and(|one| one.last_status == Some(status))).await;
}

async fn until_delivered(app: &TestApp) {
    let delivered = |one: DeliveryView| one.state == DeliveryState::Delivered;
    eventually("a delivery", async || last_delivery(app).await.is_some_and(delivered)).await;
}

async fn k3_a_webhook_hears_that_a_certificate_ends_signed_and_once(app: TestApp) {
    let owner = planted(&app).await;
    let sink = Receiver::start().await;
    let secret = add(&app, "webhook", &sink.address).await.secret.expect("a secret");
    let certificate = current(&app, &owner).await;
    move_to(&app, certificate.not_after.plus(-90 * DAY + 60));
    eventually("a call", async || !sink.calls().is_empty()).await;
    let call = sink.calls().remove(0);
    assert!(call.is_signed_by(&secret));
    assert!(!call.is_signed_by("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    let sent: i64 = call.header("webhook-timestamp").parse().unwrap();
    assert!((app.state.now().0 - sent).abs() < 60);
    let body = call.json();
    assert_eq!(body["type"], "connection.expires_soon");
    assert_eq!(body["data"]["customer"]["name"], CUSTOMER);
    assert_eq!(
        (body["data"]["stage"].as_i64(), body["data"]["subject"].as_str()),
        (Some(90), Some(certificate.id.to_string().as_str()))
    );
    assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
    until_delivered(&app).await;
    app.advance(2 * DAY);
    assert_eq!(sink.calls().len(), 1);
}

async fn k3_a_webhook_that_is_down_is_tried_for_a_day(app: TestApp) {
    let owner = planted(&app).await;
    let sink = Receiver::start().await;
    add(&app, "webhook", &sink.address).await;
    sink.answer(500);
    move_to(&app, current(&app, &owner).await.not_after.plus(-90 * DAY + 60));
    until_answered(&app, 500).await;
    for (tries, wait) in (1..).zip([5, 300, 1800, 7200, 18_000, 25_200, 32_400]) {
        until_tried(&app, "deliver", tries).await;
        // Of the five seconds after the first try some have passed; the others are too long for that.
        assert!(wait == 5 || u32::try_from(sink.calls().len()) == Ok(tries), "{tries}");
        app.advance(wait + 1);
    }
    eventually("the last try", async || sink.calls().len() == 8).await;
    let ids: std::collections::BTreeSet<_> =
        sink.calls().iter().map(|call| call.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), 1, "one id for all tries");
    let given_up = |one: DeliveryView| (one.state, one.attempts) == (DeliveryState::Failed, 8);
    eventually("given up", async || last_delivery(&app).await.is_some_and(given_up)).await;
    app.advance(DAY);
    assert_eq!(sink.calls().len(), 8);
    let said: Vec<_> = notices(&app, false).await.into_iter().map(|one| one.kind).collect();
    assert_eq!(said, [NoticeKind::ChannelFailing, NoticeKind::CertificateEnds], "the portal says it all the same");
    let failing = channel(&app).await.failing_since.expect("a time");
    assert!(app.state.now().since(failing) > 23 * 3600);
}

async fn h10_webhooks_reach_only_where_they_may(app: TestApp) {
    let member = app.member().await;
    for bad in [
        "http://hooks.example.com/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://user@hooks.example.com/",
        "https://[fe80::1]/",
        "https://intranet/",
        "file:///etc/passwd",
    ] {
        member
            .post("/api/v1/channels", &json!({ "kind": "webhook", "address": bad }))
            .await
            .refused(422, "field_invalid");
    }
    // A redirect is an answer like any other that is not 2xx.
    let owner = planted(&app).await;
    let sink = Receiver::start().await;
    sink.answer(302);
    add(&app, "webhook", &sink.address).await;
    move_to(&app, current(&app, &owner).await.not_after.plus(-90 * DAY + 60));
    until_answered(&app, 302).await;
    // A removed channel hears nothing more.
    let channels: Vec<ChannelView> = app.key().get("/api/v1/channels").await.ok();
    let member = app.member().await;
    let path = format!("/api/v1/channels/{}/remove", channels[0].id);
    member.post(&path, &json!({})).await.ok::<ChannelView>();
    let before = sink.calls().len();
    app.advance(DAY);
    member.post(&path, &json!({})).await;
    eventually("nothing on its way", async || {
        !app.dump().await["deliveries"].iter().any(|row| row.contains("waiting"))
    })
    .await;
    assert_eq!(sink.calls().len(), before);
    assert!(app.key().get("/api/v1/channels").await.ok::<Vec<ChannelView>>().is_empty());
}

async fn m1_channels_are_a_managers_and_secrets_are_shown_once(app: TestApp) {
    let body = json!({ "kind": "webhook", "address": "https://hooks.example.com/rekey" });
    app.key().post("/api/v1/channels", &body).await.refused(403, "member_needed");
    let member = app.member().await;
    let made: ChannelCreated = member.post("/api/v1/channels", &body).await.ok();
    let secret = made.secret.unwrap();
    assert!(secret.starts_with("whsec_") && secret.len() > 40);
    member.post("/api/v1/channels", &body).await.refused(409, "channel_exists");
    assert!(!app.key().get("/api/v1/channels").await.text().contains(&secret));
    let raw = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let hex = server::audit::hex(&raw).to_uppercase();
    let dump = app.dump().await;
    assert!(dump.values().flatten().all(|row| !row.to_uppercase().contains(&hex)), "sealed at rest");
    let mail = json!({ "kind": "mail", "address": "desk@northwind.example" });
    member.post("/api/v1/channels", &mail).await.refused(409, "mail_not_configured");
    app.advance(660);
    member.post("/api/v1/channels", &body).await.refused(403, "sign_in_stale");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b14_e6_a_mail_says_it_in_plain_words() {
    let mailbox = Mailbox::start().await;
    let app = TestApp::start_with(Setup { mail: Some(mailbox.config()), ..Setup::new(Backend::Sqlite) }).await;
    let member = app.member().await;
    for bad in ["nobody", "a@b.c\r\nBcc: d@e.f", "A <a@b.c>"] {
        member.post("/api/v1/channels", &json!({ "kind": "mail", "address": bad })).await.refused(422, "field_invalid");
    }
    let made = add(&app, "mail", "desk@northwind.example").await;
    assert_eq!(made.secret, None);
    let owner = planted(&app).await;
    move_to(&app, current(&app, &owner).await.not_after.plus(-90 * DAY + 60));
    let letter = mailbox.next().await;
    for wanted in
        ["Subject: The certificate of Contoso Ltd ends in 90 days", "To: desk@northwind.example", "From: Rekey"]
    {
        assert!(letter.contains(wanted), "{letter}");
    }
    let flat = Mailbox::flat(&letter);
    assert!(flat.contains("Nothing is to be done.") && flat.contains(&app.origin), "{letter}");
    until_delivered(&app).await;
    assert_eq!(mailbox.len(), 0, "once");
}
