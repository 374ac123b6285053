//! What goes to a channel: which events, about whom.

use crate::api;
use crate::components::{Button, Notice, Tone};
use crate::features::customers::CustomerChecks;
use crate::features::session::Refused;
use crate::remote::Action;
use crate::text::portal::{api_keys, channels};
use leptos::prelude::*;
use shared::api::channels::{ChannelKind, ChannelView, EventType, UpdateChannel};
use shared::id::CustomerId;
use std::collections::BTreeSet;

/// What goes there, as it is being chosen; `None`: as usual.
#[derive(Clone, Copy)]
pub struct Choice {
    /// Which events.
    pub events: RwSignal<Option<BTreeSet<EventType>>>,
    /// About whom.
    pub customers: RwSignal<Option<BTreeSet<CustomerId>>>,
}

impl Choice {
    /// As usual.
    pub fn new() -> Self {
        Self { events: RwSignal::new(None), customers: RwSignal::new(None) }
    }

    /// As a channel has it.
    pub fn of(channel: ChannelView) -> Self {
        let is_usual = channel.events == channel.kind.defaults();
        let events = (!is_usual).then(|| channel.events.into_iter().collect());
        let customers = channel.customers.map(|customers| customers.into_iter().collect());
        Self { events: RwSignal::new(events), customers: RwSignal::new(customers) }
    }

    /// As usual again.
    pub fn clear(self) {
        self.events.set(None);
        self.customers.set(None);
    }

    /// Something is chosen where something must be.
    pub fn is_complete(self) -> bool {
        self.events.read().as_ref().is_none_or(|events| !events.is_empty())
            && self.customers.read().as_ref().is_none_or(|customers| !customers.is_empty())
    }

    /// For the server.
    pub fn body(self) -> UpdateChannel {
        UpdateChannel {
            events: self.events.get_untracked().map(|events| events.into_iter().collect()),
            customers: self.customers.get_untracked().map(|customers| customers.into_iter().collect()),
        }
    }
}

/// The fields.
#[component]
pub fn ChoiceFields(choice: Choice, #[prop(into)] kind: Signal<ChannelKind>) -> impl IntoView {
    let Choice { events, customers } = choice;
    let some_events = move || events.read().is_some();
    // A memo: a tick more must not make the boxes anew.
    let some_customers = Memo::new(move |_| customers.read().is_some());
    let begin = move |_| events.set(Some(kind.get_untracked().defaults().into_iter().collect()));
    view! {
        <fieldset class="stack tight">
            <legend class="legend">{channels::EVENTS}</legend>
            <div class="segments">
                <label><input type="radio" name="channel-events" prop:checked=move || !some_events() on:change=move |_| events.set(None)/>{move || channels::defaults(kind.get())}</label>
                <label><input type="radio" name="channel-events" data-test="some-events" prop:checked=some_events on:change=begin/>{channels::CHOSEN}</label>
            </div>
            {move || some_events().then(|| view! { <Events chosen=events/> })}
        </fieldset>
        <fieldset class="stack tight">
            <legend class="legend">{channels::CUSTOMERS}</legend>
            <div class="segments">
                <label><input type="radio" name="channel-customers" prop:checked=move || !some_customers.get() on:change=move |_| customers.set(None)/>{api_keys::ALL_CUSTOMERS}</label>
                <label><input type="radio" name="channel-customers" prop:checked=move || some_customers.get() on:change=move |_| customers.set(Some(BTreeSet::new()))/>{api_keys::SOME_CUSTOMERS}</label>
            </div>
            {move || some_customers.get().then(|| view! { <CustomerChecks id="channel-customers" label=api_keys::SOME_CUSTOMERS chosen=Signal::derive(move || customers.get().unwrap_or_default()) on_change=move |chosen| customers.set(Some(chosen))/><p class="note">{channels::CUSTOMERS_NOTE}</p> })}
        </fieldset>
    }
}

/// The events to choose from.
#[component]
fn Events(chosen: RwSignal<Option<BTreeSet<EventType>>>) -> impl IntoView {
    let has = move |kind: EventType| chosen.read().as_ref().is_some_and(|chosen| chosen.contains(&kind));
    let row = move |kind: EventType| {
        let change = move |event| {
            let on = event_target_checked(&event);
            chosen.update(|chosen| {
                let chosen = chosen.get_or_insert_default();
                if on {
                    chosen.insert(kind)
                } else {
                    chosen.remove(&kind)
                };
            });
        };
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=move || has(kind) on:change=change/>
                <span>{channels::event(kind)}</span>
                <small class="mono">{kind.as_str()}</small>
            </label>
        }
    };
    let rows = EventType::ALL.map(row).into_iter().collect_view();
    view! { <div class="checks all" role="group" aria-label=channels::EVENTS>{rows}</div> }
}

/// Changes what goes to a channel.
#[component]
pub fn ChoiceForm(
    /// The channel.
    channel: ChannelView,
) -> impl IntoView {
    let (id, kind) = (channel.id, channel.kind);
    let choice = Choice::of(channel);
    let is_complete = Memo::new(move |_| choice.is_complete());
    let save = Action::new(move |(): &()| {
        let body = choice.body();
        async move { api::put::<_, ChannelView>(&format!("/api/v1/channels/{id}"), &body).await }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_complete.get_untracked() && !save.pending().get_untracked() {
            save.dispatch(());
        }
    };
    let said = move || match save.value().get() {
        None => ().into_any(),
        Some(Ok(_)) => view! { <Notice tone=Tone::Ok title=channels::SAVED/> }.into_any(),
        Some(Err(failure)) => view! { <Refused failure/> }.into_any(),
    };
    view! {
        <form class="form stack" on:submit=submit novalidate data-test="channel-choice">
            <ChoiceFields choice kind/>
            <div class="actions">
                <Button attr:r#type="submit" busy=save.pending() disabled=Signal::derive(move || !is_complete.get()) on_press=|_| ()>{channels::SAVE}</Button>
            </div>
            {move || (!is_complete.get()).then(|| view! { <p class="note">{channels::CHOOSE_ONE}</p> })}
            {said}
        </form>
    }
}
