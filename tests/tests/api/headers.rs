//! Headers on every route, errors included (H1, H2, H3, H5, E1, E2), and the cookie's attributes (H4).

use rekey_tests::app::{Backend, OWNER, TestApp, client::Answer};
use reqwest::Method;
use serde_json::json;
use server::state::Settings;
use shared::api::session::{CreateSession, SignInStart};
use std::sync::Arc;

/// A year, in seconds.
const YEAR: u64 = 365 * 24 * 3600;

fn check(app: &TestApp, path: &str, answer: &Answer) {
    let text = |name: &str| answer.header(name).unwrap_or_else(|| panic!("{path}: no {name}: {:?}", answer.headers));
    assert_eq!(text("x-content-type-options"), "nosniff");
    assert_eq!(text("referrer-policy"), "no-referrer");
    assert_eq!(text("origin-agent-cluster"), "?1");
    assert_eq!(text("x-frame-options"), "DENY");
    // What another origin may read by design (`embed::origins`, `embed::scripts`).
    let is_for_all = path.starts_with("/api/v1/embed/check/");
    let readers = if is_for_all { "cross-origin" } else { "same-origin" };
    assert_eq!(text("cross-origin-resource-policy"), readers, "{path}");
    let policy = text("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains('*'));
    let api = path.starts_with("/api/") && !path.starts_with("/api/docs");
    if !api {
        for part in [
            "script-src 'self' 'wasm-unsafe-eval'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types default",
            "report-uri /csp-report",
        ] {
            assert!(policy.contains(part), "{path}: {part}: {policy}");
        }
        let login = app.emulator.login().origin().ascii_serialization();
        assert!(policy.contains(&format!("connect-src 'self' {login};")), "{policy}");
    }
    if !path.starts_with("/assets/") {
        assert!(text("cache-control").contains("no-store") || text("cache-control").contains("no-cache"), "{path}");
    }
    let connect = path == "/connect" || path.starts_with("/connect/");
    let expected = if connect { None } else { Some("same-origin") };
    assert_eq!(answer.header("cross-origin-opener-policy"), expected, "{path}");
    assert!(answer.header("server").is_none() && answer.header("x-powered-by").is_none());
    // H5: whoever asks from elsewhere gets no permission to read.
    let cors: Vec<_> = answer.headers.keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
    if is_for_all {
        assert_eq!((cors.len(), answer.header("access-control-allow-origin")), (1, Some("*")), "{path}: {cors:?}");
    } else {
        assert!(cors.is_empty(), "{path}: {cors:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h1_h3_h5_e2_every_answer_has_its_headers() {
    let app = TestApp::start(Backend::Sqlite).await;
    let description: serde_json::Value = app.anonymous().get("/api/openapi.json").await.ok();
    let mut paths: Vec<String> = description["paths"].as_object().unwrap().keys().cloned().collect();
    let others = [
        "/",
        "/connect",
        "/connect/",
        "/connect/callback",
        "/connect/approved",
        "/connect/embed",
        "/connections",
        "/sign-in/callback",
        "/owner",
        "/backup-sets/x",
        "/assets/nothing.js",
        "/favicon.ico",
        "/health/live",
        "/health/ready",
        "/csp-report",
        "/api/nothing",
        "/api/openapi.json",
        "/api/docs",
        "/../etc/passwd",
        "/%2e%2e/%00",
    ];
    paths.extend(others.map(str::to_owned));
    let from_elsewhere = |client: rekey_tests::app::client::Client| {
        client.with("origin", "https://evil.example").with("access-control-request-method", "POST")
    };
    for path in &paths {
        let nil = "00000000-0000-0000-0000-000000000000";
        let address = path.replace("{id}", nil).replace("{sign_in}", "x").replace("{organization}", nil);
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS, Method::HEAD] {
            for client in [app.anonymous(), app.key(), from_elsewhere(app.anonymous())] {
                let answer = client.send(method.clone(), &address, Some("application/json"), "{}").await;
                check(&app, path, &answer);
                assert!(answer.status < 500, "{method} {path}: {}", answer.status);
            }
        }
    }
}

/// Pages, a file, the API, what consoles load, and refusals of every kind, each with its status.
async fn of_all_kinds(app: &TestApp) -> Vec<(u16, String, Answer)> {
    let frame = format!("/embed/{}", app.organization);
    let mut answers = Vec::new();
    for (status, path) in [
        (200, "/"),
        (200, "/sign-in"),
        (200, "/connect"),
        (200, "/connect/embed"),
        (200, frame.as_str()),
        (200, "/embed.js"),
        (200, "/api/v1/meta"),
        (200, "/api/docs"),
        (200, "/health/live"),
        (401, "/api/v1/session"),
        (404, "/api/nothing"),
        (404, "/assets/nothing.js"),
    ] {
        answers.push((status, path.to_owned(), app.anonymous().get(path).await));
    }
    let elsewhere = app.anonymous().with("origin", "https://evil.example");
    let refused = elsewhere.post("/api/v1/sign-ins", &json!({})).await;
    answers.push((403, "a change from elsewhere".to_owned(), refused));
    let page = app.page().without("origin");
    let form = page.send(Method::POST, "/api/v1/sign-ins", Some("text/plain"), "").await;
    answers.push((415, "a form".to_owned(), form));
    let method = page.send(Method::DELETE, "/api/v1/meta", None, "").await;
    answers.push((405, "another method".to_owned(), method));
    let wrong = app.key().post("/api/v1/authorizations", &json!({ "method": "none" })).await;
    answers.push((422, "a wrong body".to_owned(), wrong));
    for (status, path, answer) in &answers {
        assert_eq!(answer.status, *status, "{path}: {}", answer.text());
    }
    answers
}

/// H3: an installation that people reach by https says on every answer that they always will, for a year at least; one without
/// TLS says nothing, since a browser that believed it would never come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h3_only_an_https_origin_asks_for_https_for_ever() {
    let mut app = TestApp::start(Backend::Sqlite).await;
    for (_, path, answer) in of_all_kinds(&app).await {
        assert_eq!(answer.header("strict-transport-security"), None, "{path}");
    }
    let origin = "https://rekey.example".to_owned();
    app.state.settings = Arc::new(Settings { origin, ..Settings::clone(&app.state.settings) });
    app.restart().await;
    for (_, path, answer) in of_all_kinds(&app).await {
        let said: Vec<_> = answer.headers.get_all("strict-transport-security").iter().collect();
        assert_eq!(said.len(), 1, "{path}: {said:?}");
        let parts: Vec<&str> = said[0].to_str().unwrap().split(';').map(str::trim).collect();
        let age = parts.iter().find_map(|part| part.strip_prefix("max-age=")).unwrap_or_else(|| panic!("{path}"));
        assert!(age.parse::<u64>().unwrap() >= YEAR, "{path}: {parts:?}");
    }
}

/// H4: a session's cookie is for this host, over TLS, out of scripts' reach, and for our own pages only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h4_the_cookie_is_as_narrow_as_it_can_be() {
    let app = TestApp::start(Backend::Sqlite).await;
    let start: SignInStart = app.page().post("/api/v1/sign-ins", &json!({})).await.ok();
    let id_token = app.person(OWNER).identify(&start).await;
    let body = CreateSession { secret: start.secret, id_token, owner_link: None };
    let answer = app.page().post("/api/v1/session", &body).await;
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    let (pair, attributes) = cookie.split_once(';').unwrap();
    assert!(pair.starts_with("__Host-rekey=") && pair.len() > 50);
    let mut attributes: Vec<&str> = attributes.split(';').map(str::trim).collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Strict", "Secure"]);
    // A portal sign-in is good once.
    app.page().post("/api/v1/session", &body).await.refused(409, "sign_in_over");
    let out = app.session(pair).delete("/api/v1/session").await;
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    app.session(pair).get("/api/v1/session").await.refused(401, "unauthenticated");
}
