//! The connect page: somebody signs in at Microsoft, checks what will change, and saves.
//!
//! [`machine`] decides (pure), [`trip`] is the way to Microsoft and back (pure), [`driver`] does what they ask for, and
//! the rest shows it. The page keeps an attempt's secret in this tab, state and verifier there until the callback, and
//! the access token in memory between callback and Save; it never asks for a refresh token. A new page: a state in
//! [`machine`], its words in `text::connect`, its view here.

mod approved;
mod asked;
pub mod driver;
mod frame;
pub mod machine;
pub mod person;
mod review;
pub mod stop;
mod stopped;
pub mod trip;
mod waiting;
mod work;

use crate::{browser, text};
use driver::Driver;
use leptos::prelude::*;
use machine::{Phase, State};
use shared::api::authorizations::SignInState;

/// Where an administrator's approval comes back to.
const APPROVED: &str = "/connect/approved";

/// The whole page.
#[component]
pub fn ConnectPage() -> impl IntoView {
    if browser::address().path == APPROVED {
        return view! { <approved::Approved/> }.into_any();
    }
    let driver = Driver::begin();
    driver.open();
    let page = Memo::new(move |_| driver.state.with(State::page));
    Effect::new(move |before: Option<()>| {
        page.with(|_| ());
        driver.state.with_untracked(|state| browser::set_title(&text::connect::tab_title(state)));
        // Not on the first page: a reader starts at its beginning anyway.
        if before.is_some() {
            browser::focus_heading();
        }
    });
    let body = move || {
        // Read, not only tracked: a memo that nobody reads never runs.
        page.with(|_| ());
        let state = driver.state.get_untracked();
        view! { <frame::Frame state=state.clone()>{decision(driver, state)}</frame::Frame> }
    };
    view! { {body} }.into_any()
}

fn decision(driver: Driver, state: State) -> AnyView {
    let State { phase, view, .. } = state;
    match (phase, view) {
        (Phase::Stopped(stop), view) => stopped::stopped(driver, &stop, view.as_ref()).into_any(),
        (Phase::Doubt(person), Some(view)) => stopped::doubt(driver, &person, &view).into_any(),
        (Phase::Review(person) | Phase::Saving(person), Some(view)) => {
            review::review(driver, &person, &view).into_any()
        }
        (Phase::Unanswered(_), Some(_)) => stopped::unanswered(driver).into_any(),
        (Phase::Leaving, Some(view)) => waiting::leaving(driver, &view).into_any(),
        (Phase::Settled(note) | Phase::Starting(note), Some(view)) => match view.sign_in.state {
            SignInState::Waiting => asked::asked(driver, note, &view).into_any(),
            SignInState::Working => work::working(driver).into_any(),
            SignInState::Done => work::done(driver, &view).into_any(),
            SignInState::ConsentNeeded => stopped::consent(driver, &view).into_any(),
            SignInState::ClaimsNeeded => stopped::claims(driver, &view).into_any(),
            SignInState::ApprovalNeeded => work::approval(driver, &view).into_any(),
            SignInState::Failed => stopped::failed(driver, &view).into_any(),
            SignInState::Cancelled => stopped::cancelled(&view).into_any(),
        },
        _ => waiting::waiting().into_any(),
    }
}
