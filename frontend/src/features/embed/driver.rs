//! Talks to the page around the frame, to the window that the button opens, and to the server.
//!
//! The session's secret lives in this page's memory and nowhere else. The page around is believed only from exactly the
//! origin that the session was made for; the window only as the very one that was opened here.

use super::frame::{Frame, Hindrance, Opened, Stop, Told};
use super::{look, page};
use crate::api::{self, ApiFailure, LiveHandle, LiveState};
use crate::browser::{self, dom::Place, messages, messages::Message, messages::Other, spawn};
use crate::features::connect::speech;
use crate::text::connect as words;
use crate::text::words::{keys, pair};
use shared::api::embed::{ConfirmPopup, EmbedState, EmbedView, OpenPopup, PopupOpened};
use shared::id::{OrganizationId, PopupId};
use shared::oauth::pkce::Verifier;
use shared::secret::Secret;
use shared::time::Timestamp;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;

const VIEW: &str = "/api/v1/embed";
const LIVE: &str = "/api/v1/embed/live";
const POPUPS: &str = "/api/v1/embed/popups";
/// Where a window of the frame begins; its secret stands in the fragment.
const WINDOW: &str = "/connect/embed#";
/// The message that the boot script keeps.
const KEPT: &str = "rekeyStart";

/// How often a window is looked at, and after how many looks without a word it is asked for the digits.
const LOOK_MS: i32 = 1_000;
const SILENT_LOOKS: u32 = 6;
/// The longest text that the element passes on.
const LONGEST_TEXT: usize = 500;
/// How long "Copied" stands there.
const COPIED_MS: i32 = 2_000;
/// After so many looks the digits are too old (two minutes).
const OLD_LOOKS: u32 = 120;
/// How long before its end a session is asked for anew, and how long it is kept at least, in seconds.
const BEFORE_END: i64 = 60;
const AT_LEAST: i64 = 30;
/// Without having been asked, the page around may change the session this often, in seconds.
const BETWEEN_SESSIONS: i64 = 15;

/// Shows the frame in this place.
pub fn begin(place: Place) {
    let address = browser::address();
    let driver = Driver(Rc::new(Page {
        place: RefCell::new(place),
        frame: RefCell::new(Frame { host: address.host, ..Frame::default() }),
        secret: RefCell::new(None),
        console: RefCell::new(None),
        window: RefCell::new(None),
        live: RefCell::new(None),
        height: Cell::new(0),
        is_reading: Cell::new(false),
        read_at: Cell::new(Timestamp(0)),
        has_asked: Cell::new(false),
        windows: Cell::new(0),
    }));
    driver.start(address.origin);
}

#[derive(Clone)]
struct Driver(Rc<Page>);

/// The page around, and the origin from which it spoke.
#[derive(Clone)]
struct Console {
    page: Other,
    origin: String,
}

/// The window that was opened: its handle, if the browser gave one, and its id at the server.
struct Window {
    handle: Option<Other>,
    id: Option<PopupId>,
    /// What it said before the server knew of it.
    challenge: Option<String>,
    /// Which one it is.
    number: u32,
}

struct Page {
    place: RefCell<Place>,
    frame: RefCell<Frame>,
    secret: RefCell<Option<Secret<String>>>,
    console: RefCell<Option<Console>>,
    window: RefCell<Option<Window>>,
    live: RefCell<Option<LiveHandle>>,
    height: Cell<i32>,
    is_reading: Cell<bool>,
    /// When a session was last taken, and whether the page around was asked for the next one.
    read_at: Cell<Timestamp>,
    has_asked: Cell<bool>,
    /// Counts the windows, so that what belongs to an older one is left.
    windows: Cell<u32>,
}

impl Driver {
    fn start(self, own: String) {
        let pressed = self.clone();
        self.0.place.borrow().on_press(move |press, value| pressed.press(press, value));
        let Some(around) = messages::around() else { return self.stop(Stop::Alone) };
        self.show();
        let measured = self.clone();
        browser::on_height(move |height| measured.tell_height(height));
        let heard = self.clone();
        let (window_origin, page) = (own, around.clone());
        messages::on_message(move |message| {
            if message.source == page {
                heard.console_says(&message);
            } else if message.origin == window_origin {
                heard.window_says(&message);
            }
        });
        if let Some(first) = messages::take_kept(KEPT).filter(|first| first.source == around) {
            self.console_says(&first);
        }
    }

    fn show(&self) {
        let tag = page::page(&self.0.frame.borrow());
        self.0.place.borrow_mut().show(tag);
    }

