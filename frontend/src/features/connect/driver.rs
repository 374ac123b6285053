//! Does what the machine asks for: requests, this tab's memory, the way to Microsoft.
//!
//! Tokens live here, between callback and Save, and nowhere else; they are wiped on every other way out.

use super::machine::{Effect, Event, Note, Phase, State, is_second_round};
use super::person::Person;
use super::stop::Stop;
use super::trip::{Returned, Trip};
use crate::api::{self, ApiFailure, LiveHandle};
use crate::browser::{self, tab};
use crate::text;
use leptos::{prelude::*, task::spawn_local};
use serde::Serialize;
use shared::api::connect::{AttemptStart, ConnectView, ReportFailure, Save, StartAttempt};
use shared::api::problem::{Help, HelpAction, MicrosoftIds};
use shared::id::SignInId;
use shared::oauth::authorize::AccountChoice;
use shared::oauth::callback::CallbackError;
use shared::oauth::id_token::IdTokenError;
use shared::oauth::provider_error::ProviderError;
use shared::oauth::token::TokenError;
use shared::secret::Secret;
use zeroize::Zeroize;

/// Where the page lives once nothing in its address matters.
const HERE: &str = "/connect";
const CALLBACK: &str = "/connect/callback";
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

#[derive(Serialize)]
struct Nothing {}

/// The page's hands. A copy is the same page.
#[derive(Clone, Copy)]
pub struct Driver {
    /// What the page shows.
    pub state: RwSignal<State>,
    secret: StoredValue<Option<Secret<String>>, LocalStorage>,
    is_link: StoredValue<bool, LocalStorage>,
    tokens: StoredValue<Option<Save>, LocalStorage>,
    live: StoredValue<Option<LiveHandle>, LocalStorage>,
}

impl Driver {
    /// A page about to open.
    pub fn begin() -> Self {
        Self {
            state: RwSignal::new(State::new(Phase::Opening, Note::None)),
            secret: StoredValue::new_local(None),
            is_link: StoredValue::new_local(false),
            tokens: StoredValue::new_local(None),
            live: StoredValue::new_local(None),
        }
    }

    /// Reads where the page is, and goes on from there.
    pub fn open(self) {
        let address = browser::address();
        if address.path == CALLBACK {
            let answer = if address.fragment.is_empty() { address.query } else { address.fragment };
            // First of all: neither code nor state stays in the address bar or the history (security.md B10).
            browser::clean_address(HERE);
            self.come_back(answer);
        } else if address.fragment.is_empty() {
            self.open_tab();
        } else if !is_secret(&address.fragment) {
            self.state.set(State::new(Phase::Stopped(Stop::NoLink), Note::None));
        } else {
            self.is_link.set_value(true);
            self.secret.set_value(Some(Secret::new(address.fragment)));
            self.run(Effect::Read);
        }
        browser::on_page_hide(move || self.on(Event::Hidden));
        browser::on_page_restored(move || self.on(Event::Shown));
    }

    /// Opened again in the tab of an attempt: a reload, or back from Microsoft without an answer.
    fn open_tab(self) {
        let Some(secret) = tab::get(SECRET) else {
            self.state.set(State::new(Phase::Stopped(Stop::NoLink), Note::None));
            return;
        };
        self.secret.set_value(Some(Secret::new(secret)));
        // Kept: going forward again to Microsoft still leads to a good end.
        let note = if tab::get(TRIP).is_some() { Note::CameBack } else { Note::Forgotten };
        self.state.set(State::new(Phase::Opening, note));
        self.run(Effect::Read);
    }

    /// Tells the machine, and does what it asks for.
    pub fn on(self, event: Event) {
        let effects = self.state.try_update(|state| {
            let before = std::mem::replace(state, State::new(Phase::Opening, Note::None));
            let (after, effects) = before.on(event);
            *state = after;
            effects
        });
        effects.into_iter().flatten().for_each(|effect| self.run(effect));
    }

