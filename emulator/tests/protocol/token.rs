//! Items 4, 10, 12-17, 20-22, 25, 26: the token endpoint, assertions, ID tokens, metadata and keys.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::assertion::{assertion_claims, claims, header, ps256, rs256};
use crate::driver::{ASSERTION_TYPE, ORIGIN, now, read};
use crate::world::{API, CONTOSO, FABRIKAM, GRAPH, PAGE, STRANGER, TOM, World, credential};

async fn code(world: &World, changes: &[(&str, &str)]) -> String {
    world.browser().walk(world.http().authorize("contoso.com", changes), TOM, "pw-tom").await.code()
}

#[tokio::test]
async fn item4_a_spa_code_without_challenge_is_9002325() {
    let world = World::new().await;
    let code = code(&world, &[("code_challenge", ""), ("code_challenge_method", "")]).await;
    let answer = world.http().redeem("contoso.com", &code, true, &[("code_verifier", "")]).await;
    answer.refused(400, "invalid_request", 9_002_325);
}

#[tokio::test]
async fn item10_codes_are_for_one_use_one_client_one_redirect_one_tenant_and_ten_minutes() {
    let world = World::new().await;
    let http = world.http();
    let used = code(&world, &[]).await;
    http.redeem("contoso.com", &used, true, &[]).await.ok();
    http.redeem("contoso.com", &used, true, &[]).await.refused(400, "invalid_grant", 54_005);
    let fresh = code(&world, &[]).await;
    http.redeem(&CONTOSO.to_string(), &fresh, true, &[]).await.refused(400, "invalid_grant", 700_005);
    let elsewhere = [("redirect_uri", "https://bare.example")];
    http.redeem("contoso.com", &fresh, true, &elsewhere).await.refused(400, "invalid_grant", 500_112);
    let client = STRANGER.to_string();
    http.redeem("contoso.com", &fresh, true, &[("client_id", &client)]).await.refused(400, "invalid_grant", 70_000);
    let wrong = "x".repeat(43);
    http.redeem("contoso.com", &fresh, true, &[("code_verifier", &wrong)]).await.refused(400, "invalid_grant", 501_481);
    let old = code(&world, &[]).await;
    world.emulator.advance(601);
    http.redeem("contoso.com", &old, true, &[]).await.refused(400, "invalid_grant", 70_008);
    http.redeem("contoso.com", "nonsense", true, &[]).await.refused(400, "invalid_grant", 70_000);
}

#[tokio::test]
async fn item12_only_forms_and_only_post() {
    let world = World::new().await;
    let http = world.http();
    let url = http.token_url("contoso.com");
    read(http.client.get(&url)).await.refused(400, "invalid_request", 900_561);
    let answer = read(http.client.post(&url).json(&json!({ "grant_type": "refresh_token" }))).await;
    answer.refused(400, "invalid_request", 900_144);
    for missing in ["grant_type", "client_id", "code", "redirect_uri", "code_verifier"] {
        let code = code(&world, &[]).await;
        let answer = http.redeem("contoso.com", &code, true, &[(missing, "")]).await;
        answer.refused(400, "invalid_request", 900_144);
        assert!(answer.text("error_description").contains(&format!("'{missing}'")), "{}", answer.body);
    }
    http.redeem("contoso.com", "c", true, &[("grant_type", "password")]).await.refused(
        400,
        "unsupported_grant_type",
        70_003,
    );
    http.redeem("nobody.example", "c", true, &[]).await.refused(400, "invalid_request", 90_002);
}

