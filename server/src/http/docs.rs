//! The API's description, made from the handlers: JSON for programs, a page for people.

use super::Http;
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::Value;
use std::fmt::Write;
use utoipa::{
    Modify,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

/// Names the ways to call.
pub struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key")).build();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
        let cookie = ApiKey::Cookie(ApiKeyValue::new(super::caller::COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let connect = ApiKey::Header(ApiKeyValue::new(shared::api::CONNECT_HEADER));
        components.add_security_scheme("connect", SecurityScheme::ApiKey(connect));
        let embed = ApiKey::Header(ApiKeyValue::new(shared::api::EMBED_HEADER));
        components.add_security_scheme("embed", SecurityScheme::ApiKey(embed));
        let none: [&str; 0] = [];
        openapi.security = Some(vec![SecurityRequirement::new("key", none), SecurityRequirement::new("session", none)]);
    }
}

/// `/api/openapi.json`.
pub async fn json(State(http): State<Http>) -> Response {
    let mut response = http.openapi.to_string().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// `/api/docs`: every operation on one page, no script.
pub async fn page(State(http): State<Http>) -> Html<String> {
    let description: Value = serde_json::from_str(&http.openapi).unwrap_or_default();
    let brand = escape(&http.app.settings.brand);
    let mut body = String::new();
    for (path, methods) in description.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            write_operation(&mut body, path, method, operation);
        }
    }
    let link = |path: &&str| ["<link rel=\"stylesheet\" href=\"", path, "\">"].concat();
    let styles: Vec<String> = crate::assets::stylesheets().iter().map(link).collect();
    let styles = styles.concat();
    let intro = description.pointer("/info/description").and_then(Value::as_str).unwrap_or_default();
    Html(format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>API · {brand}</title>{styles}</head><body><main class=\"main\"><div class=\"page\">\
         <header class=\"page-head\"><h1>The API of {brand}</h1><p class=\"sub\">{}</p><p class=\"sub\"><a href=\"/api/openapi.json\">openapi.json</a></p></header>\
         {body}</div></main></body></html>",
        escape(intro)
    ))
}

fn write_operation(out: &mut String, path: &str, method: &str, operation: &Value) {
    let text = |pointer: &str| operation.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let _ = write!(
        out,
        "<section class=\"stack tight\"><h2><code>{} {}</code></h2><p>{}</p><dl class=\"facts\">",
        escape(&method.to_uppercase()),
        escape(path),
        escape(text("/summary")),
    );
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        let said = parameter.get("description").and_then(Value::as_str).unwrap_or("an id");
        let _ = write!(out, "<div><dt><code>{}</code></dt><dd>{}</dd></div>", escape(name), escape(said));
    }
    if let Some(body) = schema_name(operation.pointer("/requestBody/content")) {
        let _ = write!(out, "<div><dt>Body</dt><dd><code>{}</code></dd></div>", escape(&body));
    }
    for (status, response) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
        let schema = schema_name(response.get("content")).unwrap_or_default();
        let said = response.get("description").and_then(Value::as_str).unwrap_or_default();
        let _ = write!(
            out,
            "<div><dt>{}</dt><dd><code>{}</code> {}</dd></div>",
            escape(status),
            escape(&schema),
            escape(said)
        );
    }
    out.push_str("</dl></section>");
}

/// The name of the schema of the first content type.
fn schema_name(content: Option<&Value>) -> Option<String> {
    let schema = content?.as_object()?.values().next()?.get("schema")?;
    let reference = schema.get("$ref").or_else(|| schema.pointer("/items/$ref"));
    match reference.and_then(Value::as_str) {
        Some(name) => name.rsplit('/').next().map(str::to_owned),
        None => schema.get("type").and_then(Value::as_str).map(str::to_owned),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
