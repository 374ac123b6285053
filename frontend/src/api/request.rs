//! One request, one answer.

use super::ApiFailure;
use serde::{Serialize, de::DeserializeOwned};
use shared::api::problem::Problem;
use shared::api::{CONNECT_HEADER, EMBED_HEADER, REQUEST_HEADER};
use shared::json;
use std::pin::Pin;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Response,
};
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
        let init = self.init().map_err(|_| ApiFailure::Network)?;
        init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
        let answer = fetch(self.path, &init).await.map_err(|_| ApiFailure::Network)?;
        Ok(Answer { is_portal: self.secret.is_none(), ..answer })
    }

    /// The request for `fetch`.
    pub(super) fn init(&self) -> Result<RequestInit, JsValue> {
        let headers = Headers::new()?;
        headers.set("accept", "application/json, application/problem+json")?;
        if self.method != Method::Get {
            headers.set(REQUEST_HEADER, "1")?;
        }
        if let Some(secret) = self.secret {
            headers.set(self.header, secret)?;
        }
        if self.is_async {
            headers.set("prefer", "respond-async")?;
        }
        let init = RequestInit::new();
        if let Some(body) = &self.body {
            headers.set("content-type", "application/json")?;
            init.set_body(&JsValue::from_str(body));
        }
        init.set_method(self.method.as_str());
        init.set_headers(&headers);
        init.set_credentials(RequestCredentials::SameOrigin);
        init.set_cache(RequestCache::NoStore);
        init.set_redirect(RequestRedirect::Error);
        init.set_referrer_policy(ReferrerPolicy::NoReferrer);
        Ok(init)
    }
}

/// Opens `address`, without reading the body.
pub(super) async fn open(address: &str, init: &RequestInit) -> Result<Response, JsValue> {
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    JsFuture::from(window.fetch_with_str_and_init(address, init)).await?.dyn_into()
}

/// Opens `address` and reads the body as text.
///
/// Boxed: the code of waiting stands once, and not in each of its callers.
pub(super) fn fetch<'a>(address: &'a str, init: &'a RequestInit) -> Coming<'a, Result<Answer, JsValue>> {
    Box::pin(async move {
        let response = open(address, init).await?;
        let body = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        Ok(Answer { status: response.status(), body, is_portal: false })
    })
}

/// Something that will be there.
pub(super) type Coming<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

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
