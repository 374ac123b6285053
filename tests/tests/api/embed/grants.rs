//! Nothing is granted with a session's secret, no other secret is one, and guessing is slow (E10, O8, H12).

use super::ends::answers;
use rekey_tests::{
    app::{Backend, Setup, TestApp, embed::CONSOLE},
    app_on_both,
};
use reqwest::Method;
use serde_json::{Value, json};
use server::http::limits::LimitsConfig;

app_on_both! { e10_a_sessions_secret_grants_nothing_and_a_links_secret_is_none }

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
