//! The control API, faults, HTTPS and the state file.

use std::path::PathBuf;

use rekey_emulator::{Config, DropConnection, Effect, Emulator, Fault};
use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};

use crate::driver::{Answer, Http, read};
use crate::world::{API, CONTOSO, PAGE, TOM, World, credential, scenario};

async fn control(world: &World, method: Method, path: &str, body: Option<Value>) -> Answer {
    let url = world.emulator.control().join(path).unwrap();
    let request = world.http().client.request(method, url);
    read(match body {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}

#[tokio::test]
async fn the_clock_moves() {
    let world = World::new().await;
    let before = world.emulator.now_millis();
    control(&world, Method::POST, "clock", Some(json!({ "advance_seconds": 1000 }))).await.ok();
    let now = world.emulator.now_millis();
    assert!((1_000_000..1_010_000).contains(&(now - before)), "{}", now - before);
    control(&world, Method::POST, "clock", Some(json!({ "set_millis": 1_900_000_000_000_i64 }))).await.ok();
    let clock = control(&world, Method::GET, "clock", None).await.ok();
    assert!(clock.body["now_millis"].as_i64().unwrap() >= 1_900_000_000_000);
}

#[tokio::test]
async fn the_request_log_has_fingerprints_and_no_secrets() {
    let world = World::new().await;
    let http = world.http();
    let code = world.browser().walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    let token = http.redeem("contoso.com", &code, true, &[]).await.ok().text("access_token");
    let graph =
        http.on_behalf_of("contoso.com", &world.credential, &token, "User.Read").await.ok().text("access_token");
    http.graph("v1.0/me", &graph).await.ok();
    let log = serde_json::to_string(&world.emulator.requests()).unwrap();
    for secret in [&code, &token, &graph, "pw-tom", crate::driver::VERIFIER] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
    let requests = world.emulator.requests();
    let exchange = requests.iter().find(|request| request.form.contains_key("assertion")).unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let first = u64::from_be_bytes(digest.as_ref()[..8].try_into().unwrap());
    assert_eq!(exchange.form["assertion"], format!("sha256:{first:016x}"));
    assert_eq!(exchange.form["scope"], "User.Read");
    assert_eq!((exchange.status, exchange.origin.as_deref()), (200, None));
    let described = exchange.assertion.clone().unwrap();
    assert_eq!((&described["header"]["alg"], &described["lifetime"]), (&json!("PS256"), &json!(600.0)));
    let redeemed = requests.iter().find(|request| request.form.contains_key("code")).unwrap();
    assert_eq!(redeemed.origin.as_deref(), Some(crate::driver::ORIGIN));
    assert!(requests.last().unwrap().bearer.as_deref().unwrap().starts_with("sha256:"));
    assert_eq!(control(&world, Method::DELETE, "requests", None).await.status, 204);
    assert!(world.emulator.requests().is_empty());
}

fn fault(endpoint: &str, effect: Effect) -> Fault {
    Fault { endpoint: Some(endpoint.to_owned()), times: Some(1), effect, ..Fault::default() }
}

#[tokio::test]
async fn connections_are_cut_before_and_after_the_work() {
    let world = World::new().await;
    let http = world.http();
    let code = world.browser().walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    let client = PAGE.to_string();
    let fields = [
        ("client_id", client.as_str()),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", crate::world::PAGE_URI),
        ("code_verifier", crate::driver::VERIFIER),
    ];
    let request = || http.client.post(http.token_url("contoso.com")).header("origin", "https://x").form(&fields);
    for drop in [DropConnection::BeforeProcessing, DropConnection::AfterProcessing] {
        world.emulator.set_fault(fault("token", Effect { drop: Some(drop), ..Effect::default() }));
        assert!(request().send().await.is_err(), "{drop:?}");
    }
    read(request()).await.refused(400, "invalid_grant", 54_005);
}

#[tokio::test]
async fn faults_by_condition() {
    let world = World::new().await;
    let http = world.http();
    let body = json!({
        "name": "busy", "endpoint": "token", "grant_type": "client_credentials", "client": API, "tenant": CONTOSO,
        "skip": 1, "times": 1,
        "effect": { "status": 503, "headers": [["Retry-After", "7"]], "body": { "error": "temporarily_unavailable" } }
    });
    assert_eq!(control(&world, Method::POST, "faults", Some(body)).await.status, 201);
    let fields = [("grant_type", "client_credentials"), ("scope", "https://graph.microsoft.com/.default")];
    let send = async || http.confidential("contoso.com", &world.credential, &fields).await;
    assert_eq!(send().await.status, 400, "the first one passes");
    let hit = send().await;
    assert_eq!((hit.status, hit.headers["retry-after"].to_str().unwrap()), (503, "7"));
    assert_eq!(send().await.status, 400, "used up");
    let error = json!({ "error": "invalid_grant", "aadsts": 50_196, "text": "Loop." });
    let effect = serde_json::from_value(json!({ "error": error })).unwrap();
    world.emulator.set_fault(fault("token", effect));
    send().await.refused(400, "invalid_grant", 50_196);
    world
        .emulator
        .set_fault(fault("token", Effect { redirect: Some("https://x.example/".to_owned()), ..Effect::default() }));
    assert_eq!(send().await.status, 302);
    world.emulator.set_fault(fault("token", Effect { huge_bytes: Some(3_000_000), ..Effect::default() }));
    assert!(send().await.body["padding"].as_str().unwrap().len() == 3_000_000);
    world.emulator.set_fault(fault("token", Effect { delay_millis: 300, ..Effect::default() }));
    let started = tokio::time::Instant::now();
    assert_eq!(send().await.status, 400, "answered as usual, later");
    assert!(started.elapsed().as_millis() >= 300);
}

#[tokio::test]
async fn every_part_of_the_control_api_answers() {
    let world = World::new().await;
    for path in [
        "faults",
        "misbehaviours",
        "requests",
        "people",
        "grants",
        "service-principals",
        "applications",
        "consent-requests",
        "switches",
        "clock",
    ] {
        assert_eq!(control(&world, Method::GET, path, None).await.status, 200, "{path}");
    }
    let switched = control(&world, Method::POST, "switches", Some(json!({ "strict_refresh": true }))).await.ok();
    assert_eq!(switched.body["strict_refresh"], true);
    assert!(world.emulator.switches().strict_refresh);
    let unknown = control(&world, Method::POST, "switches", Some(json!({ "no_such": true }))).await;
    assert_eq!(unknown.status, 400);
    let path = format!("people/{TOM}");
    assert_eq!(control(&world, Method::POST, &path, Some(json!({ "set_disabled": true }))).await.status, 204);
    assert_eq!(control(&world, Method::POST, &path, Some(json!("revoke_sessions"))).await.status, 204);
    let nobody = control(&world, Method::POST, "people/nobody", Some(json!("revoke_sessions"))).await;
    assert_eq!(nobody.status, 404);
    let path = format!("tenants/{CONTOSO}/policies");
    let policies = json!({ "conditional_access": [{ "require": { "sign_in_frequency": 60 } }] });
    assert_eq!(control(&world, Method::POST, &path, Some(policies)).await.status, 204);
    let kept = control(&world, Method::GET, &path, None).await.ok();
    assert_eq!(kept.body["conditional_access"][0]["require"]["sign_in_frequency"], 60);
    let name = json!({ "name": "alg_none", "token": "id", "times": 2 });
    assert_eq!(control(&world, Method::POST, "misbehaviours", Some(name)).await.status, 201);
    assert_eq!(control(&world, Method::POST, "keys/rotate", Some(json!({ "retire": true }))).await.status, 204);
    let grant = json!({ "tid": CONTOSO, "client": API, "resource": PAGE, "scopes": ["a"] });
    assert_eq!(control(&world, Method::POST, "grants", Some(grant)).await.status, 201);
    let path = format!("service-principals/{CONTOSO}/{API}");
    assert_eq!(control(&world, Method::DELETE, &path, None).await.ok().body["deleted"], true);
    let path = format!("{path}/restore");
    assert_eq!(control(&world, Method::POST, &path, None).await.ok().body["restored"], true);
}

#[tokio::test]
async fn without_control_there_is_no_control() {
    let mut config = Config::new(scenario(&credential()));
    config.control = false;
    let emulator = Emulator::start(config).await.unwrap();
    let url = emulator.login().join("_control/clock").unwrap();
    assert_eq!(reqwest::get(url).await.unwrap().status(), 404);
    emulator.stop().await;
}

#[tokio::test]
async fn https_is_signed_by_the_own_authority_and_issues_under_its_own_name() {
    let emulator = Emulator::start(Config::new(scenario(&credential())).with_https()).await.unwrap();
    let authority = Certificate::from_pem(emulator.ca_pem().as_bytes()).unwrap();
    let client = Client::builder().tls_certs_only([authority]).build().unwrap();
    let url = emulator.https_login().unwrap().join("common/v2.0/.well-known/openid-configuration").unwrap();
    let document = read(client.get(url)).await.ok();
    let login = emulator.https_login().unwrap();
    assert_eq!(document.text("issuer"), format!("{login}{{tenantid}}/v2.0"));
    let me = read(client.get(emulator.https_graph().unwrap().join("v1.0/me").unwrap())).await;
    assert_eq!(me.status, 401);
    emulator.stop().await;
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("{name}-{}.json", uuid::Uuid::new_v4()))
}

#[tokio::test]
async fn a_restart_keeps_what_microsoft_would_keep() {
    let path = temporary("emulator-state");
    let key = credential();
    let start = async || {
        let mut config = Config::new(scenario(&key));
        config.state_file = Some(path.clone());
        Emulator::start(config).await.unwrap()
    };
    let emulator = start().await;
    let at = |emulator: &Emulator| Http::new(emulator.login(), emulator.graph(), emulator.now_millis() / 1000);
    let http = at(&emulator);
    let mut browser = crate::driver::Browser::new();
    let code = browser.walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.code();
    let page = http.redeem("contoso.com", &code, true, &[]).await.ok().text("access_token");
    let granted = http.on_behalf_of("contoso.com", &key, &page, "User.Read offline_access").await.ok();
    let (keys, authority) = (http.keys().await["keys"].clone(), emulator.ca_pem().to_owned());
    emulator.advance(500);
    let now = emulator.now_millis();
    emulator.stop().await;
    let emulator = start().await;
    let http = at(&emulator);
    assert!(emulator.now_millis() >= now);
    assert_eq!(emulator.ca_pem(), authority);
    let kid = |keys: &Value| keys[0]["kid"].clone();
    assert_eq!(kid(&http.keys().await["keys"]), kid(&keys));
    let again = http.refresh_confidential("contoso.com", &key, &granted.text("refresh_token")).await.ok();
    http.graph("v1.0/me", &again.text("access_token")).await.ok();
    http.on_behalf_of("contoso.com", &key, &page, "User.Read").await.ok();
    assert_eq!(emulator.grants().len(), 3);
    emulator.stop().await;
    std::fs::remove_file(path).unwrap();
}