#[tokio::test]
async fn item13_origin_decides_who_may_redeem() {
    let world = World::new().await;
    let http = world.http();
    let spa = code(&world, &[]).await;
    http.redeem("contoso.com", &spa, false, &[]).await.refused(400, "invalid_request", 9_002_327);
    let answer = http.redeem("contoso.com", &spa, true, &[]).await.ok();
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    let web_uri = "https://app.example/web";
    let web = code(&world, &[("redirect_uri", web_uri)]).await;
    let answer = http.redeem("contoso.com", &web, true, &[("redirect_uri", web_uri)]).await;
    answer.refused(400, "invalid_request", 9_002_326);
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    world.emulator.set_switches(|switches| switches.cors_on_token_errors = true);
    let answer = http.redeem("contoso.com", &web, true, &[("redirect_uri", web_uri)]).await;
    assert!(answer.headers.contains_key("access-control-allow-origin"));
    let answer = http.redeem("contoso.com", &spa, true, &[("client_secret", "s3cret")]).await;
    answer.refused(400, "invalid_request", 9_002_326);
    http.redeem("contoso.com", &web, false, &[("redirect_uri", web_uri)]).await.refused(
        401,
        "invalid_client",
        7_000_218,
    );
}

#[tokio::test]
async fn item14_preflight_is_answered_but_not_needed() {
    let world = World::new().await;
    let http = world.http();
    let request = http.client.request(reqwest::Method::OPTIONS, http.token_url("contoso.com")).header("origin", ORIGIN);
    let answer = read(request.header("access-control-request-method", "POST")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert!(answer.headers["access-control-allow-methods"].to_str().unwrap().contains("POST"));
}

#[tokio::test]
async fn item15_success_has_the_documented_types() {
    let world = World::new().await;
    let http = world.http();
    let body = http.redeem("contoso.com", &code(&world, &[]).await, true, &[]).await.ok().body;
    assert!(body["expires_in"].is_u64() && body["ext_expires_in"].is_u64());
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["scope"], format!("{API}/access {API}/.default"));
    assert!(body.get("refresh_token").is_none() && body.get("refresh_token_expires_in").is_none());
    assert!(body["client_info"].is_string() && body["id_token"].is_string());
    let scope = format!("offline_access {API}/.default");
    let changes = [("scope", scope.as_str())];
    let body = http.redeem("contoso.com", &code(&world, &changes).await, true, &[("client_info", "")]).await.ok().body;
    assert!(body["refresh_token"].is_string() && body["refresh_token_expires_in"].is_u64());
    assert!(body.get("id_token").is_none() && body.get("client_info").is_none());
}

#[tokio::test]
async fn item16_error_json_has_every_member() {
    let world = World::new().await;
    let http = world.http();
    let id = Uuid::new_v4();
    let request = http.client.post(http.token_url("contoso.com")).header("client-request-id", id.to_string());
    let answer = read(request.form(&[("grant_type", "refresh_token")])).await;
    assert_eq!(answer.text("correlation_id"), id.to_string());
    assert_eq!(answer.body["error_codes"], json!([900_144]));
    assert!(Uuid::parse_str(&answer.text("trace_id")).is_ok());
    let timestamp = answer.text("timestamp");
    assert!(timestamp.len() == 20 && timestamp.ends_with('Z') && &timestamp[10..11] == " ", "{timestamp}");
    let end = format!("\r\nTrace ID: {}\r\nCorrelation ID: {id}\r\nTimestamp: {timestamp}", answer.text("trace_id"));
    assert!(answer.text("error_description").ends_with(&end));
}

#[tokio::test]
async fn item17_recorded_headers_are_there() {
    let world = World::new().await;
    let http = world.http();
    let answer = http.confidential("contoso.com", &world.credential, &[("grant_type", "client_credentials")]).await;
    let expected = [
        ("cache-control", "no-store, no-cache"),
        ("pragma", "no-cache"),
        ("expires", "-1"),
        ("content-type", "application/json; charset=utf-8"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.headers[name], value);
    }
    for name in ["p3p", "x-ms-request-id", "x-ms-ests-server"] {
        assert!(answer.headers.contains_key(name), "{name}");
    }
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    for name in ["fpc=", "x-ms-gateway-slice=", "stsservicecookie="] {
        assert!(cookies.iter().any(|cookie| cookie.starts_with(name)), "{name}");
    }
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

async fn client_credentials(world: &World, tenant: &str, assertion: &str, scope: &str) -> crate::driver::Answer {
    let client = API.to_string();
    let fields = [
        ("client_id", client.as_str()),
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion),
        ("scope", scope),
    ];
    world.http().token(tenant, false, &fields).await
}

