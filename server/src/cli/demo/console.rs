//! The demo's host console: another company's page, on another site, that shows Rekey in a frame.
//!
//! It does what a real console does and nothing more: its server makes embed sessions with an API key, over HTTP, and its page
//! has the script and the element. Nothing in the product knows of it.

use super::CommandError;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::{
    api::{customers::CustomerView, page::Page},
    id::OrganizationId,
    secret::Secret,
};
use std::sync::Arc;
use tokio::{net::TcpListener, task::JoinHandle};

/// Whoever is signed in to the console.
const HOST_USER: &str = "erik@halden.example";

/// What the console knows.
pub struct Console {
    /// Rekey's origin.
    pub portal: String,
    /// The console's own.
    pub origin: String,
    /// The organization that it belongs to.
    pub organization: OrganizationId,
    /// Its API key.
    pub api_key: Secret<String>,
}

/// Serves the console until the task is ended.
pub fn start(console: Console, listener: TcpListener) -> JoinHandle<()> {
    let state = Arc::new((console, reqwest::Client::new()));
    let router = Router::new()
        .route("/", get(page))
        .route("/console.css", get(async || file("text/css; charset=utf-8", include_str!("console/console.css"))))
        .route("/console.js", get(async || file("text/javascript; charset=utf-8", include_str!("console/console.js"))))
        .route("/session", post(session))
        .with_state(state);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the demo's console stopped");
        }
    })
}

type Shared = State<Arc<(Console, reqwest::Client)>>;

fn file(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response()
}

async fn page(State(state): Shared) -> Response {
    let (console, _) = &*state;
    let portal = &console.portal;
    let html = include_str!("console/page.html")
        .replace("{{portal}}", portal)
        .replace("{{organization}}", &console.organization.to_string());
    let policy = format!(
        "default-src 'none'; script-src 'self' {portal}; style-src 'self'; img-src 'self' data:; connect-src 'self' {portal}; \
         frame-src {portal}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin-allow-popups".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, html).into_response()
}

/// What the console's page asks for.
#[derive(Debug, Deserialize)]
struct Asked {
    customer: String,
    method: String,
}

/// Makes an embed session, as every console's server does for whoever is signed in to it.
///
/// A real console looks who is signed in, and whether this customer is theirs. JSON alone is taken: a form of another site cannot send it.
async fn session(State(state): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let (console, http) = &*state;
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/json") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return (StatusCode::BAD_REQUEST, axum::Json(problem("A customer and a method are needed", "")))
            .into_response();
    };
    match make(console, http, &asked).await {
        Ok(session) => axum::Json(json!({ "session": session })).into_response(),
        Err(said) => (StatusCode::CONFLICT, axum::Json(said)).into_response(),
    }
}

fn problem(title: &str, detail: &str) -> Value {
    json!({ "title": title, "detail": detail })
}

async fn make(console: &Console, http: &reqwest::Client, asked: &Asked) -> Result<String, Value> {
    let failed = |error: reqwest::Error| problem("Rekey does not answer", &error.without_url().to_string());
    let key = console.api_key.expose();
    let found = http
        .get(format!("{}/api/v1/customers", console.portal))
        .query(&[("query", &asked.customer)])
        .bearer_auth(key)
        .send()
        .await
        .map_err(failed)?;
    let found: Page<CustomerView> = found.json().await.map_err(failed)?;
    let customer = found.items.into_iter().find(|one| one.name == asked.customer).ok_or_else(|| {
        let detail = "Import the sample list in the portal first; then this client has backup sets.";
        problem("Rekey does not know this client yet", detail)
    })?;
    let answer = http
        .post(format!("{}/api/v1/embed-sessions", console.portal))
        .bearer_auth(key)
        .json(&json!({
            "customer": customer.id,
            "method": asked.method,
            "origin": console.origin,
            "host_user": HOST_USER,
        }))
        .send()
        .await
        .map_err(failed)?;
    let said: Value = answer.json().await.map_err(failed)?;
    said.get("secret").and_then(Value::as_str).map(str::to_owned).ok_or(said)
}

/// Binds the console's port.
pub async fn listen(port: u16) -> Result<(TcpListener, String), CommandError> {
    let listener = super::bind(port).await?;
    let origin = format!("http://console.localhost:{}", listener.local_addr()?.port());
    Ok((listener, origin))
}
