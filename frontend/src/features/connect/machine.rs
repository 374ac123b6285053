//! What the page is doing, and what may happen next. Pure: events in, a new state and effects out.
//!
//! An event that does not fit changes nothing, so a double click, a late answer or a second tab cannot start anything
//! twice (security.md B12). The server's own state lies in the view; [`Phase`] is only what happens in this tab. To add
//! a page: a phase or a [`Stop`], and its line in [`State::on`].

use super::{person::Person, stop::Stop};
use crate::api::ApiFailure;
use shared::api::authorizations::SignInState;
use shared::api::connect::ConnectView;
use shared::id::SignInId;
use shared::method::Method;

/// The server's code for a Save that Microsoft answered with a challenge; the view tells the rest.
const CLAIMS_NEEDED: &str = "claims_needed";

/// What this tab is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Reading the link, or the tab's attempt.
    Opening,
    /// Showing what the view says.
    Settled(Note),
    /// Pressed: the server makes an attempt. With the note of the page that stays meanwhile, if one does.
    Starting(Option<Note>),
    /// On the way to Microsoft, in this window.
    Leaving,
    /// Back from Microsoft: the answer is being checked and redeemed.
    Returning,
    /// Signed in as another account than the one asked for.
    Doubt(Person),
    /// Signed in: nothing is sent before Save.
    Review(Person),
    /// Saved; waiting for the server's answer.
    Saving(Person),
    /// Saved, and no answer came: the same token may be sent once more.
    Unanswered(Person),
    /// The server was asked to carry on with the Save that was pressed.
    Continuing,
    /// The server refused an attempt or a Save; its view says whether it went on nevertheless.
    Asking(ApiFailure),
    /// Stopped on this side.
    Stopped(Stop),
}

/// A word beside the first page: why it is shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Note {
    /// It is not.
    #[default]
    None,
    /// Left for Microsoft and came back without an answer.
    CameBack,
    /// Signed in, but the page was left before Save, so the sign-in is forgotten.
    Forgotten,
}

/// The page's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What this tab is doing.
    pub phase: Phase,
    /// What the server last said.
    pub view: Option<ConnectView>,
    /// Shown when the first page comes.
    pub note: Note,
}

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// The server answered with its view, or did not.
    Viewed(Result<ConnectView, ApiFailure>),
    /// The live stream brought a newer view.
    Live(ConnectView),
    /// Pressed: go to Microsoft.
    Go,
    /// The attempt is made and the tab remembers it.
    AttemptMade(Result<(), Stop>),
    /// Back from a sign-in.
    SignedIn(Person),
    /// Back from a consent.
    Consented,
    /// Back without success.
    CameBackWith(Stop),
    /// Pressed: go on although the account is another.
    GoOn,
    /// Pressed: Save.
    Save,
    /// The server answered Save.
    Saved(Result<ConnectView, ApiFailure>),
    /// Pressed: ask the server to carry on (an approval was given).
    Check,
    /// Save was pressed and there are no tokens any more.
    Lost,
    /// The server carried on, or did not.
    Continued(Result<ConnectView, ApiFailure>),
    /// Pressed: this sign-in of the queue.
    Pick(SignInId),
    /// Pressed: from the beginning.
    StartOver,
    /// The page was left; it may come back from the browser's memory.
    Hidden,
    /// The page came back from the browser's memory.
    Shown,
}

/// Something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Read the view.
    Read,
    /// Watch it.
    Watch,
    /// Make an attempt and leave for Microsoft.
    Leave(SignInId),
    /// Make an attempt for another sign-in, so that its view can be read.
    Pick(SignInId),
    /// Make an attempt that forgets the Save before it, and read the view.
    Anew(SignInId),
    /// Send the tokens.
    Save,
    /// Ask the server to carry on with the Save that was pressed.
    Continue,
    /// Wipe the tokens.
    Forget,
}

/// What tells one page from another: a new one is read from its heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageKey(&'static str, Option<SignInId>, Note);

impl State {
    /// Before anything is known.
    pub const fn new(phase: Phase, note: Note) -> Self {
        Self { phase, view: None, note }
    }

