//! Who may frame what (E1, E2, H1-H5): the registered origins, exactly, on the embed's own address, and nobody anywhere else.

use rekey_tests::app::{Backend, OUTSIDER, TestApp, client::Answer, embed::CONSOLE};
use reqwest::Method;
use serde_json::json;

/// A directive's values.
fn directive(answer: &Answer, name: &str) -> Vec<String> {
    let policy = answer.header("content-security-policy").expect("a policy");
    let mut found = policy.split(';').filter_map(|part| part.trim().strip_prefix(name)?.strip_prefix(' '));
    let values = found.next().unwrap_or_else(|| panic!("no {name}: {policy}"));
    assert!(found.next().is_none(), "the first of two counts: {policy}");
    values.split_whitespace().map(str::to_owned).collect()
}

fn is_never_framed(what: &str, answer: &Answer) {
    assert_eq!(directive(answer, "frame-ancestors"), ["'none'"], "{what}");
    assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{what}");
    assert_eq!(answer.header("cross-origin-embedder-policy"), None, "{what}");
}

fn is_framed_by(what: &str, answer: &Answer, origins: &[&str]) {
    assert_eq!(directive(answer, "frame-ancestors"), origins, "{what}");
    for (name, value) in [
        ("x-frame-options", None),
        ("cross-origin-opener-policy", Some("same-origin")),
        ("cross-origin-resource-policy", Some("cross-origin")),
        ("cross-origin-embedder-policy", Some("require-corp")),
        ("x-content-type-options", Some("nosniff")),
        ("origin-agent-cluster", Some("?1")),
        ("referrer-policy", Some("no-referrer")),
        ("access-control-allow-origin", None),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    // H1, H2, E3: asks nobody but us, and runs nothing but our scripts.
    for (name, values) in [
        ("default-src", vec!["'none'"]),
        ("connect-src", vec!["'self'"]),
        ("script-src", vec!["'self'", "'wasm-unsafe-eval'"]),
        ("style-src", vec!["'self'"]),
        ("object-src", vec!["'none'"]),
        ("base-uri", vec!["'none'"]),
        ("form-action", vec!["'none'"]),
        ("require-trusted-types-for", vec!["'script'"]),
        ("trusted-types", vec!["default"]),
    ] {
        assert_eq!(directive(answer, name), values, "{what}: {name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e1_e2_h1_the_frame_is_shown_by_the_registered_origins_alone() {
    let app = TestApp::start(Backend::Sqlite).await;
    let neighbour = app.neighbour().await.id;
    let frame = format!("/embed/{}", app.organization);
    is_never_framed("without origins", &app.anonymous().get(&frame).await);
    let one = app.register_origin(CONSOLE).await;
    app.register_origin("https://portal.example.com:8443").await;
    let outsider = app.session(&app.sign_in(OUTSIDER).await);
    outsider
        .post("/api/v1/embed-origins", &json!({ "origin": "https://theirs.example" }))
        .await
        .ok::<serde_json::Value>();
    let both = [CONSOLE, "https://portal.example.com:8443"];

    let page = app.anonymous().get(&frame).await;
    assert_eq!((page.status, page.header("cache-control")), (200, Some("no-store")));
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    is_framed_by("the frame", &page, &both);
    is_framed_by(
        "another organization's",
        &app.anonymous().get(&format!("/embed/{neighbour}")).await,
        &["https://theirs.example"],
    );
    // Nothing of a request widens it, whatever the method and whoever asks.
    let evil = "https://evil.example";
    let loud = app
        .anonymous()
        .with("origin", evil)
        .with("referer", "https://evil.example/page")
        .with("host", "evil.example")
        .with("x-forwarded-host", "evil.example")
        .with("forwarded", "host=evil.example")
        .with("sec-fetch-dest", "iframe")
        .with("sec-fetch-site", "cross-site");
    for client in [&loud, &app.key(), &app.member().await, &app.page()] {
        for address in [frame.clone(), format!("{frame}?origin={evil}&frame-ancestors={evil}")] {
            for method in [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS] {
                let answer = client.send(method.clone(), &address, Some("application/json"), "{}").await;
                is_framed_by(&format!("{method} {address}"), &answer, &both);
                assert!(!format!("{:?}", answer.headers).contains("evil.example"), "{:?}", answer.headers);
            }
        }
    }
    // An origin that is removed is gone at once.
    let path = format!("/api/v1/embed-origins/{}/remove", one.id);
    app.member().await.post(&path, &json!({})).await.ok::<serde_json::Value>();
    is_framed_by("after a removal", &app.anonymous().get(&frame).await, &both[1..]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e1_e2_no_other_address_is_ever_framed() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.register_origin(CONSOLE).await;
    let own = app.organization;
    let description: serde_json::Value = app.anonymous().get("/api/openapi.json").await.ok();
    let mut paths: Vec<String> = description["paths"].as_object().unwrap().keys().cloned().collect();
    paths = paths.iter().map(|path| path.replace("{organization}", &own.to_string())).collect();
    paths.extend(
        [
            "/",
            "/connect",
            "/connect/embed",
            "/connect/callback",
            "/consoles",
            "/embed",
            "/embed/",
            "/embed.js",
            "/embed.json",
            "/embed.d.ts",
            "/embed-test.js",
            "/embed/1.0.0.js",
            "/embed/0.0.1.js",
            "/embed/nobody",
            "/embed/00000000-0000-7000-8000-000000000007",
            "/assets/nothing.js",
            "/api/docs",
            "/api/nothing",
            "/health/live",
        ]
        .map(str::to_owned),
    );
    // Near the frame's own address.
    paths.extend([
        format!("/embed/{own}/"),
        format!("/embed/{own}/x"),
        format!("/embed//{own}"),
        format!("//embed/{own}"),
        format!("/EMBED/{own}"),
        format!("/embed/{own}%20"),
        format!("/embed/{own}.html"),
        format!("/connect/embed/{own}"),
        format!("/x/../embed/{own}/.."),
    ]);
    for path in &paths {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let client = app.anonymous().with("origin", CONSOLE).with("referer", CONSOLE);
            let answer = client.send(method.clone(), path, Some("application/json"), "{}").await;
            is_never_framed(&format!("{method} {path}"), &answer);
            let connect = path == "/connect" || path.starts_with("/connect/");
            let expected = if connect { None } else { Some("same-origin") };
            assert_eq!(answer.header("cross-origin-opener-policy"), expected, "{method} {path}");
        }
    }
    // The window's first page is the connect page: no COOP, and the login host to go to.
    let window = app.anonymous().get("/connect/embed").await;
    let login = app.emulator.login().origin().ascii_serialization();
    assert_eq!(window.status, 200);
    assert_eq!(directive(&window, "connect-src"), ["'self'", &login]);
}
