//! Who is signed in to the portal: the trip to Microsoft, the way back to where one was, and what a page may know of it.
//!
//! The server decides what a person may do; what a page hides is courtesy.

#[cfg(feature = "portal")]
mod context;
#[cfg(feature = "portal")]
mod refused;
pub mod return_path;
#[cfg(feature = "portal")]
mod sheet;
pub mod trip;

#[cfg(feature = "portal")]
pub use context::{Installation, Session, has_role, manages, refresh};
#[cfg(feature = "portal")]
pub use refused::Refused;
#[cfg(feature = "portal")]
pub use sheet::{Quiet, Sheet};

use crate::browser;
use crate::text;
use crate::text::portal::account;

/// Where the path to come back to is kept during a sign-in.
const RETURN_KEY: &str = "rekey.return";
/// Says that the last session ended by itself.
const ENDED_KEY: &str = "rekey.ended";
/// Says that somebody was signed in here, in this tab: who never was has no session that could end.
const WAS_HERE_KEY: &str = "rekey.was_here";
/// Told on this window when the menu's numbers have changed.
pub const CHANGED: &str = "rekey-session";

/// Notes that somebody is signed in here.
pub fn was_here() {
    browser::tab::set(WAS_HERE_KEY, "1");
}

/// Ends this page because the session has ended: the sign-in page comes back here afterwards.
pub fn leave_for_sign_in() {
    remember_path();
    if browser::tab::take(WAS_HERE_KEY).is_some() {
        browser::tab::set(ENDED_KEY, "1");
    }
    browser::replace("/sign-in");
}

fn remember_path() {
    let here = browser::address();
    let path = if here.query.is_empty() { here.path } else { text::join(&[&here.path, "?", &here.query]) };
    if return_path::validated(&path).is_some() {
        browser::tab::set(RETURN_KEY, &path);
    }
}

/// The path to come back to, once; the overview when there is none.
pub fn take_return_path() -> String {
    let kept = browser::tab::take(RETURN_KEY).unwrap_or_default();
    return_path::validated(&kept).unwrap_or("/").to_owned()
}

/// What happened before somebody came to the sign-in page: the last session ended by itself, or they signed out. Told once.
pub fn news(query: &str) -> Option<&'static str> {
    if browser::tab::take(ENDED_KEY).is_some() {
        return Some(account::ENDED);
    }
    (query == "signed-out").then_some(account::SIGNED_OUT)
}
