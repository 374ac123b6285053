//! Metadata, instance discovery and keys: public documents, readable from any page.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::app::{App, Caller};
use crate::authorize::request::Audience;
use crate::cors;
use crate::misbehaviour::Misbehaviour;
use crate::params::Params;
use crate::scenario::PERSONAL_TENANT;

/// The `{tenant}` as it stands in the addresses and the issuer of a document.
fn names(audience: Audience, path: &str) -> (String, String) {
    match audience {
        Audience::Tenant(tid) => (tid.to_string(), tid.to_string()),
        Audience::Consumers => (path.to_owned(), PERSONAL_TENANT.to_string()),
        Audience::Organizations | Audience::Common => (path.to_owned(), "{tenantid}".to_owned()),
    }
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
pub(crate) async fn configuration(State(app): State<App>, Path(tenant): Path<String>, caller: Caller) -> Response {
    let mut state = app.state();
    let audience = match Audience::read(&state, &tenant) {
        Ok(audience) => audience,
        Err(error) => {
            let trace = caller.trace(app.now_millis(), &Params::default());
            return public(StatusCode::BAD_REQUEST, &trace.json(&error, &format!("{}/error", caller.base)));
        }
    };
    let (path, issuer) = names(audience, &tenant);
    let base = &caller.base;
    let mut document = json!({
        "token_endpoint": format!("{base}/{path}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{path}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/{issuer}/v2.0"),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
        "authorization_endpoint": format!("{base}/{path}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/{path}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/{path}/oauth2/v2.0/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
            "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name",
            "tid", "ver", "at_hash", "c_hash", "email"
        ],
        "tenant_region_scope": if matches!(audience, Audience::Tenant(_)) { json!("EU") } else { Value::Null },
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    });
    if state.misbehaviours.take(Misbehaviour::DiscoveryIssuerWrong) {
        set(&mut document, "issuer", json!(format!("https://login.attacker.example/{issuer}/v2.0")));
    }
    if state.misbehaviours.take(Misbehaviour::DiscoveryKeysElsewhere) {
        set(&mut document, "jwks_uri", json!("https://login.attacker.example/discovery/v2.0/keys"));
    }
    public(StatusCode::OK, &document)
}

fn set(document: &mut Value, name: &str, value: Value) {
    if let Some(members) = document.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// `GET /{tenant}/discovery/v2.0/keys`.
pub(crate) async fn keys(State(app): State<App>, Path(tenant): Path<String>, caller: Caller) -> Response {
    let state = app.state();
    match Audience::read(&state, &tenant) {
        Ok(_) => {
            let mut document = state.keys.jwks(&format!("{}/{{tenantid}}/v2.0", caller.base));
            let single = state.misbehaviours.is_on(Misbehaviour::KidMissingOneKey);
            if let Some(keys) = document.get_mut("keys").and_then(Value::as_array_mut).filter(|_| single) {
                // The signing key stands last.
                let signing = keys.pop();
                keys.clear();
                keys.extend(signing);
            }
            public(StatusCode::OK, &document)
        }
        Err(error) => {
            let trace = caller.trace(app.now_millis(), &Params::default());
            public(StatusCode::BAD_REQUEST, &trace.json(&error, &format!("{}/error", caller.base)))
        }
    }
}

/// `GET /common/discovery/instance`.
pub(crate) async fn instance(RawQuery(query): RawQuery, caller: Caller) -> Response {
    let params = Params::parse(&query.unwrap_or_default());
    let Some(endpoint) = params.get("authorization_endpoint").and_then(|text| url::Url::parse(text).ok()) else {
        return public(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_request" }));
    };
    let own = caller.base.split_once("://").map_or("", |(_, host)| host);
    // Some clients name the host without its port, because the real service has none.
    let host = endpoint.host_str().unwrap_or_default();
    let is_own = match endpoint.port() {
        Some(port) => format!("{host}:{port}") == own,
        None => own.split(':').next() == Some(host),
    };
    if !is_own {
        let body = json!({
            "error": "invalid_instance",
            "error_description": "AADSTS50049: Unknown or invalid instance.",
            "error_codes": [50_049],
        });
        return public(StatusCode::BAD_REQUEST, &body);
    }
    let tenant = endpoint.path().trim_start_matches('/').split('/').next().unwrap_or("common").to_owned();
    public(
        StatusCode::OK,
        &json!({
            "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", caller.base),
            "api-version": "1.1",
            "metadata": [{ "preferred_network": own, "preferred_cache": own, "aliases": [own] }],
        }),
    )
}

fn public(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=86400, private"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, OPTIONS"));
    cors::allow_any_origin(headers);
    response
}
