//! Customers to tick, one for each: of a technician, of an API key, of a channel.

use crate::api;
use crate::features::address::Query;
use crate::features::page::{SearchField, load};
use crate::remote::Remote;
use crate::text::portal::{backup_sets, customers};
use leptos::prelude::*;
use shared::api::customers::CustomerView;
use shared::api::page::Page;
use shared::id::CustomerId;
use std::collections::BTreeSet;

/// Shown at once. Where there are more, they are searched.
const SHOWN: &str = "200";

/// The boxes, and a search field where not all fit. What is ticked stays ticked, shown or not.
#[component]
pub fn CustomerChecks(
    /// Of the search field; one on a page.
    id: &'static str,
    /// What the group is.
    label: &'static str,
    /// Those that are chosen.
    #[prop(into)]
    chosen: Signal<BTreeSet<CustomerId>>,
    /// Called with those that are chosen then.
    #[prop(into)]
    on_change: Callback<BTreeSet<CustomerId>>,
) -> impl IntoView {
    let words = RwSignal::new(String::new());
    let list = Remote::new(move || {
        let path = Query::new("/api/v1/customers").add("query", &words.get()).add("limit", SHOWN).done();
        async move { api::get::<Page<CustomerView>>(&path).await }
    });
    let is_cut = move || list.get().and_then(Result::ok).is_some_and(|page| page.next.is_some());
    let searches = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or(false) || is_cut());
    let row = move |customer: CustomerView| {
        let id = customer.id;
        let change = move |event| {
            let mut next = chosen.get_untracked();
            if event_target_checked(&event) {
                next.insert(id);
            } else {
                next.remove(&id);
            }
            on_change.run(next);
        };
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=move || chosen.read().contains(&id) on:change=change/>
                <span>{customer.name}</span>
                <small>{customer.domain}</small>
            </label>
        }
    };
    let none = || view! { <p class="note">{backup_sets::NO_CUSTOMER}</p> }.into_any();
    view! {
        {move || searches.get().then(|| view! {
            <SearchField id=id label=backup_sets::FIND_CUSTOMER hint=backup_sets::FIND_CUSTOMER value=words on_search=move |query| words.set(query)/>
            <p class="note" role="status">{move || customers::chosen(chosen.read().len())}</p>
        })}
        <div class="checks" role="group" aria-label=label tabindex="0">
            {load(list, 3, move |page| {
                if page.items.is_empty() { none() } else { page.items.into_iter().map(row).collect_view().into_any() }
            })}
        </div>
    }
}
