//! What becomes of deliveries: the log, sending again, tests, another secret, a channel that fails.

use super::{deliveries, heard, listen, until_ended};
use rekey_tests::{
    app::{TestApp, eventually},
    app_on_both,
    receiver::Receiver,
};
use serde_json::{Value, json};
use shared::api::{
    channels::{ChannelCreated, ChannelView, DeliveryState, DeliveryView, EventType, Replayed},
    notices::{NoticeKind, NoticeView},
    page::Page,
};

app_on_both! {
    k2_a_test_goes_to_one_channel_and_is_in_its_log,
    k2_what_was_given_up_is_sent_again_under_the_same_id,
    k2_both_secrets_sign_for_a_day,
    k3_a_channel_that_fails_is_said_everywhere_else,
    k2_a_channel_that_hangs_does_not_hold_up_another,
    h12_a_channel_is_tested_thirty_times_an_hour,
}

async fn ping(app: &TestApp, channel: uuid::Uuid) -> DeliveryView {
    app.key().post(&format!("/api/v1/channels/{channel}/test"), &json!({})).await.ok()
}

async fn k2_a_test_goes_to_one_channel_and_is_in_its_log(app: TestApp) {
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    let made = listen(&app, &receiver, json!({ "events": ["connection.revoked"] })).await;
    listen(&app, &other, json!({})).await;
    let sent = ping(&app, made.channel.id).await;
    assert_eq!((sent.kind, sent.state, sent.attempts), (EventType::Ping, DeliveryState::Waiting, 0));
    let call = heard(&receiver, "ping").await;
    assert!(call.is_signed_by(&made.secret.unwrap()));
    assert_eq!(call.header("webhook-id"), sent.event.to_string());
    let log = until_ended(&app, made.channel.id).await;
    assert_eq!(log.len(), 1);
    assert_eq!((log[0].state, log[0].attempts, log[0].last_status), (DeliveryState::Delivered, 1, Some(204)));
    assert!(log[0].last_duration.is_some() && log[0].tried_at.is_some() && log[0].next_try_at.is_none());
    assert!(other.calls().is_empty());
}

/// H12: whoever may add a channel cannot have an address mailed as often as they like.
async fn h12_a_channel_is_tested_thirty_times_an_hour(app: TestApp) {
    let receiver = Receiver::start().await;
    let made = listen(&app, &receiver, json!({})).await;
    for _ in 0..30 {
        ping(&app, made.channel.id).await;
    }
    let path = format!("/api/v1/channels/{}/test", made.channel.id);
    let answer = app.key().post(&path, &json!({})).await;
    answer.refused(429, "test_limit");
    let wait: i64 = answer.header("retry-after").and_then(|text| text.parse().ok()).expect("a time to wait");
    assert!((3500..=3600).contains(&wait), "{wait}");
    app.advance(wait + 1);
    ping(&app, made.channel.id).await;
}

async fn k2_what_was_given_up_is_sent_again_under_the_same_id(app: TestApp) {
    let receiver = Receiver::start().await;
    let made = listen(&app, &receiver, json!({})).await;
    let channel = made.channel.id;
    receiver.answer(410);
    let mut sent = Vec::new();
    for _ in 0..3 {
        sent.push(ping(&app, channel).await);
        until_ended(&app, channel).await;
        app.advance(60);
    }
    let log = deliveries(&app, channel).await;
    assert!(log.iter().all(|one| (one.state, one.last_status) == (DeliveryState::Failed, Some(410))), "{log:?}");
    let path = format!("/api/v1/channels/{channel}/deliveries?state=delivered");
    assert!(app.key().get(&path).await.ok::<Page<DeliveryView>>().items.is_empty());
    let page: Page<DeliveryView> = app.key().get(&format!("/api/v1/channels/{channel}/deliveries?limit=2")).await.ok();
    assert_eq!(page.items.iter().map(|one| one.id).collect::<Vec<_>>(), [sent[2].id, sent[1].id]);
    let next = page.next.expect("a next page");
    let path = format!("/api/v1/channels/{channel}/deliveries?limit=2&cursor={next}");
    assert_eq!(app.key().get(&path).await.ok::<Page<DeliveryView>>().items[0].id, sent[0].id);
    // One.
    receiver.answer(200);
    let one = format!("/api/v1/deliveries/{}/replay", sent[0].id);
    app.key().post(&one, &json!({})).await.ok::<DeliveryView>();
    until_ended(&app, channel).await;
    let calls = receiver.calls();
    assert_eq!(calls.len(), 4);
    assert_eq!(calls[3].header("webhook-id"), calls[0].header("webhook-id"));
    let at = |index: usize| calls[index].header("webhook-timestamp").parse::<i64>().unwrap();
    assert!(at(3) >= at(0) + 180, "the time of now");
    assert_eq!(calls[3].body, calls[0].body, "the same words");
    // All that failed since.
    let body = json!({ "since": sent[2].at });
    let path = format!("/api/v1/channels/{channel}/replay");
    assert_eq!(app.key().post(&path, &body).await.ok::<Replayed>().deliveries, 1);
    until_ended(&app, channel).await;
    assert_eq!(app.key().post(&path, &json!({ "since": 0 })).await.ok::<Replayed>().deliveries, 1);
    let log = until_ended(&app, channel).await;
    assert!(log.iter().all(|one| one.state == DeliveryState::Delivered), "{log:?}");
    assert_eq!(receiver.calls().len(), 6);
    // What is delivered can be sent again, too.
    app.key().post(&one, &json!({})).await.ok::<DeliveryView>();
    eventually("a call", async || receiver.calls().len() == 7).await;
}

