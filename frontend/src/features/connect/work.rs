//! After Save: the steps as they happen, an administrator's approval, and the end with its receipt.

use super::driver::Driver;
use super::frame::heading;
use super::machine::{Event, State};
use crate::components::{Art, Button, ButtonKind, CopyField, Fact, Facts, Icon, Journal, Moment, Notice, Status, Tone};
use crate::{browser, text};
use leptos::prelude::*;
use shared::api::authorizations::{StepState, StepView};
use shared::api::connect::ConnectView;
use text::connect as words;

/// The steps, live.
pub fn working(driver: Driver) -> impl IntoView {
    let steps = Signal::derive(move || {
        driver.state.with(|state| state.view.as_ref().map(|view| view.sign_in.steps.clone())).unwrap_or_default()
    });
    let words_of = move |of: fn(&ConnectView) -> String| {
        driver.state.with_untracked(|state| state.view.as_ref().map(of)).unwrap_or_default()
    };
    let done = move || steps.with(|steps| steps.iter().filter(|step| step.state == StepState::Done).count());
    let all = move || steps.with(Vec::len);
    view! {
        {heading(words_of(words::working_title), words_of(words::working_lede))}
        <div class="meter-line">
            <div class="row"><b>{move || words::step_of(done(), all())}</b></div>
            <progress max=move || all().max(1).to_string() value=move || done().to_string() aria-label=words::STEPS></progress>
        </div>
        <Journal label=words::STEPS steps/>
    }
}

/// An administrator must approve first: the link to pass on, and a wait that ends by itself.
pub fn approval(driver: Driver, view: &ConnectView) -> impl IntoView + use<> {
    let busy = Signal::derive(move || driver.state.with(State::is_busy));
    let link = view.sign_in.approval_url.clone().map(|value| {
        view! {
            <div class="stack tight">
                <CopyField id="approval" label=words::APPROVAL_LINK value/>
                <p class="note">{words::APPROVAL_NOTE}</p>
            </div>
        }
    });
    let rights = view.sign_in.permissions.clone();
    view! {
        {heading(words::approval_title(&view.customer), words::APPROVAL_LEDE.to_owned())}
        {link}
        <Notice tone=Tone::Idle title=words::APPROVAL_WAITING text=words::approval_waiting(&view.asked_by)/>
        <div class="actions">
            <Button kind=ButtonKind::Primary large=true busy icon="again" on_press=move |_| driver.on(Event::Check)>
                {words::CHECK_AGAIN}
            </Button>
            <Button large=true disabled=busy on_press=move |_| driver.on(Event::StartOver)>{words::START_OVER}</Button>
        </div>
        <section class="stack tight"><h2>{words::MAY}</h2><crate::components::Perms permissions=rights/></section>
    }
}

/// The end: what was done, and a receipt to keep.
pub fn done(driver: Driver, view: &ConnectView) -> impl IntoView + use<> {
    let next = driver.state.with_untracked(State::next);
    let next_item = next.and_then(|id| view.queue.iter().find(|item| item.id == id).cloned());
    let lede =
        next_item.as_ref().map_or_else(|| words::DONE_LEDE.to_owned(), |item| words::done_lede_next(&item.account));
    let go_on = next_item.map(|item| {
        let id = item.id;
        view! {
            <Button kind=ButtonKind::Primary large=true icon_after="arrow" on_press=move |_| driver.on(Event::Pick(id))>
                {words::go_on_with(&item.account)}
            </Button>
        }
    });
    let done_at = view.sign_in.done_at;
    let receipt = receipt(view);
    let steps = tested(&view.sign_in.steps);
    let allowed_by = view.sign_in.signed_in_as.clone().unwrap_or_else(|| view.sign_in.account.clone());
    let (title, may, to_end) = (words::done_title(view), may(view), words::to_end(&view.brand));
    let reference = view.authorization.to_string();
    view! {
        <header class="stack tight">
            <Art name="art-clear" class="standing"/>
            <p><Status tone=Tone::Ok text=words::FINISHED/>" "{done_at.map(|at| view! { <span class="note"><Moment at/></span> })}</p>
            <h1>{title}</h1>
            <p class="lede">{lede}</p>
        </header>
        <div class="actions">{go_on}</div>
        {steps}
        <section class="stack tight">
            <h2>{words::RECEIPT}</h2>
            <Facts>
                <Fact term=words::ALLOWED_BY small=done_at.map(browser::date_and_time).unwrap_or_default()>{allowed_by}</Fact>
                <Fact term=words::MAY_SHORT>{may}</Fact>
                <Fact term=words::TO_END>{to_end}</Fact>
                <Fact term=words::REFERENCE><span class="mono">{reference}</span></Fact>
            </Facts>
        </section>
        <div class="actions">
            <Button large=true icon="download" on_press=move |_| browser::download(words::RECEIPT_FILE, "text/plain", &receipt)>
                {words::SAVE_RECEIPT}
            </Button>
        </div>
    }
}

fn tested(steps: &[StepView]) -> Option<impl IntoView + use<>> {
    let done = steps.iter().filter(|step| step.state == StepState::Done);
    let rows = done.map(|step| view! { <li><Icon name="check"/><span>{step.title.clone()}</span></li> }).collect_view();
    (!steps.is_empty())
        .then(|| view! { <section class="stack tight"><h2>{words::TESTED}</h2><ul class="ticks">{rows}</ul></section> })
}

fn may(view: &ConnectView) -> String {
    view.sign_in.permissions.iter().map(|permission| permission.title.as_str()).collect::<Vec<_>>().join("; ")
}

/// The receipt as lines of text.
fn receipt(view: &ConnectView) -> String {
    let mut lines = vec![
        words::done_title(view),
        format!("{}: {}", words::ALLOWED_BY, view.sign_in.signed_in_as.as_deref().unwrap_or(&view.sign_in.account)),
        format!("{}: {}", words::MAY_SHORT, may(view)),
        format!("{}: {}", words::TIME, view.sign_in.done_at.map(browser::exact).unwrap_or_default()),
        format!("{}: {}", words::REFERENCE, view.authorization),
        words::to_end(&view.brand),
    ];
    lines.extend(view.sign_in.sets.iter().map(|set| format!("- {}", set.name)));
    lines.push(String::new());
    lines.join("\n")
}
