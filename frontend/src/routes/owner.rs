//! Becoming the first owner, or owner again, by a link that the operator made on the server.

use crate::features::page::arrive;
use crate::features::session::trip::{Errand, Landing};
use crate::features::session::{Sheet, SignInButton};
use crate::text::portal::account;
use leptos::prelude::*;

/// The owner page. Opening it does nothing; the click does.
#[component]
pub fn Owner() -> impl IntoView {
    Effect::new(|_| arrive(account::OWNER_TITLE));
    let landing = use_context::<StoredValue<Landing, LocalStorage>>();
    let secret = landing.and_then(|landing| landing.with_value(|landing| landing.owner_link.clone()));
    match secret {
        Some(secret) => view! {
            <Sheet heading=account::OWNER>
                <p class="muted">{account::OWNER_WHY}</p>
                <SignInButton label=account::OWNER_BUTTON errand=Errand::Owner(secret)/>
                <p class="note">{account::OWNER_ONCE}</p>
            </Sheet>
        }
        .into_any(),
        None => view! { <Sheet art="art-lost" heading=account::OWNER_INCOMPLETE><p class="muted">{account::OWNER_INCOMPLETE_WHY}</p></Sheet> }.into_any(),
    }
}
