//! Does what the machine asks for: requests, this tab's memory, the way to Microsoft.
//!
//! Tokens live here, between callback and Save, and nowhere else; they are wiped on every other way out.

use super::machine::{Effect, Event, Note, Phase, State, is_second_round, may_agree};
use super::page::{Here, page};
use super::parts::HAND_OFF;
use super::person::Person;
use super::speech;
use super::stop::Stop;
use super::trip::{Redeem, Returned, Trip};
use super::work::receipt;
use crate::api::{self, ApiFailure, Coming, LiveHandle};
use crate::browser::{self, dom::Place, spawn, tab};
use crate::held::Held;
use crate::text;
use crate::text::words::{keys, say};
use shared::api::connect::{AttemptStart, ConnectView, ReportFailure, Save, StartAttempt};
use shared::api::problem::{Help, HelpAction, MicrosoftIds};
use shared::id::SignInId;
use shared::json::Write;
use shared::oauth::authorize::AccountChoice;
use shared::oauth::callback::CallbackError;
use shared::oauth::id_token::IdTokenError;
use shared::oauth::provider_error::ProviderError;
use shared::oauth::token::TokenError;
use shared::secret::Secret;
use std::cell::Cell;
use std::rc::Rc;
use zeroize::Zeroize;

/// Where the page lives once nothing in its address matters.
pub(super) const HERE: &str = "/connect";
/// Where Microsoft sends the browser back to.
pub(super) const CALLBACK: &str = "/connect/callback";
/// The attempt's secret, in this tab.
const SECRET: &str = "rekey.connect.attempt";
/// State, nonce and verifier, in this tab, until the callback.
const TRIP: &str = "rekey.connect.trip";

const VIEW: &str = "/api/v1/connect";
const LIVE: &str = "/api/v1/connect/live";
const ATTEMPTS: &str = "/api/v1/connect/attempts";
const SAVE: &str = "/api/v1/connect/save";
const CONTINUE: &str = "/api/v1/connect/continue";
const FAILURE: &str = "/api/v1/connect/failure";

/// How long "Copied" stands there.
const COPIED_MS: i32 = 2_000;

struct Nothing;

impl Write for Nothing {
    fn write(&self) -> String {
        "{}".to_owned()
    }
}

/// The page's hands. A copy is the same page.
#[derive(Clone)]
pub struct Driver(Rc<Page>);

struct Page {
    place: Held<Place>,
    state: Held<State>,
    /// What was copied a moment ago.
    copied: Held<String>,
    secret: Held<Secret<String>>,
    /// The secret is the link's, not an attempt's of this tab.
    is_link: Cell<bool>,
    /// The link's own secret, to pass on to the right person; remembered on the way to Microsoft and back, and no longer.
    link: Held<Secret<String>>,
    tokens: Held<Save>,
    live: Held<LiveHandle>,
    /// What security teams ask is shown.
    is_security: Cell<bool>,
}

impl Driver {
    /// A page about to open in this place.
    pub fn begin(place: Place) -> Self {
        let driver = Self(Rc::new(Page {
            place: Held::new(place),
            state: Held::new(State::new(Phase::Opening, Note::None)),
            copied: Held::default(),
            secret: Held::default(),
            is_link: Cell::new(false),
            link: Held::default(),
            tokens: Held::default(),
            live: Held::default(),
            is_security: Cell::new(false),
        }));
        let pressed = driver.clone();
        driver.0.place.with(|place| place.on_press(move |press, value| pressed.press(press, value)));
        let hidden = driver.clone();
        browser::on_page_hide(move || hidden.on(Event::Hidden));
        let restored = driver.clone();
        browser::on_page_restored(move || restored.on(Event::Shown));
        // Another link, opened in this very tab.
        browser::on_fragment(browser::reload);
        driver
    }

    /// Reads where the page is, and goes on from there.
    pub fn open(&self, address: browser::Address) {
        if address.path == CALLBACK {
            let answer = if address.fragment.is_empty() { address.query } else { address.fragment };
            self.come_back(answer);
        } else if address.fragment.is_empty() {
            self.open_tab();
        } else if is_secret(&address.fragment) {
            self.0.is_link.set(true);
            self.0.link.set(Secret::new(address.fragment.clone()));
            self.keep(address.fragment);
            self.begin_with(Phase::Opening, Note::None);
            self.run(Effect::Read);
        } else {
            self.begin_with(Phase::Stopped(Stop::NoLink), Note::None);
        }
    }

