//! Copying: a read-only field with its button, and a button alone. Both say when it is done.

use super::Icon;
use crate::{browser, text};
use leptos::{prelude::*, task::spawn_local};

/// How long "Copied" stands there.
const SHOWN_MS: i32 = 2_000;

/// A button that copies `value`.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    value: String,
    /// The words on the button.
    #[prop(into, optional)]
    label: Option<String>,
    /// What is copied, for a screen reader.
    #[prop(into, optional)]
    what: String,
) -> impl IntoView {
    let label = label.unwrap_or_else(|| text::COPY.to_owned());
    let said = RwSignal::new("");
    let press = move |_| {
        let value = value.clone();
        spawn_local(async move {
            said.set(if browser::copy(&value).await { text::COPIED } else { text::COPY_BY_HAND });
            browser::sleep(SHOWN_MS).await;
            let _ = said.try_set("");
        });
    };
    let shown = move || if said.get().is_empty() { label.clone() } else { said.get().to_owned() };
    view! {
        <button class="button" type="button" on:click=press>
            <Icon name="copy"/>
            {shown}
            {(!what.is_empty()).then(|| view! { <span class="hide">" "{what}</span> })}
            <span class="hide" role="status">{move || said.get()}</span>
        </button>
    }
}

/// A labelled address or id with a button that copies it.
#[component]
pub fn CopyField(
    /// For the label; one on a page.
    id: &'static str,
    /// What it is.
    #[prop(into)]
    label: String,
    /// The text.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    let what = label.clone();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="copy">
                <input class="input mono" id=id readonly value=value.clone() on:focus=move |_| browser::select(id)/>
                <CopyButton value what/>
            </div>
        </div>
    }
}
