//! The page for a state, as markup.

use super::machine::{Phase, State};
use super::parts::decision;
use super::stopped::{self, Surroundings};
use super::{asked, frame, review, security, waiting, work};
use crate::markup::Tag;
use shared::api::authorizations::SignInState;
use shared::api::connect::ConnectView;

/// What a page shows besides its state.
#[derive(Debug, Clone, Copy, Default)]
pub struct Here<'a> {
    /// What was copied a moment ago.
    pub copied: Option<&'a str>,
    /// This page's own host.
    pub host: &'a str,
    /// The link by which it was opened, to pass on.
    pub link: Option<&'a str>,
    /// Until when that is good, in words.
    pub until: &'a str,
    /// The browser can hand a text to other apps.
    pub can_share: bool,
    /// What security teams ask is shown in the place of everything else.
    pub is_security: bool,
}

/// Panel and decision.
pub fn page(state: &State, here: Here<'_>) -> Tag {
    let decision = match &state.view {
        Some(view) if here.is_security => security::security(view, &here),
        Some(view) => with_view(state, view, &here),
        None => without_view(state, &here),
    };
    frame::frame(state, here.host, decision)
}

fn without_view(state: &State, here: &Here<'_>) -> Tag {
    match &state.phase {
        Phase::Stopped(stop) => stopped::stopped(stop, &Surroundings { view: None, is_busy: false, here }),
        _ => decision().with(waiting::waiting()),
    }
}

fn with_view(state: &State, view: &ConnectView, here: &Here<'_>) -> Tag {
    let is_busy = state.is_busy();
    let copied = here.copied;
    let around = &Surroundings { view: Some(view), is_busy, here };
    match &state.phase {
        Phase::Stopped(stop) => stopped::stopped(stop, around),
        Phase::Doubt(person) => stopped::doubt(view, person, is_busy),
        Phase::Review(person) | Phase::Saving(person) => review::review(view, person, is_busy),
        Phase::Unanswered(_) => stopped::unanswered(),
        Phase::Leaving => waiting::leaving(view),
        Phase::Opening | Phase::Returning | Phase::Asking(_) | Phase::Continuing | Phase::Starting(None) => {
            decision().with(waiting::waiting())
        }
        Phase::Settled(note) | Phase::Starting(Some(note)) => match view.sign_in.state {
            SignInState::Waiting => asked::asked(view, *note, here, is_busy),
            SignInState::Working => work::working(view),
            SignInState::Done => {
                let next = state.next().and_then(|id| view.queue.iter().find(|item| item.id == id));
                work::done(view, next, copied)
            }
            SignInState::ConsentNeeded => stopped::consent(view, is_busy),
            SignInState::ClaimsNeeded => stopped::claims(view, is_busy, copied),
            SignInState::ApprovalNeeded => work::approval(view, is_busy, copied),
            SignInState::Failed => stopped::failed(view, around),
            SignInState::Cancelled => stopped::cancelled(view),
        },
    }
}

#[cfg(test)]
mod tests;
