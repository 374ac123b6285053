//! The customer's own page, by the secret in the address's fragment. Looking changes nothing.

use crate::api;
use crate::browser;
use crate::features::customer_page::{Connected as Shown, Speech};
use crate::features::page::{arrive, load};
use crate::features::session::{Quiet, Sheet};
use crate::map;
use crate::remote::Remote;
use crate::text::portal::customer_page::{self, say};
use leptos::prelude::*;
use shared::api::customer_page::CustomerPage;

/// The secret of the link, taken out of the address bar and the history.
pub(super) fn take_secret() -> Secret {
    let here = browser::address();
    if here.path != map::CONNECTED {
        return Secret(None);
    }
    browser::clean_address(&here.path);
    Secret(Some(here.fragment).filter(|secret| !secret.is_empty()))
}

/// The secret of a link to a customer's own page, if there is one.
#[derive(Clone)]
pub(super) struct Secret(Option<String>);

/// The page.
#[component]
pub fn Connected() -> impl IntoView {
    let speech = Speech::begin();
    Effect::new(move |_| arrive(say(speech.language(), customer_page::TITLE)));
    let Some(Secret(Some(secret))) = use_context() else { return dead(speech) };
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
            view! { <Quiet><Shown page secret speech/></Quiet> }.into_any()
        }
        None => dead(speech),
    })
    .into_any()
}

/// Unknown, ended and expired links look alike (O8).
fn dead(speech: Speech) -> AnyView {
    let language = speech.language();
    view! {
        <Sheet art="art-lost" heading=say(language, customer_page::DEAD)>
            <p class="muted">{say(language, customer_page::DEAD_WHY)}</p>
        </Sheet>
    }
    .into_any()
}
