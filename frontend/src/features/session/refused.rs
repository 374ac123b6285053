//! Why a change was not made.

use crate::api::ApiFailure;
use crate::components::{ButtonLink, Notice, Tone};
use crate::features::page::Trouble;
use crate::text::portal::{account, api_keys};
use leptos::prelude::*;

/// The server's word for a sign-in that is too old.
const STALE: &str = "sign_in_stale";

/// A failed change; a sign-in that is too old for it leads to a fresh one, in a tab of its own: what was typed here stays.
#[component]
pub fn Refused(
    /// Why it failed.
    failure: ApiFailure,
) -> impl IntoView {
    if failure.code() != STALE {
        return view! { <Trouble failure/> }.into_any();
    }
    view! {
        <Notice tone=Tone::Warn title=api_keys::FRESH text=api_keys::FRESH_WHY>
            <div class="actions">
                <ButtonLink attr:data-test="sign-in-again" attr:target="_blank" attr:rel="noopener" href="/sign-in">{account::SIGN_IN_BUTTON}</ButtonLink>
            </div>
        </Notice>
    }
    .into_any()
}
