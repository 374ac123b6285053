//! Joining an organization by an invitation. Opening the page changes nothing; the click does.

use crate::api;
use crate::features::members::Waits;
use crate::features::page::{arrive, load};
use crate::features::session::trip::{Errand, Landing};
use crate::features::session::{Sheet, SignInButton};
use crate::remote::Remote;
use crate::text::portal::{members, shell};
use leptos::prelude::*;
use shared::api::members::{InvitedView, OpenMemberInvitation};

/// The page.
#[component]
pub fn Join() -> impl IntoView {
    Effect::new(|_| arrive(members::JOIN_TITLE));
    let landing = use_context::<StoredValue<Landing, LocalStorage>>();
    let secret = landing.and_then(|landing| landing.with_value(|landing| landing.invitation.clone()));
    let Some(secret) = secret else { return dead().into_any() };
    let body = OpenMemberInvitation { invitation: secret.clone() };
    let opened = Remote::new(move || {
        let body = body.clone();
        async move {
            match api::post::<_, InvitedView>("/api/v1/member-invitations/open", &body).await {
                Ok(view) => Ok(Some(view)),
                Err(failure) if failure.code() == "not_found" => Ok(None),
                Err(failure) => Err(failure),
            }
        }
    });
    load(opened, 4, move |opened| match opened {
        Some(invited) if invited.claimed => view! { <Waits invited/> }.into_any(),
        Some(invited) => ask(invited, secret.clone()),
        None => dead().into_any(),
    })
    .into_any()
}

fn ask(invited: InvitedView, secret: String) -> AnyView {
    let InvitedView { organization, domain, invited_by, role, .. } = invited;
    let place = domain.map(|domain| view! { " "<span class="faint">{domain}</span> });
    view! {
        <Sheet heading=members::join(&organization)>
            <p class="muted">{members::join_why(&invited_by, shell::role(role))}{place}</p>
            <SignInButton label=members::JOIN_BUTTON errand=Errand::Join(secret)/>
            <p class="note">{members::join_then(&invited_by)}</p>
        </Sheet>
    }
    .into_any()
}

/// Unknown, used, revoked and expired invitations look alike (O8).
fn dead() -> impl IntoView {
    view! { <Sheet art="art-lost" heading=members::JOIN_DEAD><p class="muted">{members::JOIN_DEAD_WHY}</p></Sheet> }
}
