//! What consoles put into their pages: one origin's files for every other, and a version never changes (I1, SRI).

use aws_lc_rs::digest::{SHA384, digest};
use base64::{Engine, prelude::BASE64_STANDARD};
use rekey_tests::app::{Backend, TestApp, client::Answer};
use serde_json::Value;
use shared::api::embed::EmbedSetUp;

/// Every version that was ever released, with what browsers check of it.
const VERSIONS: &str = include_str!("../../../../frontend/embed/versions.txt");

fn integrity(answer: &Answer) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(digest(&SHA384, &answer.body).as_ref()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i1_every_origin_gets_the_scripts_with_their_types_and_their_life() {
    const YEAR: &str = "public, max-age=31536000, immutable";
    const MINUTES: &str = "public, max-age=300";
    let app = TestApp::start(Backend::Sqlite).await;
    let known: Value = app.anonymous().get("/embed.json").await.ok();
    let version = known["version"].as_str().unwrap();
    let versioned = format!("/embed/{version}.js");
    for (path, kind, life) in [
        ("/embed.js", "text/javascript; charset=utf-8", MINUTES),
        (&versioned, "text/javascript; charset=utf-8", YEAR),
        ("/embed-test.js", "text/javascript; charset=utf-8", MINUTES),
        ("/embed.d.ts", "text/plain; charset=utf-8", MINUTES),
        ("/embed.json", "application/json", "no-store"),
    ] {
        for client in [app.anonymous(), app.anonymous().with("origin", "https://console.example.com")] {
            let answer = client.get(path).await;
            assert_eq!(answer.status, 200, "{path}");
            assert!(!answer.body.is_empty(), "{path}");
            for (name, value) in [
                ("content-type", Some(kind)),
                ("cache-control", Some(life)),
                ("access-control-allow-origin", Some("*")),
                ("access-control-allow-credentials", None),
                ("cross-origin-resource-policy", Some("cross-origin")),
                ("x-content-type-options", Some("nosniff")),
                ("set-cookie", None),
            ] {
                assert_eq!(answer.header(name), value, "{path}: {name}");
            }
            if let Some(etag) = answer.header("etag") {
                let known = client.clone().with("if-none-match", etag).get(path).await;
                assert_eq!((known.status, known.body.len()), (304, 0), "{path}");
                assert_eq!(known.header("access-control-allow-origin"), Some("*"), "{path}");
            }
        }
        assert_eq!(app.anonymous().with("rekey-request", "1").post(path, "").await.status, 405, "{path}");
    }
    // A version that is not here is no script.
    let other = app.anonymous().get("/embed/0.0.1.js").await;
    assert!(!other.header("content-type").unwrap_or_default().contains("javascript"), "{:?}", other.headers);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i1_what_browsers_check_is_what_is_served_and_a_version_never_changes() {
    let app = TestApp::start(Backend::Sqlite).await;
    let known: Value = app.anonymous().get("/embed.json").await.ok();
    let (version, told) = (known["version"].as_str().unwrap(), known["integrity"].as_str().unwrap());
    assert_eq!(known["url"], format!("{}/embed/{version}.js", app.origin));
    let (newest, versioned) =
        (app.anonymous().get("/embed.js").await, app.anonymous().get(&format!("/embed/{version}.js")).await);
    assert_eq!(newest.body, versioned.body);
    assert_eq!(integrity(&versioned), told);
    let shown: EmbedSetUp = app.key().get("/api/v1/embed-origins").await.ok();
    assert_eq!((shown.version.as_str(), shown.integrity.as_str()), (version, told));
    let lines: Vec<_> = VERSIONS.lines().map(|line| line.split_once(' ').expect("a version and its hash")).collect();
    let (last, recorded) = lines.last().expect("a version");
    assert_eq!(*last, version, "a new version has its own line in frontend/embed/versions.txt");
    assert_eq!(*recorded, told, "embed.js changed: it needs a new version, and a line in frontend/embed/versions.txt");
    let names: std::collections::BTreeSet<_> = lines.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), lines.len(), "a version stands there once");
}
