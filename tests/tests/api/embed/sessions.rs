//! Sessions: who may make one and for what (I2, E7), how each dies (O8), and that nothing is granted with one (E10).

use super::{counts, log};
use rekey_tests::{
    app::{
        Backend, Setup, TestApp,
        client::{Answer, Client},
        dump::assert_same,
        embed::{CONSOLE, HOST_USER, ticket_of},
        eventually,
    },
    app_on_both,
};
use reqwest::Method;
use serde_json::{Value, json};
use server::http::limits::LimitsConfig;
use shared::{
    api::{
        api_keys::ApiKeyCreated,
        embed::{EmbedSessionCreated, EmbedView},
        problem::Problem,
    },
    id::BackupSetId,
};
use std::{collections::BTreeSet, time::Duration};
use uuid::Uuid;

app_on_both! {
    i2_e7_a_session_is_made_by_a_key_and_every_field_is_checked,
    e7_h6_a_key_makes_sessions_within_its_reach_only,
    i2_a_session_shows_what_it_was_made_for_and_its_secret_is_nowhere,
    o8_i2_a_session_dies_in_four_ways_and_the_dead_look_like_the_unknown,
    o8_what_a_window_began_dies_with_its_session,
    a_live_view_ends_with_its_session,
    e10_a_sessions_secret_grants_nothing_and_a_links_secret_is_none,
    old_sessions_and_windows_are_forgotten_after_a_day,
}

async fn create(client: &Client, body: &Value) -> Answer {
    client.post("/api/v1/embed-sessions", body).await
}

async fn new_key(app: &TestApp, body: &Value) -> ApiKeyCreated {
    app.member().await.post("/api/v1/api-keys", body).await.ok()
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
    let outsider = app.session(&app.sign_in(rekey_tests::app::OUTSIDER).await);
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

async fn end(client: &Client, id: Uuid) -> Answer {
    client.post(&format!("/api/v1/embed-sessions/{id}/end"), &json!({})).await
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

/// What a refusal of the embed looks like, without the request's id.
fn looks(answer: &Answer) -> String {
    let mut problem: Problem = answer.refused(404, "not_found");
    problem.request_id.clear();
    let names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
    format!("{problem:?} {names:?}")
}

/// What each route says to a session's secret.
async fn answers(app: &TestApp, secret: &str) -> BTreeSet<String> {
    let frame = app.frame(secret);
    let ticket = json!({ "ticket": ticket_of(&app.window_secret()) });
    let challenge = json!({ "challenge": app.window_secret() });
    let mut found = BTreeSet::new();
    for answer in [
        frame.get("/api/v1/embed").await,
        frame.get("/api/v1/embed/live").await,
        frame.post("/api/v1/embed/popups", &ticket).await,
        // An unknown secret is told nothing of the body that came with it.
        frame.post("/api/v1/embed/popups", &json!({ "nonsense": 1 })).await,
        frame.post(&format!("/api/v1/embed/popups/{}/confirm", Uuid::from_u128(7)), &challenge).await,
    ] {
        found.insert(looks(&answer));
    }
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
        assert_eq!(app.set(set).await.method, shared::method::Method::Basic, "{way}");
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
    assert_eq!(app.set("CON-004").await.method, shared::method::Method::Hybrid);
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

async fn e10_a_sessions_secret_grants_nothing_and_a_links_secret_is_none(app: TestApp) {
    const GRANTS: [&str; 5] = ["backup_sets", "connections", "method_changes", "attempts", "work"];
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    // Connected already: where a member needs Save alone, a frame still cannot press it.
    app.connect_account(&["CON-001"], "backup@contoso.com").await;
    let made = app.embed_sets(&["CON-002"]).await;
    let window = app.announce(&made.secret).await;
    let view = app.embed_view(&made.secret).await;
    assert!(view.sign_ins[0].already_connected);
    let (authorization, sign_in) = (view.authorization.unwrap().to_string(), view.sign_ins[0].id.unwrap().to_string());
    let set = view.waiting[0].id.to_string();
    let bodies = [
        json!({}),
        json!({ "sign_in": sign_in }),
        json!({ "backup_sets": [set], "method": "hybrid" }),
        json!({ "access_token": "x", "id_token": "x" }),
        json!({ "challenge": app.window_secret() }),
    ];
    let before = app.dump().await;
    let description: Value = app.anonymous().get("/api/openapi.json").await.ok();
    let mut asked = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|method| *method != "get") {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let id = match path.split('/').nth(3) {
                Some("backup-sets") => set.clone(),
                Some("embed") => window.opened.id.to_string(),
                Some("embed-sessions") => made.id.to_string(),
                _ => authorization.clone(),
            };
            let address = path.replace("{id}", &id).replace("{sign_in}", &sign_in);
            for body in &bodies {
                let frame = app.frame(&made.secret).with("rekey-connect", &made.secret);
                let answer = frame.send(method.clone(), &address, Some("application/json"), body.to_string()).await;
                asked += 1;
                let own = address.starts_with("/api/v1/embed/") || address == "/api/v1/sign-ins";
                assert!(own || answer.status >= 400, "{method} {address} {body}: {}", answer.text());
            }
        }
    }
    assert!(asked > 250, "{asked}");
    let after = app.dump().await;
    for table in GRANTS {
        assert_eq!(before[table], after[table], "{table}");
    }
    for path in ["/api/v1/connect", "/api/v1/connect/live", "/api/v1/customer-page"] {
        app.connect(&made.secret).get(path).await.refused(404, "not_found");
    }
    // A window's own secret is no link's either, nor a session's; and no other secret is a session's.
    let link = app.link(authorization.parse().unwrap()).await;
    let attempt = app.attempt(&link, sign_in.parse().unwrap()).await;
    app.connect(&window.secret).get("/api/v1/connect").await.refused(404, "not_found");
    let unknown = answers(&app, &"A".repeat(43)).await;
    for secret in [&link, &attempt.secret, &window.secret] {
        assert_eq!(answers(&app, secret).await, unknown);
    }
    for secret in [&link, &attempt.secret, &made.secret] {
        app.arrive(secret).await.refused(404, "not_found");
        app.tie(secret, "code", &window.opened.code).await.refused(404, "not_found");
    }
    app.view(&link).await;
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

/// O8, H12: the eleventh guess of a minute waits, whichever secret is guessed; the next minute is free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o8_h12_guessing_is_slow() {
    let app = TestApp::start_with(Setup { limits: LimitsConfig::default(), ..Setup::new(Backend::Sqlite) }).await;
    app.import_sample().await;
    app.register_origin(CONSOLE).await;
    let made = app.embed_sets(&["CON-001"]).await;
    let window = app.announce(&made.secret).await;
    for number in 0..5 {
        app.frame(&format!("guess-{number}")).get("/api/v1/embed").await.refused(404, "not_found");
        app.arrive(&format!("guess-{number}")).await.refused(404, "not_found");
    }
    let answer = app.frame("guess-5").get("/api/v1/embed").await;
    answer.refused(429, "too_many_requests");
    let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    app.arrive("guess-5").await.refused(429, "too_many_requests");
    app.tie("guess-5", "code", "123456").await.refused(429, "too_many_requests");
    // H7: nobody speaks for another address.
    let forged = app.frame("guess-6").with("x-forwarded-for", "198.51.100.7").get("/api/v1/embed").await;
    forged.refused(429, "too_many_requests");
    app.advance(wait);
    app.embed_view(&made.secret).await;
    assert_eq!(app.arrive(&window.secret).await.status, 200);
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
