//! The form that adds a channel.

use super::choice::{Choice, ChoiceFields};
use super::secret::Secret;
use crate::api;
use crate::components::{Button, ButtonKind};
use crate::features::customers::Field;
use crate::features::sends_mail;
use crate::features::session::Refused;
use crate::remote::Action;
use crate::text::portal::channels;
use leptos::prelude::*;
use shared::api::channels::{ChannelCreated, ChannelKind, CreateChannel};

/// Adds a channel. A webhook's secret is shown this once.
#[component]
pub fn AddChannel(
    /// Called when there is one more.
    #[prop(into)]
    on_made: Callback<()>,
) -> impl IntoView {
    let mails = sends_mail();
    let chosen_kind = RwSignal::new(ChannelKind::Mail);
    // Without mail there is one way, and nothing to choose.
    let kind = Memo::new(move |_| if mails.get() { chosen_kind.get() } else { ChannelKind::Webhook });
    let address = RwSignal::new(String::new());
    let choice = Choice::new();
    let is_complete = Memo::new(move |_| choice.is_complete());
    let add = Action::new(move |(): &()| {
        let chosen = choice.body();
        let body = CreateChannel {
            kind: kind.get_untracked(),
            address: address.get_untracked().trim().to_owned(),
            events: chosen.events,
            customers: chosen.customers,
        };
        async move { api::post::<_, ChannelCreated>("/api/v1/channels", &body).await }
    });
    Effect::new(move |_| {
        if matches!(add.value().get(), Some(Ok(_))) {
            address.set(String::new());
            choice.clear();
            on_made.run(());
        }
    });
    let failure = Signal::derive(move || add.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || {
        failure.get().filter(|failure| failure.field() == Some("address")).map(|failure| failure.detail())
    });
    let elsewhere = move || failure.get().filter(|failure| failure.field() != Some("address"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_complete.get_untracked() && !add.pending().get_untracked() {
            add.dispatch(());
        }
    };
    let option = move |one: ChannelKind| {
        view! {
            <label>
                <input type="radio" name="channel-kind" prop:checked=move || kind.get() == one on:change=move |_| chosen_kind.set(one)/>
                {channels::kind(one)}
            </label>
        }
    };
    let ways = move || {
        if mails.get() {
            view! {
                <fieldset class="stack tight">
                    <legend class="legend">{channels::KIND}</legend>
                    <div class="segments">{option(ChannelKind::Mail)}{option(ChannelKind::Webhook)}</div>
                </fieldset>
            }
            .into_any()
        } else {
            view! { <p class="note" data-test="no-mail">{channels::NO_MAIL}</p> }.into_any()
        }
    };
    let field = move || {
        let hint = if mails.get() { channels::ADDRESS_HINT } else { channels::ADDRESS_HINT_WEBHOOK };
        view! { <Field id="channel-address" label=channels::ADDRESS hint value=address wrong/> }
    };
    let secret = move || add.value().get().and_then(Result::ok).and_then(|made| made.secret);
    view! {
        <form class="card form" on:submit=submit novalidate data-test="add-channel-form">
            {ways}
            {field}
            <ChoiceFields choice kind/>
            <div class="actions">
                <Button attr:data-test="add-channel" attr:r#type="submit" kind=ButtonKind::Primary busy=add.pending() disabled=Signal::derive(move || !is_complete.get()) on_press=|_| ()>{channels::ADD}</Button>
            </div>
            {move || (!is_complete.get()).then(|| view! { <p class="note">{channels::CHOOSE_ONE}</p> })}
        </form>
        {move || secret().map(|value| view! { <Secret value on_kept=move |()| add.clear()/> })}
        {move || elsewhere().map(|failure| view! { <Refused failure/> })}
    }
}
