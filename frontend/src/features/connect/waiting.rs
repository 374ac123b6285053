//! Short waits: while the page reads, and while the window is on its way to Microsoft.

use super::parts::{Button, PLAIN, actions, decision, heading, hidden};
use crate::markup::{Tag, of};
use crate::text::words::{keys, said};
use shared::api::connect::ConnectView;

/// Something is being read.
pub fn waiting() -> Tag {
    let mut bars = of("div", "stack ghosts").with(hidden(keys::OPENING).attr("role", "status"));
    for line in 0..6 {
        bars = bars.with(of("span", if line % 3 == 1 { "ghost" } else { "ghost long" }));
    }
    bars
}

/// The window is on its way; with a way out if nothing happens.
pub fn leaving(view: &ConnectView) -> Tag {
    let again = Button::new(PLAIN, "go").says(keys::LEAVE_AGAIN, false);
    let over = Button::new(PLAIN, "over").says(keys::START_OVER, false);
    let title = heading(keys::LEAVING_TITLE, said(keys::LEAVING_LEDE, view));
    decision().with(title).with(actions().with(again).with(over))
}
