//! Who is signed in to the portal: the way in, the menu around every page, the way out.
//!
//! The server decides what a person may do; what the menu hides is courtesy.

mod button;
mod menu;
mod refused;
pub mod return_path;
mod sheet;
mod shell;
pub mod trip;

pub use button::SignInButton;
pub use refused::Refused;
pub use sheet::{Quiet, Sheet};
pub use shell::Shell;

use crate::api::{self, ApiFailure};
use crate::browser;
use crate::remote::Remote;
use leptos::prelude::*;
use shared::api::session::{MemberRole, Meta, SessionView};

/// Where the path to come back to is kept during a sign-in.
const RETURN_KEY: &str = "rekey.return";
/// Says that the last session ended by itself.
const ENDED_KEY: &str = "rekey.ended";
/// Says that somebody was signed in here, in this tab: who never was has no session that could end.
const WAS_HERE_KEY: &str = "rekey.was_here";

/// The session around a page: read it, and read it again after a change that moves the menu's numbers.
#[derive(Clone, Copy)]
pub struct Session(Remote<Result<SessionView, ApiFailure>>);

impl Session {
    fn new() -> Self {
        Self(Remote::new(|| async {
            let view = api::read::<SessionView>("/api/v1/session").await;
            if view.is_ok() {
                browser::tab::set(WAS_HERE_KEY, "1");
            }
            view
        }))
    }

    /// Who is signed in; `None` while that is not known.
    pub fn view(self) -> Option<SessionView> {
        self.0.get().and_then(Result::ok)
    }

    /// Reads the numbers beside the menu again.
    pub fn refresh(self) {
        self.0.refetch();
    }
}

/// Reads the numbers beside the menu again, on a page that has a menu.
pub fn refresh() {
    if let Some(session) = use_context::<Session>() {
        session.refresh();
    }
}

/// Whether whoever is signed in has a role that fits; `false` while that is not known.
pub fn has_role(fits: fn(MemberRole) -> bool) -> Memo<bool> {
    let session = use_context::<Session>();
    Memo::new(move |_| session.and_then(Session::view).is_some_and(|view| fits(view.member.role)))
}

/// Whether whoever is signed in is an owner or an admin.
pub fn manages() -> Memo<bool> {
    has_role(|role| matches!(role, MemberRole::Owner | MemberRole::Admin))
}

/// What everybody may know, read once.
#[derive(Clone, Copy)]
pub struct Installation(pub Remote<Result<Meta, ApiFailure>>);

/// Ends this page because the session has ended: the sign-in page comes back here afterwards.
pub fn leave_for_sign_in() {
    remember_path();
    if browser::tab::take(WAS_HERE_KEY).is_some() {
        browser::tab::set(ENDED_KEY, "1");
    }
    browser::replace("/sign-in");
}

/// As [`leave_for_sign_in`], because something needs a fresh sign-in.
pub fn sign_in_again() {
    remember_path();
    browser::navigate("/sign-in");
}

fn remember_path() {
    let here = browser::address();
    let path = if here.query.is_empty() { here.path } else { format!("{}?{}", here.path, here.query) };
    if return_path::validated(&path).is_some() {
        browser::tab::set(RETURN_KEY, &path);
    }
}

/// The path to come back to, once; the overview when there is none.
pub fn take_return_path() -> String {
    let kept = browser::tab::take(RETURN_KEY).unwrap_or_default();
    return_path::validated(&kept).unwrap_or("/").to_owned()
}

/// The last session ended by itself; told once.
pub fn take_ended() -> bool {
    browser::tab::take(ENDED_KEY).is_some()
}
