//! The browser itself: this window, this tab's memory, the clock, randomness. Nothing here talks to a server.
//!
//! Every function does nothing, or gives nothing, where the browser refuses; none of them fails.

pub mod dom;
mod files;
mod history;
pub mod messages;
mod page;
pub mod tab;

pub use files::{Blob, File, FileList, chosen_files, download};
pub use history::{go, on_history, on_link, on_link_ahead, travel};
pub use page::{
    Address, address, arrived, can_share, clean_address, copy, document_language, focus, focus_heading, hide_popover,
    load_module, navigate, on, on_fragment, on_height, on_page_hide, on_page_restored, print, reload, replace, select,
    set_language, set_root_attribute, set_root_property, set_title, share, show_failure, take_place, tell, value_of,
};

use js_sys::{Array, Date, Object, Promise, Reflect};
use shared::time::Timestamp;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Told on this window when the portal's pages program fills its place.
pub const PAGES_HERE: &str = "rekey-pages-here";
/// Told on this window when that program could not be loaded; the build writes the same name into its glue.
pub const PAGES_MISSING: &str = "rekey-pages-missing";

/// `N` bytes from the browser's cryptographic generator; `None` when it has none.
pub fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    web_sys::window()?.crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes)
}

/// Now, by this computer's clock.
#[expect(clippy::cast_possible_truncation, reason = "whole seconds of this age fit")]
pub fn now() -> Timestamp {
    Timestamp((Date::now() / 1000.0) as i64)
}

/// A promise that is fulfilled after `ms` milliseconds.
pub(crate) fn timer(ms: i32) -> Promise {
    Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
        }
    })
}

/// Waits `ms` milliseconds.
pub async fn sleep(ms: i32) {
    let _ = JsFuture::from(timer(ms)).await;
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
    let units = [(86_400, 172_800, "day"), (3_600, 5_400, "hour"), (60, 60, "minute")];
    let unit = units.iter().find(|(_, least, _)| distance.unsigned_abs() >= *least);
    // Less than a minute is now.
    let (seconds, _, name) = unit.copied().unwrap_or((60, 0, "second"));
    let options = options(&[("numeric", "auto")]);
    let formatter = js_sys::Intl::RelativeTimeFormat::new(&locales(), &options);
    formatter.format((distance / seconds) as f64, name).into()
}

/// A time as RFC 3339 in UTC, for `datetime`.
pub fn iso(at: Timestamp) -> String {
    date(at).to_iso_string().into()
}

fn format(at: Timestamp, options: &[(&str, &str)]) -> String {
    let object = self::options(options);
    let date = date(at);
    // The region (order, 12 or 24 hours) is the reader's as long as the words are in the reader's language.
    let formatter = js_sys::Intl::DateTimeFormat::new(&locales(), &object);
    let text = formatter.format().call1(&JsValue::UNDEFINED, &date);
    text.ok().and_then(|text| text.as_string()).unwrap_or_else(|| date.to_iso_string().into())
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        let _ = Reflect::set(&object, &JsValue::from_str(key), &JsValue::from_str(value));
    }
    object
}

#[expect(clippy::cast_precision_loss, reason = "seconds of this age are exact in an f64")]
fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.0.clamp(-62_135_596_800, 253_402_300_799) as f64 * 1000.0))
}

fn locales() -> Array {
    let own = web_sys::window().and_then(|window| window.navigator().language()).unwrap_or_default();
    let ours = crate::text::words::language();
    let language = if own.starts_with(ours) { own } else { ours.to_owned() };
    Array::of1(&JsValue::from_str(&language))
}
