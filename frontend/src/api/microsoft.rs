//! The one request that leaves our origin: redeeming a code at Microsoft's token endpoint.
//!
//! A plain CORS form POST: no header beyond the content type that needs no preflight, no cookie, no referrer.

use super::ApiFailure;
use super::request::fetch;
use wasm_bindgen::JsValue;
use web_sys::{
    AbortSignal, Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestMode, RequestRedirect,
};

/// After this the token endpoint counts as unreachable.
const PATIENCE_MS: u32 = 30_000;

/// Posts a form and gives status and body, whatever they are.
pub async fn post_form(address: &str, form: &str) -> Result<(u16, String), ApiFailure> {
    let init = init(form).map_err(|_| ApiFailure::Network)?;
    let answer = fetch(address, &init).await.map_err(|_| ApiFailure::Network)?;
    Ok((answer.status, answer.body))
}

fn init(form: &str) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/x-www-form-urlencoded;charset=utf-8")?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(form));
    init.set_mode(RequestMode::Cors);
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    init.set_redirect(RequestRedirect::Error);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
    Ok(init)
}
