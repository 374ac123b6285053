//! The way in: one button.

use crate::browser;
use crate::features::page::arrive;
use crate::features::session::{Sheet, SignInButton, take_ended};
use crate::text::portal::account;
use leptos::prelude::*;

/// The sign-in page.
#[component]
pub fn SignIn() -> impl IntoView {
    Effect::new(|_| arrive(account::TITLE));
    let ended = take_ended();
    let signed_out = browser::address().query == "signed-out";
    let news = if ended { Some(account::ENDED) } else { signed_out.then_some(account::SIGNED_OUT) };
    view! {
        <Sheet heading=account::SIGN_IN foot=account::IDLE>
            {news.map(|news| view! { <p class="muted" role="status">{news}</p> })}
            <p class="muted">{account::SIGN_IN_WHY}</p>
            <SignInButton label=account::SIGN_IN_BUTTON/>
            <p class="note">{account::LINK_NOTE}</p>
        </Sheet>
    }
}
