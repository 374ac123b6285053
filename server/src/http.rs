//! The HTTP face: routes, extractors, headers. Handlers read top to bottom: extract, look up, decide, change, answer.
//!
//! To add an endpoint: a handler with its `utoipa::path` in the module of its resource, one line in [`api`], a row in the
//! tests' access matrix. Nothing else answers under `/api`.

pub mod answer;
pub mod api_keys;
pub mod apps;
pub mod audit;
pub mod authorizations;
pub mod backup_sets;
pub mod caller;
pub mod certificates;
pub mod channels;
pub mod connect;
pub mod connections;
pub mod customer_page;
pub mod customers;
pub mod docs;
pub mod embed;
pub mod exposure;
pub mod guard;
pub mod health;
pub mod imports;
pub mod input;
pub mod invitations;
pub mod job_tokens;
pub mod limits;
pub mod live;
pub mod members;
pub mod notices;
pub mod overview;
pub mod pages;
pub mod problem;
pub mod restores;
pub mod sessions;
pub mod support;
pub mod waves;

use crate::state::AppState;
use axum::{Router, extract::DefaultBodyLimit, middleware, routing::get};
use docs::Security;
use limits::Limits;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Everything the handlers share, behind one count: each request takes some copies.
#[derive(Clone)]
pub struct Http(Arc<Shared>);

/// What is behind it.
pub struct Shared {
    /// The product.
    pub app: AppState,
    /// Counts guesses.
    pub limits: Limits,
    /// The API's description, JSON.
    pub openapi: Arc<str>,
    /// Names requests.
    pub request_ids: guard::RequestIds,
}

impl std::ops::Deref for Http {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl axum::extract::FromRef<Http> for AppState {
    fn from_ref(http: &Http) -> Self {
        http.app.clone()
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "API",
        description = "Moves Microsoft 365 backup sets off stored passwords. Programs send `Authorization: Bearer <API key>`. Errors are problem+json (RFC 9457) with a stable `code`. Times are seconds since 1970-01-01T00:00:00Z."
    ),
    modifiers(&Security)
)]
struct Description;

/// Every endpoint.
fn api() -> OpenApiRouter<Http> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(sessions::meta))
        .routes(routes!(sessions::start))
        .routes(routes!(sessions::find, sessions::create, sessions::end))
        .routes(routes!(overview::find))
        .routes(routes!(customers::list, customers::create))
        .routes(routes!(customers::counts))
        .routes(routes!(customers::find, customers::remove))
        .routes(routes!(customers::confirm_tenant))
        .routes(routes!(customers::rename))
        .routes(routes!(customers::set_contact))
        .routes(routes!(connections::find))
        .routes(routes!(connections::disconnect))
        .routes(routes!(customer_page::create))
        .routes(routes!(customer_page::revoke))
        .routes(routes!(customer_page::find))
        .routes(routes!(customer_page::ask_removal))
        .routes(routes!(backup_sets::list, backup_sets::upsert))
        .routes(routes!(backup_sets::counts))
        .routes(routes!(backup_sets::changes))
        .routes(routes!(backup_sets::find))
        .routes(routes!(backup_sets::split))
        .routes(routes!(job_tokens::create))
        .routes(routes!(restores::list, restores::create))
        .routes(routes!(restores::close))
        .routes(routes!(imports::create))
        .routes(routes!(imports::find))
        .routes(routes!(imports::confirm))
        .routes(routes!(authorizations::preview))
        .routes(routes!(authorizations::list, authorizations::create))
        .routes(routes!(authorizations::find))
        .routes(routes!(authorizations::cancel))
        .routes(routes!(authorizations::create_link))
        .routes(routes!(authorizations::save_connected))
        .routes(routes!(authorizations::live))
        .routes(routes!(invitations::create))
        .routes(routes!(invitations::list))
        .routes(routes!(invitations::revoke))
        .routes(routes!(waves::preview))
        .routes(routes!(waves::list, waves::create))
        .routes(routes!(waves::find))
        .routes(routes!(waves::items))
        .routes(routes!(waves::pause))
        .routes(routes!(waves::resume))
        .routes(routes!(waves::retry_failed))
        .routes(routes!(waves::cancel))
        .routes(routes!(waves::invite))
        .routes(routes!(waves::live))
        .routes(routes!(waves::retirements))
        .routes(routes!(apps::list))
        .routes(routes!(apps::find))
        .routes(routes!(apps::certificate))
        .routes(routes!(apps::update_configuration))
        .routes(routes!(apps::remove))
        .routes(routes!(apps::undo))
        .routes(routes!(apps::own_app))
        .routes(routes!(connect::find))
        .routes(routes!(connect::start))
        .routes(routes!(connect::save))
        .routes(routes!(connect::carry_on))
        .routes(routes!(connect::failure))
        .routes(routes!(connect::live))
        .routes(routes!(embed::set_up, embed::add_origin))
        .routes(routes!(embed::remove_origin))
        .routes(routes!(embed::create_session))
        .routes(routes!(embed::end_session))
        .routes(routes!(embed::find))
        .routes(routes!(embed::live))
        .routes(routes!(embed::announce))
        .routes(routes!(embed::confirm))
        .routes(routes!(embed::arrive))
        .routes(routes!(embed::tie))
        .routes(routes!(embed::check))
        .routes(routes!(certificates::list))
        .routes(routes!(certificates::check))
        .routes(routes!(certificates::kill_switch))
        .routes(routes!(notices::list))
        .routes(routes!(notices::resolve))
        .routes(routes!(channels::list, channels::create))
        .routes(routes!(channels::find, channels::update))
        .routes(routes!(channels::remove))
        .routes(routes!(channels::rotate_secret))
        .routes(routes!(channels::test))
        .routes(routes!(channels::deliveries))
        .routes(routes!(channels::replay_failed))
        .routes(routes!(channels::replay))
        .routes(routes!(audit::list))
        .routes(routes!(audit::export))
        .routes(routes!(exposure::find))
        .routes(routes!(support::bundle))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(members::list))
        .routes(routes!(members::update))
        .routes(routes!(members::remove))
        .routes(routes!(members::list_invitations, members::invite))
        .routes(routes!(members::revoke_invitation))
        .routes(routes!(members::confirm))
        .routes(routes!(members::open))
        .routes(routes!(members::claim))
}

/// The API's description.
pub fn openapi() -> utoipa::openapi::OpenApi {
    api().into_openapi()
}

/// The whole server.
pub fn router(app: AppState, limits: Limits) -> Router {
    let (routes, mut description) = api().split_for_parts();
    description.info.title.clone_from(&app.settings.brand);
    let openapi = description.to_json().unwrap_or_default();
    let request_ids = guard::RequestIds::new(&app.random);
    let http = Http(Arc::new(Shared { app, limits, openapi: openapi.into(), request_ids }));
    routes
        .route("/api/openapi.json", get(docs::json))
        .route("/api/docs", get(docs::page))
        .route("/api/{*rest}", axum::routing::any(problem::no_such_route))
        .route("/csp-report", axum::routing::post(pages::csp_report))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .fallback(pages::page)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(DefaultBodyLimit::max(input::BODY_LIMIT))
        .layer(middleware::from_fn_with_state(http.clone(), guard::pass))
        .with_state(http)
}
