//! The sign-in pages: from `/authorize` (or `/adminconsent`) over account, password, second factor and consent back to
//! the application.
//!
//! `request` checks what the application asked, `flow` is the walk of one browser, `steps` decides the next page,
//! `pages` draws it, `respond` sends the browser back.

pub(crate) mod admin;
pub(crate) mod flow;
pub(crate) mod forms;
pub(crate) mod logout;
mod pages;
pub(crate) mod phone;
pub(crate) mod request;
mod respond;
mod steps;

pub(crate) use steps::opaque_hint;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use axum::{Form, http::HeaderMap};

use crate::app::{App, Caller};
use crate::authorize::flow::Flow;
use crate::authorize::request::AuthorizeRequest;
use crate::params::Params;

/// `GET /{tenant}/oauth2/v2.0/authorize`.
pub(crate) async fn get(
    State(app): State<App>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    authorize(&app, &tenant, &Params::parse(&query.unwrap_or_default()), &caller, &headers)
}

/// `POST /{tenant}/oauth2/v2.0/authorize`.
pub(crate) async fn post(
    State(app): State<App>,
    Path(tenant): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    authorize(&app, &tenant, &Params::from(fields), &caller, &headers)
}

fn authorize(app: &App, tenant: &str, params: &Params, caller: &Caller, headers: &HeaderMap) -> Response {
    let now = app.now_millis();
    let mut state = app.state();
    let (request, refusal) = match AuthorizeRequest::read(&state, tenant, params) {
        Ok(read) => read,
        Err(error) => return pages::error(&error, &caller.trace(now, params), None),
    };
    let browser = state.browser_of(headers, now);
    let flow = Flow::new(request, browser, caller.trace(now, params), now);
    if let Some(error) = refusal {
        return respond::refuse(&state, &flow, &error);
    }
    steps::go(&mut state, flow, caller, now)
}
