//! What is about to be here. Shown after 300 ms only (the style waits), so that quick answers do not flicker.

use crate::text;
use leptos::prelude::*;

/// A bar in the place of a word.
#[component]
pub fn Ghost(
    /// `short`, `long` or nothing.
    #[prop(optional)]
    width: &'static str,
) -> impl IntoView {
    view! { <span class=format!("ghost {width}") aria-hidden="true"></span> }
}

/// Lines in the place of a list; says that it loads.
#[component]
pub fn GhostLines(
    /// How many.
    lines: usize,
) -> impl IntoView {
    let bars = (0..lines).map(|line| view! { <Ghost width=if line % 3 == 1 { "" } else { "long" }/> });
    view! { <div class="stack ghosts"><span class="hide" role="status">{text::LOADING}</span>{bars.collect_view()}</div> }
}
