//! What a plan adds up to, and what stays as it is.

use crate::text::portal::waves;
use leptos::prelude::*;
use shared::api::waves::RefusedCount;
use shared::rules::wave::WaveNumbers;

/// The numbers.
#[component]
pub fn Numbers(numbers: WaveNumbers) -> impl IntoView {
    let facts = waves::facts(&numbers);
    let rows = facts.into_iter().map(|(number, what)| view! { <li><b>{number}</b><span>{what}</span></li> });
    view! { <ul class="tally" aria-label=waves::NUMBERS data-test="numbers">{rows.collect_view()}</ul> }
}

/// The sets that stay, by reason.
#[component]
pub fn Stay(refused: Vec<RefusedCount>) -> impl IntoView {
    let rows = refused.into_iter().map(|one| {
        view! {
            <div data-code=one.code>
                <dt>{waves::stay(one.sets)}</dt>
                <dd>{one.text}{one.instead.map(|instead| view! { <small>{instead}</small> })}</dd>
            </div>
        }
    });
    let rows: Vec<_> = rows.collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby="stay">
                <header><h2 id="stay">{waves::STAY}</h2></header>
                <dl class="facts" data-test="stay">{rows}</dl>
            </section>
        }
    })
}
