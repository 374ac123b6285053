//! How a session dies, what dies with it, and what is left of it (O8, I2).

use super::{
    counts, log,
    sessions::{create, end, new_key},
};
use rekey_tests::{
    app::{
        TestApp,
        client::Answer,
        dump::assert_same,
        embed::{CONSOLE, ticket_of},
        eventually,
    },
    app_on_both,
};
use serde_json::{Value, json};
use shared::{
    api::{
        embed::{EmbedSessionCreated, EmbedView},
        problem::Problem,
    },
    method::Method,
};
use std::{collections::BTreeSet, time::Duration};
use uuid::Uuid;

app_on_both! {
    o8_i2_a_session_dies_in_four_ways_and_the_dead_look_like_the_unknown,
    o8_what_a_window_began_dies_with_its_session,
    a_live_view_ends_with_its_session,
    old_sessions_and_windows_are_forgotten_after_a_day,
}

/// What a refusal of the embed looks like, without the request's id.
fn looks(answer: &Answer) -> String {
    let mut problem: Problem = answer.refused(404, "not_found");
    problem.request_id.clear();
    let names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
    format!("{problem:?} {names:?}")
}

/// What each route says to a session's secret.
pub async fn answers(app: &TestApp, secret: &str) -> BTreeSet<String> {
    let frame = app.frame(secret);
    let ticket = json!({ "ticket": ticket_of(&app.window_secret()) });
    let challenge = json!({ "challenge": app.window_secret() });
    // One after the other: a live view of a session that is not dead would never end.
    let mut found = BTreeSet::from([looks(&frame.get("/api/v1/embed").await)]);
    found.insert(looks(&frame.get("/api/v1/embed/live").await));
    found.insert(looks(&frame.post("/api/v1/embed/popups", &ticket).await));
    // An unknown secret is told nothing of the body that came with it.
    found.insert(looks(&frame.post("/api/v1/embed/popups", &json!({ "nonsense": 1 })).await));
    let path = format!("/api/v1/embed/popups/{}/confirm", Uuid::from_u128(7));
    found.insert(looks(&frame.post(&path, &challenge).await));
    found
}

async fn o8_i2_a_session_dies_in_four_ways_and_the_dead_look_like_the_unknown(app: TestApp) {
    app.import_sample().await;
    let origin = app.register_origin(CONSOLE).await;
    let unknown = answers(&app, &"A".repeat(43)).await;
    assert_eq!(unknown.len(), 1, "{unknown:?}");
    let is_dead = async |what: &str, secret: &str| assert_eq!(answers(&app, secret).await, unknown, "{what}");
    for secret in ["", "short", &"x".repeat(500), &app.api_key] {
        is_dead(secret, secret).await;
    }
    let alive = async |secret: &str| drop(app.embed_view(secret).await);

    let sets = app.ids(&["CON-001"]).await;
    let made = app.embed_session(&json!({ "backup_sets": sets, "minutes": 2 })).await;
    app.advance(80);
    alive(&made.secret).await;
    app.advance(40);
    is_dead("its time", &made.secret).await;

    let made = app.embed_sets(&["CON-001"]).await;
    let window = app.announce(&made.secret).await;
    alive(&made.secret).await;
    assert_eq!(end(&app.key(), made.id).await.status, 204);
    is_dead("ended", &made.secret).await;
    app.arrive(&window.secret).await.refused(404, "not_found");
    app.tie(&window.secret, "code", &window.opened.code).await.refused(404, "not_found");
    let ended = app.dump().await;
    assert_eq!(end(&app.key(), made.id).await.status, 204, "ending it again changes nothing");
    assert_same(&ended, &app.dump().await);

    let key = new_key(&app, &json!({ "name": "console" })).await;
    let body = app.embed_body(&json!({ "backup_sets": sets }));
    let made: EmbedSessionCreated = create(&app.with_key(&key.secret), &body).await.ok();
    let window = app.announce(&made.secret).await;
    let path = format!("/api/v1/api-keys/{}/revoke", key.key.id);
    app.member().await.post(&path, &json!({})).await.ok::<Value>();
    is_dead("its key was revoked", &made.secret).await;
    app.tie(&window.secret, "code", &window.opened.code).await.refused(404, "not_found");

    let made = app.embed_sets(&["CON-001"]).await;
    let window = app.announce(&made.secret).await;
    alive(&made.secret).await;
    let path = format!("/api/v1/embed-origins/{}/remove", origin.id);
    app.member().await.post(&path, &json!({})).await.ok::<Value>();
    is_dead("its origin was removed", &made.secret).await;
    app.tie(&window.secret, "code", &window.opened.code).await.refused(404, "not_found");
}

