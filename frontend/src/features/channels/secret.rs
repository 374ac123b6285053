//! A webhook's new secret, shown once.

use crate::components::{Button, CopyField};
use crate::text::portal::channels;
use leptos::prelude::*;

/// The secret, until it was copied.
#[component]
pub fn Secret(
    /// The secret.
    value: String,
    /// Called when it was copied.
    #[prop(into)]
    on_kept: Callback<()>,
) -> impl IntoView {
    view! {
        <section class="card" role="status" data-test="new-channel">
            <div class="stack tight"><h2>{channels::SECRET}</h2><p class="muted">{channels::SECRET_WHY}</p></div>
            <CopyField id="channel-secret" label=channels::THE_SECRET value/>
            <div class="actions"><Button on_press=move |_| on_kept.run(())>{channels::KEPT}</Button></div>
        </section>
    }
}
