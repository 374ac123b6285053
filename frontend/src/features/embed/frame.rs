//! How the frame stands: what the server says, the window that was opened, and why it may refuse to run. Pure.

use crate::api::ApiFailure;
use shared::api::embed::{EmbedState, EmbedView, PopupState};
use shared::time::Timestamp;

/// Why the frame does nothing here (E9, E5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Opened by itself, outside a console.
    Alone,
    /// The page around is of another origin than the session.
    Foreign {
        /// The page's origin.
        here: String,
        /// The session's.
        origin: String,
    },
    /// The session is over, or never was.
    Dead,
    /// The server cannot be reached.
    Offline,
    /// Too many tries came from this network.
    Busy,
}

impl Stop {
    /// The stable word for the page around.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Alone => "not_framed",
            Self::Foreign { .. } => "origin_mismatch",
            Self::Dead => "session_over",
            Self::Offline => "offline",
            Self::Busy => "too_many_requests",
        }
    }

    /// For a request that failed.
    pub fn of(failure: &ApiFailure) -> Self {
        match failure.status() {
            Some(404) => Self::Dead,
            Some(429) => Self::Busy,
            _ => Self::Offline,
        }
    }
}

/// How a window stands with this frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has not said anything yet.
    Looking,
    /// It does not know its frame: the digits are typed there.
    NeedsCode,
    /// The digits were shown for longer than they are good.
    TooOld,
    /// Window and frame belong together.
    Tied,
}

/// What may be in a window's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// It says that it is closed.
    Gone,
    /// It sits in a sandbox, where sign-in cannot work.
    LockedWindow,
    /// This frame sits in a sandbox, which may be why there is no window.
    LockedFrame,
}

/// A window that was opened by the button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its address.
    pub address: String,
    /// The browser gave no handle: it blocked the window, or the console's page severs it (COOP).
    pub is_severed: bool,
    /// The server's answer: the digits, and until when they are good. None while it is asked.
    pub code: Option<(String, Timestamp)>,
    /// How it stands with this frame.
    pub standing: Standing,
    /// What may be in its way.
    pub hindrance: Option<Hindrance>,
}

impl Opened {
    /// A window within the click.
    pub const fn new(address: String, is_severed: bool) -> Self {
        let standing = if is_severed { Standing::NeedsCode } else { Standing::Looking };
        Self { address, is_severed, code: None, standing, hindrance: None }
    }

    /// Window and frame belong together from here on.
    pub const fn tie(&mut self) {
        self.standing = Standing::Tied;
    }

    /// It has to be told its frame by hand; `true` when that is new.
    pub fn need_code(&mut self) -> bool {
        let is_new = self.standing == Standing::Looking;
        if is_new {
            self.standing = Standing::NeedsCode;
        }
        is_new
    }

    /// The digits are too old; `true` when that is new.
    pub fn grow_old(&mut self) -> bool {
        let is_new = matches!(self.standing, Standing::Looking | Standing::NeedsCode);
        if is_new {
            self.standing = Standing::TooOld;
        }
        is_new
    }

    /// It says whether it is closed; `true` when it has just been closed. What is worse than that stays said.
    pub fn note_closed(&mut self, is_closed: bool) -> bool {
        match (self.hindrance, is_closed) {
            (None, true) => {
                self.hindrance = Some(Hindrance::Gone);
                true
            }
            (Some(Hindrance::Gone), false) => {
                self.hindrance = None;
                false
            }
            _ => false,
        }
    }
}

/// The frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// Why it does nothing.
    pub stop: Option<Stop>,
    /// What the server last said.
    pub view: Option<EmbedView>,
    /// The window in hand.
    pub opened: Option<Opened>,
    /// What the server refused last, when the button was pressed.
    pub refusal: Option<ApiFailure>,
    /// This page's own host.
    pub host: String,
    /// What was copied a moment ago.
    pub copied: Option<String>,
}

/// Something for the page around (I6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// How it stands.
    State(EmbedState),
    /// The sets have changed.
    Authorized,
    /// A sign-in stopped; its code.
    Failed(String),
}

impl Frame {
    /// Takes what the server says; gives what the page around is to hear. An older view changes nothing.
    pub fn take(&mut self, view: EmbedView) -> Vec<Told> {
        if self.view.as_ref().is_some_and(|known| view.version < known.version) {
            return Vec::new();
        }
        let before = self.view.replace(view);
        let Some(view) = &self.view else { return Vec::new() };
        self.stop = None;
        if let Some(opened) = &mut self.opened {
            match view.popup {
                Some(PopupState::Tied) => opened.tie(),
                Some(PopupState::Here) => {
                    opened.need_code();
                }
                _ => {}
            }
        }
        let mut told = Vec::new();
        let was = before.as_ref().map(|before| before.state);
        if was != Some(view.state) || before.as_ref().is_some_and(|before| before.moved != view.moved) {
            told.push(Told::State(view.state));
        }
        if was.is_some_and(|was| was != EmbedState::Done) && view.state == EmbedState::Done {
            told.push(Told::Authorized);
            self.opened = None;
        }
        if was != Some(EmbedState::Stopped) && view.state == EmbedState::Stopped {
            // The window of this try has done its part; the next try has one of its own.
            self.opened = None;
            let problem = view.sign_ins.iter().find_map(|sign_in| sign_in.problem.as_ref());
            told.push(Told::Failed(problem.map_or_else(|| "stopped".to_owned(), |problem| problem.code.clone())));
        }
        told
    }

