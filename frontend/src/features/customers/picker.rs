//! A filter for one customer: a button that says whose rows are shown, and a list to search.

use crate::api;
use crate::browser;
use crate::components::{Icon, Keymark};
use crate::features::address::Query;
use crate::features::page::SearchField;
use crate::remote::Remote;
use crate::text::portal::backup_sets;
use leptos::prelude::*;
use shared::api::customers::CustomerView;
use shared::api::page::Page;
use shared::id::CustomerId;

const LIST: &str = "customer-list";

/// The button and its list.
#[component]
pub fn CustomerPicker(
    /// Whose rows are shown; nobody's: all.
    #[prop(into)]
    customer: Signal<Option<CustomerId>>,
    /// Called with another choice.
    #[prop(into)]
    on_pick: Callback<Option<CustomerId>>,
) -> impl IntoView {
    let current = Remote::new(move || {
        let customer = customer.get();
        async move { api::get::<CustomerView>(&format!("/api/v1/customers/{}", customer?)).await.ok() }
    });
    let name = move || match customer.get() {
        Some(_) => current.get().flatten().map(|customer| customer.name),
        None => Some(backup_sets::ALL_CUSTOMERS.to_owned()),
    };
    let words = RwSignal::new(String::new());
    let found = Remote::new(move || {
        let path = Query::new("/api/v1/customers").add("query", &words.get()).add("limit", "20").done();
        async move { api::get::<Page<CustomerView>>(&path).await.map(|page| page.items).unwrap_or_default() }
    });
    let pick = move |customer: Option<CustomerId>| {
        browser::hide_popover(LIST);
        on_pick.run(customer);
    };
    let rows = move || {
        let row = move |customer: CustomerView| {
            let id = customer.id;
            view! { <li><button type="button" on:click=move |_| pick(Some(id))><Keymark tenant=customer.tenant/>{customer.name}</button></li> }
        };
        let found = found.get().unwrap_or_default();
        let none = found.is_empty().then(|| view! { <li class="note">{backup_sets::NO_CUSTOMER}</li> });
        view! { {found.into_iter().map(row).collect_view()}{none} }
    };
    view! {
        <button class="button pick" class:chosen=move || customer.get().is_some() type="button" popovertarget=LIST aria-label=backup_sets::FILTER_CUSTOMER>
            {name}<Icon name="down"/>
        </button>
        <div class="picker" id=LIST popover="auto" aria-label=backup_sets::FILTER_CUSTOMER role="dialog">
            <SearchField id="find-customer" label=backup_sets::FIND_CUSTOMER hint=backup_sets::FIND_CUSTOMER value=words on_search=move |query| words.set(query)/>
            <ul>
                <li><button type="button" on:click=move |_| pick(None)>{backup_sets::ALL_CUSTOMERS}</button></li>
                {rows}
            </ul>
        </div>
    }
}