/// A link that came by a window, and an attempt begun with it, open nothing once the session was ended, in whatever way; one
/// whose time alone is over may be finished, as with every link.
async fn o8_what_a_window_began_dies_with_its_session(app: TestApp) {
    app.import_sample().await;
    let key = new_key(&app, &json!({ "name": "console" })).await;
    let ways = ["ended", "its key was revoked", "its origin was removed"];
    for (way, set) in ways.into_iter().zip(["CON-001", "CON-002", "CON-003"]) {
        let origin = app.register_origin(&format!("https://{set}.example")).await;
        let body = app.embed_body(&json!({ "backup_sets": app.ids(&[set]).await, "origin": origin.origin }));
        let made: EmbedSessionCreated = match way {
            "its key was revoked" => create(&app.with_key(&key.secret), &body).await.ok(),
            _ => create(&app.key(), &body).await.ok(),
        };
        let link = app.tied(&made.secret).await;
        let sign_in = app.embed_view(&made.secret).await.sign_ins[0].id.unwrap();
        let attempt = app.attempt(&link, sign_in).await;
        let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
        for secret in [&link, &attempt.secret] {
            app.view(secret).await;
        }
        let member = app.member().await;
        match way {
            "ended" => drop(end(&app.key(), made.id).await),
            "its key was revoked" => {
                let path = format!("/api/v1/api-keys/{}/revoke", key.key.id);
                member.post(&path, &json!({})).await.ok::<Value>();
            }
            _ => {
                let path = format!("/api/v1/embed-origins/{}/remove", origin.id);
                member.post(&path, &json!({})).await.ok::<Value>();
                // For good, though the origin comes back.
                app.register_origin(&origin.origin).await;
                app.frame(&made.secret).get("/api/v1/embed").await.refused(404, "not_found");
            }
        }
        let before = app.dump().await;
        for secret in [&link, &attempt.secret] {
            app.connect(secret).get("/api/v1/connect").await.refused(404, "not_found");
            app.connect(secret).get("/api/v1/connect/live").await.refused(404, "not_found");
        }
        app.save(&attempt.secret, &tokens).await.refused(404, "not_found");
        app.connect(&link)
            .post("/api/v1/connect/attempts", &json!({ "sign_in": sign_in }))
            .await
            .refused(404, "not_found");
        assert_same(&before, &app.dump().await);
        assert_eq!(app.set(set).await.method, Method::Basic, "{way}");
    }
    app.register_origin(CONSOLE).await;
    let sets = app.ids(&["CON-004"]).await;
    let made = app.embed_session(&json!({ "backup_sets": sets, "minutes": 2 })).await;
    let link = app.tied(&made.secret).await;
    let sign_in = app.embed_view(&made.secret).await.sign_ins[0].id.unwrap();
    let attempt = app.attempt(&link, sign_in).await;
    let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
    app.advance(121);
    app.connect(&link).get("/api/v1/connect").await.refused(404, "not_found");
    app.save(&attempt.secret, &tokens).await.ok::<Value>();
    assert_eq!(app.set("CON-004").await.method, Method::Hybrid);
}

async fn a_live_view_ends_with_its_session(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let made = app.embed_sets(&["CON-001"]).await;
    let mut live = app.frame(&made.secret).live("/api/v1/embed/live").await;
    let first: EmbedView = live.next().await.expect("a snapshot");
    app.announce(&made.secret).await;
    let second: EmbedView = live.next().await.expect("the change");
    assert!(second.version > first.version && second.authorization.is_some());
    end(&app.key(), made.id).await;
    // Sooner than by the heartbeat, which looks every fifteen seconds.
    let next = tokio::time::timeout(Duration::from_secs(8), live.next::<EmbedView>()).await;
    assert_eq!(next.expect("it ends soon"), None);
}

async fn old_sessions_and_windows_are_forgotten_after_a_day(mut app: TestApp) {
    const HALF_HOUR: i64 = 1800;
    const DAY: i64 = 24 * 3600;
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let old = app.embed_sets(&["CON-001"]).await;
    let (tied, untied) = (app.tied(&old.secret).await, app.announce(&old.secret).await);
    app.advance(600);
    let young = app.embed_sets(&["CON-001"]).await;
    let kept = app.announce(&young.secret).await;
    app.advance(HALF_HOUR + DAY - 300);
    // A node that starts keeps house at once.
    app.restart().await;
    let forgotten = async |app: &TestApp, id: &str| {
        let rows = app.dump().await;
        ["embed_sessions", "embed_popups"].into_iter().all(|table| !rows[table].iter().any(|row| row.contains(id)))
    };
    let postgres = app.database.is_postgres();
    let spelled = |id: Uuid| if postgres { id.to_string() } else { id.simple().to_string().to_uppercase() };
    let (old_id, young_id) = (spelled(old.id), spelled(young.id));
    eventually("the old session is forgotten", async || forgotten(&app, &old_id).await).await;
    let rows = app.dump().await;
    assert!(rows["embed_sessions"].len() == 1 && rows["embed_sessions"][0].contains(&young_id));
    assert!(rows["embed_popups"].len() == 1 && rows["embed_popups"][0].contains(&spelled(kept.opened.id.0)));
    for secret in [&tied, &untied.secret] {
        app.connect(secret).get("/api/v1/connect").await.refused(404, "not_found");
    }
    // What was done by it stays in the log.
    assert_eq!(counts(&log(&app).await, ["embed_session.created", "embed_popup.tied"]), [2, 1]);
}
