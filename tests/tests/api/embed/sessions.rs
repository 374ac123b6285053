//! Sessions: who may make one and for what (I2, E7), and how many (H12).

use super::{counts, log};
use rekey_tests::{
    app::{
        Backend, OUTSIDER, Setup, TestApp,
        client::{Answer, Client},
        dump::assert_same,
        embed::{CONSOLE, HOST_USER},
    },
    app_on_both,
};
use serde_json::{Value, json};
use server::http::limits::LimitsConfig;
use shared::{
    api::{api_keys::ApiKeyCreated, embed::EmbedSessionCreated},
    id::BackupSetId,
};
use std::collections::BTreeSet;
use uuid::Uuid;

app_on_both! {
    i2_e7_a_session_is_made_by_a_key_and_every_field_is_checked,
    e7_h6_a_key_makes_sessions_within_its_reach_only,
    i2_a_session_shows_what_it_was_made_for_and_its_secret_is_nowhere,
}

/// A console's server asks for a session.
pub async fn create(client: &Client, body: &Value) -> Answer {
    client.post("/api/v1/embed-sessions", body).await
}

/// The owner makes a key.
pub async fn new_key(app: &TestApp, body: &Value) -> ApiKeyCreated {
    app.member().await.post("/api/v1/api-keys", body).await.ok()
}

/// A console ends a session.
pub async fn end(client: &Client, id: Uuid) -> Answer {
    client.post(&format!("/api/v1/embed-sessions/{id}/end"), &json!({})).await
}

async fn i2_e7_a_session_is_made_by_a_key_and_every_field_is_checked(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let (contoso, fabrikam) = (app.ids(&["CON-001"]).await, app.ids(&["FAB-001"]).await);
    let customer = app.customer("Contoso Ltd").await.id;
    let empty: Value =
        app.key().post("/api/v1/customers", &json!({ "name": "New", "tenant": "northwind.example" })).await.ok();
    let right = app.embed_body(&json!({ "backup_sets": contoso }));
    let jobs = new_key(&app, &json!({ "name": "jobs", "purposes": ["backup"] })).await;
    let (member, key, jobs) = (app.member().await, app.key(), app.with_key(&jobs.secret));
    for client in [&member, &key, &jobs] {
        client.get("/api/v1/overview").await.ok::<Value>();
    }
    let many: Vec<BackupSetId> = (1..=501).map(|number| BackupSetId(Uuid::from_u128(number))).collect();
    let before = app.dump().await;
    create(&member, &right).await.refused(403, "key_needed");
    create(&jobs, &right).await.refused(403, "key_limited");
    create(&app.page(), &right).await.refused(401, "unauthenticated");
    let without = |name: &str| {
        let mut body = right.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let with = |name: &str, value: Value| {
        let mut body = right.clone();
        body[name] = value;
        body
    };
    let for_customer = |value: Value| {
        let mut body = without("backup_sets");
        body["customer"] = value;
        body
    };
    let mut wrong = vec![
        (with("method", json!("basic")), "method"),
        (with("method", json!("telegram")), "method"),
        (with("host_user", json!("")), "host_user"),
        (with("host_user", json!("  ")), "host_user"),
        (with("host_user", json!("a\nb")), "host_user"),
        (with("host_user", json!("a\u{202e}b")), "host_user"),
        (with("host_user", json!("ä".repeat(201))), "host_user"),
        (with("surprise", json!(1)), "surprise"),
        (without("backup_sets"), "customer"),
        (with("customer", json!(customer)), "customer"),
        (for_customer(json!(Uuid::from_u128(7))), "customer"),
        (with("backup_sets", json!([])), "backup_sets"),
        (with("backup_sets", json!(many)), "backup_sets"),
        (with("backup_sets", json!([contoso[0], Uuid::from_u128(7)])), "backup_sets"),
        (with("backup_sets", json!([contoso[0], fabrikam[0]])), "backup_sets"),
    ];
    wrong.extend([0, 31, 255, 256, -1].map(|minutes| (with("minutes", json!(minutes)), "minutes")));
    let near = [
        "",
        "null",
        "*",
        "https://*.example.com",
        "https://console.example.com/",
        "https://console.example.com:443",
        "https://CONSOLE.example.com",
        "http://console.example.com",
        "https://console.example.com.evil.example",
        "https://a.console.example.com",
        " https://console.example.com",
        "https://console.example.com https://evil.example",
    ];
    wrong.extend(near.map(|origin| (with("origin", json!(origin)), "origin")));
    for name in ["method", "origin", "host_user"] {
        let problem = create(&key, &without(name)).await.refused(422, "field_invalid");
        assert!(problem.detail.contains(name), "{problem:?}");
    }
    for (body, field) in wrong {
        let problem = create(&key, &body).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some(field), "{body}");
        assert!(problem.detail.len() > 10, "{problem:?}");
    }
    create(&key, &for_customer(empty["id"].clone())).await.refused(409, "no_backup_sets");
    assert_same(&before, &app.dump().await);
    // Each limit itself is still right.
    for (minutes, seconds) in [(json!(1), 60), (json!(30), 1800), (Value::Null, 1800)] {
        let mut body = with("minutes", minutes);
        body["host_user"] = json!("ä".repeat(200));
        let before = app.state.now();
        let made: EmbedSessionCreated = create(&key, &body).await.ok();
        assert!((before.plus(seconds)..=app.state.now().plus(seconds)).contains(&made.expires_at), "{seconds}");
    }
    for body in [with("method", json!("modern")), for_customer(json!(customer))] {
        create(&key, &body).await.ok::<EmbedSessionCreated>();
    }
}

