//! Registered origins: exact, few, a manager's who signed in a moment ago; and what a page may ask about itself (E1, I5, I10).

use super::{counts, log};
use rekey_tests::{
    app::{TestApp, dump::assert_same, embed::CONSOLE},
    app_on_both,
};
use serde_json::{Value, json};
use shared::api::{
    api_keys::ApiKeyCreated,
    embed::{EmbedCheck, EmbedOriginView, EmbedSetUp},
};

app_on_both! {
    e1_an_origin_is_added_and_removed_by_a_fresh_manager,
    e1_an_origin_is_exact_and_safe,
    there_are_twenty_origins_at_most_and_each_once,
    i10_a_page_learns_whether_it_is_registered,
}

const PATH: &str = "/api/v1/embed-origins";

async fn e1_an_origin_is_added_and_removed_by_a_fresh_manager(app: TestApp) {
    let member = app.member().await;
    let body = json!({ "origin": CONSOLE });
    let limited: Value = member.post("/api/v1/customers", &json!({ "name": "A", "tenant": "contoso.com" })).await.ok();
    let limited = json!({ "name": "limited", "customers": [limited["id"]] });
    let limited: ApiKeyCreated = member.post("/api/v1/api-keys", &limited).await.ok();
    let start = app.state.now();
    let made: EmbedOriginView = member.post(PATH, &body).await.ok();
    assert_eq!((made.origin.as_str(), made.created_by.as_str()), (CONSOLE, "Maya Lindqvist"));
    assert!((start..=app.state.now()).contains(&made.created_at));
    let remove = format!("{PATH}/{}/remove", made.id);
    let limited = app.with_key(&limited.secret);
    for client in [&app.key(), &limited, &member] {
        client.get("/api/v1/overview").await.ok::<Value>();
    }
    let before = app.dump().await;
    for client in [&app.key(), &limited] {
        client.post(PATH, &json!({ "origin": "https://new.example.com" })).await.refused(403, "member_needed");
        client.post(&remove, &json!({})).await.refused(403, "member_needed");
    }
    limited.get(PATH).await.refused(403, "key_limited");
    app.page().get(PATH).await.refused(401, "unauthenticated");
    member.clone().without("rekey-request").post(PATH, &body).await.refused(403, "not_same_origin");
    assert_same(&before, &app.dump().await);
    let shown: EmbedSetUp = app.key().get(PATH).await.ok();
    assert_eq!((shown.organization, shown.origins.as_slice()), (app.organization, [made.clone()].as_slice()));
    assert_eq!(shown.script, format!("{}/embed.js", app.origin));
    assert_eq!(shown.versioned, format!("{}/embed/{}.js", app.origin, shown.version));
    assert!(shown.integrity.starts_with("sha384-"));
    // Ten minutes later somebody else may sit there.
    app.advance(11 * 60);
    member.post(PATH, &json!({ "origin": "https://new.example.com" })).await.refused(403, "sign_in_stale");
    member.post(&remove, &json!({})).await.refused(403, "sign_in_stale");
    let fresh = app.member().await;
    let gone: EmbedOriginView = fresh.post(&remove, &json!({})).await.ok();
    assert_eq!(gone, made);
    fresh.post(&remove, &json!({})).await.refused(404, "not_found");
    let log = log(&app).await;
    assert_eq!(counts(&log, ["embed_origin.added", "embed_origin.removed"]), [1, 1]);
    assert!(log.iter().all(|entry| entry.detail == format!("origin={CONSOLE}") && entry.actor == "Maya Lindqvist"));
}