    /// Opened again in the tab of an attempt: a reload, or back from Microsoft without an answer.
    fn open_tab(&self) {
        let Some(secret) = tab::get(SECRET) else {
            return self.begin_with(Phase::Stopped(Stop::NoLink), Note::None);
        };
        self.keep(secret);
        // Kept: going forward again to Microsoft still leads to a good end, for an hour.
        let note = if remembered(tab::get(TRIP)).is_some() { Note::CameBack } else { Note::Forgotten };
        if note == Note::Forgotten {
            tab::remove(TRIP);
        }
        self.begin_with(Phase::Opening, note);
        self.run(Effect::Read);
    }

    fn begin_with(&self, phase: Phase, note: Note) {
        self.0.state.set(State::new(phase, note));
        self.show();
    }

    /// Tells the machine, shows what comes of it, and does what it asks for.
    pub fn on(&self, event: Event) {
        let Some(before) = self.0.state.take() else { return };
        let key = before.page();
        let (after, effects) = before.on(event);
        let is_new_page = after.page() != key;
        self.0.state.set(after);
        self.show();
        if is_new_page {
            self.0.is_security.set(false);
            self.show();
            browser::focus_heading();
        }
        for effect in effects {
            self.run(effect);
        }
    }

    fn show(&self) {
        self.0.state.with(|state| self.show_state(state));
    }

    fn show_state(&self, state: &State) {
        let copied = self.0.copied.copy();
        let address = browser::address();
        let link = self.0.link.copy().map(|secret| text::join(&[&address.origin, HERE, "#", secret.expose()]));
        let until = state.view.as_ref().map(|view| browser::date_and_time(view.expires_at)).unwrap_or_default();
        let here = Here {
            copied: copied.as_deref(),
            host: &address.host,
            link: link.as_deref(),
            until: &until,
            can_share: browser::can_share(),
            is_security: self.0.is_security.get(),
        };
        self.0.place.with(|place| place.show(page(state, here)));
        if self.0.is_security.get() || state.has_stopped() {
            spawn(self.clone().say_more());
        }
        browser::set_title(&text::connect::tab_title(state));
    }

    /// Loads the texts of what is shown, where they are not there yet.
    async fn say_more(self) {
        if speech::more().await {
            self.show();
        }
    }

    async fn speak(self, code: String) {
        if speech::choose(&code).await {
            self.show();
        }
    }

    fn show_security(&self, is_security: bool) {
        self.0.is_security.set(is_security);
        self.show();
        browser::focus_heading();
    }

    /// A button was pressed.
    fn press(&self, press: &str, value: &str) {
        match press {
            "go" => self.on(Event::Go),
            "go_on" => self.on(Event::GoOn),
            "save" => self.on(Event::Save),
            "check" => self.on(Event::Check),
            "over" => self.on(Event::StartOver),
            "pick" => {
                if let Ok(sign_in) = value.parse() {
                    self.on(Event::Pick(sign_in));
                }
            }
            "copy" => spawn(self.clone().copy(value.to_owned())),
            "language" => spawn(self.clone().speak(value.to_owned())),
            "security" => self.show_security(true),
            "close" => self.show_security(false),
            "print" => browser::print(),
            "share" => browser::share(value),
            "select" => browser::select(HAND_OFF),
            "receipt" => {
                let receipt = self.0.state.with(|state| state.view.as_ref().map(receipt)).flatten();
                let name = text::join(&[say(keys::RECEIPT_FILE), ".txt"]);
                browser::download(&name, "text/plain", &receipt.unwrap_or_default());
            }
            _ => {}
        }
    }

    async fn copy(self, value: String) {
        if browser::copy(&value).await {
            self.0.copied.set(value);
            self.show();
            browser::sleep(COPIED_MS).await;
            self.0.copied.take();
            self.show();
        }
    }

    fn run(&self, effect: Effect) {
        match effect {
            Effect::Watch => self.watch(),
            Effect::Forget => drop(self.0.tokens.take()),
            _ => spawn(self.clone().work(effect)),
        }
    }

    async fn work(self, effect: Effect) {
        let event = match effect {
            Effect::Read => Event::Viewed(self.read().await),
            Effect::Leave(sign_in) => return self.leave(sign_in).await,
            Effect::Pick(sign_in) => Event::Viewed(self.turn_to(sign_in, false).await),
            Effect::Anew(sign_in) => Event::Viewed(self.turn_to(sign_in, true).await),
            Effect::Save => self.save().await,
            Effect::Continue => Event::Continued(api::connect::post_async(CONTINUE, &self.secret(), &Nothing).await),
            Effect::Watch | Effect::Forget => return,
        };
        self.on(event);
    }

