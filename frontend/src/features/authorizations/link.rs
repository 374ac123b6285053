//! The connect link: open it here, or make one for the holder of the account. Its secret is shown once and kept nowhere.

use crate::api::{self, ApiFailure};
use crate::browser;
use crate::components::{Button, ButtonKind, CopyField, Moment};
use crate::features::Nothing;
use crate::features::page::Trouble;
use crate::text::portal::{authorizations, modern};
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
    let open = Action::new_local(move |(): &()| async move { make(id).await.map(|link| browser::navigate(&link.url)) });
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

/// A link for somebody at another desk.
#[component]
pub fn HandOver(
    /// Which authorization.
    id: AuthorizationId,
    /// For an administrator, not for the holder of an account.
    for_administrator: bool,
) -> impl IntoView {
    let (title, why, what) = if for_administrator {
        (modern::LINK, modern::LINK_WHY, modern::THE_LINK)
    } else {
        (authorizations::LINK, authorizations::LINK_WHY, authorizations::THE_LINK)
    };
    let make = Action::new_local(move |(): &()| make(id));
    let link = move || make.value().get().and_then(Result::ok);
    let failure = move || make.value().get().and_then(Result::err);
    let shown = move || {
        link().map(|link| {
            view! {
                <CopyField id="connect-link" label=what value=link.url/>
                <p class="note">{authorizations::LINK_ONCE}" "<Moment at=link.expires_at/>"."</p>
            }
        })
    };
    let label = move || if link().is_some() { authorizations::MAKE_ANOTHER } else { authorizations::MAKE_LINK };
    view! {
        <section class="section" aria-labelledby="hand-over">
            <header><h2 id="hand-over">{title}</h2></header>
            <p class="muted small">{why}</p>
            <div role="status" class="stack tight">{shown}</div>
            <div class="actions"><Button attr:data-test="make-link" icon="link" busy=make.pending() on_press=move |_| { make.dispatch(()); }>{label}</Button></div>
            {move || failure().map(|failure| view! { <Trouble failure/> })}
        </section>
    }
}
