//! All customers, the worst first, kept fresh while somebody looks (H1); and the form that adds one.

use crate::api;
use crate::browser;
use crate::components::{Art, Button, ButtonKind, ButtonLink};
use crate::features::customers::filter::Filter;
use crate::features::customers::{AddCustomer, CustomerTable, FleetToolbar};
use crate::features::page::{PageHead, Pager, load};
use crate::features::session;
use crate::remote::Remote;
use crate::router::use_query_map;
use crate::text;
use crate::text::portal::{backup_sets, customers};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::customers::{CustomerView, HealthCounts};
use shared::api::page::Page;

/// How often the page is looked at again, in milliseconds.
const AGAIN_MS: i32 = 10_000;

/// The list.
#[component]
pub fn Customers() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| Filter::read(|name| query.read().get(name)));
    let adding = RwSignal::new(false);
    let list = Remote::new(move || {
        let path = filter.read().request();
        async move { api::get::<Page<CustomerView>>(&path).await }
    });
    let counted = Memo::new(move |_| filter.read().counts_request());
    let counts = Remote::new(move || {
        let path = counted.get();
        async move { api::get::<HealthCounts>(&path).await }
    });
    let counts_now = Memo::new(move |_| counts.get().and_then(Result::ok));
    // Drawn anew only when something changed, so that nobody loses their place.
    let is_here = StoredValue::new(());
    spawn_local(async move {
        loop {
            browser::sleep(AGAIN_MS).await;
            let Some(path) = is_here.try_get_value().and_then(|()| filter.try_with_untracked(Filter::request)) else {
                return;
            };
            let Ok(newer) = api::get::<Page<CustomerView>>(&path).await else { continue };
            let shown = untrack(|| list.get()).and_then(Result::ok);
            let same_page = filter.try_with_untracked(Filter::request).is_some_and(|now| now == path);
            if same_page && shown.is_some_and(|shown| shown != newer) {
                list.refetch();
                counts.refetch();
            }
        }
    });
    let manages = session::manages();
    view! {
        <div class="page wide">
            <PageHead title=customers::TITLE heading=customers::TITLE sub=view! { {customers::SUB} }.into_any()>
                {move || manages.get().then(|| view! {
                    <Button attr:data-test="add-customer" attr:aria-expanded=move || adding.get().to_string() icon="plus" on_press=move |_| adding.update(|open| *open = !*open)>{customers::ADD}</Button>
                })}
            </PageHead>
            {move || adding.get().then(|| view! { <AddCustomer/> })}
            <div class="stack">
                <FleetToolbar filter counts=counts_now/>
                {load(list, 8, move |page| show(page, &filter.get_untracked()))}
            </div>
        </div>
    }
}

fn show(page: Page<CustomerView>, filter: &Filter) -> AnyView {
    let is_later = filter.cursor.is_some();
    if page.items.is_empty() && !is_later {
        return if filter.narrows() { no_match(&filter.query).into_any() } else { nothing().into_any() };
    }
    let shows = text::plural(page.items.len() as u64, "customer", "customers");
    let first = filter.clone().first_page().address();
    let next = page.next.map(|cursor| Filter { cursor: Some(cursor), ..filter.clone() }.address());
    view! { <div><CustomerTable customers=page.items/><Pager shows is_later first here=filter.address() next/></div> }
        .into_any()
}

fn nothing() -> impl IntoView {
    let manages = session::manages();
    view! {
        <div class="empty">
            <Art name="art-empty"/>
            <h2>{customers::EMPTY}</h2>
            <p>{move || if manages.get() { customers::EMPTY_WHY } else { customers::EMPTY_MEMBER }}</p>
            <div class="actions" hidden=move || !manages.get()>
                <ButtonLink href="/backup-sets/import" kind=ButtonKind::Primary>{backup_sets::IMPORT}</ButtonLink>
            </div>
        </div>
    }
}

fn no_match(words: &str) -> impl IntoView + use<> {
    let title = if words.is_empty() { customers::NO_MATCH.to_owned() } else { customers::no_match(words) };
    view! {
        <div class="empty">
            <Art name="art-lost"/>
            <h2>{title}</h2>
            <div class="actions"><ButtonLink href="/customers">{backup_sets::CLEAR_FILTERS}</ButtonLink></div>
        </div>
    }
}
