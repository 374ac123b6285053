//! Search and filters of the list of customers. All of them live in the address.

use super::filter::Filter;
use super::health_tone;
use crate::components::{MethodPin, Status};
use crate::features::page::SearchField;
use crate::router::{NavigateOptions, use_navigate};
use crate::text;
use crate::text::portal::customers;
use leptos::prelude::*;
use shared::api::customers::{Health, HealthCounts};
use shared::method::Method;

/// The row of filters.
#[component]
pub fn FleetToolbar(
    /// The filter now.
    filter: Memo<Filter>,
    /// The numbers on the chips.
    counts: Memo<Option<HealthCounts>>,
) -> impl IntoView {
    let go = StoredValue::new_local(use_navigate());
    let go = move |filter: &Filter, replace: bool| {
        let options = NavigateOptions { scroll: false, replace };
        go.with_value(|go| go(&filter.address(), options));
    };
    let search = move |query: String| {
        let filter = filter.get_untracked();
        if filter.query != query {
            go(&Filter { query, ..filter }.first_page(), true);
        }
    };
    let chips = Health::ALL.map(|health| {
        let on = move || filter.read().health.contains(&health);
        let count = move || counts.get().map(|counts| text::number(counts.of(health)));
        view! {
            <label class="chip" data-test=format!("chip-{}", health.as_str())>
                <input type="checkbox" prop:checked=on on:change=move |_| go(&filter.get_untracked().toggled(health), false)/>
                <Status tone=health_tone(health) text=customers::health(health)/>
                <span class="count">{count}</span>
            </label>
        }
    });
    let left = move || filter.read().method == Some(Method::Basic);
    let only_left = move |on: bool| {
        let method = on.then_some(Method::Basic);
        go(&Filter { method, ..filter.get_untracked() }.first_page(), false);
    };
    let of_wave = move || {
        filter.read().wave.map(|_| {
            let all = move |_| go(&Filter { wave: None, ..filter.get_untracked() }.first_page(), false);
            view! { <label class="chip"><input type="checkbox" checked on:change=all/>{customers::OF_WAVE}</label> }
        })
    };
    let found = move || counts.get().map(|counts| text::plural(shown(counts, &filter.read()), "customer", "customers"));
    view! {
        <div class="toolbar" role="search">
            <SearchField id="find-customers" label=customers::SEARCH hint=customers::SEARCH value=Signal::derive(move || filter.read().query.clone()) on_search=search/>
            <div class="chips" role="group" aria-label=customers::ACCESS>{chips.into_iter().collect_view()}</div>
            <label class="chip" data-test="chip-basic">
                <input type="checkbox" prop:checked=left on:change=move |event| only_left(event_target_checked(&event))/>
                <MethodPin method=Method::Basic/>{customers::LEFT}
            </label>
            {of_wave}
            <span class="note push" role="status" data-test="found">{found}</span>
        </div>
    }
}

/// How many customers the states chosen leave.
fn shown(counts: HealthCounts, filter: &Filter) -> u64 {
    if filter.health.is_empty() { counts.total() } else { filter.health.iter().map(|health| counts.of(*health)).sum() }
}
