//! Every type of event, each by what really causes it; and a warning as mail (K2, K3, J5).

use super::{heard, listen};
use crate::api::jobs::BACKUP;
use rekey_tests::{
    app::{Backend, Setup, TestApp, eventually},
    app_on_both,
    mailbox::Mailbox,
    receiver::Receiver,
};
use serde_json::{Value, json};
use server::{
    services::{certificates::Validity, job_tokens::ledger},
    store::apps::App,
};
use shared::{
    api::{
        authorizations::SignInState,
        channels::{ChannelCreated, DeliveryView, EventType},
        customers::ConnectionState,
        job_tokens::JobToken,
    },
    rules::manifest::Resource,
};
use std::collections::BTreeSet;

app_on_both! {
    k2_every_type_is_told_by_its_own_cause_and_signed,
}

const DAY: i64 = 24 * 3600;
const CONTOSO: &str = "Contoso Ltd";
const FABRIKAM: &str = "Fabrikam Inc.";

/// Somebody signs in with an account that the sets are not of; a member calls the authorization off.
async fn fail_and_cancel(app: &TestApp) {
    let road = app.before_save(&["CON-001"], "priya.shah@contoso.com").await;
    app.save(&road.attempt.secret, &road.tokens).await;
    let id = road.authorization.id;
    eventually("a stop", async || app.authorization(id).await.sign_ins[0].state == SignInState::Failed).await;
    app.member().await.post(&format!("/api/v1/authorizations/{id}/cancel"), &json!({})).await.ok::<Value>();
}

/// A key that reached five sets in an hour reaches twenty-five in the next one.
async fn grow_broad(app: &TestApp) {
    let names: Vec<String> = (0..25).map(|at| format!("B-{at:02}")).collect();
    let sets: Vec<Value> = names
        .iter()
        .map(|name| {
            json!({
                "external_id": name, "name": name, "customer": CONTOSO, "tenant": "contoso.com",
                "covers": "whole_tenant", "workloads": ["exchange"],
            })
        })
        .collect();
    app.key().put("/api/v1/backup-sets", &json!({ "sets": sets })).await.ok::<Value>();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    app.plant_app(&names).await;
    let ids = app.ids(&names).await;
    for many in [5, 25] {
        app.advance(3600);
        for id in &ids[..many] {
            app.key().post(&format!("/api/v1/backup-sets/{id}/job-token"), &BACKUP).await.ok::<JobToken>();
        }
        ledger::flush(&app.state).await.expect("it is counted");
    }
}

/// Somebody takes a permission away from an app; a look at it sees that. Gives the permission.
async fn drift(app: &TestApp, owner: &App) -> String {
    let client = owner.client_id.expect("a client id").0;
    assert!(app.emulator.remove_role(owner.tenant.0, client, Resource::Graph.app_id(), "Mail.Read"));
    app.key().post(&format!("/api/v1/apps/{}/check", owner.id), &json!({})).await.ok::<Value>();
    "Mail.Read".to_owned()
}

/// An administrator takes all access of an account back; the second try an hour later is final.
async fn end_at_microsoft(app: &TestApp) {
    app.emulator.revoke_user("backup@contoso.com").expect("the account is there");
    let state = async || app.customer(CONTOSO).await.connections[0].state;
    app.advance(4 * DAY);
    eventually("doubt", async || state().await == ConnectionState::Doubtful).await;
    app.advance(3700);
    eventually("an end", async || state().await == ConnectionState::Ended).await;
}