const GRAPH_DEFAULT: &str = "https://graph.microsoft.com/.default";

#[tokio::test]
async fn item21_client_credentials() {
    let world = World::new().await;
    let http = world.http();
    let good = |tenant: &str| http.assertion(tenant, &world.credential);
    let missing = client_credentials(&world, "contoso.com", &good("contoso.com"), GRAPH_DEFAULT).await;
    missing.refused(400, "unauthorized_client", 700_016);
    let common = client_credentials(&world, "common", &good("common"), GRAPH_DEFAULT).await;
    common.refused(400, "invalid_request", 9_001_023);
    let scope = client_credentials(&world, "fabrikam.com", &good("fabrikam.com"), "User.Read").await;
    scope.refused(400, "invalid_scope", 1_002_012);
    let plain = client_credentials(&world, "fabrikam.com", &good("fabrikam.com"), GRAPH_DEFAULT).await.ok();
    let token = claims(&plain.text("access_token"));
    assert!(token.get("roles").is_none(), "a token without roles is still issued");
    assert_eq!(token["appidacr"], "2");
    for absent in ["refresh_token", "id_token", "scope"] {
        assert!(plain.body.get(absent).is_none(), "{absent}");
    }
    world.emulator.grant_tenant_wide(&rekey_emulator::TenantGrant {
        tid: FABRIKAM,
        client: API,
        resource: GRAPH,
        roles: ["Organization.Read.All".to_owned()].into(),
        ..Default::default()
    });
    let again = client_credentials(&world, "fabrikam.com", &good("fabrikam.com"), GRAPH_DEFAULT).await.ok();
    assert_eq!(claims(&again.text("access_token"))["roles"], json!(["Organization.Read.All"]));
    let organization = http.graph("v1.0/organization", &again.text("access_token")).await.ok();
    assert_eq!(organization.body["value"][0]["id"], FABRIKAM.to_string());
    let me = http.graph("v1.0/me", &again.text("access_token")).await;
    assert_eq!(me.status, 400, "{}", me.body);
}

#[tokio::test]
async fn item22_assertions_that_microsoft_takes() {
    let world = World::new().await;
    let url = world.http().token_url("fabrikam.com");
    let by_id = world.http().token_url(&FABRIKAM.to_string());
    let key = &world.credential;
    let plain = || assertion_claims(&url, now());
    let padded = {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &key.certificate_der);
        format!("{}=", crate::assertion::base64url(digest))
    };
    let with = |name: &str, value: Value| {
        let mut claims = plain();
        claims[name] = value;
        claims
    };
    let x5c = format!("{}\r\n", "QUJD\r\n".repeat(9));
    let good = [
        ("PS256", ps256(key, &json!({}), &plain())),
        ("RS256", rs256(key, &json!({}), &plain())),
        ("padded thumbprint", ps256(key, &json!({ "x5t#S256": padded }), &plain())),
        ("x5c with line breaks", ps256(key, &json!({ "x5c": [x5c] }), &plain())),
        ("text times", ps256(key, &json!({}), &with("exp", json!((now() + 300).to_string())))),
        ("fraction", ps256(key, &json!({}), &with("exp", json!(f64::from(i32::try_from(now()).unwrap()) + 300.25)))),
        ("audience by id", ps256(key, &json!({}), &with("aud", json!(by_id)))),
    ];
    for (name, assertion) in good {
        let answer = client_credentials(&world, "fabrikam.com", &assertion, GRAPH_DEFAULT).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        let again = client_credentials(&world, "fabrikam.com", &assertion, GRAPH_DEFAULT).await;
        assert_eq!(again.status, 200, "{name}: the same jti may come again");
    }
}

