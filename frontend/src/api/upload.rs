//! Uploading a file as it is, with progress.
//!
//! `fetch` cannot tell how far an upload is, so this is an `XMLHttpRequest`. The browser streams the file from disk.

use super::ApiFailure;
use super::request::Answer;
use serde::de::DeserializeOwned;
use shared::api::REQUEST_HEADER;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest};

/// Sends `body` and calls `progress` with bytes sent and bytes in all.
pub async fn post_body<T: DeserializeOwned>(
    path: &str,
    content_type: &str,
    body: Blob,
    progress: impl Fn(f64, f64) + 'static,
) -> Result<T, ApiFailure> {
    let request = XmlHttpRequest::new().map_err(|_| ApiFailure::Network)?;
    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        progress(event.loaded(), event.total());
    });
    send(&request, path, content_type, &body, &on_progress).await.map_err(|_| ApiFailure::Network)?;
    let body = request.response_text().ok().flatten().unwrap_or_default();
    Answer { status: request.status().unwrap_or(0), body, is_portal: true }.read()
}

async fn send(
    request: &XmlHttpRequest,
    path: &str,
    content_type: &str,
    body: &Blob,
    on_progress: &Closure<dyn Fn(ProgressEvent)>,
) -> Result<(), JsValue> {
    request.open("POST", path)?;
    request.set_request_header("content-type", content_type)?;
    request.set_request_header(REQUEST_HEADER, "1")?;
    request.set_request_header("accept", "application/json, application/problem+json")?;
    request.upload()?.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    let ended = js_sys::Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
    request.send_with_opt_blob(Some(body))?;
    JsFuture::from(ended).await?;
    request.set_onloadend(None);
    Ok(())
}
