//! Requests of the frame: with the secret of its embed session in a header, and JSON without serde.

use super::connect::{read, send};
use super::request::{Method, Request};
use super::{ApiFailure, LiveHandle, LiveState, live};
use shared::json::{Read, Write};

/// Reads a resource of the frame.
pub async fn get<T: Read>(path: &str, secret: &str) -> Result<T, ApiFailure> {
    read(send(Request::new(Method::Get, path).embed(secret)).await)
}

/// Does something in the frame that answers with something.
pub async fn post<T: Read>(path: &str, secret: &str, body: &dyn Write) -> Result<T, ApiFailure> {
    read(send(Request::new(Method::Post, path).embed(secret).body(body.write())).await)
}

/// Does something in the frame that has no answer.
pub async fn act(path: &str, secret: &str, body: &dyn Write) -> Result<(), ApiFailure> {
    Request::new(Method::Post, path).embed(secret).body(body.write()).send().await?.success()
}

/// Watches a session; `on_state` hears of gaps and of its end.
pub fn watch<T: Read>(
    path: &str,
    secret: &str,
    on_item: impl Fn(T) + 'static,
    on_state: impl Fn(LiveState) + 'static,
) -> LiveHandle {
    live::live_embed(path, secret, on_item, on_state)
}
