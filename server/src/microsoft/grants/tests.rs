use super::{error::GrantError, *};
use crate::{
    microsoft::{
        certificate::{SigningCertificate, self_signed},
        http::tests::{authority, outbound, serve},
        testing::{API, LOGIN, ManualClock, NOW, OBJECT, OTHER_TENANT, TENANT, id_claims, sign, verifier},
        verify::Reason,
    },
    random::SystemRandom,
};
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use shared::time::Timestamp;
use std::{collections::HashMap, sync::Mutex};

const ACCOUNT: Account = Account { tenant: TENANT, object: OBJECT };

/// What was asked: path, headers, form fields in order.
#[derive(Default)]
struct Asked {
    tenant: String,
    headers: HeaderMap,
    fields: Vec<(String, String)>,
}

/// A change to the claims of an ID token.
type Change<'a> = &'a dyn Fn(&mut Value);
/// Status, headers, body.
type Told = (u16, Vec<(&'static str, &'static str)>, String);

/// A token endpoint that answers as told and remembers what it was asked.
#[derive(Default)]
struct Endpoint {
    answer: Mutex<Option<Told>>,
    asked: Mutex<Asked>,
}

async fn token(
    State(endpoint): State<Arc<Endpoint>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let fields = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    *endpoint.asked.lock().unwrap() = Asked { tenant, headers, fields };
    let (status, headers, body) = endpoint.answer.lock().unwrap().clone().unwrap();
    let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
    response.headers_mut().insert("content-type", "application/json; charset=utf-8".parse().unwrap());
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

struct Rig {
    endpoint: Arc<Endpoint>,
    origin: String,
    grants: Grants,
    clock: Arc<ManualClock>,
}

async fn rig() -> Rig {
    let endpoint = Arc::new(Endpoint::default());
    let router = Router::new().route("/{tenant}/oauth2/v2.0/token", post(token)).with_state(endpoint.clone());
    let origin = serve(router).await;
    let (clock, random) = (ManualClock::new(), Arc::new(SystemRandom));
    let new = self_signed("Rekey Access", Timestamp(NOW), Timestamp(NOW + 86_400)).unwrap();
    let certificate = SigningCertificate::from_pem(&new.certificate_pem, &new.private_key_pem).unwrap();
    let assertions = Assertions::new(authority(&origin), API, certificate, clock.clone(), random.clone());
    let verifier = verifier(&authority(&origin), outbound(&origin), clock.clone());
    let grants = Grants::new(authority(&origin), API, outbound(&origin), assertions, verifier, clock.clone(), random);
    Rig { endpoint, origin, grants, clock }
}

impl Rig {
    fn answers(&self, status: u16, body: &Value) {
        self.answers_raw(status, &[], &body.to_string());
    }

    fn answers_raw(&self, status: u16, headers: &[(&'static str, &'static str)], body: &str) {
        *self.endpoint.answer.lock().unwrap() = Some((status, headers.to_vec(), body.to_owned()));
    }

    fn success(&self) -> Value {
        json!({
            "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599,
            "scope": "https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/User.Read openid profile",
            "access_token": "canary-access", "refresh_token": "canary-refresh",
            "id_token": sign(&id_claims(&self.origin, API)),
        })
    }

    async fn on_behalf_of(&self) -> Result<Granted, GrantError> {
        self.grants.on_behalf_of(&Secret::new("users-token".to_owned()), ACCOUNT, &["Mail.Read", "User.Read"]).await
    }

    async fn refresh(&self) -> Result<Granted, GrantError> {
        self.grants.refresh(&Secret::new("old-refresh".to_owned()), ACCOUNT, &["Mail.Read"]).await
    }

    fn field(&self, name: &str) -> String {
        let asked = self.endpoint.asked.lock().unwrap();
        let values: Vec<_> = asked.fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value).collect();
        assert_eq!(values.len(), 1, "{name} once");
        values[0].clone()
    }
}

