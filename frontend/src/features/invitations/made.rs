//! An invitation that was just made: the address and its code, shown this once.

use crate::components::{Button, CopyField, Moment, Notice, Tone};
use crate::text::portal::invitations;
use leptos::prelude::*;
use shared::api::invitations::{InvitationCreated, QrCode};

/// The link, the code, and what happens to it next.
#[component]
pub fn Made(
    /// The invitation.
    made: InvitationCreated,
    /// Called when it may go.
    #[prop(into)]
    on_kept: Callback<()>,
) -> impl IntoView {
    let InvitationCreated { invitation, url, code } = made;
    let (title, text) = match &invitation.recipient {
        Some(address) => (invitations::SENT.to_owned(), invitations::sent_to(address)),
        None => (invitations::READY.to_owned(), invitations::READY_WHY.to_owned()),
    };
    view! {
        <div class="stack" role="status" data-test="invited">
            <Notice tone=Tone::Ok title text/>
            <CopyField id="invitation-link" label=invitations::LINK value=url/>
            <Code code/>
            <p class="note">{invitations::ONCE}" "<Moment at=invitation.expires_at/>"."</p>
            <div class="actions"><Button attr:data-test="invitation-kept" on_press=move |_| on_kept.run(())>{invitations::KEPT}</Button></div>
        </div>
    }
}

/// The address as a picture for a phone. Always dark on light, whatever the scheme: that is what cameras read.
#[component]
fn Code(code: QrCode) -> impl IntoView {
    let view_box = format!("0 0 {0} {0}", code.size);
    view! {
        <svg class="qr" viewBox=view_box role="img" aria-label=invitations::CODE shape-rendering="crispEdges">
            <rect class="light" width="100%" height="100%"/>
            <path class="dark" d=code.path/>
        </svg>
    }
}