    fn run(self, effect: Effect) {
        match effect {
            Effect::Read => spawn_local(async move { self.on(Event::Viewed(self.read().await)) }),
            Effect::Watch => self.watch(),
            Effect::Leave(sign_in) => spawn_local(self.leave(sign_in)),
            Effect::Pick(sign_in) => spawn_local(self.turn_to(sign_in, false)),
            Effect::Anew(sign_in) => spawn_local(self.turn_to(sign_in, true)),
            Effect::Save => spawn_local(self.save()),
            Effect::Continue => spawn_local(async move {
                let answer = api::connect::post_async(CONTINUE, &self.secret(), &Nothing {}).await;
                self.on(Event::Continued(answer));
            }),
            Effect::Forget => self.tokens.set_value(None),
        }
    }

    fn secret(self) -> String {
        self.secret.with_value(|secret| secret.as_ref().map(|secret| secret.expose().clone())).unwrap_or_default()
    }

    async fn read(self) -> Result<ConnectView, ApiFailure> {
        api::connect::get(VIEW, &self.secret()).await
    }

    fn watch(self) {
        let handle = api::live(LIVE, Some(&self.secret()), move |view| self.on(Event::Live(view)));
        self.live.set_value(Some(handle));
    }

    /// Makes an attempt; from then on its secret is this tab's.
    async fn attempt(self, sign_in: SignInId, start_over: bool) -> Result<AttemptStart, ApiFailure> {
        let request = StartAttempt { sign_in, start_over };
        let start: AttemptStart = api::connect::post(ATTEMPTS, &self.secret(), &request).await?;
        if tab::set(SECRET, &start.secret) {
            // From here the tab's attempt is enough: the link's secret leaves the address bar and the history.
            browser::clean_address(HERE);
        }
        self.secret.set_value(Some(Secret::new(start.secret.clone())));
        self.is_link.set_value(false);
        Ok(start)
    }

    /// Turns to a sign-in without leaving: its view is read with an attempt of its own.
    async fn turn_to(self, sign_in: SignInId, start_over: bool) {
        let answer = match self.attempt(sign_in, start_over).await {
            Ok(_) => self.read().await,
            Err(failure) => Err(failure),
        };
        self.on(Event::Viewed(answer));
    }

    async fn leave(self, sign_in: SignInId) {
        // The one who signed in a moment ago in this tab is not asked again who they are; everybody else chooses.
        let known = self.state.with_untracked(|state| {
            let view = state.view.as_ref().filter(|_| !self.is_link.get_value());
            let second_round = view.filter(|view| is_second_round(view.sign_in.state));
            second_round.and_then(|view| view.sign_in.signed_in_as.clone())
        });
        let start = match self.attempt(sign_in, false).await {
            Ok(start) => start,
            Err(ApiFailure::Network) => return self.on(Event::AttemptMade(Err(Stop::Offline))),
            Err(failure) => return self.on(Event::AttemptMade(Err(Stop::Refused(failure)))),
        };
        match Self::prepare(start, known.as_deref()) {
            Ok(url) => {
                self.on(Event::AttemptMade(Ok(())));
                browser::navigate(&url);
            }
            Err(stop) => self.on(Event::AttemptMade(Err(stop))),
        }
    }

    /// Puts into the tab's memory what the way back needs.
    fn prepare(start: AttemptStart, known: Option<&str>) -> Result<String, Stop> {
        let random = browser::random().zip(browser::random()).ok_or(Stop::NoMemory)?;
        let account = known.map_or(AccountChoice::Ask, AccountChoice::Known);
        let (trip, url) = Trip::begin(start, account, random).map_err(|_| Stop::WrongAnswer("attempt"))?;
        let text = trip.write().ok_or(Stop::NoMemory)?;
        if tab::set(TRIP, text.expose()) { Ok(url) } else { Err(Stop::NoMemory) }
    }