#[tokio::test]
async fn item22_assertions_that_microsoft_refuses() {
    let world = World::new().await;
    let url = world.http().token_url("fabrikam.com");
    let key = &world.credential;
    let with = |name: &str, value: Value| {
        let mut claims = assertion_claims(&url, now());
        claims[name] = value;
        claims
    };
    let plain = assertion_claims(&url, now());
    let sha1 = header(&rs256(key, &json!({}), &plain))["x5t"].clone();
    let mut damaged = ps256(key, &json!({}), &plain);
    damaged.replace_range(damaged.len() - 9..damaged.len() - 6, "AAA");
    let cases = [
        ("unknown certificate", ps256(&credential(), &json!({}), &plain), 700_027),
        ("damaged", damaged, 700_027),
        ("SHA-1 value as SHA-256", ps256(key, &json!({ "x5t#S256": sha1 }), &plain), 700_027),
        ("no thumbprint", ps256(key, &json!({ "x5t#S256": null }), &plain), 50_027),
        ("alg none", ps256(key, &json!({ "alg": "none" }), &plain), 50_027),
        ("alg changed", ps256(key, &json!({ "alg": "RS256" }), &plain), 700_027),
        ("expired", ps256(key, &json!({}), &assertion_claims(&url, now() - 1000)), 700_024),
        ("future", ps256(key, &json!({}), &assertion_claims(&url, now() + 1000)), 700_024),
        ("no exp", ps256(key, &json!({}), &with("exp", Value::Null)), 700_024),
        ("other endpoint", ps256(key, &json!({}), &with("aud", json!("https://sts.windows.net/x"))), 700_023),
        ("audience list", ps256(key, &json!({}), &with("aud", json!([url]))), 700_023),
        ("other issuer", ps256(key, &json!({}), &with("iss", json!(PAGE))), 700_021),
        ("other subject", ps256(key, &json!({}), &with("sub", json!(PAGE))), 700_021),
        ("not a token", "x.y.z".to_owned(), 50_027),
    ];
    for (name, assertion, code) in cases {
        let answer = client_credentials(&world, "fabrikam.com", &assertion, GRAPH_DEFAULT).await;
        assert_eq!((answer.status, answer.aadsts()), (401, code), "{name}: {}", answer.body);
        assert_eq!(answer.text("error"), "invalid_client", "{name}");
    }
    let stale = ps256(key, &json!({}), &assertion_claims(&url, now() - 1000));
    let answer = client_credentials(&world, "fabrikam.com", &stale, GRAPH_DEFAULT).await;
    assert!(answer.text("error_description").contains("expiry time of assertion 20"), "{}", answer.body);
}

#[tokio::test]
async fn item22_secrets_work_and_wrong_ones_do_not() {
    let world = World::new().await;
    let client = API.to_string();
    let send = async |more: &[(&str, &str)]| {
        let mut fields =
            vec![("client_id", client.as_str()), ("grant_type", "client_credentials"), ("scope", GRAPH_DEFAULT)];
        fields.extend_from_slice(more);
        world.http().token("fabrikam.com", false, &fields).await
    };
    let good = send(&[("client_secret", "s3cret")]).await.ok();
    assert_eq!(claims(&good.text("access_token"))["appidacr"], "1");
    send(&[("client_secret", "wrong")]).await.refused(401, "invalid_client", 7_000_215);
    send(&[]).await.refused(401, "invalid_client", 7_000_218);
}

