//! A new key: the only time its secret is shown.

use crate::components::{Button, CopyField};
use crate::text::portal::api_keys;
use leptos::prelude::*;
use shared::api::api_keys::ApiKeyCreated;

/// The new key, until it was copied.
#[component]
pub fn Made(
    /// The key.
    key: ApiKeyCreated,
    /// Called when it may go.
    #[prop(into)]
    on_kept: Callback<()>,
) -> impl IntoView {
    view! {
        <section class="card" role="status" data-test="new-key">
            <div class="stack tight"><h2>{api_keys::NEW}</h2><p class="muted">{api_keys::NEW_WHY}</p></div>
            <CopyField id="new-key" label=format!("{}: {}", api_keys::THE_KEY, key.key.name) value=key.secret/>
            <div class="actions"><Button attr:data-test="key-kept" on_press=move |_| on_kept.run(())>{api_keys::KEPT}</Button></div>
        </section>
    }
}
