//! Bad input: refused with a code, never a 5xx; changes from elsewhere never (H4, H8, H9).

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use rekey_tests::{
    app::{Backend, TestApp, client::Client, dump::assert_same, embed::CONSOLE},
    app_on_both,
};
use reqwest::Method;
use serde_json::{Value, json};

app_on_both! {
    garbage_never_breaks_the_server,
    h4_changes_from_elsewhere_are_refused,
}

/// Every route with its methods, as described.
async fn routes(app: &TestApp) -> Vec<(Method, String)> {
    let description: Value = app.anonymous().get("/api/openapi.json").await.ok();
    let mut found = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            found.push((Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), path.clone()));
        }
    }
    found
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("00000000-0000-0000-0000-000000000000".to_owned()),
        Just("' OR 1=1 --".to_owned()),
        Just("%00".to_owned()),
        Just("..%2f..%2f".to_owned()),
        Just("contoso.com".to_owned()),
        Just("hybrid".to_owned()),
        Just("9223372036854775808".to_owned()),
        Just("-1".to_owned()),
        "[a-z0-9%&=+?#/\\\\. -]{0,40}",
        "\\PC{0,20}",
        Just("A".repeat(5_000)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        word().prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("backup_sets".to_owned()),
        Just("sets".to_owned()),
        Just("method".to_owned()),
        Just("name".to_owned()),
        Just("tenant".to_owned()),
        Just("sign_in".to_owned()),
        Just("start_over".to_owned()),
        Just("access_token".to_owned()),
        Just("id_token".to_owned()),
        Just("secret".to_owned()),
        Just("step".to_owned()),
        Just("error".to_owned()),
        Just("ids".to_owned()),
        Just("origin".to_owned()),
        Just("host_user".to_owned()),
        Just("ticket".to_owned()),
        Just("challenge".to_owned()),
        Just("code".to_owned()),
        word(),
    ];
    leaf.prop_recursive(3, 24, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => value().prop_map(|value| value.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
        1 => Just(Vec::new()),
        1 => Just(vec![b'['; 20_000]),
        1 => Just(b"external_id,name,customer,tenant,workloads\n\"".to_vec()),
    ]
}

fn kind() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        Some("application/json"),
        Some("application/json"),
        Some("application/json; charset=utf-8"),
        Some("text/csv"),
        Some("application/x-ndjson"),
        Some("application/x-www-form-urlencoded"),
        Some("text/plain"),
        Some("garbage"),
        None,
    ])
}

/// Random methods, ids, queries, content types and bodies at every route, by every kind of caller.
async fn garbage_never_breaks_the_server(app: TestApp) {
    const ROUNDS: usize = 1_200;
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let link = app.link(made.id).await;
    app.register_origin(CONSOLE).await;
    let session = app.embed_sets(&["CON-002"]).await.secret;
    let window = app.announce(&session).await;
    let callers = [
        app.anonymous(),
        app.key(),
        app.member().await,
        app.connect(&link),
        app.frame(&session),
        app.connect(&window.secret),
    ];
    let routes = routes(&app).await;
    let known = [made.id.to_string(), app.set("CON-001").await.id.to_string()];
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let methods = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH];
    let shape = (
        0..routes.len(),
        0..callers.len(),
        prop::option::weighted(0.2, 0..methods.len()),
        prop::option::of(0..known.len()),
        word(),
        prop::collection::vec((word(), word()), 0..3),
        kind(),
        body(),
    );
    let mut seen = std::collections::BTreeMap::<u16, usize>::new();
    for _ in 0..ROUNDS {
        let (route, caller, other, id, text, query, kind, body) = shape.new_tree(&mut runner).unwrap().current();
        let (method, path) = &routes[route];
        // Live views do not end by themselves.
        if path.ends_with("/live") {
            continue;
        }
        let method = other.map_or_else(|| method.clone(), |other| methods[other].clone());
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let id = id.map_or_else(|| encode(&text), |id| known[id].clone());
        let mut address = path.replace("{id}", &id).replace("{sign_in}", &id).replace("{organization}", &id);
        if !query.is_empty() {
            let pairs: Vec<String> =
                query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
            address = format!("{address}?{}", pairs.join("&"));
        }
        let what = format!("{method} {address} {kind:?} {}", String::from_utf8_lossy(&body));
        let answer = callers[caller].send(method, &address, kind, body).await;
        assert!(answer.status < 500, "{what}: {}", answer.text());
        if answer.status >= 400 {
            let problem: shared::api::problem::Problem = answer.json();
            assert_eq!(
                (problem.status, answer.header("content-type")),
                (answer.status, Some("application/problem+json"))
            );
            assert!(!problem.code.is_empty() && !problem.detail.is_empty() && !problem.request_id.is_empty(), "{what}");
        }
        *seen.entry(answer.status).or_default() += 1;
    }
    println!("{seen:?}");
    assert!(seen.len() > 5, "the requests reach more than one check: {seen:?}");
    assert_eq!(app.anonymous().get("/health/ready").await.status, 200);
}

