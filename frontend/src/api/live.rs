//! Watching something change: a fetch stream of JSON lines, each a whole view, reopened after every gap.
//!
//! A stream and not `EventSource`, because the secret belongs in a header. The first line after opening is the newest
//! state, so nothing is lost in a gap.

use super::ApiFailure;
use super::request::{Answer, Method, Request, open};
use crate::browser::sleep;
use js_sys::{Promise, Reflect, Uint8Array};
use serde::de::DeserializeOwned;
use shared::json::{self, Read};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, ReadableStreamDefaultReader};

/// The server sends at least a blank line every 15 seconds; three missed ones are a gap.
const SILENCE_MS: i32 = 45_000;
/// The first wait before opening again; doubled each time, up to [`LONGEST_WAIT_MS`].
const FIRST_WAIT_MS: i32 = 500;
const LONGEST_WAIT_MS: i32 = 15_000;
/// No line of ours is longer; a stream that goes on is not ours.
const LONGEST_LINE: usize = 8 << 20;

/// How the stream itself is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveState {
    /// Open.
    Open,
    /// Closed; it will be opened again by itself.
    Waiting,
    /// The server refused it for good.
    Refused(ApiFailure),
}

/// Keeps a stream open; dropping it closes the stream. Not `Send`: keep it in `StoredValue::new_local`.
#[derive(Debug)]
pub struct LiveHandle {
    stopped: Rc<Cell<bool>>,
    controller: Option<AbortController>,
}

impl Drop for LiveHandle {
    fn drop(&mut self) {
        self.stopped.set(true);
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}

/// Calls `on_item` with the newest state at once and after each change, as long as the handle lives. For the connect
/// page, with its secret.
pub fn live<T: Read>(path: &str, connect_secret: &str, on_item: impl Fn(T) + 'static) -> LiveHandle {
    let on_line = move |line: &str| {
        if let Some(item) = json::read(line) {
            on_item(item);
        }
    };
    watch(path, Some((connect_secret, false)), Box::new(on_line), Box::new(|_| {}))
}

/// As [`live`], for the frame, with its session's secret; `on_state` hears of gaps and of its end.
pub(super) fn live_embed<T: Read>(
    path: &str,
    embed_secret: &str,
    on_item: impl Fn(T) + 'static,
    on_state: impl Fn(LiveState) + 'static,
) -> LiveHandle {
    let on_line = move |line: &str| {
        if let Some(item) = json::read(line) {
            on_item(item);
        }
    };
    watch(path, Some((embed_secret, true)), Box::new(on_line), Box::new(on_state))
}

/// As [`live`], for the portal; `on_state` hears of gaps and of a refusal.
pub fn live_with<T: DeserializeOwned + 'static>(
    path: &str,
    connect_secret: Option<&str>,
    on_item: impl Fn(T) + 'static,
    on_state: impl Fn(LiveState) + 'static,
) -> LiveHandle {
    let on_line = move |line: &str| {
        if let Ok(item) = serde_json::from_str(line) {
            on_item(item);
        }
    };
    watch(path, connect_secret.map(|secret| (secret, false)), Box::new(on_line), Box::new(on_state))
}

/// `secret`: and whether it is an embed session's.
fn watch(path: &str, secret: Option<(&str, bool)>, on_line: OnLine, on_state: Box<dyn Fn(LiveState)>) -> LiveHandle {
    let watch = Watch {
        path: path.to_owned(),
        secret: secret.map(|(secret, is_embed)| (secret.to_owned(), is_embed)),
        stopped: Rc::new(Cell::new(false)),
        controller: AbortController::new().ok(),
        on_line,
        on_state,
    };
    let handle = LiveHandle { stopped: watch.stopped.clone(), controller: watch.controller.clone() };
    spawn_local(watch.run());
    handle
}

/// Takes one line.
type OnLine = Box<dyn Fn(&str)>;

