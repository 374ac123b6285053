//! Notices that go out: mail in plain words, webhooks signed as Standard Webhooks says (E6, K3).

use super::{CUSTOMER, DAY, current, move_to, notices, planted, until_tried};
use aws_lc_rs::hmac;
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use base64::{Engine, engine::general_purpose::STANDARD};
use rekey_tests::{
    app::{Backend, Setup, TestApp, eventually},
    app_on_both,
    mailbox::Mailbox,
};
use serde_json::{Value, json};
use shared::api::notices::{ChannelCreated, ChannelView};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};
use tokio::net::TcpListener;

app_on_both! {
    k3_a_webhook_hears_that_a_certificate_ends_signed_and_once,
    k3_a_webhook_that_is_down_is_tried_for_a_day,
    h10_webhooks_reach_only_where_they_may,
    m1_channels_are_a_managers_and_secrets_are_shown_once,
}

/// One call of the sink.
#[derive(Clone)]
struct Call {
    headers: HeaderMap,
    body: Bytes,
}

#[derive(Clone, Default)]
struct Sink {
    calls: Arc<Mutex<Vec<Call>>>,
    status: Arc<AtomicU16>,
}

impl Sink {
    async fn start() -> (Self, String) {
        let sink = Self::default();
        sink.status.store(204, Ordering::SeqCst);
        let take = |State(sink): State<Self>, headers: HeaderMap, body: Bytes| async move {
            sink.calls.lock().unwrap().push(Call { headers, body });
            StatusCode::from_u16(sink.status.load(Ordering::SeqCst)).unwrap()
        };
        let router = Router::new().route("/hook", post(take)).with_state(sink.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (sink, address)
    }

    fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

impl Call {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    /// As a receiver checks it.
    fn is_signed_by(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut signed = format!("{}.{}.", self.header("webhook-id"), self.header("webhook-timestamp")).into_bytes();
        signed.extend_from_slice(&self.body);
        let tag = STANDARD.decode(self.header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), &signed, &tag).is_ok()
    }
}

async fn add(app: &TestApp, kind: &str, address: &str) -> ChannelCreated {
    app.member().await.post("/api/v1/channels", &json!({ "kind": kind, "address": address })).await.ok()
}

async fn last_delivery(app: &TestApp) -> String {
    let channels: Vec<ChannelView> = app.key().get("/api/v1/channels").await.ok();
    channels[0].last_delivery.clone().unwrap_or_default()
}

async fn k3_a_webhook_hears_that_a_certificate_ends_signed_and_once(app: TestApp) {
    let owner = planted(&app).await;
    let (sink, address) = Sink::start().await;
    let secret = add(&app, "webhook", &address).await.secret.expect("a secret");
    let certificate = current(&app, &owner).await;
    move_to(&app, certificate.not_after.plus(-90 * DAY + 60));
    eventually("a call", async || !sink.calls().is_empty()).await;
    let call = sink.calls().remove(0);
    assert!(call.is_signed_by(&secret));
    assert!(!call.is_signed_by("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    let sent: i64 = call.header("webhook-timestamp").parse().unwrap();
    assert!((app.state.now().0 - sent).abs() < 60);
    let body: Value = serde_json::from_slice(&call.body).unwrap();
    assert_eq!(body["type"], "notice.certificate_ends");
    assert_eq!(body["data"]["customer"]["name"], CUSTOMER);
    assert_eq!(
        (body["data"]["stage"].as_i64(), body["data"]["subject"].as_str()),
        (Some(90), Some(certificate.id.to_string().as_str()))
    );
    assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
    eventually("a delivery", async || last_delivery(&app).await == "Delivered").await;
    app.advance(2 * DAY);
    assert_eq!(sink.calls().len(), 1);
}

async fn k3_a_webhook_that_is_down_is_tried_for_a_day(app: TestApp) {
    let owner = planted(&app).await;
    let (sink, address) = Sink::start().await;
    add(&app, "webhook", &address).await;
    sink.status.store(500, Ordering::SeqCst);
    move_to(&app, current(&app, &owner).await.not_after.plus(-90 * DAY + 60));
    eventually("a refused call", async || last_delivery(&app).await.contains("it answered 500")).await;
    for (tries, wait) in (1..).zip([5, 300, 1800, 7200, 18_000, 25_200, 32_400]) {
        until_tried(&app, "deliver", tries).await;
        assert_eq!(u32::try_from(sink.calls().len()), Ok(tries));
        app.advance(wait + 1);
    }
    eventually("the last try", async || sink.calls().len() == 8).await;
    let ids: std::collections::BTreeSet<_> =
        sink.calls().iter().map(|call| call.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), 1, "one id for all tries");
    eventually("given up", async || last_delivery(&app).await == "Not delivered: it answered 500").await;
    app.advance(DAY);
    assert_eq!(sink.calls().len(), 8);
    assert_eq!(notices(&app, false).await.len(), 1, "the portal says it all the same");
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
    let (sink, address) = Sink::start().await;
    sink.status.store(302, Ordering::SeqCst);
    add(&app, "webhook", &address).await;
    move_to(&app, current(&app, &owner).await.not_after.plus(-90 * DAY + 60));
    eventually("a refused call", async || last_delivery(&app).await.contains("it answered 302")).await;
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
    eventually("a delivery", async || last_delivery(&app).await == "Delivered").await;
    assert_eq!(mailbox.len(), 0, "once");
}