async fn e1_an_origin_is_exact_and_safe(app: TestApp) {
    let member = app.member().await;
    let before = app.dump().await;
    for bad in [
        "",
        "null",
        "*",
        "https:",
        "https://",
        "https://*",
        "https://*.example.com",
        "https://console.*",
        "console.example.com",
        "//console.example.com",
        "http://console.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "https://console.example.com/a",
        "https://console.example.com/?",
        "https://console.example.com?a=b",
        "https://console.example.com#a",
        "https://console.example.com//",
        "https://user@console.example.com",
        "https://user:secret@console.example.com",
        "https://console.example.com:99999",
        "https://console.example.com 'unsafe-inline'",
        "https://console.example.com;script-src *",
        "https://console.example.com,https://evil.example",
        "https://console.example.com\nx: y",
        "https://a https://b",
        "ws://console.example.com",
        "wss://console.example.com",
        "file:///etc/passwd",
        "data:text/html,x",
        "blob:https://console.example.com/1",
        "about:srcdoc",
        "chrome-extension://abcdefghijklmnop",
        "'self'",
        "'none'",
        "https://exa mple.com",
        "https://[::1",
        "https://\u{212a}.example",
    ] {
        let problem = member.post(PATH, &json!({ "origin": bad })).await.refused(422, "field_invalid");
        assert_eq!(problem.field.as_deref(), Some("origin"), "{bad}");
    }
    assert_same(&before, &app.dump().await);
    for (given, stored) in [
        ("https://Console.Example.COM/", "https://console.example.com"),
        (" https://two.example.com ", "https://two.example.com"),
        ("HTTPS://three.example.com", "https://three.example.com"),
        ("https://console.example.com:8443", "https://console.example.com:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://console.localhost:3000/", "http://console.localhost:3000"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ] {
        let made: EmbedOriginView = member.post(PATH, &json!({ "origin": given })).await.ok();
        assert_eq!(made.origin, stored, "{given}");
        // Written otherwise it is the same one.
        member.post(PATH, &json!({ "origin": stored.to_uppercase() })).await.refused(409, "origin_exists");
    }
}

async fn there_are_twenty_origins_at_most_and_each_once(app: TestApp) {
    let member = app.member().await;
    let add = async |n: usize| member.post(PATH, &json!({ "origin": format!("https://c{n}.example.com") })).await;
    let first: EmbedOriginView = add(0).await.ok();
    for n in 1..18 {
        add(n).await.ok::<EmbedOriginView>();
    }
    // Two places left, and four who want one; two of them the same.
    let answers = tokio::join!(add(18), add(18), add(19), add(20));
    let mut statuses = [answers.0.status, answers.1.status, answers.2.status, answers.3.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 409, 409]);
    let before = app.dump().await;
    add(21).await.refused(409, "too_many_origins");
    assert_same(&before, &app.dump().await);
    let shown: EmbedSetUp = member.get(PATH).await.ok();
    let names: std::collections::BTreeSet<_> = shown.origins.iter().map(|one| one.origin.clone()).collect();
    assert_eq!((shown.origins.len(), names.len(), shown.origins[0].id), (20, 20, first.id));
    member.post(&format!("{PATH}/{}/remove", first.id), &json!({})).await.ok::<EmbedOriginView>();
    add(21).await.ok::<EmbedOriginView>();
    // Another organization counts its own.
    app.neighbour().await;
    let outsider = app.session(&app.sign_in(rekey_tests::app::OUTSIDER).await);
    outsider.post(PATH, &json!({ "origin": "https://c1.example.com" })).await.ok::<EmbedOriginView>();
}

async fn i10_a_page_learns_whether_it_is_registered(app: TestApp) {
    app.register_origin(CONSOLE).await;
    let neighbour = app.neighbour().await.id;
    let own = format!("/api/v1/embed/check/{}", app.organization);
    for (path, origin, registered) in [
        (own.clone(), Some(CONSOLE), true),
        (own.clone(), Some("https://console.example.com.evil.example"), false),
        (own.clone(), Some("http://console.example.com"), false),
        (own.clone(), Some("null"), false),
        (own.clone(), None, false),
        (format!("/api/v1/embed/check/{neighbour}"), Some(CONSOLE), false),
        (format!("/api/v1/embed/check/{}", uuid::Uuid::from_u128(7)), Some(CONSOLE), false),
    ] {
        let client = match origin {
            Some(origin) => app.anonymous().with("origin", origin).with("sec-fetch-site", "cross-site"),
            None => app.anonymous(),
        };
        // A referrer says nothing.
        let answer = client.with("referer", "https://console.example.com/page").get(&path).await;
        let told: EmbedCheck = answer.ok();
        assert_eq!((told.origin.as_deref(), told.registered), (origin, registered), "{path}");
        assert!(app.state.now().since(told.now) < 60, "the server's clock");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    // A page that asks wrongly can read why.
    for path in ["/api/v1/embed/check/nobody", "/api/v1/embed/check/"] {
        let answer = app.anonymous().with("origin", CONSOLE).get(path).await;
        assert!((400..500).contains(&answer.status), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
    }
    // Who is signed in, or which key is sent, changes nothing.
    let member = app.member().await.without("origin").get(&own).await;
    assert_eq!((member.ok::<EmbedCheck>().registered, member.header("set-cookie")), (false, None));
    let long = app.anonymous().with("origin", &format!("https://{}.example", "a".repeat(400))).get(&own).await;
    assert_eq!(long.ok::<EmbedCheck>().origin, None);
}
