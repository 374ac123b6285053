//! Short waits: while the page reads, and while the window is on its way to Microsoft.

use super::driver::Driver;
use super::frame::heading;
use super::machine::Event;
use crate::components::{Button, GhostLines};
use crate::text;
use leptos::prelude::*;
use shared::api::connect::ConnectView;
use text::connect as words;

/// Something is being read.
pub fn waiting() -> impl IntoView {
    view! { <h1 class="hide">{words::OPENING}</h1><GhostLines lines=6/> }
}

/// The window is on its way; with a way out if nothing happens.
pub fn leaving(driver: Driver, view: &ConnectView) -> impl IntoView + use<> {
    view! {
        {heading(words::LEAVING_TITLE.to_owned(), words::leaving_lede(&view.login_host))}
        <div class="actions">
            <Button large=true on_press=move |_| driver.on(Event::Go)>{words::LEAVE_AGAIN}</Button>
            <Button large=true on_press=move |_| driver.on(Event::StartOver)>{words::START_OVER}</Button>
        </div>
    }
}
