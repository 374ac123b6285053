//! The admin consent endpoint, version 2 (`/v2.0/adminconsent`, with `scope`) and version 1 (`/adminconsent`).

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::flow::Flow;
use super::request::{Audience, AuthorizeRequest, PromptKind, Purpose, ResponseMode, find_client, find_redirect};
use super::{pages, steps};
use crate::app::{App, Caller};
use crate::errors::AadError;
use crate::params::Params;
use crate::resources::ScopeRequest;
use crate::state::State as World;

/// `GET /{tenant}/v2.0/adminconsent`.
pub(crate) async fn v2(
    State(app): State<App>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    answer(&app, &tenant, &query.unwrap_or_default(), &caller, &headers, false)
}

/// `GET /{tenant}/adminconsent`.
pub(crate) async fn v1(
    State(app): State<App>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
    headers: HeaderMap,
) -> Response {
    answer(&app, &tenant, &query.unwrap_or_default(), &caller, &headers, true)
}

fn answer(app: &App, tenant: &str, query: &str, caller: &Caller, headers: &HeaderMap, v1: bool) -> Response {
    let (params, now) = (Params::parse(query), app.now_millis());
    let mut state = app.state();
    let request = match read(&state, tenant, &params, v1) {
        Ok(request) => request,
        Err(error) => return pages::error(&error, &caller.trace(now, &params), None),
    };
    let browser = state.browser_of(headers, now);
    let flow = Flow::new(request, browser, caller.trace(now, &params), now);
    steps::go(&mut state, flow, caller, now)
}

fn read(state: &World, path: &str, params: &Params, v1: bool) -> Result<AuthorizeRequest, AadError> {
    let audience = Audience::read(state, path)?;
    if matches!(audience, Audience::Common | Audience::Consumers) && !v1 {
        let text = "The admin consent endpoint is not supported over the /common or /consumers endpoints.";
        return Err(AadError::new(900_971, "invalid_request", text));
    }
    // The point of this page is to install an application, so it need not be in the tenant yet.
    let client_id = params.need("client_id")?;
    let at_home = |known: &&crate::scenario::Application| {
        audience == Audience::Tenant(known.home_tenant) && known.client_id.to_string().eq_ignore_ascii_case(client_id)
    };
    let application = match state.applications.iter().find(at_home) {
        Some(application) => application,
        None => find_client(state, audience, path, client_id)?,
    };
    let (redirect_uri, platform) = find_redirect(application, params.need("redirect_uri")?)?;
    let default = "https://graph.microsoft.com/.default";
    let scope_text = if v1 { params.get("scope").unwrap_or(default) } else { params.need("scope")? };
    Ok(AuthorizeRequest {
        purpose: Purpose::AdminConsent { v1 },
        audience,
        tenant_path: path.to_owned(),
        client: application.client_id,
        client_name: application.display_name.clone(),
        coop: application.coop_enforcement,
        redirect_uri,
        platform,
        response_mode: ResponseMode::Query,
        state: params.get("state").map(str::to_owned),
        nonce: None,
        scope_text: scope_text.to_owned(),
        scope: ScopeRequest::parse(scope_text, application.client_id, &state.applications)?,
        prompt: PromptKind::SelectAccount,
        login_hint: params.get("login_hint").map(str::to_owned),
        domain_hint: None,
        challenge: None,
        client_info: false,
        cp1: false,
        policies: Vec::new(),
    })
}