    fn keep(&self, secret: String) {
        self.0.secret.set(Secret::new(secret));
    }

    fn secret(&self) -> String {
        self.0.secret.with(|secret| secret.expose().clone()).unwrap_or_default()
    }

    /// Boxed, as others that are awaited in several places: the code of waiting stands once.
    fn read(&self) -> Coming<'_, Result<ConnectView, ApiFailure>> {
        Box::pin(async move { api::connect::get(VIEW, &self.secret()).await })
    }

    fn watch(&self) {
        let watcher = self.clone();
        let handle = api::live(LIVE, &self.secret(), move |view| watcher.on(Event::Live(view)));
        self.0.live.set(handle);
    }

    /// Makes an attempt; from then on its secret is this tab's.
    fn attempt(&self, sign_in: SignInId, start_over: bool) -> Coming<'_, Result<AttemptStart, ApiFailure>> {
        Box::pin(async move {
            let request = StartAttempt { sign_in, start_over };
            let start: AttemptStart = api::connect::post(ATTEMPTS, &self.secret(), &request).await?;
            if tab::set(SECRET, &start.secret) {
                // From here the tab's attempt is enough: the link's secret leaves the address bar and the history.
                browser::clean_address(HERE);
            }
            self.keep(start.secret.clone());
            self.0.is_link.set(false);
            Ok(start)
        })
    }

    /// Turns to a sign-in without leaving: its view is read with an attempt of its own.
    fn turn_to(&self, sign_in: SignInId, start_over: bool) -> Coming<'_, Result<ConnectView, ApiFailure>> {
        Box::pin(async move {
            self.attempt(sign_in, start_over).await?;
            self.read().await
        })
    }

    /// The one who signed in a moment ago in this tab is not asked again who they are; everybody else chooses.
    fn known_account(&self) -> Option<String> {
        let known = |state: &mut State| {
            let view = state.view.as_ref().filter(|_| !self.0.is_link.get())?;
            if is_second_round(view.sign_in.state) || may_agree(view) {
                view.sign_in.signed_in_as.clone()
            } else {
                None
            }
        };
        self.0.state.with(known).flatten()
    }

    async fn leave(&self, sign_in: SignInId) {
        let known = self.known_account();
        let start = match self.attempt(sign_in, false).await {
            Ok(start) => start,
            Err(ApiFailure::Network) => return self.on(Event::AttemptMade(Err(Stop::Offline))),
            Err(failure) => return self.on(Event::AttemptMade(Err(Stop::Refused(failure)))),
        };
        let link = self.0.link.with(|secret| secret.expose().clone());
        match Self::prepare(start, known.as_deref(), link) {
            Ok(url) => {
                self.on(Event::AttemptMade(Ok(())));
                browser::navigate(&url);
            }
            Err(stop) => self.on(Event::AttemptMade(Err(stop))),
        }
    }

    /// Puts into the tab's memory what the way back needs.
    fn prepare(start: AttemptStart, known: Option<&str>, link: Option<String>) -> Result<String, Stop> {
        let random = browser::random().zip(browser::random()).ok_or(Stop::NoMemory)?;
        let account = known.map_or(AccountChoice::Ask, AccountChoice::Known);
        let (mut trip, url) =
            Trip::begin(start, account, random, browser::now()).map_err(|_| Stop::WrongAnswer("attempt"))?;
        trip.link = link;
        let text = trip.write();
        if tab::set(TRIP, text.expose()) { Ok(url) } else { Err(Stop::NoMemory) }
    }

    /// Back from Microsoft. What was remembered is taken out first: a second answer finds nothing.
    fn come_back(&self, answer: String) {
        let Some(mut trip) = remembered(tab::take(TRIP)) else {
            if let Some(secret) = tab::get(SECRET) {
                self.keep(secret);
            }
            return self.begin_with(Phase::Stopped(Stop::ForeignAnswer), Note::None);
        };
        self.keep(trip.secret().to_owned());
        if let Some(link) = trip.link.take() {
            self.0.link.set(Secret::new(link));
        }
        self.begin_with(Phase::Returning, Note::None);
        spawn(self.clone().finish(trip, answer));
    }

    async fn finish(self, trip: Trip, answer: String) {
        let is_consent = trip.is_consent();
        let event = match trip.check(&answer) {
            Ok(Returned::Consented) => Event::Consented,
            Ok(Returned::SignIn(redeem)) => self.redeem(&redeem).await,
            Err(error) => Event::CameBackWith(self.explain_callback(error, is_consent).await),
        };
        self.on(Event::Viewed(self.read().await));
        self.on(event);
    }

    async fn redeem(&self, redeem: &Redeem) -> Event {
        let form = redeem.form();
        let answer = api::microsoft::post_form(&form.url, form.body.expose()).await;
        let Ok((_, body)) = answer else { return Event::CameBackWith(Stop::MicrosoftOffline) };
        match redeem.read(Secret::new(body)) {
            Ok(tokens) => {
                let person = Person::from(&tokens.claims);
                let access = tokens.access.as_ref().map(|access| access.expose().clone()).unwrap_or_default();
                self.0.tokens.set(Save { access_token: access, id_token: tokens.id.expose().clone() });
                Event::SignedIn(person)
            }
            Err(error) => Event::CameBackWith(self.explain_token(error).await),
        }
    }

    async fn explain_callback(&self, error: CallbackError, is_consent: bool) -> Stop {
        match error {
            CallbackError::Provider(said) if said.is_declined() => {
                let ids = ids(&said);
                self.report("callback", &said).await;
                Stop::Declined { at_consent: is_consent, ids }
            }
            CallbackError::Provider(said) => self.report("callback", &said).await,
            CallbackError::StateMissing | CallbackError::StateForeign => Stop::ForeignAnswer,
            CallbackError::IssuerForeign => Stop::WrongAnswer("issuer"),
            _ => Stop::WrongAnswer("callback"),
        }
    }

    async fn explain_token(&self, error: TokenError) -> Stop {
        match error {
            TokenError::Provider(said) => self.report("token", &said).await,
            TokenError::IdToken(IdTokenError::WrongTenant(claims)) => Stop::WrongTenant(Person::from(&*claims)),
            TokenError::IdToken(IdTokenError::PersonalAccount) => Stop::PersonalAccount,
            TokenError::IdToken(IdTokenError::NonceForeign) => Stop::WrongAnswer("nonce"),
            _ => Stop::WrongAnswer("token"),
        }
    }

    /// Tells the server what Microsoft said; its answer is the remedy.
    fn report<'a>(&'a self, step: &'a str, said: &'a ProviderError) -> Coming<'a, Stop> {
        Box::pin(self.ask_remedy(step, said))
    }

    async fn ask_remedy(&self, step: &str, said: &ProviderError) -> Stop {
        let report = ReportFailure {
            step: step.to_owned(),
            error: said.error.clone(),
            subcode: said.subcode.clone(),
            ids: ids(said),
        };
        let help: Result<Help, _> = api::connect::post(FAILURE, &self.secret(), &report).await;
        Stop::Told(Box::new(help.unwrap_or_else(|_| Help {
            code: said.error.clone(),
            title: say(keys::REFUSED_TITLE).to_owned(),
            text: said.description.first().cloned().unwrap_or_default(),
            action: HelpAction::SignInAgain,
            ids: ids(said),
        })))
    }

    /// The only moment when tokens leave this page, to our own origin.
    async fn save(&self) -> Event {
        let Some(save) = self.0.tokens.take() else { return Event::Lost };
        let answer: Result<ConnectView, _> = api::connect::post_async(SAVE, &self.secret(), &save).await;
        let is_waiting = self.0.state.with(|state| matches!(state.phase, Phase::Saving(_))) == Some(true);
        // Kept only while nobody knows whether they arrived.
        if is_waiting && matches!(answer, Err(ApiFailure::Network)) {
            self.0.tokens.set(save);
        }
        Event::Saved(answer)
    }
}

/// The trip that this tab remembers; none where it began too long ago.
fn remembered(text: Option<String>) -> Option<Trip> {
    let mut text = text?;
    let trip = Trip::read(&text).filter(|trip| !trip.is_over(browser::now()));
    text.zeroize();
    trip
}

/// What may stand in a header, so that a mangled link is told apart from a lost connection.
fn is_secret(text: &str) -> bool {
    text.len() <= 256 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn ids(said: &ProviderError) -> MicrosoftIds {
    MicrosoftIds {
        aadsts: said.aadsts,
        trace_id: said.trace_id.clone(),
        correlation_id: said.correlation_id.clone(),
        timestamp: said.timestamp.clone(),
    }
}
