//! The way in: signing in, coming back from Microsoft, becoming an owner, joining. Opening any of them changes nothing;
//! the click does.

use super::driver::State;
use super::parts::{alarm, button, ghosts, icon, picture, trouble};
use crate::api::ApiFailure;
use crate::features::session::trip::{Errand, TripFailure};
use crate::markup::{Tag, of, tag};
use crate::text::portal::{account, members, shell};
use shared::api::members::InvitedView;

/// A page of the way in.
#[derive(Debug, Clone)]
pub enum Account {
    /// One button.
    SignIn {
        /// What happened before, if anything.
        news: Option<&'static str>,
    },
    /// Back from Microsoft: the sign-in is checked.
    Finishing,
    /// It did not end well.
    Failed(TripFailure),
    /// The secret of an owner link, if the address carried one.
    Owner(Option<String>),
    /// An invitation to become a member.
    Join(Joining),
    /// Signed in with an invitation: the inviter confirms.
    Waits(InvitedView),
}

/// How far an invitation is.
#[derive(Debug, Clone)]
pub enum Joining {
    /// It is being read.
    Opening(String),
    /// Unknown, used, revoked and expired invitations look alike (O8).
    Dead,
    /// It could not be read.
    Failed(String, ApiFailure),
    /// Who invites, into what; and its secret.
    Open(String, InvitedView),
}

/// Whether somebody is leaving for Microsoft.
#[derive(Debug, Clone, Default)]
pub enum Leaving {
    /// Not yet.
    #[default]
    No,
    /// On the way: the button stays busy.
    Busy,
    /// It did not work.
    Failed(TripFailure),
}

/// The presses of these pages, for the driver.
pub mod press {
    /// Leaves for Microsoft.
    pub const SIGN_IN: &str = "sign-in";
    /// Reads the invitation again.
    pub const JOIN: &str = "again-join";
}

impl Account {
    /// The title in the tab.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::SignIn { .. } | Self::Finishing | Self::Failed(_) | Self::Waits(_) => account::TITLE,
            Self::Owner(_) => account::OWNER_TITLE,
            Self::Join(_) => members::JOIN_TITLE,
        }
    }

    /// What a sign-in from here is for.
    pub fn errand(&self) -> Errand {
        match self {
            Self::Owner(Some(secret)) => Errand::Owner(secret.clone()),
            Self::Join(Joining::Open(secret, invited)) if !invited.claimed => Errand::Join(secret.clone()),
            _ => Errand::Portal,
        }
    }
}

/// A page, and the word at its foot.
pub fn page(page: &Account, state: &State) -> (&'static str, Tag) {
    let copied = state.copied.as_deref();
    let leave = |label| leave(label, state);
    let inside = match page {
        Account::SignIn { news } => {
            let news = news.map(|news| of("p", "muted").attr("role", "status").with(news));
            let page = sheet("art-clear", account::SIGN_IN).some(news).with(muted(account::SIGN_IN_WHY));
            let page = page.all(leave(account::SIGN_IN_BUTTON)).with(of("p", "note").with(account::LINK_NOTE));
            return (account::IDLE, page);
        }
        Account::Finishing => sheet("art-clear", account::FINISHING)
            .with(muted(account::FINISHING_WHY).attr("role", "status"))
            .with(ghosts(2)),
        Account::Failed(failure) => {
            let notice = match failure {
                TripFailure::Server(failure) => trouble(failure, None, copied),
                other => muted(other.text()).attr("role", "alert"),
            };
            sheet("art-lost", account::FAILED).with(notice).all(leave(account::START_OVER))
        }
        Account::Owner(Some(_)) => sheet("art-clear", account::OWNER)
            .with(muted(account::OWNER_WHY))
            .all(leave(account::OWNER_BUTTON))
            .with(of("p", "note").with(account::OWNER_ONCE)),
        Account::Owner(None) => sheet("art-lost", account::OWNER_INCOMPLETE).with(muted(account::OWNER_INCOMPLETE_WHY)),
        Account::Join(Joining::Opening(_)) => ghosts(4),
        Account::Join(Joining::Dead) => sheet("art-lost", members::JOIN_DEAD).with(muted(members::JOIN_DEAD_WHY)),
        Account::Join(Joining::Failed(_, failure)) => {
            of("div", "sheet").with(trouble(failure, Some(press::JOIN), copied))
        }
        Account::Join(Joining::Open(_, invited)) if !invited.claimed => {
            let domain = invited.domain.clone().map(|domain| of("span", "faint").with(domain));
            let why = muted(members::join_why(&invited.invited_by, shell::role(invited.role)));
            sheet("art-clear", members::join(&invited.organization))
                .with(why.some(domain.is_some().then(|| " ".into())).some(domain))
                .all(leave(members::JOIN_BUTTON))
                .with(of("p", "note").with(members::join_then(&invited.invited_by)))
        }
        Account::Join(Joining::Open(_, invited)) | Account::Waits(invited) => {
            let why = muted(members::waits_why(&invited.invited_by, &invited.organization));
            sheet("art-clear", members::WAITS)
                .with(why.attr("role", "status").attr("data-test", "waits"))
                .all(leave(members::CONFIRMED))
        }
    };
    ("", inside)
}

/// The single quiet sheet, with its picture and headline.
fn sheet(art: &'static str, heading: impl Into<Tag>) -> Tag {
    let heading = tag("h1").attr("tabindex", "-1").with(heading);
    of("div", "sheet").with(of("div", "stack tight").with(picture("standing", art)).with(heading))
}

fn muted(text: impl Into<Tag>) -> Tag {
    of("p", "muted").with(text)
}

/// The one button that leaves for Microsoft; it says where the password will be typed.
fn leave(label: &'static str, state: &State) -> Vec<Tag> {
    let is_busy = matches!(state.leaving, Leaving::Busy);
    let button = button("button primary large", press::SIGN_IN, is_busy).attr("data-test", "sign-in");
    let button = button.with(if is_busy { account::OPENING } else { label }).with(icon("arrow"));
    let host = state.login_host.as_ref().map(|host| account::goes_to(host).into());
    let mut all = vec![of("div", "stack tight").with(button).with(of("p", "under note").some(host))];
    if let Leaving::Failed(failure) = &state.leaving {
        all.push(match failure {
            TripFailure::Server(failure) => trouble(failure, None, state.copied.as_deref()),
            other => alarm(account::FAILED, other.text()),
        });
    }
    all
}
