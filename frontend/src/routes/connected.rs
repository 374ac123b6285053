//! The customer's own page, by the secret in the address's fragment. Looking changes nothing.

use crate::api;
use crate::features::customer_page::Connected as Shown;
use crate::features::page::{arrive, load};
use crate::features::session::trip::Landing;
use crate::features::session::{Quiet, Sheet};
use crate::remote::Remote;
use crate::text::portal::customer_page;
use leptos::prelude::*;
use shared::api::customer_page::CustomerPage;

/// The page.
#[component]
pub fn Connected() -> impl IntoView {
    Effect::new(|_| arrive(customer_page::TITLE));
    let landing = use_context::<StoredValue<Landing, LocalStorage>>();
    let secret = landing.and_then(|landing| landing.with_value(|landing| landing.customer_page.clone()));
    let Some(secret) = secret else { return dead() };
    let asked = secret.clone();
    let page = Remote::new(move || {
        let secret = asked.clone();
        async move {
            match api::get_with::<CustomerPage>("/api/v1/customer-page", &secret).await {
                Ok(page) => Ok(Some(page)),
                Err(failure) if failure.code() == "not_found" => Ok(None),
                Err(failure) => Err(failure),
            }
        }
    });
    load(page, 6, move |page| match page {
        Some(page) => {
            let secret = secret.clone();
            view! { <Quiet><Shown page secret/></Quiet> }.into_any()
        }
        None => dead(),
    })
    .into_any()
}

/// Unknown, ended and expired links look alike (O8).
fn dead() -> AnyView {
    view! { <Sheet art="art-lost" heading=customer_page::DEAD><p class="muted">{customer_page::DEAD_WHY}</p></Sheet> }
        .into_any()
}
