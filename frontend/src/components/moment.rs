//! A time in words, with the exact time on hover.

use crate::{browser, text};
use leptos::prelude::*;
use shared::time::Timestamp;

/// A point in time, seen from now.
#[component]
pub fn Moment(
    /// When.
    at: Timestamp,
) -> impl IntoView {
    let words = text::when(at, browser::now());
    view! { <time datetime=browser::iso(at) title=browser::exact(at)>{words}</time> }
}
