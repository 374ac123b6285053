//! All customers, and the form that adds one.

use crate::api;
use crate::components::{Art, Button, ButtonKind, ButtonLink};
use crate::features::address::Query;
use crate::features::customers::{AddCustomer, CustomerTable};
use crate::features::page::{PageHead, Pager, SearchField, load};
use crate::remote::Remote;
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::text;
use crate::text::portal::{backup_sets, customers};
use leptos::prelude::*;
use shared::api::customers::CustomerView;
use shared::api::page::Page;

/// The list.
#[component]
pub fn Customers() -> impl IntoView {
    let query = use_query_map();
    let words = Memo::new(move |_| query.read().get("query").unwrap_or_default());
    let cursor = Memo::new(move |_| query.read().get("cursor").unwrap_or_default());
    let adding = RwSignal::new(false);
    let list = Remote::new(move || {
        let path = Query::new("/api/v1/customers")
            .add("query", &words.get())
            .add("cursor", &cursor.get())
            .add("limit", "50")
            .done();
        async move { api::get::<Page<CustomerView>>(&path).await }
    });
    let go = StoredValue::new_local(use_navigate());
    let search = move |words: String| {
        let address = Query::new("/customers").add("query", words.trim()).done();
        go.with_value(|go| {
            go(&address, NavigateOptions { scroll: false, replace: true });
        });
    };
    view! {
        <div class="page wide">
            <PageHead title=customers::TITLE heading=customers::TITLE sub=view! { {customers::SUB} }.into_any()>
                <Button attr:data-test="add-customer" attr:aria-expanded=move || adding.get().to_string() icon="plus" on_press=move |_| adding.update(|open| *open = !*open)>{customers::ADD}</Button>
            </PageHead>
            {move || adding.get().then(|| view! { <AddCustomer/> })}
            <div class="stack">
                <div class="toolbar" role="search"><SearchField id="find-customers" label=customers::SEARCH hint=customers::SEARCH value=words on_search=search/></div>
                {load(list, 8, move |page| show(page, &words.get_untracked(), &cursor.get_untracked()))}
            </div>
        </div>
    }
}

fn show(page: Page<CustomerView>, words: &str, cursor: &str) -> AnyView {
    let is_later = !cursor.is_empty();
    if page.items.is_empty() && !is_later {
        return if words.is_empty() { nothing().into_any() } else { no_match(words).into_any() };
    }
    let shows = text::plural(page.items.len() as u64, "customer", "customers");
    let address = |cursor: &str| Query::new("/customers").add("query", words).add("cursor", cursor).done();
    let next = page.next.map(|cursor| address(&cursor));
    view! { <div><CustomerTable customers=page.items/><Pager shows is_later first=address("") here=address(cursor) next/></div> }.into_any()
}

fn nothing() -> impl IntoView {
    view! {
        <div class="empty">
            <Art name="art-empty"/>
            <h3>{customers::EMPTY}</h3>
            <p>{customers::EMPTY_WHY}</p>
            <div class="actions"><ButtonLink href="/backup-sets/import" kind=ButtonKind::Primary>{backup_sets::IMPORT}</ButtonLink></div>
        </div>
    }
}

fn no_match(words: &str) -> impl IntoView + use<> {
    view! {
        <div class="empty">
            <Art name="art-lost"/>
            <h3>{customers::no_match(words)}</h3>
            <div class="actions"><ButtonLink href="/customers">{backup_sets::CLEAR_FILTERS}</ButtonLink></div>
        </div>
    }
}
