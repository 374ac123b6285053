//! Parts of a page that load, and what stands there when they do not.

use crate::api::ApiFailure;
use crate::components::{Art, ButtonKind, ButtonLink, FailureNotice, GhostLines};
use crate::features::session;
use crate::text::portal::shell;
use leptos::prelude::*;
use std::sync::Arc;

/// Shows what a resource holds; keeps the old while the new is on its way; offers to try again when it fails.
pub fn load<T>(
    resource: LocalResource<Result<T, ApiFailure>>,
    lines: usize,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + 'static,
{
    let show = Arc::new(show);
    let retry = Callback::new(move |()| resource.refetch());
    view! {
        <ErrorBoundary fallback=move |errors| view! { <Broken errors retry/> }>
            <Transition fallback=move || view! { <GhostLines lines/> }>
                {move || {
                    let show = Arc::clone(&show);
                    Suspend::new(async move { resource.await.map(|value| show(value)) })
                }}
            </Transition>
        </ErrorBoundary>
    }
}

#[component]
fn Broken(errors: ArcRwSignal<Errors>, retry: Callback<()>) -> impl IntoView {
    move || {
        let failure = errors.read().iter().find_map(|(_, error)| error.downcast_ref::<ApiFailure>().cloned());
        failure.map(|failure| view! { <Trouble failure retry/> })
    }
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
