//! All invitations, newest first.

use crate::api;
use crate::components::Art;
use crate::features::address::Query;
use crate::features::invitations::InvitationTable;
use crate::features::page::{PageHead, Pager, load};
use crate::remote::Remote;
use crate::router::use_query_map;
use crate::text;
use crate::text::portal::invitations;
use leptos::prelude::*;
use shared::api::invitations::InvitationView;
use shared::api::page::Page;

/// The page.
#[component]
pub fn Invitations() -> impl IntoView {
    let query = use_query_map();
    let cursor = Memo::new(move |_| query.read().get("cursor").unwrap_or_default());
    let list = Remote::new(move || {
        let path = Query::new("/api/v1/invitations").add("cursor", &cursor.get()).add("limit", "50").done();
        async move { api::get::<Page<InvitationView>>(&path).await }
    });
    let again = Callback::new(move |()| list.refetch());
    view! {
        <div class="page">
            <PageHead title=invitations::TITLE heading=invitations::TITLE sub=view! { {invitations::SUB} }.into_any()/>
            {load(list, 6, move |page| show(page, &cursor.get_untracked(), again))}
        </div>
    }
}

fn show(page: Page<InvitationView>, cursor: &str, again: Callback<()>) -> AnyView {
    let is_later = !cursor.is_empty();
    if page.items.is_empty() && !is_later {
        return view! { <div class="empty"><Art name="art-empty"/><h2>{invitations::EMPTY}</h2><p>{invitations::EMPTY_WHY}</p></div> }.into_any();
    }
    let shows = text::plural(page.items.len() as u64, "invitation", "invitations");
    let address = |cursor: &str| Query::new("/invitations").add("cursor", cursor).done();
    let next = page.next.map(|cursor| address(&cursor));
    view! {
        <div>
            <InvitationTable invitations=page.items on_change=again/>
            <Pager shows is_later first="/invitations" here=address(cursor) next/>
        </div>
    }
    .into_any()
}
