//! The one button that leaves for Microsoft.

use super::Installation;
use super::trip::{self, Errand, TripFailure};
use crate::components::{Button, ButtonKind, FailureNotice, Notice, Tone};
use crate::remote::{Action, Remote};
use crate::text::portal::account;
use leptos::prelude::*;

/// Leaves for Microsoft, and says where the password will be typed.
#[component]
pub fn SignInButton(
    /// The words.
    label: &'static str,
    /// What the sign-in is for.
    #[prop(optional)]
    errand: Errand,
) -> impl IntoView {
    let leave = Action::new(move |(): &()| trip::leave(errand.clone()));
    // After a success the browser is on its way, and the button stays busy.
    let busy =
        Signal::derive(move || leave.pending().get() || leave.value().get().is_some_and(|result| result.is_ok()));
    let meta = use_context::<Installation>().map(|Installation(meta)| meta);
    let host = move || meta.and_then(Remote::get).and_then(Result::ok).map(|meta| account::goes_to(&meta.login_host));
    let failure = move || leave.value().get().and_then(Result::err);
    view! {
        <div class="stack tight">
            <Button
                attr:data-test="sign-in"
                kind=ButtonKind::Primary
                large=true
                icon_after="arrow"
                busy
                on_press=move |_| { leave.dispatch(()); }
            >
                {move || if busy.get() { account::OPENING } else { label }}
            </Button>
            <p class="under note">{host}</p>
        </div>
        {move || failure().map(|failure| match failure {
            TripFailure::Server(failure) => view! { <FailureNotice failure/> }.into_any(),
            other => view! { <Notice tone=Tone::Danger title=account::FAILED text=other.text()/> }.into_any(),
        })}
    }
}
