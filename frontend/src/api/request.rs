//! One request, one answer.

use super::ApiFailure;
use crate::browser::js::{self, Object, Response};
use crate::browser::settled;
use serde::{Serialize, de::DeserializeOwned};
use shared::api::problem::Problem;
use shared::api::{CONNECT_HEADER, EMBED_HEADER, REQUEST_HEADER};
use shared::json;
use std::pin::Pin;
use wasm_bindgen::JsCast;
use zeroize::Zeroize;

/// After this a request counts as lost.
const PATIENCE_MS: u32 = 60_000;

/// A verb of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Reads.
    Get,
    /// Does.
    Post,
    /// Stores.
    Put,
    /// Removes.
    Delete,
}

impl Method {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A request to our own server.
pub(super) struct Request<'a> {
    method: Method,
    path: &'a str,
    secret: Option<&'a str>,
    header: &'static str,
    body: Option<String>,
    is_async: bool,
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        // A body may have held a token.
        self.body.zeroize();
    }
}

impl<'a> Request<'a> {
    pub(super) const fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, secret: None, header: CONNECT_HEADER, body: None, is_async: false }
    }

    /// Adds the secret of a connect link or an attempt.
    pub(super) const fn secret(mut self, secret: &'a str) -> Self {
        self.secret = Some(secret);
        self
    }

    /// Adds the secret of an embed session.
    pub(super) const fn embed(mut self, secret: &'a str) -> Self {
        self.secret = Some(secret);
        self.header = EMBED_HEADER;
        self
    }

    /// Asks for an answer before the work is done (RFC 7240 §4.1): its steps are watched live.
    pub(super) const fn prefer_async(mut self) -> Self {
        self.is_async = true;
        self
    }

    /// Adds a JSON body.
    pub(super) fn json<B: Serialize>(mut self, body: &B) -> Result<Self, ApiFailure> {
        self.body = Some(serde_json::to_string(body).map_err(|_| ApiFailure::Network)?);
        Ok(self)
    }

    /// Adds a body that is JSON already.
    pub(super) fn body(mut self, body: String) -> Self {
        self.body = Some(body);
        self
    }

    /// Sends it and waits for the whole answer.
    pub(super) async fn send(self) -> Result<Answer, ApiFailure> {
        let init = self.init();
        js::set(&init, "signal", &js::abort_after(PATIENCE_MS));
        let answer = fetch(self.path, &init).await.ok_or(ApiFailure::Network)?;
        Ok(Answer { is_portal: self.secret.is_none(), ..answer })
    }

    /// The request for `fetch`.
    pub(super) fn init(&self) -> Object {
        let mut headers = vec![("accept", "application/json, application/problem+json")];
        if self.method != Method::Get {
            headers.push((REQUEST_HEADER, "1"));
        }
        if let Some(secret) = self.secret {
            headers.push((self.header, secret));
        }
        if self.is_async {
            headers.push(("prefer", "respond-async"));
        }
        let mut fields = vec![("method", self.method.as_str()), ("credentials", "same-origin")];
        if let Some(body) = &self.body {
            headers.push(("content-type", "application/json"));
            fields.push(("body", body));
        }
        init(&headers, &fields)
    }
}

/// A request for `fetch` that is not kept, not redirected, and tells nobody where it comes from.
pub(super) fn init(headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Object {
    let init = object(fields);
    js::set(&init, "headers", &object(headers));
    for (name, value) in [("cache", "no-store"), ("redirect", "error"), ("referrerPolicy", "no-referrer")] {
        js::set_text(&init, name, value);
    }
    init
}

/// An object of texts.
pub(super) fn object(fields: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        js::set_text(&object, name, value);
    }
    object
}

/// Opens `address`, without reading the body; none where nothing answers.
pub(super) async fn open(address: &str, init: &Object) -> Option<Response> {
    settled(&js::fetch(address, init)).await.map(JsCast::unchecked_into)
}

/// Opens `address` and reads the body as text; none where nothing answers.
///
/// Boxed: the code of waiting stands once, and not in each of its callers.
pub(super) fn fetch<'a>(address: &'a str, init: &'a Object) -> Coming<'a, Option<Answer>> {
    Box::pin(async move {
        let response = open(address, init).await?;
        let body = settled(&response.text()).await?.as_string().unwrap_or_default();
        Some(Answer { status: response.status(), body, is_portal: false })
    })
}

/// Something that will be there.
pub type Coming<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A whole answer.
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// The body.
    pub(super) body: String,
    /// A 401 means that the session has ended.
    pub(super) is_portal: bool,
}

impl Answer {
    /// Reads a success, or says why it is none. No content reads as `()`.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiFailure> {
        self.success()?;
        let body = if self.body.is_empty() { "null" } else { &self.body };
        serde_json::from_str(body).map_err(|_| ApiFailure::Network)
    }

    /// As [`Answer::read`], with the small reader of the connect page.
    pub(super) fn view<T: json::Read>(&self) -> Result<T, ApiFailure> {
        self.success()?;
        json::read(&self.body).ok_or(ApiFailure::Network)
    }

    /// As [`Answer::view`], not read into a type yet.
    pub(super) fn value(&self) -> Result<json::Value, ApiFailure> {
        self.success()?;
        json::parse(&self.body).ok_or(ApiFailure::Network)
    }

    /// A success, or why it is none.
    pub(super) fn success(&self) -> Result<(), ApiFailure> {
        if (200..300).contains(&self.status) { Ok(()) } else { Err(self.failure()) }
    }

    /// Why this answer is no success.
    pub(super) fn failure(&self) -> ApiFailure {
        if self.status == 401 && self.is_portal {
            return ApiFailure::SignedOut;
        }
        json::read::<Problem>(&self.body).map_or(ApiFailure::Network, |p| ApiFailure::Problem(Box::new(p)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, body: body.into(), is_portal: true }
    }

    const PROBLEM: &str = r#"{"title":"t","status":409,"code":"attempt_closed","detail":"d","request_id":"r"}"#;

    #[test]
    fn no_content_reads_as_unit() {
        assert_eq!(answer(204, "").read::<()>(), Ok(()));
    }

    #[test]
    fn a_problem_keeps_its_code() {
        let failure = answer(409, PROBLEM).read::<()>().unwrap_err();
        assert_eq!(failure.code(), "attempt_closed");
        assert_eq!(failure.status(), Some(409));
    }

    #[test]
    fn a_401_is_signed_out_in_the_portal_only() {
        assert_eq!(answer(401, PROBLEM).failure(), ApiFailure::SignedOut);
        let connect = Answer { is_portal: false, ..answer(401, PROBLEM) };
        assert_eq!(connect.failure().code(), "attempt_closed");
    }

    #[test]
    fn a_proxy_page_is_no_answer_of_ours() {
        assert_eq!(answer(502, "<html>").failure(), ApiFailure::Network);
        assert_eq!(answer(200, "<html>").read::<Vec<u8>>(), Err(ApiFailure::Network));
    }
}
