//! The form that makes a key.

use super::limits::{LimitFields, Limits};
use super::made::Made;
use crate::api;
use crate::components::{Button, ButtonKind};
use crate::features::customers::Field;
use crate::features::session::Refused;
use crate::remote::Action;
use crate::text::portal::api_keys;
use leptos::prelude::*;
use shared::api::api_keys::{ApiKeyCreated, CreateApiKey};

/// The form, and the new key in its place until it was copied.
#[component]
pub fn MakeKey(
    /// Called when the list is another.
    #[prop(into)]
    on_made: Callback<()>,
) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let limits = Limits::new();
    let is_complete = Memo::new(move |_| limits.is_complete());
    let make = Action::new(move |(): &()| {
        let body = CreateApiKey {
            name: name.get_untracked().trim().to_owned(),
            customers: limits.customers.get_untracked().map(|chosen| chosen.into_iter().collect()),
            purposes: limits.purposes.get_untracked(),
        };
        async move { api::post::<_, ApiKeyCreated>("/api/v1/api-keys", &body).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(_)) = make.value().get() {
            name.set(String::new());
            limits.clear();
            on_made.run(());
        }
    });
    let failure = Signal::derive(move || make.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || {
        failure.get().filter(|failure| failure.field() == Some("name")).map(|failure| failure.detail())
    });
    let elsewhere = move || failure.get().filter(|failure| failure.field() != Some("name"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_complete.get_untracked() && !make.pending().get_untracked() {
            make.dispatch(());
        }
    };
    let form = move || {
        view! {
            <form class="card form" on:submit=submit novalidate data-test="make-key-form">
                <Field id="key-name" label=api_keys::NAME hint=api_keys::NAME_HINT value=name wrong/>
                <LimitFields limits/>
                <div class="actions">
                    <Button attr:data-test="make-key" attr:r#type="submit" kind=ButtonKind::Primary busy=make.pending() disabled=Signal::derive(move || !is_complete.get()) on_press=|_| ()>
                        {move || if make.pending().get() { api_keys::MAKING } else { api_keys::MAKE }}
                    </Button>
                </div>
                {move || (!is_complete.get()).then(|| view! { <p class="note">{api_keys::CHOOSE_ONE}</p> })}
            </form>
        }
    };
    view! {
        {move || match make.value().get().and_then(Result::ok) {
            Some(key) => view! { <Made key on_kept=move |()| make.clear()/> }.into_any(),
            None => form().into_any(),
        }}
        {move || elsewhere().map(|failure| view! { <Refused failure/> })}
    }
}
