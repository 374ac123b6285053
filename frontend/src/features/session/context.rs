//! The session, as pages of the portal know it.

use crate::api::{self, ApiFailure};
use crate::browser;
use crate::remote::Remote;
use leptos::prelude::*;
use shared::api::session::{MemberRole, Meta, SessionView};

/// The session around a page: read it, and read it again after a change that moves the menu's numbers.
#[derive(Clone, Copy)]
pub struct Session(Remote<Result<SessionView, ApiFailure>>);

impl Session {
    /// Reads it.
    pub fn new() -> Self {
        Self(Remote::new(|| api::read::<SessionView>("/api/v1/session")))
    }

    /// Who is signed in; `None` while that is not known.
    pub fn view(self) -> Option<SessionView> {
        self.0.get().and_then(Result::ok)
    }

    fn refresh(self) {
        self.0.refetch();
        browser::tell(super::CHANGED);
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
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
