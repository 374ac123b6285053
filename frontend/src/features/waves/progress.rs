//! How a wave's people stand, as one bar and its legend.
//!
//! Geometry lives in attributes; colours in the style sheet.

use crate::text;
use crate::text::portal::waves;
use leptos::prelude::*;
use shared::api::waves::WaveCounts;

/// Class and number of each part, in the order of [`waves::KINDS`].
fn parts(counts: &WaveCounts) -> [(&'static str, u64); 5] {
    [
        ("done", counts.done),
        ("moving", counts.in_progress + counts.queued),
        ("link", counts.link_sent),
        ("wait", counts.waiting_for_link),
        ("attention", counts.failed + counts.needs_somebody),
    ]
}

/// The bar and its legend.
#[component]
pub fn Progress(#[prop(into)] counts: Signal<WaveCounts>) -> impl IntoView {
    let bar = move || {
        let counts = counts.get();
        let all = counts.items.saturating_sub(counts.cancelled).max(1);
        let mut from = 0;
        let rects = parts(&counts).map(|(class, number)| {
            let at = from;
            from += number;
            let place = |number: u64| (number * 1000 / all).to_string();
            let width = (from * 1000 / all - at * 1000 / all).to_string();
            view! { <rect class=class x=place(at) y="0" width=width height="10"/> }
        });
        view! {
            <svg class="progress-bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">{rects.into_iter().collect_view()}</svg>
        }
    };
    let legend = move || {
        let counts = counts.get();
        let rows = parts(&counts).into_iter().zip(waves::KINDS);
        rows.map(|((class, number), kind)| view! { <li class=class><i></i><b>{text::number(number)}</b>" "{kind}</li> })
            .collect_view()
    };
    view! {
        <section class="section" aria-labelledby="progress">
            <h2 class="hide" id="progress">{waves::PROGRESS}</h2>
            <div class="stack tight">{bar}<ul class="legend-row kinds" data-test="kinds">{legend}</ul></div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_in_one_part_of_the_picture() {
        let counts = WaveCounts {
            items: 36,
            failed: 1,
            needs_somebody: 2,
            in_progress: 3,
            queued: 4,
            waiting_for_link: 5,
            link_sent: 6,
            done: 7,
            cancelled: 8,
            ..WaveCounts::default()
        };
        assert_eq!(parts(&counts).iter().map(|(_, number)| number).sum::<u64>(), counts.items - counts.cancelled);
    }
}
