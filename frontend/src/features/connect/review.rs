//! Signed in: who, of which tenant, and what will change. Nothing has been sent yet.

use super::asked::set_list;
use super::driver::Driver;
use super::frame::heading;
use super::machine::{Event, State};
use super::person::Person;
use crate::components::{Button, ButtonKind, Fact, Facts, Icon, Move};
use crate::text;
use leptos::prelude::*;
use shared::api::connect::ConnectView;
use shared::method::Method;
use text::connect as words;

/// Check, then save.
pub fn review(driver: Driver, person: &Person, view: &ConnectView) -> impl IntoView + use<> {
    let busy = Signal::derive(move || driver.state.with(State::is_busy));
    let save = move || if busy.get() { words::SAVING } else { words::SAVE };
    let from = view.sign_in.sets.iter().map(|set| set.method).min().unwrap_or(Method::Basic);
    let (identity, sets) = (identity(driver, busy, person, view), set_list(view));
    let (count, to, to_end) = (words::sets(&view.sign_in.sets), view.method, words::to_end(&view.brand));
    view! {
        {heading(words::REVIEW_TITLE.to_owned(), words::REVIEW_LEDE.to_owned())}
        {identity}
        <section class="stack tight">
            <h2>{words::WHEN_YOU_SAVE}</h2>
            <Facts>
                <Fact term=count small=words::ALL_TOGETHER><Move from to/></Fact>
                <Fact term=words::KEPT>{words::KEPT_WHAT}</Fact>
                <Fact term=words::TO_END>{to_end}</Fact>
            </Facts>
            {sets}
        </section>
        <div class="stack tight">
            <div class="actions">
                <Button kind=ButtonKind::Primary large=true busy id="save" on_press=move |_| driver.on(Event::Save)>{save}</Button>
                <Button kind=ButtonKind::Quiet large=true disabled=busy on_press=move |_| driver.on(Event::StartOver)>
                    {words::LEAVE}
                </Button>
            </div>
            <p class="note">{words::SAVE_NOTE}</p>
        </div>
    }
}

fn identity(driver: Driver, busy: Signal<bool>, person: &Person, view: &ConnectView) -> impl IntoView + use<> {
    let tick = if person.has_account(&view.sign_in.account) {
        view! { <li><Icon name="check"/><span>{words::TICK_ACCOUNT}</span></li> }.into_any()
    } else {
        let text = words::tick_other_account(&view.sign_in.account);
        view! { <li class="bad"><Icon name="alert"/><span>{text}</span></li> }.into_any()
    };
    view! {
        <div class="identity">
            <span class="initials" aria-hidden="true">{person.initials()}</span>
            <span class="who"><b>{person.name.clone()}</b><span class="muted">{person.account.clone()}</span></span>
            <Button disabled=busy on_press=move |_| driver.on(Event::Go)>{words::OTHER_ACCOUNT}</Button>
            <ul class="ticks"><li><Icon name="check"/><span>{words::tick_tenant(view)}</span></li>{tick}</ul>
        </div>
    }
}
