//! The channels by which notices go out besides the portal: mail and webhooks.

use crate::api;
use crate::components::{Button, ButtonKind, CopyField, Moment};
use crate::features::Nothing;
use crate::features::api_keys::{FRESH, Fresh};
use crate::features::customers::Field;
use crate::features::page::{Trouble, load};
use crate::remote::{Action, Remote};
use crate::text::portal::notices;
use leptos::prelude::*;
use shared::api::notices::{ChannelCreated, ChannelKind, ChannelView, CreateChannel};

/// All channels, and the form that adds one.
#[component]
pub fn Channels() -> impl IntoView {
    let list = Remote::new(|| api::get::<Vec<ChannelView>>("/api/v1/channels"));
    let again = Callback::new(move |()| list.refetch());
    view! {
        <Add on_made=again/>
        {load(list, 3, move |channels| {
            if channels.is_empty() {
                return view! { <p class="muted">{notices::NO_CHANNEL}</p> }.into_any();
            }
            view! { <Table channels on_change=again/> }.into_any()
        })}
    }
}

/// Adds a channel. A webhook's secret is shown this once.
#[component]
fn Add(#[prop(into)] on_made: Callback<()>) -> impl IntoView {
    let kind = RwSignal::new(ChannelKind::Mail);
    let address = RwSignal::new(String::new());
    let add = Action::new(move |(): &()| {
        let body = CreateChannel { kind: kind.get_untracked(), address: address.get_untracked().trim().to_owned() };
        async move { api::post::<_, ChannelCreated>("/api/v1/channels", &body).await }
    });
    Effect::new(move |_| {
        if matches!(add.value().get(), Some(Ok(_))) {
            address.set(String::new());
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
        if !add.pending().get_untracked() {
            add.dispatch(());
        }
    };
    let option = move |one: ChannelKind| {
        view! {
            <label>
                <input type="radio" name="channel-kind" prop:checked=move || kind.get() == one on:change=move |_| kind.set(one)/>
                {notices::channel(one)}
            </label>
        }
    };
    let secret = move || add.value().get().and_then(Result::ok).and_then(|made| made.secret);
    let shown = move || {
        secret().map(|secret| {
            view! {
                <section class="card" role="status" data-test="new-channel">
                    <div class="stack tight"><h2>{notices::SECRET}</h2><p class="muted">{notices::SECRET_WHY}</p></div>
                    <CopyField id="channel-secret" label=notices::THE_SECRET value=secret/>
                    <div class="actions"><Button on_press=move |_| add.clear()>{notices::KEPT}</Button></div>
                </section>
            }
        })
    };
    view! {
        <form class="card form" on:submit=submit novalidate data-test="add-channel-form">
            <fieldset class="stack tight">
                <legend class="legend">{notices::KIND}</legend>
                <div class="segments">{option(ChannelKind::Mail)}{option(ChannelKind::Webhook)}</div>
            </fieldset>
            <Field id="channel-address" label=notices::ADDRESS hint=notices::ADDRESS_HINT value=address wrong/>
            <div class="actions">
                <Button attr:data-test="add-channel" attr:r#type="submit" kind=ButtonKind::Primary busy=add.pending() on_press=|_| ()>{notices::ADD}</Button>
            </div>
        </form>
        {shown}
        {move || elsewhere().map(|failure| if failure.code() == FRESH { view! { <Fresh/> }.into_any() } else { view! { <Trouble failure/> }.into_any() })}
    }
}

#[component]
fn Table(channels: Vec<ChannelView>, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let remove = Action::new(|id: &String| {
        let path = format!("/api/v1/channels/{id}/remove");
        async move { api::post::<_, ChannelView>(&path, &Nothing {}).await }
    });
    Effect::new(move |_| {
        if matches!(remove.value().get(), Some(Ok(_))) {
            on_change.run(());
        }
    });
    let failure = move || remove.value().get().and_then(Result::err);
    let row = move |one: ChannelView| {
        let id = one.id.to_string();
        view! {
            <tr>
                <td class="nowrap">{notices::channel(one.kind)}</td>
                <td class="name clip" title=one.address.clone()>{one.address.clone()}</td>
                <td class="roomy">{one.last_delivery.unwrap_or_else(|| notices::NOTHING_SENT.to_owned())}</td>
                <td class="nowrap data"><Moment at=one.created_at/></td>
                <td class="num"><Button attr:data-test="remove-channel" kind=ButtonKind::Danger busy=remove.pending() on_press=move |_| { remove.dispatch(id.clone()); }>{notices::REMOVE}</Button></td>
            </tr>
        }
    };
    let rows = channels.into_iter().map(row).collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=notices::TABLE tabindex="0">
            <table class="table" data-test="channels">
                <thead><tr>
                    <th scope="col">{notices::KIND}</th>
                    <th scope="col">{notices::ADDRESS}</th>
                    <th scope="col" class="roomy">{notices::LAST}</th>
                    <th scope="col" class="data">{notices::SINCE}</th>
                    <th scope="col"><span class="hide">{notices::REMOVE}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {move || failure().map(|failure| if failure.code() == FRESH { view! { <Fresh/> }.into_any() } else { view! { <Trouble failure/> }.into_any() })}
    }
}
