//! Events by webhook and mail: what is told, to whom, in which order, and what becomes of it (J5, K2, K3).

mod log;
mod snippets;
mod told;
mod types;

use rekey_tests::{
    app::{TestApp, eventually},
    receiver::{Call, Receiver},
};
use serde_json::{Value, json};
use shared::api::{
    channels::{ChannelCreated, DeliveryState, DeliveryView},
    page::Page,
};
use uuid::Uuid;

/// Adds a webhook for everything, and what else the body says.
async fn listen(app: &TestApp, receiver: &Receiver, more: Value) -> ChannelCreated {
    let mut body = json!({ "kind": "webhook", "address": receiver.address });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    app.member().await.post("/api/v1/channels", &body).await.ok()
}

/// Waits for the first call of a type.
async fn heard(receiver: &Receiver, kind: &str) -> Call {
    eventually(kind, async || !receiver.calls_of(kind).is_empty()).await;
    receiver.calls_of(kind).remove(0)
}

async fn deliveries(app: &TestApp, channel: Uuid) -> Vec<DeliveryView> {
    let path = format!("/api/v1/channels/{channel}/deliveries?limit=200");
    app.key().get(&path).await.ok::<Page<DeliveryView>>().items
}

/// Waits until nothing is on its way through a channel; gives its log.
async fn until_ended(app: &TestApp, channel: Uuid) -> Vec<DeliveryView> {
    eventually("the end of every delivery", async || {
        deliveries(app, channel).await.iter().all(|one| one.state != DeliveryState::Waiting)
    })
    .await;
    deliveries(app, channel).await
}
