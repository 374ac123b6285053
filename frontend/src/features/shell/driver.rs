//! Does what the shell needs: reads who is signed in and the first screen, follows the history, fetches the pages program.

use super::account::{self, Account, Joining, Leaving};
use super::{frame, menu};
use crate::api::{self, ApiFailure};
use crate::browser::{self, dom};
use crate::features::home::{self, Answer, Home};
use crate::features::session::trip::{self, Arrived, Landing, TripFailure};
use crate::features::session::{self, leave_for_sign_in, take_return_path};
use crate::map::{self, Frame};
use crate::place::Place;
use crate::text;
use shared::api::members::{InvitedView, OpenMemberInvitation};
use shared::api::notices::NoticeView;
use shared::api::session::{MemberRole, Meta, SessionView};
use shared::json::Read;
use shared::secret::Secret;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

const SESSION: &str = "/api/v1/session";
const OVERVIEW: &str = "/api/v1/overview";
const NOTICES: &str = "/api/v1/notices?limit=20";
const RECENT: &str = "/api/v1/audit?limit=6";

/// How long "Copied" stands there.
const COPIED_MS: i32 = 2_000;

/// How far the pages program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pages {
    /// Nobody has needed it yet.
    #[default]
    NotAsked,
    /// On its way.
    Coming,
    /// It fills its place.
    Here,
    /// It did not come.
    Missing,
}

/// What the shell shows.
#[derive(Default)]
pub struct State {
    /// Where one is.
    pub place: Place,
    /// Its place in the map: the pattern, and whether the menu stands beside it. None: nothing is there.
    pub at: Option<(&'static str, Frame)>,
    /// This page's own host.
    pub host: String,
    /// The product's name, once known.
    pub brand: String,
    /// Where passwords are typed, once known.
    pub login_host: Option<String>,
    /// Who is signed in.
    pub session: Answer<SessionView>,
    /// Why the last sign-out failed.
    pub stayed: Option<ApiFailure>,
    /// The first screen.
    pub home: Home,
    /// The other pages.
    pub pages: Pages,
    /// The page of the way in, on one.
    pub account: Option<Account>,
    /// Whether somebody is leaving for Microsoft.
    pub leaving: Leaving,
    /// What was copied a moment ago.
    pub copied: Option<String>,
}

impl State {
    /// The first screen is shown.
    pub fn is_home(&self) -> bool {
        self.at.is_some_and(|(pattern, _)| pattern == map::HOME)
    }

    /// Whether the menu stands beside the page.
    pub fn frame(&self) -> Frame {
        self.at.map_or(Frame::Alone, |(_, frame)| frame)
    }

    /// What happened in the whole organization is not a technician's to read; nor anybody's who is not known yet.
    pub fn may_read_events(&self) -> bool {
        self.role().is_some_and(|role| role != MemberRole::Technician)
    }

    /// The role of whoever is signed in, once it is known.
    pub fn role(&self) -> Option<MemberRole> {
        self.session.as_ref()?.as_ref().ok().map(|view| view.member.role)
    }
}

/// The shell. A copy is the same one.
#[derive(Clone)]
struct Shell(Rc<Inner>);

struct Inner {
    document: RefCell<dom::Place>,
    /// The place of the pages program.
    slot: dom::Slot,
    state: RefCell<State>,
    /// What the address carried when this page was loaded.
    landing: RefCell<Landing>,
    /// How often the pages program was asked for.
    tries: Cell<u32>,
    /// Only the latest visit of the first screen may change it.
    visit: Cell<u32>,
    /// The headline takes the focus when it is there.
    must_focus: Cell<bool>,
}

/// Shows the portal in the element with this id.
pub fn start(id: &'static str) {
    // Before anything else: what the address carries does not stay there.
    let landing = Landing::take();
    let Some(document) = dom::Place::take(id) else { return };
    let slot = dom::Slot::new(PAGES);
    let state = State { host: browser::address().host, ..State::default() };
    let shell = Shell(Rc::new(Inner {
        document: RefCell::new(document),
        slot,
        state: RefCell::new(state),
        landing: RefCell::new(landing),
        tries: Cell::new(0),
        visit: Cell::new(0),
        must_focus: Cell::new(false),
    }));
    shell.listen();
    shell.ask("/api/v1/meta", None, |state, meta: Result<Meta, _>| {
        if let Ok(meta) = meta {
            state.brand = meta.brand;
            state.login_host = Some(meta.login_host);
        }
    });
    shell.went(true);
}

/// The id of the element that the pages program fills.
const PAGES: &str = "pages";

impl Shell {
    fn listen(&self) {
        // What the browser kept of a page is old: who is signed in, and what waits, may have changed.
        browser::on_page_restored(browser::reload);
        let shell = self.clone();
        self.0.document.borrow().on_press(move |press, value| shell.press(press, value));
        let shell = self.clone();
        browser::on_history(move || shell.went(false));
        browser::on_link(browser::go);
        let shell = self.clone();
        browser::on_link_ahead(move |path| {
            if path != map::HOME {
                shell.fetch_pages();
            }
        });
        for (event, pages) in [(browser::PAGES_HERE, Pages::Here), (browser::PAGES_MISSING, Pages::Missing)] {
            let shell = self.clone();
            browser::on(event, move || shell.change(|state| state.pages = pages));
        }
        let shell = self.clone();
        browser::on(session::CHANGED, move || shell.read_session());
    }