/// What a channel chooses from is what is told: a type that nothing causes, or that goes out unsigned, fails here.
async fn k2_every_type_is_told_by_its_own_cause_and_signed(app: TestApp) {
    app.import_sample().await;
    let owner = app.plant_renewing_app(FABRIKAM, Validity::Days(90)).await;
    let certificate = app.certificates_of(&owner).await.remove(0);
    let (receiver, deaf) = (Receiver::start().await, Receiver::start().await);
    let made = listen(&app, &receiver, json!({})).await;
    let secret = made.secret.expect("a secret");
    let about = async |kind: EventType, customer: Option<&str>| {
        let data = heard(&receiver, kind.as_str()).await.json()["data"].clone();
        assert_eq!(data["customer"]["name"].as_str(), customer, "{kind:?}: {data}");
        data
    };

    fail_and_cancel(&app).await;
    let data = about(EventType::AuthorizationFailed, Some(CONTOSO)).await;
    assert_eq!(data["problem"]["code"], "wrong_account");
    about(EventType::AuthorizationCancelled, Some(CONTOSO)).await;

    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let connection = app.customer(CONTOSO).await.connections[0].id.to_string();
    let data = about(EventType::Authorized, Some(CONTOSO)).await;
    assert_eq!(data["connection"], connection.as_str());
    let data = about(EventType::MethodChanged, Some(CONTOSO)).await;
    assert_eq!((&data["method"], &data["backup_sets"][0]["external_id"]), (&json!("hybrid"), &json!("CON-001")));

    let permission = drift(&app, &owner).await;
    let data = about(EventType::Drift, Some(FABRIKAM)).await;
    assert_eq!(data["subject"], owner.id.to_string());
    assert!(data["text"].as_str().is_some_and(|text| text.contains(&permission)), "{data}");

    grow_broad(&app).await;
    let data = about(EventType::KeyBreadth, None).await;
    assert!(data["text"].as_str().is_some_and(|text| text.contains("its broadest hour before had 5")), "{data}");

    end_at_microsoft(&app).await;
    let data = about(EventType::NeedsAttention, Some(CONTOSO)).await;
    assert_eq!(data["subject"], connection.as_str());
    let data = about(EventType::Revoked, Some(CONTOSO)).await;
    assert_eq!((&data["reason"], &data["connection"]["id"]), (&json!("ended_at_microsoft"), &json!(connection)));

    app.advance(certificate.not_after.plus(-60 * DAY + 60).since(app.state.now()));
    let data = about(EventType::ExpiresSoon, Some(FABRIKAM)).await;
    assert_eq!((&data["subject"], &data["stage"]), (&json!(certificate.id.to_string()), &json!(60)));

    deaf.answer(410);
    let other = listen(&app, &deaf, json!({ "events": ["connection.revoked"] })).await.channel.id;
    for channel in [other, made.channel.id] {
        app.key().post(&format!("/api/v1/channels/{channel}/test"), &json!({})).await.ok::<DeliveryView>();
    }
    let data = about(EventType::ChannelFailing, None).await;
    assert_eq!(data["subject"], other.to_string());
    about(EventType::Ping, None).await;

    let calls = receiver.calls();
    let kinds: BTreeSet<String> = calls.iter().map(rekey_tests::receiver::Call::kind).collect();
    let all: BTreeSet<String> =
        EventType::ALL.into_iter().chain([EventType::Ping]).map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(kinds, all);
    assert!(calls.iter().all(|call| call.is_signed_by(&secret)));
    let ids: BTreeSet<&str> = calls.iter().map(|call| call.header("webhook-id")).collect();
    assert_eq!(ids.len(), calls.len(), "each once");
}

/// Nobody chose anything: a mail channel gets the warning of a change in the tenant, in words, with what to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j5_a_mail_brings_the_warning_of_a_drift() {
    let mailbox = Mailbox::start().await;
    let app = TestApp::start_with(Setup { mail: Some(mailbox.config()), ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    let owner = app.plant_renewing_app(FABRIKAM, Validity::TwoYears).await;
    let body = json!({ "kind": "mail", "address": "desk@northwind.example" });
    app.member().await.post("/api/v1/channels", &body).await.ok::<ChannelCreated>();
    let permission = drift(&app, &owner).await;
    let letter = Mailbox::flat(&mailbox.next().await);
    for wanted in [
        "Subject: The permissions of Rekey Backup in Fabrikam Inc. were changed",
        "To: desk@northwind.example",
        permission.as_str(),
        "Update configuration",
        app.origin.as_str(),
    ] {
        assert!(letter.contains(wanted), "{wanted}: {letter}");
    }
    drift_again(&app, &owner).await;
    assert_eq!(mailbox.len(), 0, "once");
}

/// The same is seen once more.
async fn drift_again(app: &TestApp, owner: &App) {
    app.key().post(&format!("/api/v1/apps/{}/check", owner.id), &json!({})).await.ok::<Value>();
    eventually("nothing on its way", async || {
        !app.dump().await["deliveries"].iter().any(|row| row.contains("waiting"))
    })
    .await;
}
