//! Requests of the connect page: with the secret of the link or of the attempt in a header, and JSON without serde.

use super::ApiFailure;
use super::request::{Method, Request};
use shared::json::{Read, Write};

/// Reads a resource of the connect page.
pub async fn get<T: Read>(path: &str, secret: &str) -> Result<T, ApiFailure> {
    Request::new(Method::Get, path).secret(secret).send().await?.view()
}

/// Does something on the connect page.
pub async fn post<T: Read>(path: &str, secret: &str, body: &dyn Write) -> Result<T, ApiFailure> {
    Request::new(Method::Post, path).secret(secret).body(body.write()).send().await?.view()
}

/// Does something that takes its time: the answer comes at once, the rest is watched live.
pub async fn post_async<T: Read>(path: &str, secret: &str, body: &dyn Write) -> Result<T, ApiFailure> {
    Request::new(Method::Post, path).secret(secret).prefer_async().body(body.write()).send().await?.view()
}

/// Reads what needs no secret.
pub async fn get_public<T: Read>(path: &str) -> Result<T, ApiFailure> {
    Request::new(Method::Get, path).send().await?.view()
}
