//! Live views: the newest state first, then each change; the end of a right ends the stream.

use rekey_tests::{
    app::{Backend, OWNER, TestApp, client::Live},
    app_on_both,
};
use serde_json::json;
use shared::api::{
    api_keys::ApiKeyCreated,
    authorizations::{AuthorizationState, AuthorizationView, SignInState},
    connect::ConnectView,
};

app_on_both! {
    a_snapshot_comes_first_and_then_every_change,
    a_session_or_link_that_ends_ends_its_stream,
    m4_a_revoked_key_sees_no_further_change,
    m4_a_key_that_is_limited_meanwhile_loses_what_it_no_longer_reaches,
}

async fn a_snapshot_comes_first_and_then_every_change(app: TestApp) {
    app.import_sample().await;
    let road = app.before_save(&["CON-001", "CON-005"], "backup@contoso.com").await;
    let path = format!("/api/v1/authorizations/{}/live", road.authorization.id);
    let mut portal = app.member().await.live(&path).await;
    let mut connect = app.connect(&road.attempt.secret).live("/api/v1/connect/live").await;
    let first: AuthorizationView = portal.next().await.expect("a snapshot");
    assert_eq!((first.state, first.sign_ins[0].state), (AuthorizationState::Open, SignInState::Waiting));
    let seen: ConnectView = connect.next().await.expect("a snapshot");
    assert_eq!(seen.version, first.version);
    app.save(&road.attempt.secret, &road.tokens).await.ok::<ConnectView>();
    let mut version = first.version;
    loop {
        let next: AuthorizationView = portal.next().await.expect("a change");
        assert!(next.version > version, "versions grow");
        version = next.version;
        if next.state == AuthorizationState::Done {
            break;
        }
    }
    let done = connect.until(|view: &ConnectView| view.sign_in.state == SignInState::Done).await;
    assert_eq!(done.version, version);
    // After a gap: opened again, the newest state is there at once.
    let again: AuthorizationView = app.key().live(&path).await.next().await.expect("a snapshot");
    assert_eq!((again.state, again.version), (AuthorizationState::Done, version));
}

async fn a_session_or_link_that_ends_ends_its_stream(app: TestApp) {
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let link = app.link(made.id).await;
    let path = format!("/api/v1/authorizations/{}", made.id);
    let member = app.session(&app.sign_in(OWNER).await);
    let mut portal = member.live(&format!("{path}/live")).await;
    let mut connect = app.connect(&link).live("/api/v1/connect/live").await;
    portal.next::<AuthorizationView>().await.expect("a snapshot");
    connect.next::<ConnectView>().await.expect("a snapshot");
    assert_eq!(member.delete("/api/v1/session").await.status, 204);
    app.key().post(&format!("{path}/cancel"), &serde_json::json!({})).await.ok::<AuthorizationView>();
    assert!(portal.next::<AuthorizationView>().await.is_none(), "nothing of the change is shown");
    assert!(connect.next::<ConnectView>().await.is_none());
}

/// The path of an authorization, and a key of its own that watches it.
async fn watched(app: &TestApp) -> (String, ApiKeyCreated, Live) {
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let path = format!("/api/v1/authorizations/{}", made.id);
    let key: ApiKeyCreated = app.member().await.post("/api/v1/api-keys", &json!({ "name": "watcher" })).await.ok();
    let watching = app.with_key(&key.secret).live(&format!("{path}/live")).await;
    (path, key, watching)
}

async fn m4_a_revoked_key_sees_no_further_change(app: TestApp) {
    let (path, key, mut watching) = watched(&app).await;
    let mut other = app.key().live(&format!("{path}/live")).await;
    watching.next::<AuthorizationView>().await.expect("a snapshot");
    other.next::<AuthorizationView>().await.expect("a snapshot");
    let revoked = app.member().await.post(&format!("/api/v1/api-keys/{}/revoke", key.key.id), &json!({})).await;
    assert_eq!(revoked.status, 200);
    app.key().post(&format!("{path}/cancel"), &json!({})).await.ok::<AuthorizationView>();
    assert!(watching.next::<AuthorizationView>().await.is_none(), "nothing of the change is shown");
    let seen = other.next::<AuthorizationView>().await.expect("another key sees it");
    assert_eq!(seen.state, AuthorizationState::Cancelled);
}

async fn m4_a_key_that_is_limited_meanwhile_loses_what_it_no_longer_reaches(app: TestApp) {
    let (path, key, mut watching) = watched(&app).await;
    watching.next::<AuthorizationView>().await.expect("a snapshot");
    let (database, other) = (app.database.intruder().await, app.customer("Fabrikam Inc.").await.id);
    let limit = format!("UPDATE api_keys SET customers = '{other}' WHERE id = {}", database.id(key.key.id.0));
    assert_eq!(database.run(&limit).await, 1);
    app.key().post(&format!("{path}/cancel"), &json!({})).await.ok::<AuthorizationView>();
    assert!(watching.next::<AuthorizationView>().await.is_none(), "nothing of the change is shown");
}

/// A node that stops lets go of its readers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_node_ends_its_streams() {
    let mut app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let link = app.link(app.authorize(&["CON-001"]).await.id).await;
    let mut connect = app.connect(&link).live("/api/v1/connect/live").await;
    connect.next::<ConnectView>().await.expect("a snapshot");
    app.stop().await;
    assert!(connect.next::<ConnectView>().await.is_none());
    app.restart().await;
    app.view(&link).await;
}
