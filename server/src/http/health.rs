//! Health, for whatever watches the process.

use super::Http;
use axum::{extract::State, http::StatusCode};

/// The process answers.
pub async fn live() -> &'static str {
    "ok"
}

/// The database answers too.
pub async fn ready(State(http): State<Http>) -> (StatusCode, &'static str) {
    match http.app.store.ping().await {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(error) => {
            tracing::error!(?error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