struct Watch {
    path: String,
    secret: Option<(String, bool)>,
    stopped: Rc<Cell<bool>>,
    controller: Option<AbortController>,
    on_line: OnLine,
    on_state: Box<dyn Fn(LiveState)>,
}

impl Watch {
    async fn run(self) {
        let mut wait = FIRST_WAIT_MS;
        while !self.stopped.get() {
            let read_something = match self.read_once().await {
                Ok(read_something) => read_something,
                Err(Some(refusal)) => {
                    if !self.stopped.get() {
                        (self.on_state)(LiveState::Refused(refusal));
                    }
                    return;
                }
                Err(None) => false,
            };
            if self.stopped.get() {
                return;
            }
            (self.on_state)(LiveState::Waiting);
            wait = if read_something { FIRST_WAIT_MS } else { (wait * 2).min(LONGEST_WAIT_MS) };
            sleep(wait).await;
        }
    }

    /// Reads until a gap. `Ok(true)` when lines came; `Err(Some(_))` when opening again is pointless.
    async fn read_once(&self) -> Result<bool, Option<ApiFailure>> {
        let mut request = Request::new(Method::Get, &self.path);
        if let Some((secret, is_embed)) = &self.secret {
            request = if *is_embed { request.embed(secret) } else { request.secret(secret) };
        }
        let init = request.init().map_err(|_| None)?;
        init.set_signal(self.controller.as_ref().map(AbortController::signal).as_ref());
        let response = open(&self.path, &init).await.map_err(|_| None)?;
        let status = response.status();
        if status != 200 {
            let gone_for_good = (400..500).contains(&status) && status != 408 && status != 429;
            let body = JsFuture::from(response.text().map_err(|_| None)?).await.map_err(|_| None)?;
            let answer =
                Answer { status, body: body.as_string().unwrap_or_default(), is_portal: self.secret.is_none() };
            return Err(gone_for_good.then(|| answer.failure()));
        }
        let body = response.body().ok_or(None)?;
        let reader: ReadableStreamDefaultReader = body.get_reader().dyn_into().map_err(|_| None)?;
        (self.on_state)(LiveState::Open);
        let mut lines = Lines::default();
        let mut any = false;
        while let Some(chunk) = next_chunk(&reader).await {
            if self.stopped.get()
                || !lines.feed(&chunk, |line| (self.on_line)(std::str::from_utf8(line).unwrap_or_default()))
            {
                break;
            }
            any = true;
        }
        // Awaited: closing a stream that was aborted is refused, and a refusal nobody hears is an error in the console.
        let _ = JsFuture::from(reader.cancel()).await;
        Ok(any)
    }
}

/// The next bytes; `None` at the end, after an error, and after a long silence.
async fn next_chunk(reader: &ReadableStreamDefaultReader) -> Option<Vec<u8>> {
    let silence = JsValue::from(crate::browser::timer(SILENCE_MS));
    let first = Promise::race(&js_sys::Array::of2(&reader.read(), &silence));
    let result = JsFuture::from(first).await.ok().filter(JsValue::is_object)?;
    let value = Reflect::get(&result, &JsValue::from_str("value")).ok()?;
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}

/// Cuts bytes into lines.
#[derive(Default)]
struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Takes more bytes and gives each whole line that is not blank; false when a line grows beyond all measure.
    fn feed(&mut self, bytes: &[u8], mut on_line: impl FnMut(&[u8])) -> bool {
        self.rest.extend_from_slice(bytes);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = line.trim_ascii();
            if !line.is_empty() {
                on_line(line);
            }
        }
        self.rest.len() <= LONGEST_LINE
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn lines_are_whole_whatever_the_chunks() {
        let mut lines = Lines::default();
        let mut seen = Vec::new();
        for chunk in ["{\"a\"", ":1}\n\n", "\r\n{}\n[", "]"] {
            assert!(lines.feed(chunk.as_bytes(), |line| seen.push(String::from_utf8(line.to_vec()).unwrap())));
        }
        assert_eq!(seen, ["{\"a\":1}", "{}"]);
    }
}