async fn e7_h6_a_key_makes_sessions_within_its_reach_only(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let neighbour = app.neighbour().await;
    // The other organization has the same console, so that its origin is not what refuses it.
    let outsider = app.session(&app.sign_in(OUTSIDER).await);
    outsider.post("/api/v1/embed-origins", &json!({ "origin": CONSOLE })).await.ok::<Value>();
    let (contoso, fabrikam) = (app.customer("Contoso Ltd").await.id, app.customer("Fabrikam Inc.").await.id);
    let (con, fab) = (app.ids(&["CON-001"]).await, app.ids(&["FAB-001"]).await);
    let limited = new_key(&app, &json!({ "name": "limited", "customers": [contoso] })).await;
    let limited = app.with_key(&limited.secret);
    let made: EmbedSessionCreated = create(&limited, &app.embed_body(&json!({ "backup_sets": con }))).await.ok();
    create(&limited, &app.embed_body(&json!({ "customer": contoso }))).await.ok::<EmbedSessionCreated>();
    let foreign = app.with_key(&neighbour.key.secret);
    foreign.get("/api/v1/overview").await.ok::<Value>();
    let fabrikams = app.embed_sets(&["FAB-001"]).await;
    let before = app.dump().await;
    let nowhere = json!(Uuid::from_u128(7));
    for (client, sets, customer) in [(&limited, &fab, fabrikam), (&foreign, &con, contoso), (&foreign, &fab, fabrikam)]
    {
        for (there, absent, field) in [
            (json!({ "backup_sets": sets }), json!({ "backup_sets": [nowhere] }), "backup_sets"),
            (json!({ "customer": customer }), json!({ "customer": nowhere }), "customer"),
        ] {
            let mut answers = Vec::new();
            for given in [there, absent] {
                let problem = create(client, &app.embed_body(&given)).await.refused(422, "field_invalid");
                assert_eq!(problem.field.as_deref(), Some(field));
                answers.push(problem.detail);
            }
            assert_eq!(answers[0], answers[1], "what is there looks like what is not");
        }
    }
    let mixed = app.embed_body(&json!({ "backup_sets": [con[0], fab[0]] }));
    create(&limited, &mixed).await.refused(422, "field_invalid");
    // Nor does it end what it does not reach.
    for client in [&limited, &foreign] {
        end(client, fabrikams.id).await.refused(404, "not_found");
    }
    end(&foreign, made.id).await.refused(404, "not_found");
    assert_same(&before, &app.dump().await);
    app.embed_view(&fabrikams.secret).await;
    assert_eq!(end(&limited, made.id).await.status, 204);
}

