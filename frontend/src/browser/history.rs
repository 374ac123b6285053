//! This tab's history, and the links in this page that lead to another page of the same app.

use super::js::{self, Callback, Event, Node};
use wasm_bindgen::{JsCast, JsValue};

/// Writes `address` into the address bar: as a new entry of the history, or in the place of the present one.
fn push(address: &str, in_place: bool) {
    let _ = if in_place {
        js::replace_state(&JsValue::NULL, "", address)
    } else {
        js::push_state(&JsValue::NULL, "", address)
    };
}

/// Goes to an address of this app, as a new entry of the history.
pub fn go(address: &str) {
    travel(address, false, true);
}

/// Goes to an address of this app: in the place of the present entry of the history, or as a new one; from the page's
/// beginning, or where it is. Whoever follows the history hears of it.
pub fn travel(address: &str, in_place: bool, from_the_top: bool) {
    let here = super::address();
    let stays = address == here.path || address == crate::text::join(&[&here.path, "?", &here.query]);
    push(address, in_place || stays);
    super::tell("popstate");
    if from_the_top {
        js::scroll_to(0, 0);
    }
}

/// Calls `f` whenever the person went back or forward to another address of this app, and whenever somebody travelled.
pub fn on_history(f: impl Fn() + 'static) {
    super::on("popstate", f);
}

/// Calls `f` with path and query of every link to this app that is followed in this window, instead of following it.
///
/// Left to the browser: other buttons and keys, other windows, downloads, other origins, `rel="external"`, and places
/// within the page.
pub fn on_link(f: impl Fn(&str) + 'static) {
    let clicked = Callback::new(move |event: JsValue| {
        let event: Event = event.unchecked_into();
        if let Some(address) = followed(&event) {
            event.prevent_default();
            f(&address);
        }
    });
    js::listen_to_window("click", &clicked);
    clicked.forget();
}

/// Calls `f` with the path of every link to this app that is pointed at or reached with the keyboard.
pub fn on_link_ahead(f: impl Fn(&str) + 'static) {
    let reached = Callback::new(move |event: JsValue| {
        if let Some(address) = leads_to(event.unchecked_ref()) {
            f(address.split('?').next().unwrap_or_default());
        }
    });
    for event in ["pointerover", "focusin"] {
        js::listen_to_window(event, &reached);
    }
    reached.forget();
}

fn followed(event: &Event) -> Option<String> {
    let is = |name| js::get(event, name).is_ok_and(|value| value.is_truthy());
    // The first button is number 0.
    let other_wish = ["metaKey", "altKey", "ctrlKey", "shiftKey", "button", "defaultPrevented"].into_iter().any(is);
    if other_wish { None } else { leads_to(event) }
}

/// Path and query of the link to this app that something happened to.
fn leads_to(event: &Event) -> Option<String> {
    let link: Node = event.target()?.closest("a[href]").ok()??;
    let part = |name| js::get(&link, name).ok().and_then(|part| part.as_string()).unwrap_or_default();
    let external = part("rel") == "external" || link.has_attribute("download") || !part("target").is_empty();
    if external || part("origin") != super::address().origin || !part("hash").is_empty() {
        return None;
    }
    Some(part("pathname") + &part("search"))
}
