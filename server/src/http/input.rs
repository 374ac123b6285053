//! What requests bring: JSON bodies, queries, ids in paths. Anything else is refused with the field and what was expected.

use super::{guard, problem::ApiError};
use crate::services::ServiceError;
use axum::{
    RequestExt,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;
use std::{str::FromStr, time::Duration};
use tokio::time::timeout;

/// The most bytes of a JSON body.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;
/// How long a JSON body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// A JSON body: the content type must say so, unknown and repeated fields are refused (H9).
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if kind.split(';').next().map(str::trim) != Some("application/json") {
            let detail = "Send the body as application/json.";
            return Err(ApiError::input(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail));
        }
        let sent = guard::without_seat(timeout(BODY_TIME, request.extract::<Bytes, _>())).await?;
        let bytes = sent
            .map_err(|_| {
                ApiError::input(StatusCode::BAD_REQUEST, "broken_off", "The body came too slowly. Send it again.")
            })?
            .map_err(|_| {
                let detail = "The body is larger than 4 MiB, or broke off.";
                ApiError::input(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
            })?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let field = error.path().to_string();
            let detail = explain(error.inner());
            let field = Some(field).filter(|field| field != ".");
            ApiError::Input { status: StatusCode::UNPROCESSABLE_ENTITY, code: "field_invalid", field, detail }
        })?;
        reader.end().map_err(|_| {
            ApiError::input(StatusCode::BAD_REQUEST, "not_json", "Something follows after the end of the JSON value.")
        })?;
        Ok(Self(value))
    }
}

/// What serde expected, without the value that it found: that may be a secret.
fn explain(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Data => {
            let text = error.to_string();
            let expected = text.split_once("expected ").map(|(_, rest)| rest.split(" at line").next().unwrap_or(rest));
            match expected {
                Some(expected) if !text.starts_with("invalid type: string") || expected.len() < 200 => {
                    format!("expected {expected}")
                }
                _ if text.starts_with("missing field") || text.starts_with("duplicate field") => {
                    text.split(" at line").next().unwrap_or(&text).to_owned()
                }
                _ => "the value does not have the expected form".to_owned(),
            }
        }
        _ => "expected a JSON value; this is not one".to_owned(),
    }
}

/// A query: unknown and repeated parameters are refused (H9).
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let text = parts.uri.query().unwrap_or_default();
        serde_html_form::from_str(text).map(Self).map_err(|error| {
            let said = error.to_string();
            let detail = format!(
                "The query is not right: {}",
                said.chars().filter(|c| !c.is_control()).take(200).collect::<String>()
            );
            ApiError::input(StatusCode::UNPROCESSABLE_ENTITY, "query_invalid", detail)
        })
    }
}

/// An id in the path. What is not an id names nothing.
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let missing = || ApiError::from(ServiceError::NotFound);
        let Path(text) = Path::<String>::from_request_parts(parts, state).await.map_err(|_| missing())?;
        text.parse().map(Self).map_err(|_| missing())
    }
}

/// Two ids in the path.
pub struct Ids<A, B>(pub A, pub B);

impl<S: Send + Sync, A: FromStr, B: FromStr> FromRequestParts<S> for Ids<A, B> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let missing = || ApiError::from(ServiceError::NotFound);
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((first, second)) = path.map_err(|_| missing())?;
        Ok(Self(first.parse().map_err(|_| missing())?, second.parse().map_err(|_| missing())?))
    }
}

/// How many rows: 50 unless told, 1 to `most`.
pub fn limit(asked: Option<u64>, most: u64) -> Result<u64, ServiceError> {
    match asked {
        None => Ok(50.min(most)),
        Some(limit) if (1..=most).contains(&limit) => Ok(limit),
        Some(_) => Err(ServiceError::field("limit", format!("expected a number from 1 to {most}"))),
    }
}
