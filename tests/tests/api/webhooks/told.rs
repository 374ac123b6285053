//! What is told, and to whom.

use super::{heard, listen, until_ended};
use rekey_tests::{
    app::{Backend, Setup, TestApp, eventually},
    app_on_both,
    mailbox::Mailbox,
    receiver::Receiver,
};
use serde_json::{Value, json};
use shared::{
    api::{authorizations::SignInState, channels::ChannelCreated},
    id::ConnectionId,
    method::Method,
};

app_on_both! {
    k2_a_sign_in_is_told_with_its_sets_and_then_their_method,
    k2_a_sign_in_that_stops_is_told_once,
    k2_what_is_called_off_and_revoked_is_told,
    k2_a_thousand_sets_at_once_are_ten_events_in_order,
    k2_a_channel_hears_what_it_chose,
    k2_nothing_is_written_while_nobody_listens,
}

async fn k2_a_sign_in_is_told_with_its_sets_and_then_their_method(app: TestApp) {
    app.import_sample().await;
    let receiver = Receiver::start().await;
    let made = listen(&app, &receiver, json!({})).await;
    let road = app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let call = heard(&receiver, "authorization.authorized").await;
    assert!(call.is_signed_by(&made.secret.unwrap()));
    let set = app.set("CON-001").await;
    let data = &call.json()["data"];
    assert_eq!(data["customer"]["name"], "Contoso Ltd");
    assert_eq!(data["backup_sets"][0]["id"], set.id.to_string());
    assert_eq!((&data["backup_sets_total"], &data["changed"], &data["kept"]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!((&data["method"], &data["signed_in_as"]), (&json!("hybrid"), &json!("backup@contoso.com")));
    assert_eq!(data["authorization"], road.authorization.id.to_string());
    let change = heard(&receiver, "backup_set.method_changed").await.json();
    assert_eq!(change["data"]["method"], "hybrid");
    let told = &change["data"]["backup_sets"][0];
    assert_eq!((&told["external_id"], &told["id"]), (&json!("CON-001"), &json!(set.id.to_string())));
    let kinds: Vec<_> = receiver.calls().iter().map(rekey_tests::receiver::Call::kind).collect();
    assert_eq!(kinds, ["authorization.authorized", "backup_set.method_changed"], "in order, each once");
    for token in app.refresh_tokens().await.iter().chain([&road.tokens.access, &road.tokens.id]) {
        assert!(receiver.calls().iter().all(|call| !String::from_utf8_lossy(&call.body).contains(token.as_str())));
    }
}

async fn k2_a_sign_in_that_stops_is_told_once(app: TestApp) {
    app.import_sample().await;
    let receiver = Receiver::start().await;
    let made = listen(&app, &receiver, json!({})).await;
    // The sets hold another account's data.
    let road = app.before_save(&["CON-001"], "priya.shah@contoso.com").await;
    app.save(&road.attempt.secret, &road.tokens).await;
    eventually("a stop", async || {
        app.authorization(road.authorization.id).await.sign_ins[0].state == SignInState::Failed
    })
    .await;
    let data = heard(&receiver, "authorization.failed").await.json()["data"].clone();
    assert_eq!((&data["problem"]["code"], &data["customer"]["name"]), (&json!("wrong_account"), &json!("Contoso Ltd")));
    // Whoever has the link can say that it failed as often as they like.
    let next = app.attempt(&road.link, road.authorization.sign_ins[0].id).await;
    for _ in 0..3 {
        let body = json!({ "error": "access_denied", "error_description": "AADSTS65004: declined." });
        app.connect(&next.secret).post("/api/v1/connect/failure", &body).await;
    }
    until_ended(&app, made.channel.id).await;
    assert!(receiver.calls_of("authorization.failed").len() <= 2);
    assert!(receiver.calls_of("backup_set.method_changed").is_empty());
}

async fn k2_what_is_called_off_and_revoked_is_told(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let receiver = Receiver::start().await;
    listen(&app, &receiver, json!({})).await;
    let open = app.authorize(&["FAB-001"]).await;
    app.member().await.post(&format!("/api/v1/authorizations/{}/cancel", open.id), &json!({})).await.ok::<Value>();
    let data = heard(&receiver, "authorization.cancelled").await.json()["data"].clone();
    assert_eq!(data["authorization"], open.id.to_string());
    let customer = app.customer("Contoso Ltd").await;
    let path = format!("/api/v1/customers/{}/kill-switch", customer.id);
    app.member().await.post(&path, &json!({ "confirm": "Contoso Ltd" })).await.ok::<Value>();
    let data = heard(&receiver, "connection.revoked").await.json()["data"].clone();
    assert_eq!((&data["reason"], &data["connection"]["kind"]), (&json!("kill_switch"), &json!("delegated")));
    assert_eq!(data["connection"]["id"], customer.connections[0].id.to_string());
}

async fn k2_a_thousand_sets_at_once_are_ten_events_in_order(app: TestApp) {
    let sets: Vec<_> = (0..1000)
        .map(|number| {
            json!({
                "external_id": format!("BIG-{number:04}"), "name": format!("Set {number}"), "customer": "Contoso Ltd",
                "tenant": "contoso.com", "workloads": ["exchange"],
            })
        })
        .collect();
    app.key().put("/api/v1/backup-sets", &json!({ "sets": sets })).await.ok::<Value>();
    let receiver = Receiver::start().await;
    let made = listen(&app, &receiver, json!({})).await;
    let before = app.sets().await;
    let ids: Vec<_> = before.iter().map(|set| set.id).collect();
    let tx = app.state.store.write_many(app.organization).await.unwrap();
    for set in tx.find_backup_sets(&ids).await.unwrap() {
        let connection = ConnectionId(app.state.new_id());
        assert!(tx.change_method(&set, Method::Modern, connection, app.state.now()).await.unwrap());
    }
    tx.commit().await.unwrap();
    let kind = "backup_set.method_changed";
    eventually("ten events", async || receiver.calls_of(kind).len() == 10).await;
    let sequences: Vec<_> = receiver
        .calls_of(kind)
        .iter()
        .flat_map(|call| call.json()["data"]["backup_sets"].as_array().unwrap().clone())
        .map(|set| set["sequence"].as_i64().unwrap())
        .collect();
    assert_eq!(sequences, (1..=1000).collect::<Vec<_>>(), "each set once, in order");
    assert_eq!(until_ended(&app, made.channel.id).await.len(), 10);
}

async fn k2_a_channel_hears_what_it_chose(app: TestApp) {
    app.import_sample().await;
    let (all, other, one) = (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    listen(&app, &all, json!({})).await;
    let fabrikam = app.customer("Fabrikam Inc.").await.id;
    let hears = listen(&app, &other, json!({ "customers": [fabrikam] })).await;
    let chosen = listen(&app, &one, json!({ "events": ["backup_set.method_changed"] })).await;
    for bad in
        [json!({ "events": [] }), json!({ "events": ["ping"] }), json!({ "events": ["x"] }), json!({ "customers": [] })]
    {
        let path = format!("/api/v1/channels/{}", chosen.channel.id);
        app.member().await.put(&path, &bad).await.refused(422, "field_invalid");
    }
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    heard(&all, "backup_set.method_changed").await;
    heard(&one, "backup_set.method_changed").await;
    assert_eq!(one.calls().len(), 1);
    assert!(super::deliveries(&app, hears.channel.id).await.is_empty());
    // From the next event on.
    let body = json!({ "events": ["authorization.cancelled"], "customers": null });
    let path = format!("/api/v1/channels/{}", chosen.channel.id);
    app.member().await.put(&path, &body).await.ok::<Value>();
    let open = app.authorize(&["CON-002"]).await;
    app.member().await.post(&format!("/api/v1/authorizations/{}/cancel", open.id), &json!({})).await.ok::<Value>();
    heard(&one, "authorization.cancelled").await;
    heard(&all, "authorization.cancelled").await;
    assert!(other.calls().is_empty());
}

async fn k2_nothing_is_written_while_nobody_listens(app: TestApp) {
    app.import_sample().await;
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    eventually("told", async || app.state.store.read_system().await.unwrap().list_untold().await.unwrap().is_empty())
        .await;
    let dump = app.dump().await;
    assert!(dump["events"].is_empty() && dump["deliveries"].is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j5_mail_brings_warnings_and_what_was_chosen() {
    let mailbox = Mailbox::start().await;
    let app = TestApp::start_with(Setup { mail: Some(mailbox.config()), ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    let member = app.member().await;
    let quiet = json!({ "kind": "mail", "address": "quiet@northwind.example" });
    member.post("/api/v1/channels", &quiet).await.ok::<ChannelCreated>();
    let body = json!({ "kind": "mail", "address": "desk@northwind.example", "events": ["authorization.authorized"] });
    member.post("/api/v1/channels", &body).await.ok::<ChannelCreated>();
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let letter = Mailbox::flat(&mailbox.next().await);
    assert!(letter.contains("Subject: backup@contoso.com authorized 1 backup set of Contoso Ltd"), "{letter}");
    assert!(letter.contains("To: desk@northwind.example"), "{letter}");
    assert_eq!(mailbox.len(), 0, "warnings only, unless something else was chosen");
}
