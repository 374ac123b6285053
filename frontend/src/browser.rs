//! The browser itself: this window, this tab's memory, the clock, randomness. Nothing here talks to a server.
//!
//! Every function does nothing, or gives nothing, where the browser refuses; none of them fails.

pub mod dom;
mod files;
mod history;
pub(crate) mod js;
pub mod messages;
mod page;
pub mod tab;
mod tasks;

pub use files::download;
#[cfg(feature = "portal")]
pub use files::{Blob, File, FileList, chosen_files};
pub use history::{go, on_history, on_link, on_link_ahead, travel};
#[cfg(feature = "portal")]
pub use page::take_place;
pub use page::{
    Address, address, arrived, can_share, clean_address, copy, document_language, focus, focus_heading, hide_popover,
    load_module, navigate, on, on_fragment, on_height, on_page_hide, on_page_restored, print, reload, replace, select,
    set_language, set_root_attribute, set_root_property, set_title, share, show_failure, tell, value_of,
};
pub use tasks::spawn;
pub(crate) use tasks::{settled, timer};

use js::{Date, DateTimeFormat, Object, RelativeTimeFormat};
use shared::time::Timestamp;

/// Told on this window when the portal's pages program fills its place.
pub const PAGES_HERE: &str = "rekey-pages-here";
/// Told on this window when that program could not be loaded; the build writes the same name into its glue.
pub const PAGES_MISSING: &str = "rekey-pages-missing";

/// `N` bytes from the browser's cryptographic generator; `None` when it has none.
pub fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    js::fill_randomly(&mut bytes).ok()?;
    Some(bytes)
}

/// Now, by this computer's clock.
#[expect(clippy::cast_possible_truncation, reason = "whole seconds of this age fit")]
pub fn now() -> Timestamp {
    Timestamp((Date::now() / 1000.0) as i64)
}

/// Waits `ms` milliseconds.
pub async fn sleep(ms: i32) {
    timer(ms).await;
}

/// The exact time in this browser's zone, such as `Monday, 23 November 2026 at 10:20:05 CET`.
pub fn exact(at: Timestamp) -> String {
    format(at, &[("dateStyle", "full"), ("timeStyle", "long")])
}

/// A short date and time in this browser's zone, such as `23 November 2026 at 10:20`.
pub fn date_and_time(at: Timestamp) -> String {
    format(at, &[("dateStyle", "long"), ("timeStyle", "short")])
}

/// A day in this browser's zone, such as `Monday, 23 November 2026`.
pub fn day(at: Timestamp) -> String {
    format(at, &[("dateStyle", "full")])
}

/// A day in few letters, such as `23 Nov 2026`.
pub fn short_day(at: Timestamp) -> String {
    format(at, &[("dateStyle", "medium")])
}

/// How long ago or how far ahead, such as `3 minutes ago`.
#[expect(clippy::cast_precision_loss, reason = "a distance in minutes, hours or days")]
pub fn relative(at: Timestamp) -> String {
    let distance = at.since(now());
    let (amount, unit) = match distance.unsigned_abs() {
        172_800.. => (distance / 86_400, "day"),
        5_400.. => (distance / 3_600, "hour"),
        60.. => (distance / 60, "minute"),
        // Less than a minute is now.
        _ => (0, "second"),
    };
    RelativeTimeFormat::with(&locale(), &options(&[("numeric", "auto")])).format(amount as f64, unit)
}

/// A time as RFC 3339 in UTC, for `datetime`.
pub fn iso(at: Timestamp) -> String {
    Date::at(milliseconds(at)).to_iso_string()
}

fn format(at: Timestamp, options: &[(&str, &str)]) -> String {
    // The region (order, 12 or 24 hours) is the reader's as long as the words are in the reader's language.
    DateTimeFormat::with(&locale(), &self::options(options)).format(milliseconds(at))
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        js::set_text(&object, key, value);
    }
    object
}

#[expect(clippy::cast_precision_loss, reason = "seconds of this age are exact in an f64")]
fn milliseconds(at: Timestamp) -> f64 {
    at.0.clamp(-62_135_596_800, 253_402_300_799) as f64 * 1000.0
}

/// The language that this browser prefers, such as `de-AT`; empty when it does not say.
pub fn preferred_language() -> String {
    js::Navigator::language().unwrap_or_default()
}

fn locale() -> String {
    let own = preferred_language();
    let ours = crate::text::words::language();
    if own.starts_with(ours) { own } else { ours.to_owned() }
}