    /// Which page this is.
    pub fn page(&self) -> PageKey {
        let sign_in = self.view.as_ref().map(|view| view.sign_in.id);
        let note = match self.phase {
            Phase::Settled(note) | Phase::Starting(Some(note)) => note,
            _ => Note::None,
        };
        PageKey(self.name(), sign_in, note)
    }

    /// The page's name, for tests to hold on to.
    pub fn name(&self) -> &'static str {
        match &self.phase {
            Phase::Opening | Phase::Asking(_) | Phase::Continuing | Phase::Starting(None) => "opening",
            Phase::Settled(_) | Phase::Starting(Some(_)) => self.view.as_ref().map_or("opening", view_name),
            Phase::Leaving => "leaving",
            Phase::Returning => "returning",
            Phase::Doubt(_) => "doubt",
            Phase::Review(_) | Phase::Saving(_) => "review",
            Phase::Unanswered(_) => "unanswered",
            Phase::Stopped(stop) => stop.as_str(),
        }
    }

    /// Something is on its way: buttons are busy.
    pub const fn is_busy(&self) -> bool {
        use Phase::{Asking, Continuing, Opening, Saving, Starting};
        matches!(self.phase, Starting(_) | Saving(_) | Opening | Asking(_) | Continuing)
    }

    /// A remedy or a refusal is shown.
    pub fn has_stopped(&self) -> bool {
        matches!(self.phase, Phase::Stopped(_)) || self.view.as_ref().is_some_and(|view| view.sign_in.problem.is_some())
    }

    /// The next sign-in of the queue that still wants somebody.
    pub fn next(&self) -> Option<SignInId> {
        let view = self.view.as_ref()?;
        let waits = |state| may_start(state) || state == SignInState::ApprovalNeeded;
        view.queue.iter().find(|item| item.id != view.sign_in.id && waits(item.state)).map(|item| item.id)
    }

    /// Takes an event.
    #[must_use]
    pub fn on(mut self, event: Event) -> (Self, Vec<Effect>) {
        let effects = self.take(event);
        (self, effects)
    }

    fn take(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Viewed(answer) => self.viewed(answer),
            Event::Live(view) => self.live(view),
            Event::Go => self.go(),
            Event::AttemptMade(made) => self.attempt_made(made),
            Event::SignedIn(person) => self.signed_in(person),
            Event::Consented if self.is_returning() => self.to(Phase::Continuing, &[Effect::Continue]),
            Event::CameBackWith(stop) if self.is_returning() => self.to(Phase::Stopped(stop), &[Effect::Forget]),
            Event::GoOn => match self.leave_phase() {
                Phase::Doubt(person) => self.to(Phase::Review(person), &[]),
                other => self.to(other, &[]),
            },
            Event::Save => match self.leave_phase() {
                Phase::Review(person) | Phase::Unanswered(person) => self.to(Phase::Saving(person), &[Effect::Save]),
                other => self.to(other, &[]),
            },
            Event::Saved(answer) => self.saved(answer),
            Event::Check if self.settled_state() == Some(SignInState::ApprovalNeeded) => {
                self.to(Phase::Continuing, &[Effect::Continue])
            }
            Event::Continued(answer) if matches!(self.phase, Phase::Continuing) => match answer {
                Ok(view) => {
                    self.view = Some(view);
                    self.to(Phase::Settled(Note::None), &[])
                }
                Err(ApiFailure::Network) => self.to(Phase::Stopped(Stop::Offline), &[]),
                Err(failure) => self.to(Phase::Stopped(Stop::Refused(failure)), &[]),
            },
            Event::Pick(id) if !self.is_busy() => self.to(Phase::Opening, &[Effect::Forget, Effect::Pick(id)]),
            Event::StartOver => {
                self.note = Note::None;
                self.start_over()
            }
            Event::Lost if matches!(self.phase, Phase::Saving(_)) => {
                self.to(Phase::Settled(Note::Forgotten), &[Effect::Forget])
            }
            Event::Hidden => self.hidden(),
            Event::Shown => {
                self.note = if matches!(self.phase, Phase::Leaving) { Note::CameBack } else { Note::None };
                self.to(Phase::Opening, &[Effect::Forget, Effect::Read])
            }
            Event::Consented
            | Event::CameBackWith(_)
            | Event::Check
            | Event::Continued(_)
            | Event::Lost
            | Event::Pick(_) => Vec::new(),
        }
    }

    const fn is_returning(&self) -> bool {
        matches!(self.phase, Phase::Returning)
    }

    /// The phase, to be put back or followed by another at once.
    const fn leave_phase(&mut self) -> Phase {
        std::mem::replace(&mut self.phase, Phase::Opening)
    }

    fn to(&mut self, phase: Phase, effects: &[Effect]) -> Vec<Effect> {
        self.phase = phase;
        effects.to_vec()
    }

    /// What the server says, when that is what is shown.
    fn settled_state(&self) -> Option<SignInState> {
        match &self.phase {
            Phase::Settled(_) => self.view.as_ref().map(|view| view.sign_in.state),
            _ => None,
        }
    }

    fn viewed(&mut self, answer: Result<ConnectView, ApiFailure>) -> Vec<Effect> {
        match (self.leave_phase(), answer) {
            (Phase::Opening, Ok(view)) => {
                self.view = Some(view);
                let note = std::mem::take(&mut self.note);
                self.to(Phase::Settled(note), &[Effect::Watch])
            }
            (Phase::Returning, Ok(view)) => {
                self.view = Some(view);
                self.to(Phase::Returning, &[Effect::Watch])
            }
            (Phase::Asking(refusal), Ok(view)) => {
                let before = self.view.as_ref().map(|view| view.sign_in.state);
                let went_on = before != Some(view.sign_in.state) || refusal.code() == CLAIMS_NEEDED;
                // The view has the remedy in full, with Microsoft's ids.
                let told = view.sign_in.problem.clone().filter(|problem| problem.code == refusal.code());
                let stop = told.map_or(Stop::Refused(refusal), |help| Stop::Told(Box::new(help)));
                self.view = Some(view);
                self.to(if went_on { Phase::Settled(Note::None) } else { Phase::Stopped(stop) }, &[])
            }
            (Phase::Asking(refusal), Err(_)) => self.to(Phase::Stopped(Stop::Refused(refusal)), &[]),
            (Phase::Opening | Phase::Returning, Err(ApiFailure::Network)) => {
                self.to(Phase::Stopped(Stop::Offline), &[Effect::Forget])
            }
            (Phase::Opening | Phase::Returning, Err(failure)) => {
                self.to(Phase::Stopped(Stop::DeadLink(failure)), &[Effect::Forget])
            }
            (other, _) => self.to(other, &[]),
        }
    }

    fn live(&mut self, view: ConnectView) -> Vec<Effect> {
        let Some(known) = &self.view else { return Vec::new() };
        if view.version < known.version || view.sign_in.id != known.sign_in.id {
            return Vec::new();
        }
        let has_moved = view.sign_in.state != known.sign_in.state;
        self.view = Some(view);
        match self.phase {
            // The Save arrived, or somebody saved in another tab, or called it off.
            Phase::Review(_) | Phase::Doubt(_) | Phase::Saving(_) | Phase::Unanswered(_) if has_moved => {
                self.to(Phase::Settled(Note::None), &[Effect::Forget])
            }
            _ => Vec::new(),
        }
    }

    fn go(&mut self) -> Vec<Effect> {
        let Some(view) = &self.view else { return Vec::new() };
        let leave = [Effect::Forget, Effect::Leave(view.sign_in.id)];
        match self.phase {
            Phase::Settled(note) if may_start(view.sign_in.state) || may_agree(view) => {
                self.to(Phase::Starting(Some(note)), &leave)
            }
            Phase::Review(_) | Phase::Doubt(_) | Phase::Stopped(_) | Phase::Leaving => {
                self.to(Phase::Starting(None), &leave)
            }
            _ => Vec::new(),
        }
    }

    /// Where a Save waits for something or has failed, the server must forget it; else reading again is enough.
    fn start_over(&mut self) -> Vec<Effect> {
        let waits =
            |state| is_second_round(state) || matches!(state, SignInState::ApprovalNeeded | SignInState::Failed);
        let sign_in = self.view.as_ref().map(|view| &view.sign_in).filter(|sign_in| waits(sign_in.state));
        let begin = sign_in.map_or(Effect::Read, |sign_in| Effect::Anew(sign_in.id));
        self.to(Phase::Opening, &[Effect::Forget, begin])
    }

    fn attempt_made(&mut self, made: Result<(), Stop>) -> Vec<Effect> {
        match (&self.phase, made) {
            (Phase::Starting(_), Ok(())) => self.to(Phase::Leaving, &[]),
            // Perhaps another tab has gone further: what the server says now decides.
            (Phase::Starting(_), Err(Stop::Refused(failure))) => self.to(Phase::Asking(failure), &[Effect::Read]),
            (Phase::Starting(_), Err(stop)) => self.to(Phase::Stopped(stop), &[]),
            _ => Vec::new(),
        }
    }

    fn signed_in(&mut self, person: Person) -> Vec<Effect> {
        let (Phase::Returning, Some(view)) = (&self.phase, &self.view) else { return vec![Effect::Forget] };
        if person.tenant != view.tenant {
            return self.to(Phase::Stopped(Stop::WrongTenant(person)), &[Effect::Forget]);
        }
        if person.is_guest && view.method == Method::Hybrid {
            return self.to(Phase::Stopped(Stop::Guest(person)), &[Effect::Forget]);
        }
        if matches!(view.sign_in.state, SignInState::Working | SignInState::Done | SignInState::Cancelled) {
            return self.to(Phase::Settled(Note::None), &[Effect::Forget]);
        }
        // For modern any administrator of the tenant is the right one; the server looks at the roles.
        let is_asked = view.method == Method::Modern || person.has_account(&view.sign_in.account);
        self.to(if is_asked { Phase::Review(person) } else { Phase::Doubt(person) }, &[])
    }

    fn saved(&mut self, answer: Result<ConnectView, ApiFailure>) -> Vec<Effect> {
        let person = match self.leave_phase() {
            Phase::Saving(person) => person,
            other => return self.to(other, &[]),
        };
        match answer {
            Ok(view) => {
                self.view = Some(view);
                self.to(Phase::Settled(Note::None), &[Effect::Forget])
            }
            // Whether it arrived is unknown; sending the same token again gets the same answer.
            Err(ApiFailure::Network) => self.to(Phase::Unanswered(person), &[]),
            Err(failure) => self.to(Phase::Asking(failure), &[Effect::Forget, Effect::Read]),
        }
    }

    fn hidden(&mut self) -> Vec<Effect> {
        match self.phase {
            Phase::Review(_) | Phase::Doubt(_) | Phase::Unanswered(_) => {
                self.to(Phase::Settled(Note::Forgotten), &[Effect::Forget])
            }
            _ => vec![Effect::Forget],
        }
    }
}

