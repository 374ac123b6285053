//! What happened in this organization.

use crate::api;
use crate::components::Art;
use crate::features::address::Query;
use crate::features::audit::AuditTable;
use crate::features::customers::CustomerPicker;
use crate::features::page::{PageHead, Pager, load};
use crate::remote::Remote;
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::text;
use crate::text::portal::audit;
use leptos::prelude::*;
use shared::api::audit::AuditEntryView;
use shared::api::page::Page;
use shared::id::CustomerId;

/// The activity page.
#[component]
pub fn Activity() -> impl IntoView {
    let query = use_query_map();
    let cursor = Memo::new(move |_| query.read().get("cursor").unwrap_or_default());
    let customer = Memo::new(move |_| query.read().get("customer").and_then(|id| id.parse::<CustomerId>().ok()));
    let go = StoredValue::new_local(use_navigate());
    let pick = Callback::new(move |customer: Option<CustomerId>| {
        go.with_value(|go| go(&address(customer, ""), NavigateOptions { scroll: false, replace: false }));
    });
    let entries = Remote::new(move || {
        let path = Query::new("/api/v1/audit").add("customer", &whose(customer.get())).add("cursor", &cursor.get());
        let path = path.add("limit", "50").done();
        async move { api::get::<Page<AuditEntryView>>(&path).await }
    });
    view! {
        <div class="page wide">
            <PageHead title=audit::TITLE heading=audit::TITLE sub=view! { {audit::SUB} }.into_any()>
                <a class="button quiet" href=audit::SUPPORT_AT rel="external" download="" title=audit::SUPPORT_WHY>{audit::SUPPORT}</a>
                <a class="button" href=audit::EXPORT_AT rel="external" download="" title=audit::EXPORT_WHY>{audit::EXPORT}</a>
            </PageHead>
            <div class="toolbar"><CustomerPicker customer on_pick=pick/></div>
            {load(entries, 12, move |page| show(page, customer.get_untracked(), &cursor.get_untracked()))}
        </div>
    }
}

fn whose(customer: Option<CustomerId>) -> String {
    customer.map(|id| id.to_string()).unwrap_or_default()
}

fn address(customer: Option<CustomerId>, cursor: &str) -> String {
    Query::new("/activity").add("customer", &whose(customer)).add("cursor", cursor).done()
}

fn show(page: Page<AuditEntryView>, customer: Option<CustomerId>, cursor: &str) -> AnyView {
    let is_later = !cursor.is_empty();
    if page.items.is_empty() && !is_later && page.next.is_none() {
        return view! { <div class="empty"><Art name="art-empty"/><h2>{audit::EMPTY}</h2><p>{audit::EMPTY_WHY}</p></div> }.into_any();
    }
    let shows = text::plural(page.items.len() as u64, "entry", "entries");
    let next = page.next.map(|cursor| address(customer, &cursor));
    let none =
        page.items.is_empty().then(|| view! { <p class="muted">{audit::NONE_HERE}". "{audit::NONE_HERE_WHY}</p> });
    view! { <div>{none}<AuditTable entries=page.items/><Pager shows is_later first=address(customer, "") here=address(customer, cursor) next/></div> }.into_any()
}
