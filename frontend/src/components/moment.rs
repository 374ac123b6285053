//! A time in words, with the exact time on hover.

use crate::{browser, text};
use leptos::prelude::*;
use shared::time::Timestamp;
use std::time::Duration;

/// How often the words are looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(20);

thread_local! {
    /// Moves on with the time, for all that is seen from now.
    static NOW: ArcRwSignal<u32> = {
        let now = ArcRwSignal::new(0_u32);
        let next = now.clone();
        set_interval(move || next.update(|round| *round = round.wrapping_add(1)), LOOK_AGAIN);
        now
    };
}

/// A point in time, seen from now; the words follow the time.
#[component]
pub fn Moment(
    /// When.
    at: Timestamp,
) -> impl IntoView {
    let words = move || {
        NOW.with(Track::track);
        text::when(at, browser::now())
    };
    view! { <time datetime=browser::iso(at) title=browser::exact(at)>{words}</time> }
}
