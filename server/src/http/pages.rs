//! The web app's pages and files.

use super::{Http, problem};
use crate::assets::{self, Page};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};

/// Everything that is not the API: a file of the web app, the connect page, or the portal, whose router knows the rest.
pub async fn page(State(_): State<Http>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return problem::wrong_method().await.into_response();
    }
    let path = uri.path();
    if path.starts_with("/assets/") || path == "/favicon.ico" {
        return assets::assets_handler(uri, headers).await;
    }
    let page = if path == "/connect" || path.starts_with("/connect/") { Page::Connect } else { Page::Portal };
    assets::page_answer(page, &headers)
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
