//! Talking to our own server, and the one request to Microsoft's token endpoint.
//!
//! Same-origin fetch with the session's cookie. Requests that change something carry `rekey-request: 1`; those of the
//! connect page carry their secret in `rekey-connect`, never in an address. A new endpoint needs nothing here: call
//! [`get`], [`post`] or [`put`] with a type of `shared::api`. What every first load of the portal needs goes without
//! serde, by [`read`], [`act`], [`send`] and [`remove`] (docs/decisions/0009).

pub mod connect;
pub mod embed;
mod failure;
mod live;
pub mod microsoft;
mod request;
#[cfg(feature = "portal")]
mod upload;

pub use failure::ApiFailure;
pub use live::{LiveHandle, LiveState, live, live_with};
#[cfg(feature = "portal")]
pub use upload::post_body;

pub use request::Coming;
use request::{Method, Request};
use serde::{Serialize, de::DeserializeOwned};
use shared::json::{Read, Write};

/// Reads a resource.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, ApiFailure> {
    Request::new(Method::Get, path).send().await?.read()
}

/// Does something; an empty answer reads as `()`.
pub async fn post<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, ApiFailure> {
    Request::new(Method::Post, path).json(body)?.send().await?.read()
}

/// Reads a resource with the secret of a link.
pub async fn get_with<T: DeserializeOwned>(path: &str, secret: &str) -> Result<T, ApiFailure> {
    Request::new(Method::Get, path).secret(secret).send().await?.read()
}

/// Does something with the secret of a link.
pub async fn post_with<B: Serialize, T: DeserializeOwned>(path: &str, secret: &str, body: &B) -> Result<T, ApiFailure> {
    Request::new(Method::Post, path).secret(secret).json(body)?.send().await?.read()
}

/// Stores something under its name.
pub async fn put<B: Serialize, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, ApiFailure> {
    Request::new(Method::Put, path).json(body)?.send().await?.read()
}

/// Reads a resource with the small reader.
pub async fn read<T: Read>(path: &str) -> Result<T, ApiFailure> {
    Request::new(Method::Get, path).send().await?.view()
}

/// Does something that its address says whole; the answer is read with the small reader.
pub async fn act<T: Read>(path: &str) -> Result<T, ApiFailure> {
    Request::new(Method::Post, path).body("{}".to_owned()).send().await?.view()
}

/// Does something; body and answer go without serde.
pub async fn send<T: Read>(path: &str, body: &dyn Write) -> Result<T, ApiFailure> {
    Request::new(Method::Post, path).body(body.write()).send().await?.view()
}

/// Removes something.
pub async fn remove(path: &str) -> Result<(), ApiFailure> {
    Request::new(Method::Delete, path).send().await?.success()
}