    /// Changes what is shown.
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.state.borrow_mut());
        self.show();
    }

    fn show(&self) {
        let state = self.0.state.borrow();
        self.0.document.borrow_mut().show(frame::frame(&state));
        match state.frame() {
            Frame::Menu => self.0.slot.move_into(frame::MAIN),
            Frame::Alone => self.0.slot.move_into(ROOT),
        }
        let title = state.account.as_ref().map(Account::title);
        if let Some(title) = title.or_else(|| state.is_home().then_some(text::portal::home::TITLE)) {
            browser::set_title(&text::title(title, &state.brand));
        }
        let is_home = state.is_home() && state.home.overview.is_some() && state.session.is_some();
        let is_shown = is_home || state.account.is_some();
        drop(state);
        if is_shown && self.0.must_focus.take() {
            browser::focus_heading();
        }
    }

    /// The address is another than before, or the first.
    fn went(&self, is_first: bool) {
        let place = Place::from(browser::address());
        if !is_first && self.0.state.borrow().place == place {
            return;
        }
        browser::hide_popover("side");
        let at = map::find(&place);
        let account = at.and_then(|(pattern, _)| self.account(pattern, &place));
        let (is_home, is_own) = {
            let mut state = self.0.state.borrow_mut();
            (state.at, state.account, state.leaving, state.place) = (at, account, Leaving::No, place);
            (state.is_home(), state.is_home() || state.account.is_some())
        };
        if is_own {
            let before = browser::arrived(&self.0.state.borrow().place.path);
            self.0.must_focus.set(before.is_some());
        } else {
            self.fetch_pages();
        }
        if is_home {
            self.read_home();
        }
        self.show();
        self.begin();
    }

    /// The page of the way in at this pattern.
    fn account(&self, pattern: &str, place: &Place) -> Option<Account> {
        let landing = self.0.landing.borrow();
        Some(match pattern {
            map::SIGN_IN => Account::SignIn { news: session::news(&place.query) },
            map::CALLBACK => Account::Finishing,
            map::OWNER => Account::Owner(landing.owner_link.clone()),
            map::JOIN => {
                let secret = landing.invitation.clone();
                Account::Join(secret.map_or(Joining::Dead, Joining::Opening))
            }
            _ => return None,
        })
    }

    /// Does what the page that is shown begins with.
    fn begin(&self) {
        let state = self.0.state.borrow();
        match &state.account {
            Some(Account::Finishing) => {
                let answer = self.0.landing.borrow_mut().answer.take();
                browser::spawn(self.clone().finish(answer));
            }
            Some(Account::Join(Joining::Opening(secret))) => browser::spawn(self.clone().open(secret.clone())),
            None if state.frame() == Frame::Menu && state.session.is_none() => self.read_session(),
            _ => {}
        }
    }

    /// Asks, and keeps the answer; `visit` says which visit of the first screen it is for.
    fn ask<T: Read + 'static>(
        &self,
        path: &'static str,
        visit: Option<u32>,
        keep: impl FnOnce(&mut State, Result<T, ApiFailure>) + 'static,
    ) {
        let shell = self.clone();
        browser::spawn(async move {
            let answer = api::read::<T>(path).await;
            if matches!(answer, Err(ApiFailure::SignedOut)) {
                leave_for_sign_in();
            } else if visit.is_none_or(|visit| visit == shell.0.visit.get()) {
                shell.change(|state| keep(state, answer));
            }
        });
    }

    fn read_session(&self) {
        let shell = self.clone();
        self.ask(SESSION, None, move |state, session: Result<SessionView, _>| {
            if session.is_ok() {
                session::was_here();
            }
            state.session = Some(session);
            if state.may_read_events() && state.is_home() && state.home.recent.is_none() {
                shell.read_recent();
            }
        });
    }

    fn read_home(&self) {
        self.0.visit.set(self.0.visit.get().wrapping_add(1));
        self.read_overview();
        self.read_notices();
        if self.0.state.borrow().may_read_events() {
            self.read_recent();
        }
    }

    fn read_overview(&self) {
        self.ask(OVERVIEW, Some(self.0.visit.get()), |state, overview| state.home.overview = Some(overview));
    }

    fn read_notices(&self) {
        self.ask(NOTICES, Some(self.0.visit.get()), |state, notices| state.home.notices = Some(notices));
    }

    fn read_recent(&self) {
        self.ask(RECENT, Some(self.0.visit.get()), |state, recent| state.home.recent = Some(recent));
    }

    /// Fetches the pages program, once; again when it did not come.
    fn fetch_pages(&self) {
        {
            let mut state = self.0.state.borrow_mut();
            if matches!(state.pages, Pages::Here | Pages::Coming) {
                return;
            }
            state.pages = Pages::Coming;
        }
        // A module that failed is remembered under its address: each try has one of its own.
        let tries = self.0.tries.replace(self.0.tries.get() + 1);
        let document = self.0.document.borrow();
        let address = document.attribute("data-pages").unwrap_or_default();
        let integrity = document.attribute("data-pages-integrity").unwrap_or_default();
        let address = if tries == 0 { address } else { text::join(&[&address, "?", &text::digits(tries as usize)]) };
        browser::load_module(&address, &integrity, || browser::tell(browser::PAGES_MISSING));
    }

    /// A button was pressed.
    fn press(&self, press: &str, value: &str) {
        match press {
            menu::SIGN_OUT => browser::spawn(self.clone().sign_out()),
            frame::press::SESSION => self.read_session(),
            frame::press::PAGES => {
                self.fetch_pages();
                self.show();
            }
            frame::press::RELOAD => browser::reload(),
            frame::press::COPY => browser::spawn(self.clone().copy(value.to_owned())),
            home::press::OVERVIEW => self.read_overview(),
            home::press::NOTICES => self.read_notices(),
            home::press::RECENT => self.read_recent(),
            home::press::SETTLE => browser::spawn(self.clone().settle(value.to_owned())),
            account::press::SIGN_IN => browser::spawn(self.clone().leave()),
            account::press::JOIN => {
                let account = self.0.state.borrow().account.clone();
                if let Some(Account::Join(Joining::Failed(secret, _))) = account {
                    self.change(|state| state.account = Some(Account::Join(Joining::Opening(secret))));
                    self.begin();
                }
            }
            _ => {}
        }
    }

    async fn copy(self, value: String) {
        if browser::copy(&value).await {
            self.change(|state| state.copied = Some(value));
            browser::sleep(COPIED_MS).await;
            self.change(|state| state.copied = None);
        }
    }

    async fn sign_out(self) {
        match api::remove(SESSION).await {
            Ok(()) | Err(ApiFailure::SignedOut) => {
                browser::tab::clear();
                browser::replace("/sign-in?signed-out");
            }
            Err(failure) => self.change(|state| state.stayed = Some(failure)),
        }
    }

    async fn settle(self, id: String) {
        self.change(|state| {
            state.home.is_settling = true;
            state.home.unsettled = None;
        });
        let settled = api::act::<NoticeView>(&text::join(&["/api/v1/notices/", &id, "/resolve"])).await;
        if matches!(settled, Err(ApiFailure::SignedOut)) {
            return leave_for_sign_in();
        }
        self.change(|state| {
            state.home.is_settling = false;
            state.home.unsettled = settled.err();
        });
        self.read_notices();
    }

    /// Leaves for Microsoft. After a success the browser is on its way, and the button stays busy.
    async fn leave(self) {
        let errand = self.0.state.borrow().account.as_ref().map(Account::errand).unwrap_or_default();
        self.change(|state| state.leaving = Leaving::Busy);
        if let Err(failure) = trip::leave(errand).await {
            self.change(|state| state.leaving = Leaving::Failed(failure));
        }
    }

    /// Back from Microsoft.
    async fn finish(self, answer: Option<Secret<String>>) {
        let arrived = match answer {
            Some(answer) => trip::arrive(answer).await,
            None => Err(TripFailure::NotExpected),
        };
        let account = match arrived {
            Ok(Arrived::In) => return browser::replace(&take_return_path()),
            Ok(Arrived::Waits(invited)) => Account::Waits(invited),
            Err(failure) => Account::Failed(failure),
        };
        self.change(|state| state.account = Some(account));
    }

    /// Reads an invitation.
    async fn open(self, secret: String) {
        let body = OpenMemberInvitation { invitation: secret.clone() };
        let joining = match api::send::<InvitedView>("/api/v1/member-invitations/open", &body).await {
            Ok(view) => Joining::Open(secret, view),
            Err(failure) if failure.code() == "not_found" => Joining::Dead,
            Err(failure) => Joining::Failed(secret, failure),
        };
        self.change(|state| {
            if matches!(state.account, Some(Account::Join(_))) {
                state.account = Some(Account::Join(joining));
            }
        });
    }
}

/// The id of the element that the shell itself fills.
const ROOT: &str = "app";
