//! The control API under `/_control`: JSON, for tests and demonstrations, no part of what is being played.

pub(crate) mod changes;
pub(crate) mod directory;
mod directory_handlers;
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
        .route("/service-principals/{tid}/{client}/enabled", post(directory_handlers::enable_principal))
        .route("/role-assignments/{tid}", get(directory_handlers::role_assignments))
        .route("/role-assignments/{tid}/{client}/{role}", delete(directory_handlers::remove_role))
        .route("/directory-applications/{tid}", get(directory_handlers::applications))
        .route("/directory-applications/{tid}/{client}", delete(directory_handlers::delete_application))
        .route("/directory-applications/{tid}/{client}/taint", post(directory_handlers::taint))
        .route("/planted-applications", post(directory_handlers::plant))
        .route("/consent-requests", get(handlers::consent_requests))
        .route("/consent-requests/{id}", post(directory_handlers::decide))
        .route("/request-counts", get(directory_handlers::request_counts))
        .route("/people/{username}/mail", post(directory_handlers::deliver_mail))
        .route("/people/{username}/mail/{id}", delete(directory_handlers::remove_mail))
        .route("/tenants/{tid}/workload-block", post(directory_handlers::block_workload))
        .route("/keys/rotate", post(handlers::rotate))
        .route("/switches", get(handlers::switches).post(handlers::set_switches))
        .route("/tenants/{tid}/policies", get(handlers::policies).post(handlers::set_policies))
}
