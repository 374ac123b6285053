//! A test, another secret, and the end of a channel.

use super::secret::Secret;
use crate::api;
use crate::browser;
use crate::components::{Button, ButtonKind, Moment, Notice, Tone, focus};
use crate::features::Nothing;
use crate::features::page::Trouble;
use crate::features::session::Refused;
use crate::remote::Action;
use crate::router::{NavigateOptions, use_navigate};
use crate::text::portal::channels;
use leptos::prelude::*;
use shared::api::channels::{ChannelCreated, ChannelView, DeliveryView};
use shared::time::Timestamp;

/// The button that asks once more: it takes the focus of the one whose place it takes.
const SURE: &str = "remove-sure";

/// How long a test takes as a rule.
const MOMENT_MS: i32 = 1500;

/// Sends a test.
#[component]
pub fn Test(
    /// Through which channel.
    #[prop(into)]
    channel: String,
    /// Called a moment after it was sent.
    #[prop(into)]
    on_sent: Callback<()>,
) -> impl IntoView {
    let send = Action::new(move |(): &()| {
        let path = format!("/api/v1/channels/{channel}/test");
        async move {
            let sent = api::post::<_, DeliveryView>(&path, &Nothing {}).await;
            browser::sleep(MOMENT_MS).await;
            on_sent.run(());
            sent
        }
    });
    let failure = move || send.value().get().and_then(Result::err);
    view! {
        <Button attr:data-test="test-channel" kind=ButtonKind::Primary busy=send.pending() on_press=move |_| { send.dispatch(()); }>{channels::TEST}</Button>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}

/// Another secret.
#[component]
pub fn Rotation(
    /// Of which channel.
    #[prop(into)]
    channel: String,
    /// Until when the secret before signs, too.
    until: Option<Timestamp>,
) -> impl IntoView {
    let rotate = Action::new(move |(): &()| {
        let path = format!("/api/v1/channels/{channel}/rotate-secret");
        async move { api::post::<_, ChannelCreated>(&path, &Nothing {}).await }
    });
    let until = until.map(|at| {
        view! { <p class="note">{channels::BOTH_SIGN}" "<Moment at/>"."</p> }
    });
    let shown = move || match rotate.value().get() {
        Some(Ok(made)) => {
            let value = made.secret.unwrap_or_default();
            view! { <Secret value on_kept=move |()| rotate.clear()/> }.into_any()
        }
        Some(Err(failure)) => view! { <Refused failure/> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <section class="section" aria-labelledby="secret">
            <header><h2 id="secret">{channels::ROTATION}</h2></header>
            <div class="stack">
                <p class="muted">{channels::ROTATION_WHY}</p>
                {until}
                <div class="actions"><Button attr:data-test="rotate-secret" busy=rotate.pending() on_press=move |_| { rotate.dispatch(()); }>{channels::ROTATE}</Button></div>
                {shown}
            </div>
        </section>
    }
}

/// The end of a channel.
#[component]
pub fn Removal(#[prop(into)] channel: String) -> impl IntoView {
    let asked = RwSignal::new(false);
    let go = use_navigate();
    let remove = Action::new(move |(): &()| {
        let path = format!("/api/v1/channels/{channel}/remove");
        async move { api::post::<_, ChannelView>(&path, &Nothing {}).await }
    });
    Effect::new(move |_| {
        if matches!(remove.value().get(), Some(Ok(_))) {
            go("/notifications", NavigateOptions::default());
        }
    });
    let failure = move || remove.value().get().and_then(Result::err);
    let action = move || {
        if asked.get() {
            view! { <Button id=SURE attr:data-test="remove-sure" kind=ButtonKind::Danger busy=remove.pending() on_press=move |_| { remove.dispatch(()); }>{channels::REMOVE_SURE}</Button> }.into_any()
        } else {
            view! { <Button attr:data-test="remove-channel" kind=ButtonKind::Danger on_press=move |_| { asked.set(true); focus(SURE); }>{channels::REMOVE}</Button> }.into_any()
        }
    };
    view! {
        <section class="section" aria-labelledby="removal">
            <header><h2 id="removal">{channels::END}</h2></header>
            <div class="stack"><p class="muted">{channels::END_WHY}</p><div class="actions">{action}</div>{move || failure().map(|failure| view! { <Refused failure/> })}</div>
        </section>
    }
}

/// A channel that takes nothing, with what to do.
#[component]
pub fn Failing(
    /// Since when.
    since: Option<Timestamp>,
) -> impl IntoView {
    since.map(|at| {
        view! {
            <Notice tone=Tone::Danger title=channels::FAILING text=channels::FAILING_WHY>
                <p class="faint">{channels::SINCE}" "<Moment at/></p>
            </Notice>
        }
    })
}
