//! The dark panel that stays the same from step to step, and the decision beside it.

use super::machine::{Phase, State};
use super::parts::{Button, keymark, picture, stages, strong};
use super::stop::Stop;
use crate::markup::{Tag, of, tag, text as copied};
use crate::signs::StageState;
use crate::text::words::{self as text, keys};
use shared::api::authorizations::SignInState;
use shared::id::TenantId;

/// How far the page is: the place of the stage, and whether it goes on.
fn place(state: &State) -> (usize, bool) {
    let server = state.view.as_ref().map(|view| view.sign_in.state);
    match &state.phase {
        Phase::Opening if server.is_none() => (0, true),
        Phase::Leaving | Phase::Returning => (1, true),
        Phase::Review(_) | Phase::Saving(_) => (2, true),
        Phase::Stopped(Stop::NoLink | Stop::DeadLink(_) | Stop::Offline | Stop::NoMemory) => (0, false),
        Phase::Unanswered(_) | Phase::Stopped(Stop::Refused(_)) => (2, false),
        Phase::Doubt(_) | Phase::Stopped(_) => (1, false),
        Phase::Opening | Phase::Settled(_) | Phase::Starting(_) | Phase::Asking(_) | Phase::Continuing => {
            server.map_or((0, true), server_place)
        }
    }
}

const fn server_place(state: SignInState) -> (usize, bool) {
    match state {
        SignInState::Waiting => (0, true),
        SignInState::Cancelled => (0, false),
        SignInState::ConsentNeeded | SignInState::ClaimsNeeded | SignInState::ApprovalNeeded => (2, false),
        SignInState::Failed => (3, false),
        SignInState::Working => (3, true),
        SignInState::Done => (4, true),
    }
}

fn stage((place, goes_on): (usize, bool), at: usize) -> StageState {
    match at.cmp(&place) {
        std::cmp::Ordering::Less => StageState::Done,
        std::cmp::Ordering::Equal if goes_on => StageState::Current,
        std::cmp::Ordering::Equal => StageState::Stopped,
        std::cmp::Ordering::Greater => StageState::Ahead,
    }
}

/// Panel and decision. `host` is this page's own.
pub fn frame(state: &State, host: &str, decision: Tag) -> Tag {
    let view = state.view.as_ref();
    let asker = view.map(|view| Asker {
        brand: &view.brand,
        asks_for: text::of(keys::ASKS_FOR, view),
        customer: &view.customer,
        tenant: Some(view.tenant),
        domain: text::fill("{domain}", Some(view), &[]),
    });
    let promise = view.map(|view| tag("p").with(text::said(keys::PASSWORD_PROMISE, view)));
    panel(asker, place(state), promise, host, decision).attr("data-page", state.name())
}

/// As [`frame`], before there is a view: who asks is known, or not even that.
pub fn before(known: Option<Asker<'_>>, host: &str, decision: Tag) -> Tag {
    panel(known, (0, true), None, host, decision)
}

fn panel(known: Option<Asker<'_>>, place: (usize, bool), promise: Option<Tag>, host: &str, decision: Tag) -> Tag {
    let this_page = tag("p").with(text::with(keys::THIS_PAGE, &[("host", host)]));
    let foot = of("div", "foot").some(promise).with(this_page);
    let stages = stages(&|at| stage(place, at));
    around(of("div", "hold").with(asker(known, place.1)).with(stages).with(foot), decision)
}

/// Who asks, and for whom.
pub struct Asker<'a> {
    /// The product's name.
    pub brand: &'a str,
    /// Who asks, as a sentence that the customer's name ends.
    pub asks_for: String,
    /// The customer's name.
    pub customer: &'a str,
    /// The customer's tenant, where it is known.
    pub tenant: Option<TenantId>,
    /// The customer's domain, or whatever stands in for it.
    pub domain: String,
}

/// A panel with a decision beside it.
pub fn around(hold: Tag, decision: Tag) -> Tag {
    of("div", "connect")
        .with(of("aside", "context").attr("aria-label", keys::PANEL).with(hold))
        .with(of("main", "decision").with(languages()).with(decision))
}

/// The languages to choose from; the one in use stands out.
fn languages() -> Tag {
    let mut rows = of("ul", "languages").attr("aria-label", keys::CHOOSE_LANGUAGE);
    for language in text::languages() {
        let is_current = language.code == text::language();
        let button = Button::new("language", "language").value(language.code.to_owned()).says(language.name, false);
        rows = rows.with(tag("li").with(button.attr("lang", language.code).flag("aria-current", is_current)));
    }
    rows
}

/// The mark and the product's name.
pub fn brand(name: String) -> Tag {
    of("span", "brand").with(picture("mark", "mark")).with(name)
}

/// Who asks; while that is being read, a place for it.
fn asker(known: Option<Asker<'_>>, reads: bool) -> Tag {
    let Some(known) = known else {
        if !reads {
            return of("div", "asker").with(brand(String::new()));
        }
        let ghosts = of("div", "for").with(of("span", "ghost")).with(of("span", "ghost short"));
        return of("div", "asker").with(brand(String::new())).with(ghosts);
    };
    of("div", "asker").with(brand(known.brand.to_owned())).with(
        of("div", "for")
            .with(tag("small").with(known.asks_for))
            .with(strong(copied(known.customer)))
            .some(known.tenant.map(|tenant| keymark(tenant, false)))
            .with(tag("small").with(known.domain)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::connect::machine::{Note, fixtures::view};

    #[test]
    fn stages_follow_the_work() {
        let at = |phase, state, place| {
            stage(super::place(&State { phase, view: Some(view(state)), note: Note::None }), place)
        };
        let settled = || Phase::Settled(Note::None);
        assert_eq!(at(settled(), SignInState::Done, 3), StageState::Done);
        assert_eq!(at(settled(), SignInState::Waiting, 0), StageState::Current);
        let stopped = || Phase::Stopped(Stop::PersonalAccount);
        assert_eq!(at(stopped(), SignInState::Waiting, 0), StageState::Done);
        assert_eq!(at(stopped(), SignInState::Waiting, 1), StageState::Stopped);
    }
}
