//! The control API under `/_control`: JSON, for tests and demonstrations, no part of what is being played.

pub(crate) mod changes;
mod handlers;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::app::App;

/// All control endpoints.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/clock", get(handlers::clock).post(handlers::set_clock))
        .route("/faults", get(handlers::faults).post(handlers::add_fault).delete(handlers::clear_faults))
        .route(
            "/misbehaviours",
            get(handlers::misbehaviours).post(handlers::add_misbehaviour).delete(handlers::clear_misbehaviours),
        )
        .route("/requests", get(handlers::requests).delete(handlers::clear_requests))
        .route("/people", get(handlers::people))
        .route("/people/{username}", post(handlers::change_person))
        .route("/grants", get(handlers::grants).post(handlers::grant_tenant_wide))
        .route("/grants/{tid}/{client}", delete(handlers::delete_grants))
        .route("/service-principals", get(handlers::service_principals))
        .route("/service-principals/{tid}/{client}", delete(handlers::delete_principal))
        .route("/service-principals/{tid}/{client}/restore", post(handlers::restore_principal))
        .route("/applications", get(handlers::applications).post(handlers::put_application))
        .route("/consent-requests", get(handlers::consent_requests))
        .route("/keys/rotate", post(handlers::rotate))
        .route("/switches", get(handlers::switches).post(handlers::set_switches))
        .route("/tenants/{tid}/policies", get(handlers::policies).post(handlers::set_policies))
}