async fn k2_both_secrets_sign_for_a_day(app: TestApp) {
    let receiver = Receiver::start().await;
    let made = listen(&app, &receiver, json!({})).await;
    let (channel, old) = (made.channel.id, made.secret.unwrap());
    let path = format!("/api/v1/channels/{channel}/rotate-secret");
    app.key().post(&path, &json!({})).await.refused(403, "member_needed");
    let rotated: ChannelCreated = app.member().await.post(&path, &json!({})).await.ok();
    let new = rotated.secret.unwrap();
    assert_ne!(old, new);
    assert!(rotated.channel.previous_secret_until.is_some());
    ping(&app, channel).await;
    until_ended(&app, channel).await;
    let call = receiver.calls().remove(0);
    assert_eq!(call.header("webhook-signature").split(' ').count(), 2);
    assert!(call.is_signed_by(&new) && call.is_signed_by(&old));
    app.advance(24 * 3600 + 1);
    ping(&app, channel).await;
    until_ended(&app, channel).await;
    let call = receiver.calls().remove(1);
    assert!(call.is_signed_by(&new) && !call.is_signed_by(&old));
    assert_eq!(call.header("webhook-signature").split(' ').count(), 1);
    let views: Vec<ChannelView> = app.key().get("/api/v1/channels").await.ok();
    assert!(!serde_json::to_string(&views).unwrap().contains(&new));
}

async fn k3_a_channel_that_fails_is_said_everywhere_else(app: TestApp) {
    let (receiver, other) = (Receiver::start().await, Receiver::start().await);
    let made = listen(&app, &receiver, json!({})).await;
    listen(&app, &other, json!({})).await;
    let channel = made.channel.id;
    receiver.answer(410);
    ping(&app, channel).await;
    let said = heard(&other, "channel.failing").await.json();
    assert_eq!(said["data"]["subject"], channel.to_string());
    assert!(receiver.calls_of("channel.failing").is_empty(), "it never hears that it fails itself");
    let notices = || async { app.key().get("/api/v1/notices").await.ok::<Page<NoticeView>>().items };
    assert_eq!(notices().await.iter().map(|one| one.kind).collect::<Vec<_>>(), [NoticeKind::ChannelFailing]);
    let view = || async { app.key().get(&format!("/api/v1/channels/{channel}")).await.ok::<ChannelView>() };
    assert!(view().await.failing_since.is_some());
    // It takes again: settled by itself.
    receiver.answer(204);
    ping(&app, channel).await;
    until_ended(&app, channel).await;
    assert_eq!(view().await.failing_since, None);
    assert!(notices().await.is_empty());
    let events: Page<Value> = app.key().get("/api/v1/audit?limit=200").await.ok();
    assert!(events.items.iter().any(|entry| entry["event"] == "channel.tested"));
}

async fn k2_a_channel_that_hangs_does_not_hold_up_another(app: TestApp) {
    // It takes connections and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let hanging = tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    let receiver = Receiver::start().await;
    let body = json!({ "kind": "webhook", "address": address });
    let hung: ChannelCreated = app.member().await.post("/api/v1/channels", &body).await.ok();
    let made = listen(&app, &receiver, json!({})).await;
    for _ in 0..20 {
        ping(&app, hung.channel.id).await;
    }
    let begun = tokio::time::Instant::now();
    ping(&app, made.channel.id).await;
    heard(&receiver, "ping").await;
    assert!(begun.elapsed() < std::time::Duration::from_secs(10), "it waited for the other: {:?}", begun.elapsed());
    hanging.abort();
}
