//! The foot of a list: on to the next page, and back.

use crate::components::Button;
use crate::text::portal::shell;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// Under a list. The page stands in the address, so the browser's own buttons work too.
#[component]
pub fn Pager(
    /// What the page shows, in words.
    #[prop(into)]
    shows: String,
    /// This is not the first page.
    is_later: bool,
    /// The first page's address.
    #[prop(into)]
    first: String,
    /// The next page's address, when there is one.
    next: Option<String>,
) -> impl IntoView {
    let go = use_navigate();
    let back = go.clone();
    let is_last = next.is_none();
    let to_next = move |_| {
        if let Some(next) = &next {
            go(next, NavigateOptions::default());
        }
    };
    view! {
        <nav class="pager" aria-label=shell::PAGES>
            <span>{shows}</span>
            <span class="actions">
                <Button disabled=!is_later on_press=move |_| back(&first, NavigateOptions::default())>{shell::FIRST_PAGE}</Button>
                <Button attr:data-test="next-page" disabled=is_last on_press=to_next>{shell::NEXT}</Button>
            </span>
        </nav>
    }
}
