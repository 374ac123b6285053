//! Requests of the connect page: with the secret of the link or of the attempt in a header, and JSON without serde.

use super::ApiFailure;
use super::request::{Coming, Method, Request, fetch, object};
use shared::json::{self, Read, Value, Write};

/// Reads a resource of the connect page.
pub async fn get<T: Read>(path: &str, secret: &str) -> Result<T, ApiFailure> {
    read(send(Request::new(Method::Get, path).secret(secret)).await)
}

/// Does something on the connect page.
pub async fn post<T: Read>(path: &str, secret: &str, body: &dyn Write) -> Result<T, ApiFailure> {
    read(send(Request::new(Method::Post, path).secret(secret).body(body.write())).await)
}

/// Does something that takes its time: the answer comes at once, the rest is watched live.
pub async fn post_async<T: Read>(path: &str, secret: &str, body: &dyn Write) -> Result<T, ApiFailure> {
    read(send(Request::new(Method::Post, path).secret(secret).prefer_async().body(body.write())).await)
}

/// Sends a request; boxed, so that the code of waiting stands once.
pub(super) fn send(request: Request<'_>) -> Coming<'_, Result<Value, ApiFailure>> {
    Box::pin(async move { request.send().await?.value() })
}

pub(super) fn read<T: Read>(answer: Result<Value, ApiFailure>) -> Result<T, ApiFailure> {
    answer.and_then(|value| json::take(value).ok_or(ApiFailure::Network))
}

/// A file of the web app as text, exactly as it was built.
pub async fn file(address: &str, integrity: &str) -> Option<String> {
    let init = object(&[("integrity", integrity), ("credentials", "same-origin")]);
    let answer = fetch(address, &init).await?;
    (answer.status == 200).then_some(answer.body)
}

/// Reads what needs no secret.
pub async fn get_public<T: Read>(path: &str) -> Result<T, ApiFailure> {
    read(send(Request::new(Method::Get, path)).await)
}
