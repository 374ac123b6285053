//! The one request that leaves our origin: redeeming a code at Microsoft's token endpoint.
//!
//! A plain CORS form POST: no header beyond the content type that needs no preflight, no cookie, no referrer.

use super::ApiFailure;
use super::request::fetch;
use super::request::init;
use crate::browser::js;

/// After this the token endpoint counts as unreachable.
const PATIENCE_MS: u32 = 30_000;

/// Posts a form and gives status and body, whatever they are.
pub async fn post_form(address: &str, form: &str) -> Result<(u16, String), ApiFailure> {
    let header = ("content-type", "application/x-www-form-urlencoded;charset=utf-8");
    let init = init(&[header], &[("method", "POST"), ("body", form), ("mode", "cors"), ("credentials", "omit")]);
    js::set(&init, "signal", &js::abort_after(PATIENCE_MS));
    let answer = fetch(address, &init).await.ok_or(ApiFailure::Network)?;
    Ok((answer.status, answer.body))
}
