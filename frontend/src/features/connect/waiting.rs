//! Short waits: while the page reads, and while the window is on its way to Microsoft.

use super::parts::{Button, PLAIN, actions, heading, hidden};
use crate::markup::{Tag, of};
use crate::text;
use shared::api::connect::ConnectView;
use text::connect as words;

/// Something is being read.
pub fn waiting() -> Vec<Tag> {
    let bars = (0..6).map(|line| of("span", if line % 3 == 1 { "ghost" } else { "ghost long" })).collect();
    vec![of("div", "stack ghosts").with(hidden(words::OPENING).attr("role", "status")).all(bars)]
}

/// The window is on its way; with a way out if nothing happens.
pub fn leaving(view: &ConnectView) -> Vec<Tag> {
    let again = Button::new(PLAIN, "go").says(words::LEAVE_AGAIN, false);
    let over = Button::new(PLAIN, "over").says(words::START_OVER, false);
    vec![heading(words::LEAVING_TITLE.to_owned(), words::leaving_lede(&view.login_host)), actions(vec![again, over])]
}
