//! From errors to problem+json (RFC 9457). The cause is logged once, here; the caller gets a code and a sentence.

use super::{answer, guard};
use crate::{services::ServiceError, store::StoreError};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use shared::api::problem::{MicrosoftIds, Problem};

/// Why a request was not carried out.
#[derive(Debug)]
pub enum ApiError {
    /// A service said no.
    Service(ServiceError),
    /// Nobody is signed in, or the key is not one.
    Unauthenticated,
    /// The request is not what the endpoint reads.
    Input {
        /// HTTP status.
        status: StatusCode,
        /// Stable code.
        code: &'static str,
        /// The field, if one is at fault.
        field: Option<String>,
        /// What was expected.
        detail: String,
    },
    /// Too many requests.
    TooMany {
        /// Seconds to wait.
        retry_after: i64,
    },
    /// More requests than are carried out at once. Nothing was begun.
    Busy,
}

impl<E: Into<ServiceError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self::Service(error.into())
    }
}

impl ApiError {
    /// A refusal of the input.
    pub fn input(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Input { status, code, field: None, detail: detail.into() }
    }
}

struct Parts {
    status: StatusCode,
    title: &'static str,
    code: &'static str,
    detail: String,
    field: Option<String>,
    microsoft: Option<MicrosoftIds>,
}

fn parts(status: StatusCode, title: &'static str, code: &'static str, detail: impl Into<String>) -> Parts {
    Parts { status, title, code, detail: detail.into(), field: None, microsoft: None }
}

fn service_parts(error: &ServiceError) -> Parts {
    match error {
        ServiceError::NotFound => {
            parts(StatusCode::NOT_FOUND, "Not found", "not_found", "There is no such thing here.")
        }
        ServiceError::Field { field, expected } => Parts {
            field: Some(field.clone()),
            ..parts(StatusCode::UNPROCESSABLE_ENTITY, "A field is not right", "field_invalid", expected.clone())
        },
        ServiceError::Conflict { code, detail } => {
            parts(StatusCode::CONFLICT, "Not possible as things are", code, detail.clone())
        }
        ServiceError::Forbidden { code, detail } => parts(StatusCode::FORBIDDEN, "Not allowed", code, detail.clone()),
        ServiceError::TokenRefused => parts(
            StatusCode::FORBIDDEN,
            "The sign-in was not accepted",
            "token_refused",
            "Microsoft's answer does not fit this sign-in. Nothing was stored. Start over.",
        ),
        ServiceError::ClaimsNeeded { ids, .. } => Parts {
            microsoft: Some(ids.clone()),
            ..parts(
                StatusCode::UNAUTHORIZED,
                "Microsoft asks for one more proof",
                "claims_needed",
                "Sign in again with the claims of this answer. Nothing has changed.",
            )
        },
        ServiceError::Wait { .. } => parts(
            StatusCode::SERVICE_UNAVAILABLE,
            "Not now",
            "microsoft_unavailable",
            "Microsoft asks to wait, or did not answer. Nothing has changed. Try again when Retry-After says.",
        ),
        ServiceError::TooMany { code, detail, .. } => {
            parts(StatusCode::TOO_MANY_REQUESTS, "Too many at once", code, detail.clone())
        }
        ServiceError::MicrosoftUnavailable => parts(
            StatusCode::SERVICE_UNAVAILABLE,
            "Microsoft did not answer",
            "microsoft_unavailable",
            "Microsoft could not be asked. Nothing has changed. Try again in a minute.",
        ),
        ServiceError::Store(error) if error.is_conflict() => parts(
            StatusCode::CONFLICT,
            "Not possible as things are",
            "changed_meanwhile",
            "Somebody else stored the same thing in this moment. Nothing of this request has happened. Try again.",
        ),
        ServiceError::Store(StoreError::Lost) => parts(
            StatusCode::SERVICE_UNAVAILABLE,
            "Nobody knows whether it happened",
            "outcome_unknown",
            "The storage did not answer at the end of this change: it may have happened. Look before you repeat it.",
        ),
        ServiceError::Store(_) | ServiceError::Certificate(_) => parts(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something failed here",
            "internal",
            "Nothing has changed. Try again; if it happens twice, pass the request id on.",
        ),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let said = match &self {
            Self::Service(error) => service_parts(error),
            Self::Unauthenticated => parts(
                StatusCode::UNAUTHORIZED,
                "Sign in first",
                "unauthenticated",
                "Nobody is signed in, or the API key is not valid.",
            ),
            Self::Input { status, code, field, detail } => {
                Parts { field: field.clone(), ..parts(*status, "The request cannot be read", code, detail.clone()) }
            }
            Self::TooMany { .. } => parts(
                StatusCode::TOO_MANY_REQUESTS,
                "Too many tries",
                "too_many_requests",
                "Wait a little, then try again.",
            ),
            Self::Busy => parts(
                StatusCode::SERVICE_UNAVAILABLE,
                "Very much is going on here",
                "busy",
                "More is asked of this server than it does at once. Nothing has changed. Try again in a second.",
            ),
        };
        if let Self::Service(ServiceError::Store(error)) = &self
            && !error.is_conflict()
        {
            tracing::error!(?error, "a request failed");
        }
        if let Self::Service(ServiceError::Certificate(error)) = &self {
            tracing::error!(%error, "a request failed");
        }
        let mut response = problem(said);
        let headers = response.headers_mut();
        match &self {
            Self::Service(ServiceError::ClaimsNeeded { claims, .. }) => {
                let value = format!(
                    "Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{}\"",
                    STANDARD.encode(claims.expose())
                );
                if let Ok(mut value) = HeaderValue::try_from(value) {
                    value.set_sensitive(true);
                    headers.insert(header::WWW_AUTHENTICATE, value);
                }
            }
            Self::TooMany { retry_after }
            | Self::Service(ServiceError::Wait { retry_after } | ServiceError::TooMany { retry_after, .. }) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            Self::Busy => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(1));
            }
            // The rest of the body stays unread, so this connection can carry no further request: say so (RFC 9112 §9.6).
            Self::Input { status: StatusCode::PAYLOAD_TOO_LARGE, .. } => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}

fn problem(said: Parts) -> Response {
    let body = Problem {
        title: said.title.to_owned(),
        status: said.status.as_u16(),
        code: said.code.to_owned(),
        detail: said.detail,
        field: said.field,
        request_id: guard::request_id(),
        microsoft: said.microsoft,
    };
    let mut response = (said.status, answer::Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// Anything under `/api` that is not an endpoint.
pub async fn no_such_route() -> ApiError {
    ApiError::input(
        StatusCode::NOT_FOUND,
        "no_such_endpoint",
        "There is no such endpoint. /api/openapi.json lists them all.",
    )
}

/// A known path with another method.
pub async fn wrong_method() -> ApiError {
    ApiError::input(StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "This address does not know this method.")
}
