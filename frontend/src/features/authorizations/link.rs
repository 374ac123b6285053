//! The connect link of whoever is at this desk. Others are invited (`features::invitations`).

use crate::api::{self, ApiFailure};
use crate::browser;
use crate::components::{Button, ButtonKind};
use crate::features::Nothing;
use crate::features::page::Trouble;
use crate::remote::Action;
use crate::text::portal::authorizations;
use leptos::prelude::*;
use shared::api::authorizations::ConnectLink;
use shared::id::AuthorizationId;

async fn make(id: AuthorizationId) -> Result<ConnectLink, ApiFailure> {
    api::post(&format!("/api/v1/authorizations/{id}/connect-link"), &Nothing {}).await
}

/// Opens the connect page in this window; its end leads back here.
#[component]
pub fn SignInNow(
    /// Which authorization.
    id: AuthorizationId,
    /// The words.
    label: &'static str,
    /// The one main action of the page.
    primary: bool,
) -> impl IntoView {
    let open = Action::new(move |(): &()| async move { make(id).await.map(|link| browser::navigate(&link.url)) });
    let busy = Signal::derive(move || open.pending().get() || matches!(open.value().get(), Some(Ok(()))));
    let failure = move || open.value().get().and_then(Result::err);
    let kind = if primary { ButtonKind::Primary } else { ButtonKind::Plain };
    view! {
        <Button attr:data-test="sign-in-now" kind icon_after="arrow" busy on_press=move |_| { open.dispatch(()); }>
            {move || if busy.get() { authorizations::OPENING } else { label }}
        </Button>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}