async fn h4_changes_from_elsewhere_are_refused(app: TestApp) {
    app.import_sample().await;
    let member = app.member().await;
    let link = app.link(app.authorize(&["CON-001"]).await.id).await;
    member.get("/api/v1/session").await;
    let before = app.dump().await;
    let spoiled = |client: &Client| {
        [
            client.clone().without("rekey-request"),
            client.clone().with("rekey-request", "0"),
            client.clone().with("origin", "https://evil.example"),
            client.clone().with("origin", "null"),
            client.clone().with("origin", &app.origin.replace("localhost", "localhost.evil.example")),
            client.clone().with("sec-fetch-site", "cross-site"),
            client.clone().with("sec-fetch-site", "same-site"),
            client.clone().with("sec-fetch-site", "none"),
        ]
    };
    let request = app.hybrid(&["CON-002"]).await;
    for client in [&member, &app.connect(&link)] {
        for spoiled in spoiled(client) {
            spoiled.post("/api/v1/authorizations", &request).await.refused(403, "not_same_origin");
            spoiled.post("/api/v1/connect/continue", &json!({})).await.refused(403, "not_same_origin");
            spoiled.post("/api/v1/embed/popups", &json!({})).await.refused(403, "not_same_origin");
            spoiled.post("/api/v1/connect/popup/tie", &json!({})).await.refused(403, "not_same_origin");
            spoiled.delete("/api/v1/session").await.refused(403, "not_same_origin");
        }
        // What a form can send without asking.
        for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"] {
            for path in ["/api/v1/authorizations", "/api/v1/connect/continue", "/api/v1/sign-ins", "/api/v1/imports"] {
                client.send(Method::POST, path, Some(kind), "{}").await.refused(415, "content_type");
            }
        }
    }
    assert_same(&before, &app.dump().await);
    member.post("/api/v1/authorizations", &request).await.ok::<Value>();
}

/// H8: no spelling of a path or a header gets past the question who asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h8_m1_only_the_key_or_the_cookie_says_who_asks() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let set = app.set("CON-001").await.id;
    for path in [
        "/api/v1/overview",
        "/api/v1/overview/",
        "/api/v1/overview.",
        "/api/v1/OVERVIEW",
        "//api/v1/overview",
        "/api/v1//overview",
        "/api/v1/overview%2f",
        "/api/v1/overview%00",
        "/api/v1/meta/../overview",
        "/api/v1/meta%2f..%2foverview",
        "/api/v1/meta;/overview",
        "/api/v1/overview?path=/api/v1/meta",
        "/api/v1/overview#/api/v1/meta",
    ] {
        let client = app.anonymous().with("user-agent", "kube-probe/1.0").with("x-original-url", "/api/v1/meta");
        let client =
            client.with("x-forwarded-user", "maya").with("x-rekey-organization", &app.organization.to_string());
        let answer = client.get(path).await;
        assert!(!answer.text().contains("Contoso"), "{path}");
        if answer.status == 200 {
            assert!(answer.header("content-type").unwrap_or_default().starts_with("text/html"), "{path}");
        }
    }
    // M1: an organization named anywhere else says nothing.
    let other = app.with_key(&app.neighbour().await.key.secret);
    let own = app.organization.to_string();
    other
        .clone()
        .with("x-organization", &own)
        .get(&format!("/api/v1/backup-sets/{set}"))
        .await
        .refused(404, "not_found");
    let answer = other.get(&format!("/api/v1/backup-sets?organization={own}")).await;
    answer.refused(422, "query_invalid");
    // Two cookies, two keys, a key that is not spelled right: nobody.
    let cookie = app.sign_in(rekey_tests::app::OWNER).await;
    app.session(&format!("{cookie}; {cookie}")).get("/api/v1/session").await.refused(401, "unauthenticated");
    for value in [format!("bearer {}", app.api_key), format!("Basic {}", app.api_key), app.api_key.clone()] {
        let client = app.session(&cookie).with("authorization", &value);
        client.get("/api/v1/overview").await.refused(401, "unauthenticated");
    }
}

/// H9: unknown and repeated fields and parameters; sizes; what JSON is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h9_unknown_and_repeated_fields_are_refused() {
    let app = TestApp::start(Backend::Sqlite).await;
    let key = app.key();
    let json = Some("application/json");
    for (body, status, code) in [
        (r#"{"name":"A","tenant":"contoso.com","more":1}"#, 422, "field_invalid"),
        (r#"{"name":"A","name":"B","tenant":"contoso.com"}"#, 422, "field_invalid"),
        (r#"{"name":"A"}"#, 422, "field_invalid"),
        (r#"{"name":["A"],"tenant":"contoso.com"}"#, 422, "field_invalid"),
        (r#"{"name":"A","tenant":"contoso.com"} {"#, 400, "not_json"),
        ("{", 422, "field_invalid"),
        ("", 422, "field_invalid"),
        ("[]", 422, "field_invalid"),
    ] {
        let answer = key.send(Method::POST, "/api/v1/customers", json, body).await;
        answer.refused(status, code);
    }
    let large = format!("{{\"name\":\"{}\"}}", "A".repeat(5 << 20));
    // The refusal comes before the body has been read to its end, so a sender may find the connection closed.
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.extend(key.try_send(Method::POST, "/api/v1/customers", json, large.clone()).await);
    }
    answers[0].refused(413, "too_large");
    key.send(Method::POST, "/api/v1/customers", Some("text/csv"), "{}").await.refused(415, "content_type");
    for name in ["", " ", "a\nb", &"A".repeat(121)] {
        let body = json!({ "name": name, "tenant": "contoso.com" });
        assert_eq!(key.post("/api/v1/customers", &body).await.refused(422, "field_invalid").field.unwrap(), "name");
    }
    for tenant in ["", "contoso", "http://contoso.com", "contoso.com/x", "9188040d-6c67-4c5b-b112-36a304b66dad", "a b"]
    {
        let body = json!({ "name": "A", "tenant": tenant });
        assert_eq!(key.post("/api/v1/customers", &body).await.refused(422, "field_invalid").field.unwrap(), "tenant");
    }
    for path in ["/api/v1/audit?limit=1&limit=1", "/api/v1/customers?Query=x", "/api/v1/authorizations?state=gone"] {
        key.get(path).await.refused(422, "query_invalid");
    }
}
