//! The form that lets an origin show Rekey.

use crate::api;
use crate::components::{Button, ButtonKind, Icon};
use crate::features::session::Refused;
use crate::remote::Action;
use crate::text::portal::consoles;
use leptos::prelude::*;
use shared::api::embed::{AddEmbedOrigin, EmbedOriginView};

/// Adds an origin to those that may show Rekey.
#[component]
pub fn AddConsole(
    /// All of them; the new one goes there.
    origins: RwSignal<Vec<EmbedOriginView>>,
) -> impl IntoView {
    let origin = RwSignal::new(String::new());
    let add = Action::new(move |(): &()| {
        let body = AddEmbedOrigin { origin: origin.get_untracked().trim().to_owned() };
        async move { api::post::<_, EmbedOriginView>("/api/v1/embed-origins", &body).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(one)) = add.value().get() {
            origin.set(String::new());
            origins.update(|all| all.push(one));
        }
    });
    let failure = Signal::derive(move || add.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || {
        failure.get().filter(|failure| failure.field() == Some("origin")).map(|failure| failure.detail())
    });
    let elsewhere = move || failure.get().filter(|failure| failure.field() != Some("origin"));
    // Said as long as it is so: it may have been removed again.
    let added = move || {
        let one = add.value().get().and_then(Result::ok)?;
        origins.read().iter().any(|other| other.id == one.id).then(|| consoles::added(&one.origin))
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !add.pending().get_untracked() {
            add.dispatch(());
        }
    };
    view! {
        <form class="card form" on:submit=submit novalidate data-test="add-console-form">
            <OriginField value=origin wrong/>
            <div class="actions">
                <Button attr:data-test="add-console" attr:r#type="submit" kind=ButtonKind::Primary busy=add.pending() on_press=|_| ()>
                    {move || if add.pending().get() { consoles::ADDING } else { consoles::ADD }}
                </Button>
                <span class="note thumbprint" role="status" data-test="console-added">{added}</span>
            </div>
        </form>
        {move || elsewhere().map(|failure| view! { <Refused failure/> })}
    }
}

/// The address of a console: an example in the empty field, and a keyboard for addresses on phones.
#[component]
fn OriginField(
    /// What stands there.
    value: RwSignal<String>,
    /// What is wrong with it.
    wrong: Signal<Option<String>>,
) -> impl IntoView {
    let described = move || if wrong.read().is_some() { "console-origin-wrong" } else { "console-origin-hint" };
    let message = move || {
        wrong.get().map(|wrong| view! { <span class="wrong" id="console-origin-wrong" role="alert"><Icon name="alert"/><span>{wrong}</span></span> })
    };
    view! {
        <div class="field">
            <label for="console-origin">{consoles::ORIGIN_FIELD}</label>
            <input
                class="input mono"
                id="console-origin"
                inputmode="url"
                placeholder=consoles::ORIGIN_EXAMPLE
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                prop:value=value
                aria-invalid=move || wrong.read().is_some().then_some("true")
                aria-describedby=described
                on:input=move |event| value.set(event_target_value(&event))
            />
            {message}
            <span class="hint" id="console-origin-hint">{consoles::ORIGIN_HINT}</span>
        </div>
    }
}
