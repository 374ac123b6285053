//! The first run: three steps, the first of them done.

use crate::components::{ButtonKind, ButtonLink};
use crate::text::portal::home;
use leptos::prelude::*;

/// The three steps.
#[component]
pub fn FirstRun() -> impl IntoView {
    view! {
        <ol class="three">
            <li class="done">
                <span class="n" aria-hidden="true">"1"</span>
                <div><h2>{home::STEP_1}</h2><p><span class="ok-text">{home::STEP_1_DONE}</span>" "{home::STEP_1_WHY}</p></div>
            </li>
            <li class="now" aria-current="step">
                <span class="n" aria-hidden="true">"2"</span>
                <div>
                    <h2>{home::STEP_2}</h2>
                    <p>{home::STEP_2_WHY}</p>
                    <div class="actions">
                        <ButtonLink attr:data-test="first-import" href="/backup-sets/import" kind=ButtonKind::Primary>{home::STEP_2_UPLOAD}</ButtonLink>
                        <ButtonLink href="/api-keys">{home::STEP_2_API}</ButtonLink>
                    </div>
                </div>
            </li>
            <li>
                <span class="n later" aria-hidden="true">"3"</span>
                <div><h2 class="later">{home::STEP_3}</h2><p class="later">{home::STEP_3_WHY}</p></div>
            </li>
        </ol>
    }
}