#[tokio::test]
async fn p1_on_behalf_of_asks_as_microsoft_documents_it() {
    let rig = rig().await;
    rig.answers(200, &rig.success());
    let granted = rig.on_behalf_of().await.unwrap();
    assert_eq!(granted.access_token.expose(), "canary-access");
    assert_eq!(granted.refresh_token.as_ref().unwrap().expose(), "canary-refresh");
    assert_eq!(granted.scopes, ["Mail.Read", "User.Read"]);
    assert_eq!(granted.missing(&["mail.read", "Chat.Read"]), ["Chat.Read"]);
    assert_eq!(granted.expires_in, Duration::from_secs(3599));
    assert_eq!(granted.identity.object, OBJECT);
    assert_eq!(rig.field("grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    assert_eq!(rig.field("client_id"), API.to_string());
    assert_eq!(rig.field("assertion"), "users-token");
    assert_eq!(rig.field("requested_token_use"), "on_behalf_of");
    assert_eq!(rig.field("client_assertion_type"), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert_eq!(rig.field("client_assertion").split('.').count(), 3);
    let scope =
        "https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/User.Read openid profile offline_access";
    assert_eq!(rig.field("scope"), scope);
    let asked = rig.endpoint.asked.lock().unwrap();
    assert_eq!(asked.tenant, TENANT.to_string());
    assert_eq!(asked.fields.len(), 7);
    assert_eq!(asked.headers["content-type"], "application/x-www-form-urlencoded");
    assert!(uuid::Uuid::try_parse(asked.headers["client-request-id"].to_str().unwrap()).is_ok());
    assert!(!asked.headers.contains_key("origin") && !asked.headers.contains_key("authorization"));
}

#[tokio::test]
async fn p1_refresh_asks_as_microsoft_documents_it() {
    let rig = rig().await;
    rig.answers(200, &rig.success());
    rig.refresh().await.unwrap();
    assert_eq!(rig.field("grant_type"), "refresh_token");
    assert_eq!(rig.field("refresh_token"), "old-refresh");
    assert_eq!(rig.field("client_id"), API.to_string());
    assert_eq!(rig.field("client_assertion").split('.').count(), 3);
    assert_eq!(rig.endpoint.asked.lock().unwrap().fields.len(), 6);
}

#[tokio::test]
async fn p5_an_answer_without_a_refresh_token_says_so() {
    let rig = rig().await;
    let mut success = rig.success();
    success.as_object_mut().unwrap().remove("refresh_token");
    rig.answers(200, &success);
    assert!(rig.refresh().await.unwrap().refresh_token.is_none());
}

#[tokio::test]
async fn p4_an_answer_for_anyone_else_is_discarded() {
    let rig = rig().await;
    let answer = |change: &dyn Fn(&mut Value)| {
        let mut claims = id_claims(&rig.origin, API);
        change(&mut claims);
        let mut success = rig.success();
        success["id_token"] = json!(sign(&claims));
        success
    };
    let other_tenant = |claims: &mut Value| {
        claims["tid"] = json!(OTHER_TENANT);
        claims["iss"] = json!(format!("{}/{OTHER_TENANT}/v2.0", rig.origin));
    };
    let cases: [(Change<'_>, WrongAnswer); 5] = [
        (&|claims| claims["oid"] = json!(OTHER_TENANT), WrongAnswer::OtherAccount),
        (&other_tenant, WrongAnswer::IdToken(Reason::Tenant)),
        (&|claims| claims["iss"] = json!(format!("{LOGIN}/{TENANT}/v2.0")), WrongAnswer::IdToken(Reason::Issuer)),
        (&|claims| claims["aud"] = json!(OTHER_TENANT), WrongAnswer::IdToken(Reason::Audience)),
        (&|claims| claims["exp"] = json!(NOW - 3600), WrongAnswer::IdToken(Reason::Expired)),
    ];
    for (change, expected) in cases {
        rig.answers(200, &answer(change));
        for result in [rig.on_behalf_of().await, rig.refresh().await] {
            let Err(GrantError::WrongAnswer(wrong)) = result else { panic!("{result:?}") };
            assert_eq!(wrong, expected);
        }
    }
    let mut without = rig.success();
    without.as_object_mut().unwrap().remove("id_token");
    rig.answers(200, &without);
    assert!(matches!(rig.refresh().await, Err(GrantError::WrongAnswer(WrongAnswer::NoIdToken))));
}

#[tokio::test]
async fn answers_that_are_none_are_discarded_without_showing_a_token() {
    let rig = rig().await;
    let success = rig.success().to_string();
    let twice = success.replacen('{', r#"{"access_token":"canary-other","#, 1);
    let id_twice = success.replacen('{', r#"{"id_token":"canary-other","#, 1);
    let cut = &success[..success.len() - 30];
    let mut bodies = vec![twice, id_twice, cut.to_owned(), "canary".to_owned(), String::new(), "[]".to_owned()];
    for (name, value) in [
        ("access_token", Value::Null),
        ("access_token", json!(7)),
        ("token_type", json!("mac")),
        ("token_type", Value::Null),
        ("expires_in", json!(0)),
        ("expires_in", Value::Null),
        ("expires_in", json!(1_000_000)),
        ("expires_in", json!(-5)),
        ("refresh_token", json!(["canary"])),
        ("id_token", json!({ "canary": 1 })),
        ("id_token", json!("canary.canary.canary")),
    ] {
        let mut body = rig.success();
        body[name] = value;
        bodies.push(body.to_string());
    }
    for body in bodies {
        rig.answers_raw(200, &[], &body);
        let error = rig.on_behalf_of().await.expect_err(&body);
        assert!(matches!(error, GrantError::WrongAnswer(_)), "{error:?} for {body}");
        assert!(!format!("{error:?} {error}").contains("canary"), "{error:?}");
    }
    rig.answers_raw(200, &[("content-type", "text/html")], &success);
    assert!(matches!(rig.refresh().await, Err(GrantError::WrongAnswer(WrongAnswer::Shape))));
}

#[tokio::test]
async fn r9_a_tenant_that_said_wait_is_not_asked_before() {
    let rig = rig().await;
    rig.answers_raw(429, &[("retry-after", "60")], r#"{"error":"invalid_grant"}"#);
    rig.refresh().await.unwrap_err();
    *rig.endpoint.asked.lock().unwrap() = Asked::default();
    rig.answers(200, &rig.success());
    rig.clock.advance(20);
    // Another grant, of any account of this tenant: nothing is asked, and the caller hears what is left of the wait.
    let Err(GrantError::Throttled { retry_after, .. }) = rig.on_behalf_of().await else { panic!("it was asked") };
    assert_eq!(retry_after, Some(Duration::from_secs(40)));
    assert!(rig.endpoint.asked.lock().unwrap().fields.is_empty());
    let elsewhere = Account { tenant: OTHER_TENANT, ..ACCOUNT };
    let asked = rig.grants.refresh(&Secret::new("old".to_owned()), elsewhere, &["Mail.Read"]).await;
    assert!(!asked.is_err_and(|error| error.is_temporary()), "another tenant is asked");
    assert_eq!(rig.endpoint.asked.lock().unwrap().tenant, OTHER_TENANT.to_string());
    rig.clock.advance(40);
    rig.refresh().await.unwrap();
}

#[tokio::test]
async fn p6_the_status_and_retry_after_reach_the_caller() {
    let rig = rig().await;
    let wait = [("retry-after", "17")];
    for body in [r#"{"error":"invalid_grant"}"#, "<html>slow down</html>", ""] {
        rig.answers_raw(429, &wait, body);
        let Err(GrantError::Throttled { retry_after, .. }) = rig.refresh().await else { panic!("{body}") };
        assert_eq!(retry_after, Some(Duration::from_secs(17)));
        rig.clock.advance(17);
        for status in [500, 502, 503, 504] {
            rig.answers_raw(status, &wait, body);
            let error = rig.refresh().await.unwrap_err();
            assert!(matches!(error, GrantError::Unavailable { .. }) && error.is_temporary(), "{status} {body}");
            rig.clock.advance(17);
        }
    }
    rig.answers_raw(302, &[("location", "https://evil.example")], "");
    assert!(matches!(rig.refresh().await, Err(GrantError::WrongAnswer(_))));
    rig.answers_raw(400, &[], "<html>");
    assert!(matches!(rig.refresh().await, Err(GrantError::WrongAnswer(_))));
}

#[tokio::test]
async fn p6_no_answer_at_all_is_temporary() {
    let mut rig = rig().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let origin = format!("http://{closed}");
    rig.grants.authority = authority(&origin);
    rig.grants.outbound = outbound(&origin);
    assert!(rig.refresh().await.unwrap_err().is_temporary());
}

#[tokio::test]
async fn p6_p7_a_refusal_carries_its_ids_and_its_challenge() {
    let rig = rig().await;
    let claims = r#"{"access_token":{"polids":{"essential":true,"values":["canary"]}}}"#;
    rig.answers(
        400,
        &json!({
            "error": "interaction_required", "error_codes": [50_076], "suberror": "basic_action", "claims": claims,
            "error_description": "AADSTS50076: canary\r\nTrace ID: x", "timestamp": "2026-11-21 10:00:00Z",
            "trace_id": OTHER_TENANT, "correlation_id": TENANT,
        }),
    );
    let error = rig.on_behalf_of().await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("canary"));
    let ids = error.ids().unwrap();
    assert_eq!((ids.aadsts, ids.trace_id, ids.correlation_id), (Some(50_076), Some(OTHER_TENANT.0), Some(TENANT.0)));
    let GrantError::ClaimsChallenge { claims: kept, .. } = error else { panic!("{error:?}") };
    assert_eq!(kept.expose(), claims);
}

#[tokio::test]
async fn scopes_of_other_resources_and_injected_ones_are_not_asked_for() {
    let rig = rig().await;
    rig.answers(200, &rig.success());
    let token = Secret::new("users-token".to_owned());
    for bad in [&[][..], &[""], &["Mail.Read Directory.ReadWrite.All"], &["https://outlook.office.com/x"], &["a/b"]] {
        let result = rig.grants.on_behalf_of(&token, ACCOUNT, bad).await;
        assert!(matches!(result, Err(GrantError::OurFault { what: OurFault::Scope, .. })), "{bad:?}");
    }
    assert!(rig.endpoint.asked.lock().unwrap().fields.is_empty());
    let by_name: HashMap<_, _> = [("short", "Mail.Read"), ("long", "https://graph.microsoft.com/Mail.Read")].into();
    for scope in by_name.values() {
        let mut success = rig.success();
        success["scope"] = json!(format!("{scope} https://other.example/Secrets.Read offline_access"));
        rig.answers(200, &success);
        assert_eq!(rig.refresh().await.unwrap().scopes, ["Mail.Read"]);
    }
}

#[tokio::test]
async fn s7_what_was_granted_is_not_shown() {
    let rig = rig().await;
    rig.answers(200, &rig.success());
    let granted = rig.on_behalf_of().await.unwrap();
    assert!(!format!("{granted:?}").contains("canary"));
}

#[tokio::test]
async fn every_call_may_change_threads() {
    fn may_change_threads(_: &impl Send) {}
    let (rig, token) = (rig().await, Secret::new(String::new()));
    may_change_threads(&rig.grants.on_behalf_of(&token, ACCOUNT, &["Mail.Read"]));
    may_change_threads(&rig.grants.refresh(&token, ACCOUNT, &["Mail.Read"]));
    let graph =
        crate::microsoft::graph::Graph::new(authority(&rig.origin), outbound(&rig.origin), Arc::new(SystemRandom));
    may_change_threads(&graph.prove(&token, shared::workload::Workload::Exchange));
    let handler = async move |names: Vec<String>| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        rig.grants.refresh(&token, ACCOUNT, &names).await.map(drop)
    };
    may_change_threads(&handler(Vec::new()));
}
