//! Where an administrator lands after Microsoft's approval page. It proves nothing: the server asks Microsoft itself.

use crate::components::Mark;
use crate::{api, browser, text};
use leptos::prelude::*;
use shared::api::session::Meta;
use text::connect as words;

/// Thanks, and what happens now.
#[component]
pub fn Approved() -> impl IntoView {
    let query = browser::address().query;
    let was_refused = query.split('&').any(|pair| pair.starts_with("error="));
    browser::clean_address(super::APPROVED);
    let brand = RwSignal::new(String::new());
    leptos::task::spawn_local(async move {
        if let Ok(Meta { brand: name, .. }) = api::get::<Meta>("/api/v1/meta").await {
            brand.set(name);
        }
    });
    let (title, lede) = if was_refused {
        (words::NOT_APPROVED_TITLE, Signal::stored(words::NOT_APPROVED_LEDE.to_owned()))
    } else {
        (words::APPROVED_TITLE, Signal::derive(move || brand.with(|brand| words::approved_lede(brand))))
    };
    Effect::new(move |_| brand.with(|brand| browser::set_title(&text::title(title, brand))));
    view! {
        <div class="connect">
            <aside class="context" aria-label=words::PANEL>
                <div class="hold"><div class="asker"><span class="brand"><Mark/>{brand}</span></div></div>
            </aside>
            <main class="decision">
                <div class="body">
                    <header class="stack tight"><h1>{title}</h1><p class="lede">{lede}</p></header>
                    <p class="muted">{words::APPROVED_NEXT}</p>
                </div>
            </main>
        </div>
    }
}
