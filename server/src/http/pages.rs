//! The web app's pages and files.

use super::{Http, problem};
use crate::assets::{self, Page};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::json;
use shared::id::OrganizationId;

/// Everything that is not the API: a file of the web app, what consoles put into their pages, the frame, the connect page, or the
/// portal, whose router knows the rest.
pub async fn page(State(http): State<Http>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return problem::wrong_method().await.into_response();
    }
    let path = uri.path();
    if path.starts_with("/assets/") || path == "/favicon.ico" {
        return assets::assets_handler(uri, headers).await;
    }
    if path == "/embed.json" {
        return embed_json(&http);
    }
    if let Some(script) = assets::script_answer(path, &headers) {
        return script;
    }
    let page = match path {
        _ if embedded(path).is_some() => Page::Embed,
        "/connect/embed" => Page::Window,
        "/connect" => Page::Connect,
        _ if path.starts_with("/connect/") => Page::Connect,
        "/" | "/sign-in" | "/sign-in/callback" | "/owner" | "/join" => Page::Portal,
        _ => Page::Pages,
    };
    assets::page_answer(page, &headers)
}

/// The organization of a frame's address, `/embed/{organization}`.
pub fn embedded(path: &str) -> Option<OrganizationId> {
    path.strip_prefix("/embed/")?.parse().ok()
}

/// Which script there is, for whoever builds it into a page.
fn embed_json(http: &Http) -> Response {
    let url = assets::versioned_script(&http.app.settings.origin);
    let answer = json!({ "version": assets::EMBED_VERSION, "integrity": assets::EMBED_INTEGRITY, "url": url });
    let mut response = axum::Json(answer).into_response();
    assets::open_to_every_origin(response.headers_mut());
    response
}

/// Hears from browsers that something was blocked. Only the directive is logged: addresses may hold anything.
pub async fn csp_report(body: Bytes) -> StatusCode {
    let report: Option<serde_json::Value> =
        Some(body).filter(|body| body.len() <= 16 * 1024).and_then(|body| serde_json::from_slice(&body).ok());
    let directive = report
        .as_ref()
        .and_then(|report| report.pointer("/csp-report/effective-directive"))
        .and_then(|value| value.as_str());
    let directive: String = directive.unwrap_or("unknown").chars().filter(char::is_ascii_graphic).take(60).collect();
    tracing::warn!(directive, "a browser blocked something");
    StatusCode::NO_CONTENT
}
