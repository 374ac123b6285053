//! The frame around every page for members: the menu beside, the page's content in the middle.

use super::Session;
use super::menu::Menu;
use crate::api::ApiFailure;
use crate::components::{Icon, Mark};
use crate::features::page::{Brand, Trouble};
use crate::text::portal::shell;
use leptos::prelude::*;

/// The frame. Its content loads at the same time as the session and is shown once that is there.
#[component]
pub fn Shell(
    /// The page.
    children: Children,
) -> impl IntoView {
    let session = Session::new();
    provide_context(session);
    let brand = use_context::<Brand>();
    let brand = move || brand.map(Brand::get);
    let failure = move || session.0.get().and_then(Result::err);
    let is_ready = Memo::new(move |_| session.0.get().is_some_and(|result| result.is_ok()));
    view! {
        {move || failure().map(|failure| view! { <Unknown failure session/> })}
        <div hidden=move || !is_ready.get()>
            <a class="skip" href="#main" rel="external">{shell::SKIP}</a>
            <div class="app">
                <header class="topbar">
                    <a class="brand" href="/"><Mark/>{brand}</a>
                    <button class="button icon-only" type="button" popovertarget="side" aria-label=shell::MENU><Icon name="menu"/></button>
                </header>
                <section class="side" id="side" aria-label=shell::NAVIGATION popover="auto">
                    <a class="brand" href="/"><Mark/>{brand}</a>
                    <Menu session/>
                </section>
                <main class="main" id="main">{children()}</main>
            </div>
        </div>
    }
}

/// Who is signed in could not be found out.
#[component]
fn Unknown(failure: ApiFailure, session: Session) -> impl IntoView {
    view! { <div class="alone"><main><div class="sheet"><Trouble failure retry=Callback::new(move |()| session.refresh())/></div></main></div> }
}
