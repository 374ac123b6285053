//! What happened in this organization.

use crate::api;
use crate::components::Art;
use crate::features::address::Query;
use crate::features::audit::AuditTable;
use crate::features::page::{PageHead, Pager, load};
use crate::remote::Remote;
use crate::router::use_query_map;
use crate::text;
use crate::text::portal::audit;
use leptos::prelude::*;
use shared::api::audit::AuditEntryView;
use shared::api::page::Page;

/// The activity page.
#[component]
pub fn Activity() -> impl IntoView {
    let query = use_query_map();
    let cursor = Memo::new(move |_| query.read().get("cursor").unwrap_or_default());
    let entries = Remote::new(move || {
        let path = Query::new("/api/v1/audit").add("cursor", &cursor.get()).add("limit", "50").done();
        async move { api::get::<Page<AuditEntryView>>(&path).await }
    });
    view! {
        <div class="page wide">
            <PageHead title=audit::TITLE heading=audit::TITLE sub=view! { {audit::SUB} }.into_any()>
                <a class="button quiet" href=audit::SUPPORT_AT rel="external" download="" title=audit::SUPPORT_WHY>{audit::SUPPORT}</a>
                <a class="button" href=audit::EXPORT_AT rel="external" download="" title=audit::EXPORT_WHY>{audit::EXPORT}</a>
            </PageHead>
            {load(entries, 12, move |page| show(page, &cursor.get_untracked()))}
        </div>
    }
}

fn show(page: Page<AuditEntryView>, cursor: &str) -> AnyView {
    let is_later = !cursor.is_empty();
    if page.items.is_empty() && !is_later {
        return view! { <div class="empty"><Art name="art-empty"/><h2>{audit::EMPTY}</h2><p>{audit::EMPTY_WHY}</p></div> }.into_any();
    }
    let shows = text::plural(page.items.len() as u64, "entry", "entries");
    let address = |cursor: &str| Query::new("/activity").add("cursor", cursor).done();
    let next = page.next.map(|cursor| address(&cursor));
    view! { <div><AuditTable entries=page.items/><Pager shows is_later first="/activity" here=address(cursor) next/></div> }.into_any()
}
