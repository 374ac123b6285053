//! `/{tenant}/oauth2/v2.0/logout`: ends the browser's sessions.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use maud::html;

use super::flow::{COOKIE, cookie};
use super::respond;
use crate::app::App;
use crate::html;
use crate::params::Params;
use crate::redirect::platform_of;
use crate::scenario::CoopMode;

/// Signs everybody out of this browser; goes on only to a registered address.
pub(crate) async fn get(
    State(app): State<App>,
    Path(_tenant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let params = Params::parse(&query.unwrap_or_default());
    let mut state = app.state();
    if let Some(browser) = cookie(&headers, COOKIE) {
        state.browsers.remove(browser);
    }
    let target = params
        .get("post_logout_redirect_uri")
        .filter(|target| state.applications.iter().any(|application| platform_of(application, target).is_some()));
    if let Some(target) = target {
        let extra = params.get("state").map(|value| format!("?state={value}")).unwrap_or_default();
        return respond::redirect(&format!("{target}{extra}"));
    }
    let card =
        html! { div class="card" { h1 { "You signed out of your account" } p { "You may close this window." } } };
    html::page("Signed out", CoopMode::Off, None, &card)
}
