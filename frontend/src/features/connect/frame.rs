//! The dark panel that stays the same from step to step, and the decision beside it.

use super::machine::{Phase, State};
use super::stop::Stop;
use crate::components::{Ghost, Keymark, Mark, Stage, StageState, Stages};
use crate::{browser, text};
use leptos::prelude::*;
use shared::api::authorizations::SignInState;
use shared::api::connect::ConnectView;

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

fn stages(state: &State) -> Vec<Stage> {
    let (place, goes_on) = place(state);
    let at = |at: usize| match at.cmp(&place) {
        std::cmp::Ordering::Less => StageState::Done,
        std::cmp::Ordering::Equal if goes_on => StageState::Current,
        std::cmp::Ordering::Equal => StageState::Stopped,
        std::cmp::Ordering::Greater => StageState::Ahead,
    };
    text::connect::STAGE_TITLES.iter().enumerate().map(|(i, title)| Stage { title, state: at(i) }).collect()
}

/// Panel and decision.
#[component]
pub fn Frame(
    /// The page's state.
    state: State,
    /// The decision.
    children: Children,
) -> impl IntoView {
    let stages = stages(&state);
    let host = browser::address().host;
    let foot = state.view.as_ref().map(|view| {
        let promise = text::connect::password_promise(&view.login_host, &view.brand);
        view! { <p>{promise}</p> }
    });
    let asker = asker(state.view);
    view! {
        <div class="connect">
            <aside class="context" aria-label=text::connect::PANEL>
                <div class="hold">
                    {asker}
                    <Stages label=text::connect::STAGES stages/>
                    <div class="foot">{foot}<p>{text::connect::this_page(&host)}</p></div>
                </div>
            </aside>
            <main class="decision"><div class="body">{children()}</div></main>
        </div>
    }
}

/// Who asks, and for whom.
fn asker(view: Option<ConnectView>) -> AnyView {
    let Some(view) = view else {
        return view! {
            <div class="asker"><span class="brand"><Mark/></span><div class="for"><Ghost/><Ghost width="short"/></div></div>
        }
        .into_any();
    };
    let domain = view.domain.unwrap_or_else(|| view.tenant.to_string());
    view! {
        <div class="asker">
            <span class="brand"><Mark/>{view.brand}</span>
            <div class="for">
                <small>{text::connect::asks_for(&view.organization)}</small>
                <b>{view.customer}</b>
                <Keymark tenant=view.tenant/>
                <small>{domain}</small>
            </div>
        </div>
    }
    .into_any()
}

/// The heading of a decision.
pub fn heading(title: String, lede: String) -> impl IntoView {
    view! {
        <header class="stack tight">
            <h1>{title}</h1>
            {(!lede.is_empty()).then(|| view! { <p class="lede">{lede}</p> })}
        </header>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::connect::machine::{Note, fixtures::view};

    #[test]
    fn stages_follow_the_work() {
        let at = |phase, state| stages(&State { phase, view: Some(view(state)), note: Note::None });
        let done = at(Phase::Settled(Note::None), SignInState::Done);
        assert!(done.iter().all(|stage| stage.state == StageState::Done));
        let asked = at(Phase::Settled(Note::None), SignInState::Waiting);
        assert_eq!(asked[0].state, StageState::Current);
        let stopped = at(Phase::Stopped(Stop::PersonalAccount), SignInState::Waiting);
        assert_eq!((stopped[0].state, stopped[1].state), (StageState::Done, StageState::Stopped));
    }
}
