//! Back from Microsoft: the sign-in is checked, the session opened, and the person is where they wanted to be.

use crate::browser;
use crate::components::{FailureNotice, GhostLines};
use crate::features::members::Waits;
use crate::features::page::arrive;
use crate::features::session::trip::{self, Arrived, Landing, TripFailure};
use crate::features::session::{Sheet, SignInButton, take_return_path};
use crate::remote::Action;
use crate::text::portal::account;
use leptos::prelude::*;

/// The page between Microsoft and the portal.
#[component]
pub fn Callback() -> impl IntoView {
    Effect::new(|_| arrive(account::TITLE));
    let landing = use_context::<StoredValue<Landing, LocalStorage>>();
    let answer = landing.and_then(|landing| landing.try_update_value(|landing| landing.answer.take()).flatten());
    let end = Action::new(move |(): &()| {
        let answer = answer.clone();
        async move {
            let answer = answer.ok_or(TripFailure::NotExpected)?;
            match trip::arrive(answer).await? {
                Arrived::In => {
                    browser::replace(&take_return_path());
                    Ok(None)
                }
                Arrived::Waits(invited) => Ok(Some(invited)),
            }
        }
    });
    // Once, and not again when something else changes.
    Effect::new(move |before: Option<()>| {
        if before.is_none() {
            end.dispatch(());
        }
    });
    move || match end.value().get() {
        Some(Err(failure)) => view! { <Failed failure/> }.into_any(),
        Some(Ok(Some(invited))) => view! { <Waits invited/> }.into_any(),
        Some(Ok(None)) | None => view! {
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
