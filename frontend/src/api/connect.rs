//! Requests of the connect page: with the secret of the link or of the attempt in a header.

use super::ApiFailure;
use super::request::{Method, Request};
use serde::{Serialize, de::DeserializeOwned};

/// Reads a resource of the connect page.
pub async fn get<T: DeserializeOwned>(path: &str, secret: &str) -> Result<T, ApiFailure> {
    Request::new(Method::Get, path).secret(secret).send().await?.read()
}

/// Does something on the connect page.
pub async fn post<B: Serialize, T: DeserializeOwned>(path: &str, secret: &str, body: &B) -> Result<T, ApiFailure> {
    Request::new(Method::Post, path).secret(secret).json(body)?.send().await?.read()
}

/// Does something that takes its time: the answer comes at once, the rest is watched live.
pub async fn post_async<B: Serialize, T: DeserializeOwned>(
    path: &str,
    secret: &str,
    body: &B,
) -> Result<T, ApiFailure> {
    Request::new(Method::Post, path).secret(secret).prefer_async().json(body)?.send().await?.read()
}
