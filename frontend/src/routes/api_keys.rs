//! API keys of the organization.

use crate::api;
use crate::components::Art;
use crate::features::api_keys::{KeyTable, MakeKey};
use crate::features::page::{PageHead, load};
use crate::features::session;
use crate::remote::Remote;
use crate::text::portal::api_keys;
use leptos::prelude::*;
use shared::api::api_keys::ApiKeyView;

/// The page.
#[component]
pub fn ApiKeys() -> impl IntoView {
    let keys = Remote::new(|| api::get::<Vec<ApiKeyView>>("/api/v1/api-keys"));
    let again = Callback::new(move |()| keys.refetch());
    let manages = session::manages();
    view! {
        <div class="page">
            <PageHead title=api_keys::TITLE heading=api_keys::TITLE sub=view! { {api_keys::SUB} }.into_any()>
                <a class="button" href=api_keys::DOCS_AT rel="external">{api_keys::DOCS}</a>
            </PageHead>
            {move || manages.get().then(|| view! { <MakeKey on_made=again/> })}
            {load(keys, 4, move |keys| show(keys, again))}
        </div>
    }
}

fn show(keys: Vec<ApiKeyView>, again: Callback<()>) -> AnyView {
    if keys.is_empty() {
        return view! { <div class="empty"><Art name="art-empty"/><h2>{api_keys::EMPTY}</h2><p>{api_keys::EMPTY_WHY}</p></div> }.into_any();
    }
    view! { <KeyTable keys on_change=again/> }.into_any()
}
