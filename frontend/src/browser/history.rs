//! This tab's history, and the links in this page that lead to another page of the same app.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent};

/// Writes `address` into the address bar: as a new entry of the history, or in the place of the present one.
fn push(address: &str, in_place: bool) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else { return };
    let _ = if in_place {
        history.replace_state_with_url(&JsValue::NULL, "", Some(address))
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(address))
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
        scroll_to_top();
    }
}

/// Calls `f` whenever the person went back or forward to another address of this app.
pub fn on_history(f: impl Fn() + 'static) {
    super::on("popstate", f);
}

/// Calls `f` with path and query of every link to this app that is followed in this window, instead of following it.
///
/// Left to the browser: other buttons and keys, other windows, downloads, other origins, `rel="external"`, and places
/// within the page.
pub fn on_link(f: impl Fn(&str) + 'static) {
    if let Some(window) = web_sys::window() {
        let closure = Closure::<dyn Fn(MouseEvent)>::new(move |event: MouseEvent| {
            if let Some(address) = followed(&event) {
                event.prevent_default();
                f(&address);
            }
        });
        let _ = window.add_event_listener_with_callback("click", closure.as_ref().unchecked_ref());
        closure.forget();
    }
}

fn followed(event: &MouseEvent) -> Option<String> {
    let other_wish = event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key();
    if event.default_prevented() || event.button() != 0 || other_wish {
        return None;
    }
    leads_to(event)
}

/// Calls `f` with the path of every link to this app that is pointed at or reached with the keyboard.
pub fn on_link_ahead(f: impl Fn(&str) + 'static) {
    if let Some(window) = web_sys::window() {
        let closure = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            if let Some(address) = leads_to(&event) {
                f(address.split('?').next().unwrap_or_default());
            }
        });
        for event in ["pointerover", "focusin"] {
            let _ = window.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        }
        closure.forget();
    }
}

/// Path and query of the link to this app that something happened to.
fn leads_to(event: &Event) -> Option<String> {
    let link = event.target()?.dyn_into::<Element>().ok()?.closest("a[href]").ok()??;
    let link = link.dyn_into::<HtmlAnchorElement>().ok()?;
    let external = link.rel() == "external" || link.has_attribute("download") || !link.target().is_empty();
    let here = super::address();
    if external || link.origin() != here.origin || !link.hash().is_empty() {
        return None;
    }
    Some(link.pathname() + &link.search())
}

/// Shows the page from its beginning.
fn scroll_to_top() {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}
