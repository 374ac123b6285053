//! A search field that waits until the person stops typing.

use crate::browser;
use crate::components::Icon;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Long enough not to ask for every letter.
const PAUSE_MS: i32 = 250;

/// A search field. It follows `value` when the address changes.
#[component]
pub fn SearchField(
    /// For the label; one on a page.
    id: &'static str,
    /// What is searched.
    label: &'static str,
    /// Shown while it is empty.
    hint: &'static str,
    /// The words looked for now.
    #[prop(into)]
    value: Signal<String>,
    /// Called after a pause with new words.
    #[prop(into)]
    on_search: Callback<String>,
) -> impl IntoView {
    let typed = StoredValue::new(0_u32);
    let on_input = move |words: String| {
        typed.update_value(|count| *count = count.wrapping_add(1));
        let mine = typed.get_value();
        spawn_local(async move {
            browser::sleep(PAUSE_MS).await;
            if typed.try_get_value() == Some(mine) {
                on_search.run(words);
            }
        });
    };
    view! {
        <div class="search">
            <label class="hide" for=id>{label}</label>
            <Icon name="search"/>
            <input
                class="input"
                id=id
                type="search"
                placeholder=hint
                autocomplete="off"
                prop:value=value
                on:input=move |event| on_input(event_target_value(&event))
            />
        </div>
    }
}
