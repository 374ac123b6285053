//! What a console's developers put into their page.

use crate::components::{CopyButton, CopyField};
use crate::text::portal::{api_keys, consoles};
use leptos::prelude::*;
use shared::api::embed::EmbedSetUp;

/// As many lines as the snippet takes on a wide screen; on a narrow one it scrolls.
const LINES: u8 = 4;

/// The organization's id, the snippet and where sessions come from.
#[component]
pub fn Developers(
    /// Which script, and for whom.
    set_up: EmbedSetUp,
) -> impl IntoView {
    let snippet = consoles::snippet(&set_up);
    let EmbedSetUp { organization, version, .. } = set_up;
    view! {
        <section class="section" aria-labelledby="developers" data-test="console-developers">
            <header>
                <h2 id="developers">{consoles::DEVELOPERS}</h2>
                <a href=api_keys::DOCS_AT rel="external">{api_keys::DOCS}</a>
            </header>
            <div class="stack">
                <CopyField id="console-organization" label=consoles::ORGANIZATION value=organization.to_string()/>
                <div class="field">
                    <label for="console-snippet">{consoles::SNIPPET}</label>
                    <textarea class="input mono" id="console-snippet" rows=LINES readonly spellcheck="false" aria-describedby="console-snippet-why" prop:value=snippet.clone()></textarea>
                    <span class="hint" id="console-snippet-why">{consoles::snippet_why(&version)}</span>
                </div>
                <div class="actions"><CopyButton value=snippet label=consoles::COPY_SNIPPET/></div>
                <p class="muted">{consoles::SESSIONS}" "<code class="thumbprint">{consoles::SESSIONS_AT}</code></p>
            </div>
        </section>
    }
}
