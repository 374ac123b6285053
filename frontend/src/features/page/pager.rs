//! The foot of a list: on to the next page, and back.
//!
//! Pages are known by cursors, which only lead on. The way back is what this tab remembers of the way here; after a
//! reload it is the first page.

use crate::components::Button;
use crate::router::{NavigateOptions, use_navigate};
use crate::text::portal::shell;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// From each page that was reached by "Next", the page before it.
#[derive(Debug, Clone, Copy)]
pub struct Trail(pub StoredValue<BTreeMap<String, String>>);

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
    /// This page's address.
    #[prop(into)]
    here: String,
    /// The next page's address, when there is one.
    next: Option<String>,
) -> impl IntoView {
    let go = StoredValue::new_local(use_navigate());
    let go = move |to: &str| go.with_value(|go| go(to, NavigateOptions::default()));
    let trail = use_context::<Trail>().map(|Trail(trail)| trail);
    let before = trail.and_then(|trail| trail.with_value(|trail| trail.get(&here).cloned()));
    let back = if before.is_some() { shell::PREVIOUS } else { shell::FIRST_PAGE };
    let before = before.unwrap_or(first);
    let is_last = next.is_none();
    let to_next = move |_| {
        let Some(next) = next.clone() else { return };
        if let Some(trail) = trail {
            trail.update_value(|trail| drop(trail.insert(next.clone(), here.clone())));
        }
        go(&next);
    };
    let buttons = (is_later || !is_last).then(|| {
        view! {
            <span class="actions">
                <Button attr:data-test="previous-page" disabled=!is_later on_press=move |_| go(&before)>{back}</Button>
                <Button attr:data-test="next-page" disabled=is_last on_press=to_next>{shell::NEXT}</Button>
            </span>
        }
    });
    view! { <nav class="pager" aria-label=shell::PAGES><span>{shows}</span>{buttons}</nav> }
}
