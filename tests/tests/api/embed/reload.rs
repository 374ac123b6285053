//! A page that is loaded again goes on where it was; anybody else begins anew (I2, E7).

use rekey_tests::{
    app::{TestApp, embed::CONSOLE},
    app_on_both,
};
use serde_json::{Value, json};
use shared::api::{
    api_keys::ApiKeyCreated,
    embed::{EmbedSessionCreated, EmbedState},
};

app_on_both! { a_page_loaded_again_goes_on_and_nobody_elses_does }

async fn a_page_loaded_again_goes_on_and_nobody_elses_does(app: TestApp) {
    app.import_sample().await;
    for origin in [CONSOLE, "https://other.example.com"] {
        app.register_origin(origin).await;
    }
    let (one, two) = (app.ids(&["CON-001"]).await, app.ids(&["CON-001", "CON-002"]).await);
    let first = app.embed_session(&json!({ "backup_sets": one })).await;
    let link = app.tied(&first.secret).await;
    let open = app.embed_view(&first.secret).await;
    let begun = open.authorization.expect("an authorization");
    let sign_in = app.view(&link).await.sign_in.id;

    // The same, by whichever key of the console, even after the first session has ended.
    let path = format!("/api/v1/embed-sessions/{}/end", first.id);
    assert_eq!(app.key().post(&path, &json!({})).await.status, 204);
    let other_key: ApiKeyCreated = app.member().await.post("/api/v1/api-keys", &json!({ "name": "second" })).await.ok();
    let body = app.embed_body(&json!({ "backup_sets": [one[0], one[0]] }));
    let again: EmbedSessionCreated = app.with_key(&other_key.secret).post("/api/v1/embed-sessions", &body).await.ok();
    assert_ne!(again.secret, first.secret);
    let view = app.embed_view(&again.secret).await;
    assert_eq!((view.state, view.authorization, view.popup), (EmbedState::Open, Some(begun), None));
    assert_eq!(view.sign_ins[0].id, open.sign_ins[0].id);
    // Its window goes on with the same authorization.
    let tied = app.tied(&again.secret).await;
    assert_eq!(app.view(&tied).await.sign_in.id, sign_in);
    assert_eq!(app.embed_view(&again.secret).await.authorization, Some(begun));

    for (what, given) in [
        ("another person", json!({ "backup_sets": one, "host_user": "eve@console" })),
        ("another origin", json!({ "backup_sets": one, "origin": "https://other.example.com" })),
        ("other sets", json!({ "backup_sets": two })),
        ("another method", json!({ "backup_sets": one, "method": "modern" })),
    ] {
        let other = app.embed_session(&given).await;
        let view = app.embed_view(&other.secret).await;
        assert_eq!((view.state, view.authorization), (EmbedState::Ready, None), "{what}");
        app.announce(&other.secret).await;
        let made = app.embed_view(&other.secret).await.authorization;
        assert!(made.is_some() && made != Some(begun), "{what}");
    }
    // What was called off is not gone on with.
    app.key().post(&format!("/api/v1/authorizations/{begun}/cancel"), &json!({})).await.ok::<Value>();
    let after = app.embed_session(&json!({ "backup_sets": one })).await;
    assert_eq!(app.embed_view(&after.secret).await.state, EmbedState::Ready);
}