    fn stop(&self, stop: Stop) {
        self.0.live.replace(None);
        let (title, text) = page::why(&stop);
        self.tell("failed", &[("code", stop.code()), ("title", &title), ("text", &text)]);
        self.0.frame.borrow_mut().stop = Some(stop);
        self.show();
    }

    /// Says something to the page around, to exactly the origin from which it spoke.
    fn tell(&self, kind: &str, fields: &[(&str, &str)]) {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, JsValue::from_str(value))).collect();
        self.tell_values(kind, &fields);
    }

    fn tell_values(&self, kind: &str, fields: &[(&str, JsValue)]) {
        if let Some(console) = &*self.0.console.borrow() {
            console.page.say(kind, fields, &console.origin);
        }
    }

    /// A sandbox is in the way.
    fn tell_locked(&self, code: &str) {
        let (title, text) = pair(keys::FRAME_LOCKED);
        self.tell("failed", &[("code", code), ("title", title), ("text", text)]);
    }

    fn tell_height(&self, height: i32) {
        self.0.height.set(height);
        self.tell_values("size", &[("height", JsValue::from_f64(height.into()))]);
    }

    /// The page around speaks: `start` once, `session` and `look` afterwards, from the same origin.
    fn console_says(&self, message: &Message) {
        let known = self.0.console.borrow().as_ref().map(|console| console.origin.clone());
        if known.as_ref().is_some_and(|known| *known != message.origin) || !is_origin(&message.origin) {
            return;
        }
        match message.kind.as_str() {
            "start" if known.is_none() => {
                let console = Console { page: message.source.clone(), origin: message.origin.clone() };
                self.0.console.replace(Some(console));
                self.tell_height(self.0.height.get());
                self.look(message);
                self.take_session(message);
            }
            "session" if known.is_some() => self.take_session(message),
            "look" if known.is_some() => self.look(message),
            _ => {}
        }
    }

    fn look(&self, message: &Message) {
        if let Some(theme) = message.text("theme") {
            look::set_theme(&theme);
        }
        if let Some(accent) = message.text("accent") {
            look::set_accent(&accent);
        }
        if let Some(language) = message.text("language").filter(|code| *code != browser::document_language()) {
            spawn(self.clone().speak(language));
        }
    }

    async fn speak(self, code: String) {
        if speech::speak(&code).await && speech::frame().await {
            self.show();
        }
    }

    fn take_session(&self, message: &Message) {
        let secret = message.text("session").unwrap_or_default();
        let is_same = self.0.secret.borrow().as_ref().is_some_and(|known| *known.expose() == secret);
        // One at a time, none twice, and few that nobody asked for: a page that floods causes no requests (E8).
        let since = browser::now().since(self.0.read_at.get());
        let is_early = !self.0.has_asked.get() && (0..BETWEEN_SESSIONS).contains(&since);
        if secret.is_empty() || is_same || is_early || self.0.is_reading.replace(true) {
            return;
        }
        self.0.has_asked.set(false);
        self.0.read_at.set(browser::now());
        self.0.secret.replace(Some(Secret::new(secret)));
        spawn(self.clone().read());
    }

    fn secret(&self) -> String {
        self.0.secret.borrow().as_ref().map(|secret| secret.expose().clone()).unwrap_or_default()
    }

    async fn read(self) {
        let answer: Result<EmbedView, ApiFailure> = api::embed::get(VIEW, &self.secret()).await;
        self.0.is_reading.set(false);
        let view = match answer {
            Ok(view) => view,
            Err(failure) => return self.stop(Stop::of(&failure)),
        };
        let named = browser::address().path.rsplit('/').next().and_then(|id| id.parse::<OrganizationId>().ok());
        if named != Some(view.organization_id) {
            // Another organization's session in this one's frame: whose origins may show it was not asked for this one.
            self.0.secret.replace(None);
            return self.stop(Stop::Dead);
        }
        let here = self.0.console.borrow().as_ref().map(|console| console.origin.clone()).unwrap_or_default();
        if view.origin != here {
            self.0.secret.replace(None);
            return self.stop(Stop::Foreign { here, origin: view.origin });
        }
        let is_first = self.0.frame.borrow().view.is_none();
        // Another session counts its own changes.
        self.0.frame.borrow_mut().view = None;
        let lifetime = view.lifetime;
        if is_first {
            self.tell("ready", &[]);
        }
        self.take(view);
        self.watch();
        spawn(self.clone().ask_anew((lifetime - BEFORE_END.min(lifetime / 2)).max(AT_LEAST)));
    }

    fn need_session(&self) {
        self.0.has_asked.set(true);
        self.tell("session-needed", &[]);
    }

    /// Asks the page around for another session before this one ends.
    async fn ask_anew(self, seconds: i64) {
        let secret = self.secret();
        let ms = seconds.min(1_800).saturating_mul(1_000);
        browser::sleep(i32::try_from(ms).unwrap_or(i32::MAX)).await;
        if self.secret() == secret {
            self.need_session();
        }
    }

    fn watch(&self) {
        let (on_view, on_end) = (self.clone(), self.clone());
        let handle = api::embed::watch(
            LIVE,
            &self.secret(),
            move |view: EmbedView| on_view.take(view),
            move |state| {
                if let LiveState::Refused(failure) = state {
                    on_end.need_session();
                    on_end.stop(Stop::of(&failure));
                }
            },
        );
        self.0.live.replace(Some(handle));
    }

    fn take(&self, view: EmbedView) {
        let told = self.0.frame.borrow_mut().take(view);
        self.show();
        for one in told {
            self.pass_on(one);
        }
        let has_problem = self.0.frame.borrow().view.as_ref().is_some_and(|view| view.state == EmbedState::Stopped);
        if has_problem {
            spawn(self.clone().say_more());
        }
    }

    /// Loads the texts of remedies, where they are not there yet.
    async fn say_more(self) {
        if speech::more().await {
            self.show();
        }
    }

    /// Tells the page around what changed: ids, counts and words, never names or secrets (E6).
    fn pass_on(&self, told: Told) {
        let frame = self.0.frame.borrow();
        let Some(view) = &frame.view else { return };
        let number = |n: u64| JsValue::from_f64(f64::from(u32::try_from(n).unwrap_or(u32::MAX)));
        let authorization = view.authorization.map(|id| id.to_string()).unwrap_or_default();
        match told {
            Told::State(state) => {
                let waiting = number(view.waiting.len() as u64);
                let fields = [("state", state_word(state).into()), ("moved", number(view.moved)), ("waiting", waiting)];
                self.tell_values("state", &fields);
            }
            Told::Authorized => {
                let fields = [("authorization", authorization.as_str().into()), ("moved", number(view.moved))];
                self.tell_values("authorized", &fields);
            }
            Told::Failed(code) => {
                let problem = view.sign_ins.iter().find_map(|sign_in| sign_in.problem.as_ref());
                let (title, text) = problem.map(|help| words::help_words(help, None)).unwrap_or_default();
                let text: String = text.chars().take(LONGEST_TEXT).collect();
                self.tell("failed", &[("code", &code), ("title", &title), ("text", &text)]);
            }
        }
    }

    fn press(&self, press: &str, value: &str) {
        match press {
            "go" if self.0.frame.borrow().may_authorize() => self.open_window(),
            "over" => {
                self.0.window.replace(None);
                self.0.frame.borrow_mut().opened = None;
                self.show();
                browser::focus_heading();
            }
            "copy" => spawn(self.clone().copy(value.to_owned())),
            "again" => {
                self.0.is_reading.set(true);
                spawn(self.clone().read());
            }
            _ => {}
        }
    }

    async fn copy(self, value: String) {
        if browser::copy(&value).await {
            self.0.frame.borrow_mut().copied = Some(value);
            self.show();
            browser::sleep(COPIED_MS).await;
            self.0.frame.borrow_mut().copied = None;
            self.show();
        }
    }

    /// Within the click: the window first, on our own page; then the server is told of it.
    fn open_window(&self) {
        let Some(random) = browser::random() else { return };
        // A secret of 256 bits that the window alone has, and its hash for the server: as a verifier and its challenge.
        let ticket = Verifier::from_random(random);
        let address = crate::text::join(&[&browser::address().origin, WINDOW, ticket.expose()]);
        let handle = messages::open(&address);
        let number = self.0.windows.get().wrapping_add(1);
        self.0.windows.set(number);
        let is_in_sandbox = handle.is_none() && messages::is_sandboxed();
        let hindrance = is_in_sandbox.then_some(Hindrance::LockedFrame);
        let opened = Opened { hindrance, ..Opened::new(address, handle.is_none()) };
        self.0.window.replace(Some(Window { handle, id: None, challenge: None, number }));
        {
            let mut frame = self.0.frame.borrow_mut();
            frame.opened = Some(opened);
            frame.refusal = None;
        }
        if is_in_sandbox {
            self.tell_locked("sandboxed_frame");
        }
        self.show();
        browser::focus_heading();
        let hash = ticket.challenge().as_str().to_owned();
        spawn(self.clone().announce(hash, number));
        spawn(self.clone().look_after(number));
    }

    async fn announce(self, ticket: String, number: u32) {
        let answer: Result<PopupOpened, _> = api::embed::post(POPUPS, &self.secret(), &OpenPopup { ticket }).await;
        let is_current = self.0.window.borrow().as_ref().is_some_and(|window| window.number == number);
        if !is_current {
            return;
        }
        match answer {
            Ok(popup) => {
                if let Some(window) = &mut *self.0.window.borrow_mut() {
                    window.id = Some(popup.id);
                }
                if let Some(opened) = &mut self.0.frame.borrow_mut().opened {
                    opened.code = Some((popup.code, popup.code_until));
                }
                self.show();
                self.confirm();
            }
            Err(failure) => {
                self.0.window.replace(None);
                let mut frame = self.0.frame.borrow_mut();
                frame.opened = None;
                frame.refusal = Some(failure);
                drop(frame);
                self.show();
            }
        }
    }

    /// A window of our own origin speaks: believed only as the one that was opened here.
    fn window_says(&self, message: &Message) {
        let is_ours =
            self.0.window.borrow().as_ref().is_some_and(|window| window.handle.as_ref() == Some(&message.source));
        if !is_ours {
            return;
        }
        match message.kind.as_str() {
            "challenge" => {
                let challenge = message.text("challenge").filter(|text| text.len() >= 20);
                if let Some(window) = &mut *self.0.window.borrow_mut()
                    && window.challenge.is_none()
                {
                    window.challenge = challenge;
                }
                self.confirm();
            }
            "locked" => {
                if let Some(opened) = &mut self.0.frame.borrow_mut().opened {
                    opened.hindrance = Some(Hindrance::LockedWindow);
                }
                self.show();
                self.tell_locked("sandboxed_popup");
            }
            _ => {}
        }
    }

    /// Once both the server's id and the window's challenge are there.
    fn confirm(&self) {
        let mut window = self.0.window.borrow_mut();
        let Some(window) = &mut *window else { return };
        if let (Some(id), Some(challenge), Some(handle)) = (window.id, window.challenge.clone(), window.handle.clone())
        {
            // Confirmed once: what the window says afterwards is not heard.
            window.id = None;
            spawn(self.clone().tie(id, challenge, handle, window.number));
        }
    }

    async fn tie(self, id: PopupId, challenge: String, handle: Other, number: u32) {
        let path = crate::text::join(&[POPUPS, "/", &id.to_string(), "/confirm"]);
        if api::embed::act(&path, &self.secret(), &ConfirmPopup { challenge }).await.is_ok() {
            handle.say("confirmed", &[], &browser::address().origin);
            let is_current = self.0.window.borrow().as_ref().is_some_and(|window| window.number == number);
            if let Some(opened) = self.0.frame.borrow_mut().opened.as_mut().filter(|_| is_current) {
                opened.tie();
            }
            self.show();
        }
    }

    /// Looks after a window: one that never says anything is asked for the digits; one that seems closed is a hint (A8).
    async fn look_after(self, number: u32) {
        let mut looks = 0_u32;
        loop {
            browser::sleep(LOOK_MS).await;
            looks += 1;
            let window = self.0.window.borrow();
            let Some(window) = window.as_ref().filter(|window| window.number == number) else { return };
            let is_closed = window.handle.as_ref().is_some_and(Other::is_closed);
            let is_silent = window.challenge.is_none() && looks >= SILENT_LOOKS;
            let mut frame = self.0.frame.borrow_mut();
            let Some(opened) = frame.opened.as_mut() else { return };
            let is_news = opened.note_closed(is_closed);
            let is_change = (is_silent && opened.need_code()) | (looks >= OLD_LOOKS && opened.grow_old());
            drop(frame);
            if is_news || is_change {
                self.show();
            }
            if is_news {
                self.tell("closed", &[]);
            }
        }
    }
}

/// An origin that can be named as the target of a message.
fn is_origin(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

const fn state_word(state: EmbedState) -> &'static str {
    match state {
        EmbedState::Unconfirmed => "unconfirmed",
        EmbedState::Nothing => "nothing",
        EmbedState::Ready => "ready",
        EmbedState::Open => "open",
        EmbedState::Working => "working",
        EmbedState::Done => "done",
        EmbedState::Stopped => "stopped",
    }
}
