//! All authorizations.

use crate::api;
use crate::components::{Art, ButtonKind, ButtonLink};
use crate::features::address::Query;
use crate::features::authorizations::AuthorizationTable;
use crate::features::page::{PageHead, Pager, load};
use crate::remote::Remote;
use crate::router::use_query_map;
use crate::text;
use crate::text::portal::authorizations;
use leptos::prelude::*;
use shared::api::authorizations::{AuthorizationState, AuthorizationView};
use shared::api::page::Page;

const STATES: [(&str, &str); 4] = [
    ("", authorizations::ALL),
    ("open", authorizations::state(AuthorizationState::Open)),
    ("done", authorizations::state(AuthorizationState::Done)),
    ("cancelled", authorizations::state(AuthorizationState::Cancelled)),
];

/// The list.
#[component]
pub fn Authorizations() -> impl IntoView {
    let query = use_query_map();
    let state = Memo::new(move |_| {
        let word = query.read().get("state").unwrap_or_default();
        STATES.iter().map(|(state, _)| *state).find(|state| *state == word).unwrap_or_default()
    });
    let cursor = Memo::new(move |_| query.read().get("cursor").unwrap_or_default());
    let list = Remote::new(move || {
        let query = Query::new("/api/v1/authorizations")
            .add("state", state.get())
            .add("cursor", &cursor.get())
            .add("limit", "50");
        let path = query.done();
        async move { api::get::<Page<AuthorizationView>>(&path).await }
    });
    let tabs = STATES.map(|(word, name)| {
        let href = Query::new("/authorizations").add("state", word).done();
        view! { <a href=href aria-current=move || (state.get() == word).then_some("page")>{name}</a> }
    });
    view! {
        <div class="page wide">
            <PageHead title=authorizations::TITLE heading=authorizations::TITLE sub=view! { {authorizations::SUB} }.into_any()>
                <ButtonLink href="/backup-sets">{authorizations::CHOOSE_SETS}</ButtonLink>
            </PageHead>
            <nav class="tabs" aria-label=authorizations::FILTER>{tabs.into_iter().collect_view()}</nav>
            {load(list, 8, move |page| show(page, state.get_untracked(), &cursor.get_untracked()))}
        </div>
    }
}

fn show(page: Page<AuthorizationView>, state: &'static str, cursor: &str) -> AnyView {
    let is_later = !cursor.is_empty();
    if page.items.is_empty() && !is_later {
        let (title, why) = if state.is_empty() {
            (authorizations::EMPTY, Some(authorizations::EMPTY_WHY))
        } else {
            (authorizations::EMPTY_STATE, None)
        };
        return view! {
            <div class="empty">
                <Art name="art-empty"/>
                <h2>{title}</h2>
                {why.map(|why| view! { <p>{why}</p> })}
                <div class="actions"><ButtonLink href="/backup-sets" kind=ButtonKind::Primary>{authorizations::CHOOSE_SETS}</ButtonLink></div>
            </div>
        }
        .into_any();
    }
    let shows = text::plural(page.items.len() as u64, "authorization", "authorizations");
    let address = |cursor: &str| Query::new("/authorizations").add("state", state).add("cursor", cursor).done();
    let next = page.next.map(|cursor| address(&cursor));
    view! { <div><AuthorizationTable authorizations=page.items/><Pager shows is_later first=address("") here=address(cursor) next/></div> }.into_any()
}
