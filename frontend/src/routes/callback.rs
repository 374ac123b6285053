//! Back from Microsoft: the sign-in is checked, the session opened, and the person is where they wanted to be.

use crate::browser;
use crate::components::{FailureNotice, GhostLines};
use crate::features::page::arrive;
use crate::features::session::trip::{self, Landing, TripFailure};
use crate::features::session::{Sheet, SignInButton, take_return_path};
use crate::text::portal::account;
use leptos::prelude::*;

/// The page between Microsoft and the portal.
#[component]
pub fn Callback() -> impl IntoView {
    Effect::new(|_| arrive(account::TITLE));
    let landing = use_context::<StoredValue<Landing, LocalStorage>>();
    let answer = landing.and_then(|landing| landing.try_update_value(|landing| landing.answer.take()).flatten());
    let end = Action::new_local(move |(): &()| {
        let answer = answer.clone();
        async move {
            let answer = answer.ok_or(TripFailure::NotExpected)?;
            trip::arrive(answer).await.map(|_| browser::replace(&take_return_path()))
        }
    });
    // Once, and not again when something else changes.
    Effect::new(move |before: Option<()>| {
        if before.is_none() {
            end.dispatch(());
        }
    });
    let failure = move || end.value().get().and_then(Result::err);
    move || match failure() {
        Some(failure) => view! { <Failed failure/> }.into_any(),
        None => view! {
            <Sheet heading=account::FINISHING>
                <p class="muted" role="status">{account::FINISHING_WHY}</p>
                <GhostLines lines=2/>
            </Sheet>
        }
        .into_any(),
    }
}

#[component]
fn Failed(failure: TripFailure) -> impl IntoView {
    let notice = match failure {
        TripFailure::Server(failure) => view! { <FailureNotice failure/> }.into_any(),
        other => view! { <p class="muted" role="alert">{other.text()}</p> }.into_any(),
    };
    view! {
        <Sheet art="art-lost" heading=account::FAILED>
            {notice}
            <SignInButton label=account::START_OVER/>
        </Sheet>
    }
}