/// A trip to Microsoft makes sense now.
pub const fn may_start(state: SignInState) -> bool {
    matches!(state, SignInState::Waiting | SignInState::ConsentNeeded | SignInState::ClaimsNeeded | SignInState::Failed)
}

/// An administrator is awaited, and perhaps this person may agree, too: only Microsoft knows their organization's rules.
pub fn may_agree(view: &ConnectView) -> bool {
    view.sign_in.state == SignInState::ApprovalNeeded && view.method == Method::Hybrid
}

/// The server has a Save already: the same person goes to Microsoft once more.
pub const fn is_second_round(state: SignInState) -> bool {
    matches!(state, SignInState::ConsentNeeded | SignInState::ClaimsNeeded)
}

const fn view_name(view: &ConnectView) -> &'static str {
    match view.sign_in.state {
        SignInState::Waiting => "asked",
        SignInState::Working => "working",
        SignInState::ConsentNeeded => "consent",
        SignInState::ApprovalNeeded => "approval",
        SignInState::ClaimsNeeded => "claims",
        SignInState::Failed => "failed",
        SignInState::Done => "done",
        SignInState::Cancelled => "cancelled",
    }
}

#[cfg(test)]
#[expect(clippy::missing_panics_doc, reason = "fixtures of tests")]
pub mod fixtures;
#[cfg(test)]
mod tests;