    /// Back from Microsoft. What was remembered is taken out first: a second answer finds nothing.
    fn come_back(self, answer: String) {
        let trip = tab::take(TRIP).and_then(|mut text| {
            let trip = Trip::read(&text);
            text.zeroize();
            trip
        });
        let Some(trip) = trip else {
            self.secret.set_value(tab::get(SECRET).map(Secret::new));
            self.state.set(State::new(Phase::Stopped(Stop::ForeignAnswer), Note::None));
            return;
        };
        self.secret.set_value(Some(Secret::new(trip.secret().to_owned())));
        self.state.set(State::new(Phase::Returning, Note::None));
        spawn_local(async move {
            let is_consent = trip.is_consent();
            let event = match trip.check(&answer) {
                Ok(Returned::Consented) => Event::Consented,
                Ok(Returned::SignIn(redeem)) => self.redeem(redeem).await,
                Err(error) => Event::CameBackWith(self.explain_callback(error, is_consent).await),
            };
            self.on(Event::Viewed(self.read().await));
            self.on(event);
        });
    }

    async fn redeem(self, redeem: super::trip::Redeem) -> Event {
        let form = redeem.form();
        let answer = api::microsoft::post_form(&form.url, form.body.expose()).await;
        let Ok((_, body)) = answer else { return Event::CameBackWith(Stop::MicrosoftOffline) };
        match redeem.read(Secret::new(body)) {
            Ok(tokens) => {
                let person = Person::from(&tokens.claims);
                let access = tokens.access.as_ref().map(|access| access.expose().clone()).unwrap_or_default();
                self.tokens.set_value(Some(Save { access_token: access, id_token: tokens.id.expose().clone() }));
                Event::SignedIn(person)
            }
            Err(error) => Event::CameBackWith(self.explain_token(error).await),
        }
    }

    async fn explain_callback(self, error: CallbackError, is_consent: bool) -> Stop {
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

    async fn explain_token(self, error: TokenError) -> Stop {
        match error {
            TokenError::Provider(said) => self.report("token", &said).await,
            TokenError::IdToken(IdTokenError::WrongTenant(claims)) => Stop::WrongTenant(Person::from(&*claims)),
            TokenError::IdToken(IdTokenError::PersonalAccount) => Stop::PersonalAccount,
            TokenError::IdToken(IdTokenError::NonceForeign) => Stop::WrongAnswer("nonce"),
            _ => Stop::WrongAnswer("token"),
        }
    }

    /// Tells the server what Microsoft said; its answer is the remedy.
    async fn report(self, step: &str, said: &ProviderError) -> Stop {
        let report = ReportFailure {
            step: step.to_owned(),
            error: said.error.clone(),
            subcode: said.subcode.clone(),
            ids: ids(said),
        };
        let help: Result<Help, _> = api::connect::post(FAILURE, &self.secret(), &report).await;
        Stop::Told(Box::new(help.unwrap_or_else(|_| Help {
            code: said.error.clone(),
            title: text::connect::REFUSED_TITLE.to_owned(),
            text: said.description.first().cloned().unwrap_or_default(),
            action: HelpAction::SignInAgain,
            ids: ids(said),
        })))
    }

    /// The only moment when tokens leave this page, to our own origin.
    async fn save(self) {
        let Some(save) = self.tokens.try_update_value(Option::take).flatten() else {
            return self.on(Event::Lost);
        };
        let answer: Result<ConnectView, _> = api::connect::post_async(SAVE, &self.secret(), &save).await;
        let is_waiting = self.state.with_untracked(|state| matches!(state.phase, Phase::Saving(_)));
        // Kept only while nobody knows whether they arrived.
        if is_waiting && matches!(answer, Err(ApiFailure::Network)) {
            self.tokens.set_value(Some(save));
        }
        self.on(Event::Saved(answer));
    }
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