    /// The button may be pressed: something waits, and nothing is being done.
    pub fn may_authorize(&self) -> bool {
        let state = self.view.as_ref().map(|view| view.state);
        self.stop.is_none() && matches!(state, Some(EmbedState::Ready | EmbedState::Open | EmbedState::Stopped))
    }
}

/// What the tests of this feature share.
#[cfg(test)]
pub mod fixtures {
    use super::*;
    use shared::api::authorizations::{SetRef, SignInState};
    use shared::api::embed::EmbedSignIn;
    use shared::method::Method;
    use shared::rules::who::Signer;
    use shared::workload::Workload;

    /// Two sets of Contoso on their way to modern.
    ///
    /// # Panics
    /// Never: its ids are ids.
    pub fn view(state: EmbedState) -> EmbedView {
        let set = |n: u128| SetRef {
            id: format!("00000000-0000-0000-0000-00000000000{n}").parse().unwrap(),
            name: format!("Set {n}"),
            method: Method::Basic,
        };
        EmbedView {
            brand: "Rekey".to_owned(),
            organization: "Northwind".to_owned(),
            organization_id: "00000000-0000-0000-0000-000000000009".parse().unwrap(),
            customer: "Contoso Ltd".to_owned(),
            domain: Some("contoso.com".to_owned()),
            tenant: "00000000-0000-0000-0000-000000000007".parse().unwrap(),
            origin: "https://console.example.com".to_owned(),
            method: Method::Modern,
            state,
            waiting: vec![set(1), set(2)],
            moved: 3,
            refused: Vec::new(),
            workloads: vec![Workload::Exchange, Workload::Contacts],
            sign_ins: vec![EmbedSignIn {
                id: None,
                account: "An administrator".to_owned(),
                signer: Signer::Administrator,
                state: SignInState::Waiting,
                signed_in_as: None,
                steps: Vec::new(),
                problem: None,
                done_at: None,
                already_connected: false,
            }],
            authorization: None,
            popup: None,
            expires_at: Timestamp(1_000),
            lifetime: 1_800,
            version: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fixtures::view;

    #[test]
    fn i6_the_page_around_hears_each_change_once() {
        let mut frame = Frame::default();
        assert_eq!(frame.take(view(EmbedState::Ready)), [Told::State(EmbedState::Ready)]);
        assert_eq!(frame.take(view(EmbedState::Ready)), []);
        assert_eq!(frame.take(view(EmbedState::Done)), [Told::State(EmbedState::Done), Told::Authorized]);
        assert_eq!(frame.take(view(EmbedState::Done)), []);
        // A set that was done before anybody looked is no news.
        assert_eq!(Frame::default().take(view(EmbedState::Done)), [Told::State(EmbedState::Done)]);
    }

    #[test]
    fn a_try_after_a_stop_shows_its_own_window() {
        let mut frame = Frame { opened: Some(Opened::new(String::new(), true)), ..Frame::default() };
        frame.take(view(EmbedState::Open));
        frame.take(view(EmbedState::Stopped));
        assert_eq!(frame.opened, None);
        frame.opened = Some(Opened::new(String::new(), true));
        frame.take(EmbedView { version: 2, ..view(EmbedState::Stopped) });
        assert!(frame.opened.is_some(), "the digits of the next try stay");
    }

    #[test]
    fn an_older_view_changes_nothing() {
        let mut frame = Frame::default();
        frame.take(EmbedView { version: 5, ..view(EmbedState::Working) });
        assert_eq!(frame.take(EmbedView { version: 4, ..view(EmbedState::Ready) }), []);
        assert_eq!(frame.view.unwrap().state, EmbedState::Working);
    }

    #[test]
    fn i3_a_window_without_its_opener_needs_the_code_and_a_tied_one_does_not() {
        let mut frame = Frame { opened: Some(Opened::new(String::new(), false)), ..Frame::default() };
        frame.take(EmbedView { popup: Some(PopupState::Here), ..view(EmbedState::Open) });
        assert_eq!(frame.opened.as_ref().unwrap().standing, Standing::NeedsCode);
        frame.take(EmbedView { popup: Some(PopupState::Tied), ..view(EmbedState::Open) });
        let mut opened = frame.opened.unwrap();
        assert_eq!(opened.standing, Standing::Tied);
        assert!(!opened.need_code() && !opened.grow_old(), "what is tied stays tied");
        assert_eq!(Opened::new(String::new(), true).standing, Standing::NeedsCode);
    }

    #[test]
    fn nothing_is_authorized_while_the_server_works_or_the_frame_refuses() {
        for (state, may) in [
            (EmbedState::Ready, true),
            (EmbedState::Open, true),
            (EmbedState::Stopped, true),
            (EmbedState::Working, false),
            (EmbedState::Done, false),
            (EmbedState::Nothing, false),
            (EmbedState::Unconfirmed, false),
        ] {
            let frame = Frame { view: Some(view(state)), ..Frame::default() };
            assert_eq!(frame.may_authorize(), may, "{state:?}");
            assert!(!Frame { stop: Some(Stop::Dead), ..frame }.may_authorize());
        }
    }
}
