//! The certificate desk.

use crate::api;
use crate::browser;
use crate::components::{Art, ButtonKind, ButtonLink};
use crate::features::address::Query;
use crate::features::certificates::{Ahead, ExpiryTable, Need, need};
use crate::features::page::{PageHead, Pager, load};
use crate::remote::Remote;
use crate::router::use_query_map;
use crate::text;
use crate::text::portal::{backup_sets, certificates};
use leptos::prelude::*;
use shared::api::notices::ExpiryView;
use shared::api::page::Page;

/// The page.
#[component]
pub fn Certificates() -> impl IntoView {
    let query = use_query_map();
    let cursor = Memo::new(move |_| query.read().get("cursor").unwrap_or_default());
    let page = Remote::new(move || {
        let path = Query::new("/api/v1/certificates").add("cursor", &cursor.get()).add("limit", "200").done();
        async move { api::get::<Page<ExpiryView>>(&path).await }
    });
    view! { <div class="page wide">{load(page, 8, move |page| show(page, &cursor.get_untracked()))}</div> }
}

fn show(page: Page<ExpiryView>, cursor: &str) -> AnyView {
    let is_later = !cursor.is_empty();
    if page.items.is_empty() && !is_later {
        return nothing();
    }
    let now = browser::now();
    let count = |wanted: Need| page.items.iter().filter(|one| need(one, now) == wanted).count();
    let soon = count(Need::Soon);
    let heading = if is_later || page.next.is_some() {
        certificates::TITLE.to_owned()
    } else {
        certificates::headline(soon, soon + count(Need::Administrator), page.items.len())
    };
    let part = page.next.is_some().then(|| view! { <p class="note">{certificates::PICTURE_PART}</p> });
    let picture = (!is_later)
        .then(|| view! { <div class="stack tight ahead-holder"><Ahead expiries=page.items.clone()/>{part}</div> });
    let shows = text::plural(page.items.len() as u64, "certificate", "certificates");
    let address = |cursor: &str| Query::new("/certificates").add("cursor", cursor).done();
    let next = page.next.map(|cursor| address(&cursor));
    view! {
        <PageHead title=certificates::TITLE heading sub=view! { {certificates::SUB} }.into_any()/>
        {picture}
        <div><ExpiryTable expiries=page.items/><Pager shows is_later first=address("") here=address(cursor) next/></div>
    }
    .into_any()
}

fn nothing() -> AnyView {
    view! {
        <PageHead title=certificates::TITLE heading=certificates::TITLE sub=view! { {certificates::SUB} }.into_any()/>
        <div class="empty">
            <Art name="art-empty"/>
            <h2>{certificates::EMPTY}</h2>
            <p>{certificates::EMPTY_WHY}</p>
            <div class="actions"><ButtonLink href="/backup-sets" kind=ButtonKind::Primary>{backup_sets::CHOOSE}</ButtonLink></div>
        </div>
    }
    .into_any()
}
