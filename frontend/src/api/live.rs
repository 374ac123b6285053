//! Watching something change: a fetch stream of JSON lines, each a whole view, reopened after every gap.
//!
//! A stream and not `EventSource`, because the secret belongs in a header. The first line after opening is the newest
//! state, so nothing is lost in a gap.

use super::ApiFailure;
use super::request::{Answer, Method, Request, open};
use crate::browser::js::{self, AbortController, Reader, TextDecoderStream};
use crate::browser::{settled, sleep, spawn, timer};
use serde::de::DeserializeOwned;
use shared::json::{self, Read};
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

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
    controller: AbortController,
}

impl Drop for LiveHandle {
    fn drop(&mut self) {
        self.stopped.set(true);
        self.controller.abort();
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
        controller: AbortController::new(),
        on_line,
        on_state,
    };
    let handle = LiveHandle { stopped: watch.stopped.clone(), controller: watch.controller.clone() };
    spawn(watch.run());
    handle
}

/// Takes one line.
type OnLine = Box<dyn Fn(&str)>;

struct Watch {
    path: String,
    secret: Option<(String, bool)>,
    stopped: Rc<Cell<bool>>,
    controller: AbortController,
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
        let init = request.init();
        js::set(&init, "signal", &self.controller.signal());
        let response = open(&self.path, &init).await.ok_or(None)?;
        let status = response.status();
        if status != 200 {
            let gone_for_good = (400..500).contains(&status) && status != 408 && status != 429;
            let body = settled(&response.text()).await.ok_or(None)?;
            let answer =
                Answer { status, body: body.as_string().unwrap_or_default(), is_portal: self.secret.is_none() };
            return Err(gone_for_good.then(|| answer.failure()));
        }
        let reader = response.stream().ok_or(None)?.pipe_through(&TextDecoderStream::new()).get_reader();
        (self.on_state)(LiveState::Open);
        let mut lines = Lines::default();
        let mut any = false;
        while let Some(chunk) = next_chunk(&reader).await {
            if self.stopped.get() || !lines.feed(&chunk, &self.on_line) {
                break;
            }
            any = true;
        }
        // Awaited: closing a stream that was aborted is refused, and a refusal nobody hears is an error in the console.
        settled(&reader.cancel()).await;
        Ok(any)
    }
}

/// The next text; `None` at the end, after an error, and after a long silence.
async fn next_chunk(reader: &Reader) -> Option<String> {
    let (mut next, mut silence) = (pin!(settled(&reader.read())), pin!(timer(SILENCE_MS)));
    let first = poll_fn(|context| match next.as_mut().poll(context) {
        Poll::Pending => silence.as_mut().poll(context),
        ready @ Poll::Ready(_) => ready,
    });
    js::get(&first.await?, "value").ok()?.as_string()
}

/// Cuts texts into lines.
#[derive(Default)]
struct Lines {
    rest: String,
}

impl Lines {
    /// Takes more text and gives each whole line that is not blank; false when a line grows beyond all measure.
    fn feed(&mut self, text: &str, on_line: &dyn Fn(&str)) -> bool {
        for part in text.split_inclusive(['\n']) {
            self.rest.push_str(part);
            if part.ends_with('\n') {
                if !self.rest.trim_ascii().is_empty() {
                    on_line(&self.rest);
                }
                self.rest.clear();
            }
        }
        self.rest.len() <= LONGEST_LINE
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;
    use std::cell::RefCell;

    #[test]
    fn lines_are_whole_whatever_the_chunks() {
        let mut lines = Lines::default();
        let seen = RefCell::new(Vec::new());
        for chunk in ["{\"a\"", ":1}\n\n", "\r\n{}\n[", "]"] {
            assert!(lines.feed(chunk, &|line| seen.borrow_mut().push(line.trim().to_owned())));
        }
        assert_eq!(seen.into_inner(), ["{\"a\":1}", "{}"]);
    }
}
