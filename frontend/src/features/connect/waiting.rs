//! Short waits: while the page reads, and while the window is on its way to Microsoft.

use super::parts::{Button, PLAIN, actions, heading, hidden};
use crate::markup::{Tag, of};
use crate::text::words::{self as text, keys, say};
use shared::api::connect::ConnectView;

/// Something is being read.
pub fn waiting() -> Vec<Tag> {
    let bars = (0..6).map(|line| of("span", if line % 3 == 1 { "ghost" } else { "ghost long" })).collect();
    vec![of("div", "stack ghosts").with(hidden(say(keys::OPENING)).attr("role", "status")).all(bars)]
}

/// The window is on its way; with a way out if nothing happens.
pub fn leaving(view: &ConnectView) -> Vec<Tag> {
    let again = Button::new(PLAIN, "go").says(say(keys::LEAVE_AGAIN), false);
    let over = Button::new(PLAIN, "over").says(say(keys::START_OVER), false);
    vec![heading(say(keys::LEAVING_TITLE), text::of(keys::LEAVING_LEDE, view)), actions(vec![again, over])]
}