#[tokio::test]
async fn item25_id_token_claims() {
    let world = World::new().await;
    let http = world.http();
    let tokens = http.redeem("contoso.com", &code(&world, &[]).await, true, &[]).await.ok();
    let (head, id) = (header(&tokens.text("id_token")), claims(&tokens.text("id_token")));
    assert_eq!(head["alg"], "RS256");
    let keys = http.keys().await;
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == head["kid"]).expect("published");
    let decoding =
        jsonwebtoken::DecodingKey::from_rsa_components(key["n"].as_str().unwrap(), key["e"].as_str().unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.set_audience(&[PAGE]);
    validation.set_issuer(&[format!("{}{CONTOSO}/v2.0", http.login)]);
    jsonwebtoken::decode::<Value>(tokens.text("id_token"), &decoding, &validation).expect("verifies");
    assert_eq!((id["nonce"].as_str(), id["ver"].as_str()), (Some("n-1"), Some("2.0")));
    assert_eq!((id["preferred_username"].as_str(), id["name"].as_str()), (Some(TOM), Some("Tom Reed")));
    for name in ["oid", "sub", "uti", "rh", "sid", "login_hint"] {
        assert!(id[name].is_string(), "{name}");
    }
    for name in ["exp", "nbf", "iat"] {
        assert!(id[name].is_i64(), "{name}");
    }
    let access = claims(&tokens.text("access_token"));
    assert_eq!(access["aud"], API.to_string());
    assert_eq!(access["azp"], PAGE.to_string());
    assert_eq!((access["azpacr"].as_str(), access["scp"].as_str()), (Some("0"), Some("access")));
    assert_eq!((&access["oid"], &access["tid"]), (&id["oid"], &id["tid"]));
    assert_ne!(access["sub"], id["sub"], "subjects are pairwise");
    let bare = format!("openid {API}/.default");
    let tokens = http.redeem("contoso.com", &code(&world, &[("scope", &bare)]).await, true, &[]).await.ok();
    let id = claims(&tokens.text("id_token"));
    assert!(id.get("oid").is_none() && id.get("preferred_username").is_none(), "both need profile");
}

#[tokio::test]
async fn item25_keys_rotate() {
    let world = World::new().await;
    let http = world.http();
    let kids = |keys: &Value| -> Vec<String> {
        keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let before = http.keys().await;
    assert!(before["keys"].as_array().unwrap().len() >= 2);
    for key in before["keys"].as_array().unwrap() {
        assert_eq!(key["issuer"], format!("{}{{tenantid}}/v2.0", http.login));
        assert_eq!(key["cloud_instance_name"], "microsoftonline.com");
        assert!(key["x5c"][0].is_string() && key["use"] == "sig");
    }
    world.emulator.rotate_keys(false).unwrap();
    let more = kids(&http.keys().await);
    assert!(kids(&before).iter().all(|kid| more.contains(kid)) && more.len() == 3);
    world.emulator.rotate_keys(true).unwrap();
    let fresh = kids(&http.keys().await);
    assert!(fresh.iter().all(|kid| !more.contains(kid)) && fresh.len() == 2);
}

#[tokio::test]
async fn item26_metadata_is_public() {
    let world = World::new().await;
    let http = world.http();
    let document = http.get("/contoso.com/v2.0/.well-known/openid-configuration").await.ok();
    assert_eq!(document.headers["access-control-allow-origin"], "*");
    assert_eq!(document.text("issuer"), format!("{}{CONTOSO}/v2.0", http.login));
    assert_eq!(document.text("token_endpoint"), http.token_url(&CONTOSO.to_string()));
    assert!(document.text("jwks_uri").ends_with(&format!("/{CONTOSO}/discovery/v2.0/keys")));
    for tenant in ["common", "organizations"] {
        let document = http.get(&format!("/{tenant}/v2.0/.well-known/openid-configuration")).await.ok();
        assert_eq!(document.text("issuer"), format!("{}{{tenantid}}/v2.0", http.login));
    }
    let unknown = http.get("/nobody.example/v2.0/.well-known/openid-configuration").await;
    unknown.refused(400, "invalid_request", 90_002);
    let path = format!("/common/discovery/instance?api-version=1.1&authorization_endpoint={}common/", http.login);
    let instance = http.get(&path).await.ok();
    assert_eq!(instance.headers["access-control-allow-origin"], "*");
    assert_eq!(instance.headers["access-control-allow-methods"], "GET, OPTIONS");
    assert_eq!(instance.headers["cache-control"], "max-age=86400, private");
    let foreign = http.get("/common/discovery/instance?authorization_endpoint=https://x.example/common/").await;
    assert_eq!((foreign.status, foreign.text("error").as_str()), (400, "invalid_instance"));
}
