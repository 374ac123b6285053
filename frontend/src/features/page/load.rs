//! Parts of a page that load, and what stands there when they do not.

use crate::api::ApiFailure;
use crate::components::{Art, ButtonKind, ButtonLink, FailureNotice, GhostLines};
use crate::features::session;
use crate::remote::Remote;
use crate::text::portal::shell;
use leptos::prelude::*;

/// Shows what was read; keeps the old while the new is on its way; offers to try again when it fails.
pub fn load<T: Clone + 'static>(
    remote: Remote<Result<T, ApiFailure>>,
    lines: usize,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let retry = Callback::new(move |()| remote.refetch());
    follow(Box::new(move || match remote.get() {
        None => view! { <GhostLines lines/> }.into_any(),
        Some(Ok(value)) => untrack(|| show(value)),
        Some(Err(failure)) => view! { <Trouble failure retry/> }.into_any(),
    }))
}

/// One piece of code for every part that loads.
fn follow(part: Box<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
    (move || part()).into_any()
}

/// A failed request, wherever it happened: a missing thing, the end of the session, or a notice.
#[component]
pub fn Trouble(
    /// Why it failed.
    failure: ApiFailure,
    /// What "Try again" does.
    #[prop(into, optional)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    if failure == ApiFailure::SignedOut {
        Effect::new(|_| session::leave_for_sign_in());
        return ().into_any();
    }
    if failure.status() == Some(404) {
        let request_id = failure.request_id().unwrap_or_default().to_owned();
        return view! { <NothingHere request_id/> }.into_any();
    }
    match retry {
        Some(retry) => view! { <FailureNotice failure retry/> }.into_any(),
        None => view! { <FailureNotice failure/> }.into_any(),
    }
}

/// Nothing is at this address, or nothing that this person may see.
#[component]
pub fn NothingHere(
    /// The request to quote, when there was one.
    #[prop(optional)]
    request_id: String,
) -> impl IntoView {
    Effect::new(|_| super::arrive(shell::NOT_FOUND_TITLE));
    let quote = (!request_id.is_empty())
        .then(|| view! { <p class="note">{shell::NOT_FOUND_ID}" "<span class="mono">{request_id}</span></p> });
    view! {
        <div class="empty centre" data-test="not-found">
            <Art name="art-lost"/>
            <h1 tabindex="-1">{shell::NOT_FOUND}</h1>
            <p>{shell::NOT_FOUND_WHY}</p>
            <div class="actions">
                <ButtonLink href="/" kind=ButtonKind::Primary>{shell::TO_OVERVIEW}</ButtonLink>
                <ButtonLink href="/backup-sets">{shell::TO_BACKUP_SETS}</ButtonLink>
            </div>
            {quote}
        </div>
    }
}
