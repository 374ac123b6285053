//! All waves, and what Microsoft ends.

use crate::api;
use crate::components::{Art, ButtonKind, ButtonLink};
use crate::features::address::Query;
use crate::features::page::{PageHead, Pager, load};
use crate::features::waves::{Campaigns, WaveTable};
use crate::remote::Remote;
use crate::router::use_query_map;
use crate::text;
use crate::text::portal::waves;
use leptos::prelude::*;
use shared::api::page::Page;
use shared::api::waves::{RetirementView, WaveView};

/// The list.
#[component]
pub fn Waves() -> impl IntoView {
    let query = use_query_map();
    let cursor = Memo::new(move |_| query.read().get("cursor").unwrap_or_default());
    let list = Remote::new(move || {
        let path = Query::new("/api/v1/waves").add("cursor", &cursor.get()).add("limit", "50").done();
        async move { api::get::<Page<WaveView>>(&path).await }
    });
    let ends = Remote::new(|| api::get::<Vec<RetirementView>>("/api/v1/retirements"));
    view! {
        <div class="page wide">
            <PageHead title=waves::TITLE heading=waves::TITLE sub=view! { {waves::SUB} }.into_any()>
                <ButtonLink href="/backup-sets?method=basic">{waves::CHOOSE}</ButtonLink>
            </PageHead>
            {load(list, 6, move |page| show(page, &cursor.get_untracked()))}
            {load(ends, 3, |ends| view! { <Campaigns ends/> }.into_any())}
        </div>
    }
}

fn show(page: Page<WaveView>, cursor: &str) -> AnyView {
    let is_later = !cursor.is_empty();
    if page.items.is_empty() && !is_later {
        return view! {
            <div class="empty">
                <Art name="art-empty"/>
                <h2>{waves::EMPTY}</h2>
                <p>{waves::EMPTY_WHY}</p>
                <div class="actions"><ButtonLink href="/backup-sets?method=basic" kind=ButtonKind::Primary>{waves::CHOOSE}</ButtonLink></div>
            </div>
        }
        .into_any();
    }
    let shows = text::plural(page.items.len() as u64, "wave", "waves");
    let address = |cursor: &str| Query::new("/waves").add("cursor", cursor).done();
    let next = page.next.map(|cursor| address(&cursor));
    view! { <div><WaveTable waves=page.items/><Pager shows is_later first=address("") here=address(cursor) next/></div> }.into_any()
}