async fn i2_a_session_shows_what_it_was_made_for_and_its_secret_is_nowhere(app: TestApp) {
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let sets = app.ids(&["CON-002", "CON-001"]).await;
    // The same set twice is one set.
    let made = app.embed_session(&json!({ "backup_sets": [sets[0], sets[1], sets[0]] })).await;
    assert_eq!(made.frame, format!("{}/embed/{}", app.origin, app.organization));
    assert!(made.secret.len() >= 43 && !made.frame.contains(&made.secret));
    let other = app.embed_sets(&["CON-001", "CON-002"]).await;
    assert!(other.secret != made.secret && other.id != made.id);
    let view = app.embed_view(&made.secret).await;
    assert_eq!((view.organization.as_str(), view.customer.as_str()), ("Northwind Managed IT", "Contoso Ltd"));
    assert_eq!((view.domain.as_deref(), view.origin.as_str()), (Some("contoso.com"), CONSOLE));
    assert_eq!((view.expires_at, view.authorization, view.popup), (made.expires_at, None, None));
    assert_eq!((view.organization_id, view.lifetime), (app.organization, 1800));
    let shown: BTreeSet<_> = view.waiting.iter().map(|set| set.id).collect();
    assert_eq!(shown, sets.into_iter().collect());
    let text = app.frame(&made.secret).get("/api/v1/embed").await.text();
    for never in [made.secret.as_str(), HOST_USER, "CON-003", "Fabrikam", app.api_key.as_str()] {
        assert!(!text.contains(never), "{never}: {text}");
    }
    // The secret says nothing in another place of a request.
    let query = format!("/api/v1/embed?session={}", made.secret);
    assert!(matches!(app.page().get(&query).await.status, 404 | 422));
    app.with_key(&made.secret).get("/api/v1/embed").await.refused(404, "not_found");
    app.session(&format!("__Host-rekey={}", made.secret)).get("/api/v1/embed").await.refused(404, "not_found");
    let rows = app.dump().await;
    assert!(rows.values().flatten().all(|row| !row.contains(&made.secret)), "only its hash is stored");
    assert_eq!(end(&app.key(), made.id).await.status, 204);
    let log = log(&app).await;
    assert_eq!(counts(&log, ["embed_session.created", "embed_session.ended", "embed_origin.added"]), [2, 1, 1]);
    let created = log.iter().find(|entry| entry.subject == format!("embed_session:{}", made.id)).unwrap();
    assert_eq!(created.event, "embed_session.ended");
    for entry in &log {
        let text = format!("{} {}", entry.subject, entry.detail);
        assert!(!text.contains(&made.secret) && !text.contains(HOST_USER), "{entry:?}");
    }
}

/// H12: a console that makes sessions without end waits; another key does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h12_a_key_makes_so_many_sessions_a_minute() {
    let limits = LimitsConfig { embed_sessions: 3, ..LimitsConfig::default() };
    let app = TestApp::start_with(Setup { limits, ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let body = app.embed_body(&json!({ "backup_sets": app.ids(&["CON-001"]).await }));
    let other = new_key(&app, &json!({ "name": "other" })).await;
    for _ in 0..3 {
        create(&app.key(), &body).await.ok::<EmbedSessionCreated>();
    }
    let answer = create(&app.key(), &body).await;
    answer.refused(429, "too_many_requests");
    let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    create(&app.with_key(&other.secret), &body).await.ok::<EmbedSessionCreated>();
    app.advance(wait);
    create(&app.key(), &body).await.ok::<EmbedSessionCreated>();
}
