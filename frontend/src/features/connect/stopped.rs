//! The pages on which it does not go on by itself: each says what happened, what did not, and the next step.

use super::driver::Driver;
use super::frame::heading;
use super::machine::{Event, State};
use super::person::Person;
use super::stop::Stop;
use crate::components::{Button, ButtonKind, CopyButton, Icon, IdFacts, Keymark, Perms, id_lines};
use crate::text;
use leptos::prelude::*;
use shared::api::connect::ConnectView;
use shared::api::problem::{Help, HelpAction};
use text::connect as words;
use std::fmt::Write as _;
use words::Words;

/// An id with its label.
type Ids = Vec<(&'static str, String)>;

/// Stopped on this side.
pub fn stopped(driver: Driver, stop: &Stop, view: Option<&ConnectView>) -> impl IntoView + use<> {
    let mut words = words::stop_words(stop, view);
    if let Stop::Told(help) = stop {
        words.todo.extend(words::action_todo(help.action, view));
    }
    let ids = ids(stop, view);
    let primary = primary(stop, view.is_some());
    let compared = match (stop, view) {
        (Stop::WrongTenant(person), Some(view)) => Some(wrong_tenant(person, view)),
        _ => None,
    };
    let can_start_over = !matches!(stop, Stop::NoLink | Stop::Offline);
    view! {
        {heading(words.title, words.lede)}
        {compared}
        {todo(words.todo)}
        <div class="actions">
            {primary.map(|(label, event)| go(driver, label, event))}
            {can_start_over.then(|| start_over(driver))}
        </div>
        {support(ids)}
    }
}

/// What the main button does.
#[derive(Clone, Copy)]
enum Press {
    Go,
    Again,
}

fn primary(stop: &Stop, has_view: bool) -> Option<(&'static str, Press)> {
    match stop {
        Stop::NoLink | Stop::DeadLink(_) => None,
        Stop::Offline | Stop::NoMemory => Some((text::TRY_AGAIN, Press::Again)),
        // Without a view nobody knows for whom: read it first.
        _ if !has_view => None,
        Stop::WrongTenant(_) | Stop::PersonalAccount | Stop::Guest(_) => Some((words::OTHER_ACCOUNT, Press::Go)),
        Stop::Told(help) => words::action(help.action).map(|label| (label, Press::Go)),
        Stop::Declined { .. } => Some((words::CONTINUE, Press::Go)),
        Stop::MicrosoftOffline | Stop::WrongAnswer(_) => Some((words::SIGN_IN_AGAIN, Press::Go)),
        Stop::ForeignAnswer | Stop::Refused(_) => None,
    }
}

fn go(driver: Driver, label: &'static str, press: Press) -> impl IntoView {
    let busy = Signal::derive(move || driver.state.with(State::is_busy));
    let event = move || match press {
        Press::Go => Event::Go,
        Press::Again => Event::StartOver,
    };
    view! { <Button kind=ButtonKind::Primary large=true busy on_press=move |_| driver.on(event())>{label}</Button> }
}

fn start_over(driver: Driver) -> impl IntoView {
    view! { <Button large=true icon="again" on_press=move |_| driver.on(Event::StartOver)>{words::START_OVER}</Button> }
}

fn todo(todo: Vec<(String, String)>) -> Option<impl IntoView> {
    let rows = |todo: Vec<(String, String)>| {
        let row = |(what, why)| view! { <li><Icon name="arrow"/><b>{what}</b><span class="why">{why}</span></li> };
        todo.into_iter().map(row).collect_view()
    };
    (!todo.is_empty()).then(|| {
        view! { <section class="stack tight"><h2>{words::WHAT_YOU_CAN_DO}</h2><ol class="perms">{rows(todo)}</ol></section> }
    })
}

/// What to tell support: only what is there.
fn ids(stop: &Stop, view: Option<&ConnectView>) -> Ids {
    let mut lines = match stop {
        Stop::Declined { ids, .. } => id_lines(ids, None),
        Stop::Told(help) => id_lines(&help.ids, None),
        Stop::DeadLink(failure) | Stop::Refused(failure) => {
            id_lines(&failure.microsoft().cloned().unwrap_or_default(), failure.request_id())
        }
        Stop::WrongAnswer(check) => vec![(words::CHECK, (*check).to_owned())],
        Stop::WrongTenant(person) => {
            let expected = view.map(|view| (words::EXPECTED_TENANT, view.tenant.to_string()));
            expected.into_iter().chain([(words::SIGNED_IN_TENANT, person.tenant.to_string())]).collect()
        }
        _ => Vec::new(),
    };
    if let (false, Some(view)) = (lines.is_empty(), view) {
        lines.push((words::REFERENCE_ID, view.sign_in.id.to_string()));
    }
    lines
}

fn support(ids: Ids) -> Option<impl IntoView> {
    let copied = ids.iter().fold(String::new(), |mut text, (label, id)| {
        let _ = writeln!(text, "{label}: {id}");
        text
    });
    (!ids.is_empty()).then(|| {
        view! {
            <section class="stack tight">
                <h2>{words::FOR_SUPPORT}</h2>
                <IdFacts lines=ids/>
                <div class="actions"><CopyButton value=copied label=words::COPY_ALL.to_owned()/></div>
            </section>
        }
    })
}

/// Expected beside found. The key marks help the eye, the words decide.
fn compare(left: impl IntoView, right: impl IntoView) -> impl IntoView {
    view! { <div class="compare"><div>{left}</div><Icon name="not-equal"/><div class="wrong">{right}</div></div> }
}

fn wrong_tenant(person: &Person, view: &ConnectView) -> impl IntoView + use<> {
    let left = view! {
        <span class="label">{words::LINK_IS_FOR}</span>
        <b>{view.customer.clone()}</b>
        <Keymark tenant=view.tenant big=true/>
        <span class="muted">{view.domain.clone()}</span>
    };
    let right = view! {
        <span class="label">{words::YOU_SIGNED_IN_TO}</span>
        <b>{words::ANOTHER_TENANT}</b>
        <Keymark tenant=person.tenant big=true/>
        <span>{person.account.clone()}</span>
    };
    view! { {compare(left, right)}<p class="muted">{words::wrong_tenant_hint(view)}</p> }
}

/// Another account of the right tenant.
pub fn doubt(driver: Driver, person: &Person, view: &ConnectView) -> impl IntoView + use<> {
    let Words { title, lede, .. } = words::doubt_words(&person.account, view);
    let left = view! { <span class="label">{words::SETS_BELONG_TO}</span><b>{view.sign_in.account.clone()}</b> };
    let right = view! {
        <span class="label">{words::YOU_SIGNED_IN_AS}</span>
        <b>{person.account.clone()}</b>
        <span>{person.name.clone()}</span>
    };
    let go_on = words::go_on_as(&person.account);
    view! {
        {heading(title, lede)}
        {compare(left, right)}
        <p class="muted">{words::doubt_hint(view)}</p>
        <div class="actions">
            {go(driver, words::OTHER_ACCOUNT, Press::Go)}
            <Button large=true on_press=move |_| driver.on(Event::GoOn)>{go_on}</Button>
            {start_over(driver)}
        </div>
    }
}

/// Save was sent and no answer came: the same token again is safe.
pub fn unanswered(driver: Driver) -> impl IntoView {
    let Words { title, lede, .. } = words::unanswered_words();
    view! {
        {heading(title, lede)}
        <div class="actions">
            <Button kind=ButtonKind::Primary large=true on_press=move |_| driver.on(Event::Save)>{text::TRY_AGAIN}</Button>
            {start_over(driver)}
        </div>
    }
}

/// The consent leg, explained before it is walked.
pub fn consent(driver: Driver, view: &ConnectView) -> impl IntoView + use<> {
    let Words { title, lede, .. } = words::consent_words(view);
    let (note, permissions) = (words::opens(&view.login_host), view.sign_in.permissions.clone());
    view! {
        {heading(title, lede)}
        <section class="stack tight"><h2>{words::MAY}</h2><Perms permissions=permissions/></section>
        <div class="stack tight">
            <div class="actions">{go(driver, words::CONTINUE, Press::Go)}{start_over(driver)}</div>
            <p class="note">{note}</p>
        </div>
    }
}

/// Microsoft wants more proof.
pub fn claims(driver: Driver, view: &ConnectView) -> impl IntoView + use<> {
    let Words { title, lede, .. } = words::claims_words(view);
    let ids = view.sign_in.problem.as_ref().map(|help| id_lines(&help.ids, None)).unwrap_or_default();
    view! {
        {heading(title, lede)}
        <div class="actions">{go(driver, words::SIGN_IN_AGAIN, Press::Go)}{start_over(driver)}</div>
        {support(ids)}
    }
}

/// The server tried and it did not work; the sets are as they were.
pub fn failed(driver: Driver, view: &ConnectView) -> impl IntoView + use<> {
    let help = view.sign_in.problem.clone().unwrap_or_else(|| Help {
        code: "unknown".to_owned(),
        title: words::REFUSED_TITLE.to_owned(),
        text: String::new(),
        action: HelpAction::SignInAgain,
        ids: shared::api::problem::MicrosoftIds::default(),
    });
    stopped(driver, &Stop::Told(Box::new(help)), Some(view))
}

/// Called off: nothing to do.
pub fn cancelled(view: &ConnectView) -> impl IntoView + use<> {
    let Words { title, lede, .. } = words::cancelled_words(view);
    heading(title, lede)
}
