//! What is asked: who asks, for which account, which rights and why. Opening this page changes nothing.

use super::driver::Driver;
use super::frame::heading;
use super::machine::{Event, Note, State};
use crate::components::{Button, ButtonKind, Fact, Facts, Icon, Moment, Notice, Perms, Tone};
use crate::{browser, text};
use leptos::prelude::*;
use shared::api::authorizations::SignInState;
use shared::api::connect::{ConnectView, QueueItem};
use shared::id::SignInId;
use text::connect as words;

/// The first page.
pub fn asked(driver: Driver, note: Note, view: &ConnectView) -> impl IntoView + use<> {
    let busy = Signal::derive(move || driver.state.with(State::is_busy));
    let title = words::asked_title(view);
    let lede = words::asked_lede(view);
    let until = browser::date_and_time(view.expires_at);
    let note = words::note(note).map(|(title, text)| view! { <Notice tone=Tone::Idle title text icon="back"/> });
    let sign_in = view.sign_in.clone();
    let may_not = may_not(view);
    let connected = sign_in.already_connected.then(|| notice(words::CONNECTED_NOTICE));
    let admin = sign_in.needs_administrator.then(|| notice(words::ADMIN_NOTICE));
    let opens = words::opens(&view.login_host);
    let of_customer = words::of_customer(view);
    let (asked_by, asked_at) = (format!("{}, {}", view.asked_by, view.organization), view.asked_at);
    let link = words::link_until(&view.customer, &until);
    let (queue, sets) = (queue(driver, view), set_list(view));
    view! {
        {heading(title, lede)}
        {note}
        <Facts>
            <Fact term=words::ASKED_BY>{asked_by}<small><Moment at=asked_at/></small></Fact>
            <Fact term=words::SIGN_IN_AS small=of_customer><b>{sign_in.account}</b></Fact>
            <Fact term=words::THIS_LINK>{link}</Fact>
        </Facts>
        {queue}
        {connected}
        <section class="stack tight"><h2>{words::MAY}</h2><Perms permissions=sign_in.permissions/></section>
        <section class="stack tight"><h2>{words::MAY_NOT}</h2>{may_not}</section>
        {admin}
        {sets}
        <div class="stack tight">
            <div class="actions">
                <Button kind=ButtonKind::Primary large=true icon_after="arrow" busy on_press=move |_| driver.on(Event::Go)>
                    {words::CONTINUE}
                </Button>
            </div>
            <p class="note">{opens}</p>
        </div>
    }
}

fn notice((title, text): (&'static str, &'static str)) -> impl IntoView {
    view! { <Notice tone=Tone::Info title text/> }
}

fn may_not(view: &ConnectView) -> impl IntoView + use<> {
    let only_reads = view.sign_in.permissions.iter().all(|permission| !permission.value.contains("Write"));
    let mut rows = vec![words::NO_PASSWORD, words::NO_OTHERS];
    if only_reads {
        rows.insert(0, words::NO_CHANGES);
    }
    let rows = rows.into_iter().map(|(what, why)| {
        view! { <li class="no"><Icon name="cross"/><b>{what}</b><span class="why">{why}</span></li> }
    });
    view! { <ul class="perms">{rows.collect_view()}</ul> }
}

/// The sets behind a line that opens.
pub fn set_list(view: &ConnectView) -> impl IntoView + use<> {
    let sets = &view.sign_in.sets;
    let rows = sets.iter().map(|set| view! { <li>{set.name.clone()}</li> }).collect_view();
    view! {
        <details class="more">
            <summary><Icon name="right"/>{words::show_sets(sets)}</summary>
            <ul class="setlist">{rows}</ul>
        </details>
    }
}

/// All sign-ins of the authorization, when there are several.
fn queue(driver: Driver, view: &ConnectView) -> Option<impl IntoView + use<>> {
    let current = view.sign_in.id;
    let rows = view.queue.iter().map(|item| queue_row(driver, item, current)).collect_view();
    (view.queue.len() > 1).then(|| {
        view! {
            <section class="stack tight">
                <h2>{words::queue_title(view.queue.len())}</h2>
                <ul class="perms queue">{rows}</ul>
            </section>
        }
    })
}

fn queue_row(driver: Driver, item: &QueueItem, current: SignInId) -> impl IntoView + use<> {
    let (id, state) = (item.id, item.state);
    let icon = if state == SignInState::Done { "check" } else { "key" };
    let action = if id == current {
        view! { <span class="state">{words::THIS_ONE}</span> }.into_any()
    } else if matches!(state, SignInState::Done | SignInState::Cancelled) {
        view! { <span class="state">{words::queue_state(state)}</span> }.into_any()
    } else {
        view! { <span class="state"><Button on_press=move |_| driver.on(Event::Pick(id))>{words::PICK}</Button></span> }
            .into_any()
    };
    view! { <li><Icon name=icon/><b>{item.account.clone()}</b>{action}<span class="why">{words::queue_state(state)}</span></li> }
}
