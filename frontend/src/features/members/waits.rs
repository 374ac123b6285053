//! After signing in with an invitation: somebody confirms, then one is in.

use crate::features::session::{Sheet, SignInButton};
use crate::text::portal::members;
use leptos::prelude::*;
use shared::api::members::InvitedView;

/// What an invited person sees once they have signed in.
#[component]
pub fn Waits(
    /// Who invited them, into what.
    invited: InvitedView,
) -> impl IntoView {
    view! {
        <Sheet heading=members::WAITS>
            <p class="muted" role="status" data-test="waits">{members::waits_why(&invited.invited_by, &invited.organization)}</p>
            <SignInButton label=members::CONFIRMED/>
        </Sheet>
    }
}
