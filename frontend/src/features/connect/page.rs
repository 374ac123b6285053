//! The page for a state, as markup.

use super::machine::{Phase, State};
use super::stopped::{self, Surroundings};
use super::{asked, frame, review, waiting, work};
use crate::markup::Tag;
use shared::api::authorizations::SignInState;
use shared::api::connect::ConnectView;

/// Panel and decision. `copied` is what was copied a moment ago, `host` this page's own.
pub fn page(state: &State, copied: Option<&str>, host: &str) -> Tag {
    let decision = match &state.view {
        Some(view) => with_view(state, view, copied),
        None => without_view(state, copied),
    };
    frame::frame(state, host, decision)
}

fn without_view(state: &State, copied: Option<&str>) -> Vec<Tag> {
    match &state.phase {
        Phase::Stopped(stop) => stopped::stopped(stop, Surroundings { view: None, is_busy: false, copied }),
        _ => waiting::waiting(),
    }
}

fn with_view(state: &State, view: &ConnectView, copied: Option<&str>) -> Vec<Tag> {
    let is_busy = state.is_busy();
    let around = Surroundings { view: Some(view), is_busy, copied };
    match &state.phase {
        Phase::Stopped(stop) => stopped::stopped(stop, around),
        Phase::Doubt(person) => stopped::doubt(view, person, is_busy),
        Phase::Review(person) | Phase::Saving(person) => review::review(view, person, is_busy),
        Phase::Unanswered(_) => stopped::unanswered(),
        Phase::Leaving => waiting::leaving(view),
        Phase::Opening | Phase::Returning | Phase::Asking(_) | Phase::Continuing | Phase::Starting(None) => {
            waiting::waiting()
        }
        Phase::Settled(note) | Phase::Starting(Some(note)) => match view.sign_in.state {
            SignInState::Waiting => asked::asked(view, *note, is_busy),
            SignInState::Working => work::working(view),
            SignInState::Done => {
                let next = state.next().and_then(|id| view.queue.iter().find(|item| item.id == id));
                work::done(view, next)
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
