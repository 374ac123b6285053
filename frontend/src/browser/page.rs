//! This page: its address, title, focus and place in the document.

use super::js::{self, Callback, Document, Event, Navigator, Node, Object, ResizeObserver, Window};
use super::settled;
use wasm_bindgen::{JsCast, JsValue};

/// The parts of this page's address.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// `https://host`.
    pub origin: String,
    /// `host` with its port.
    pub host: String,
    /// Begins with `/`.
    pub path: String,
    /// Without its `?`.
    pub query: String,
    /// Without its `#`.
    pub fragment: String,
}

/// This page's address.
pub fn address() -> Address {
    let location = Window::location();
    let part = |name| js::get(&location, name).ok().and_then(|part| part.as_string()).unwrap_or_default();
    Address {
        origin: part("origin"),
        host: part("host"),
        path: part("pathname"),
        query: without(part("search"), '?'),
        fragment: without(part("hash"), '#'),
    }
}

/// Without the sign that begins it.
fn without(text: String, sign: char) -> String {
    text.strip_prefix(sign).map(ToOwned::to_owned).unwrap_or(text)
}

/// Goes to `address` in this window; the page before stays in the history.
pub fn navigate(address: &str) {
    let _ = js::assign(address);
}

/// Goes to `address` in this window, in the place of this page.
pub fn replace(address: &str) {
    let _ = js::replace(address);
}

/// Loads this page again.
pub fn reload() {
    let _ = js::reload();
}

/// Writes `path` into the address bar and the history without loading anything: query and fragment are gone.
pub fn clean_address(path: &str) {
    let _ = js::replace_state(&JsValue::NULL, "", path);
}

/// The title in the tab.
pub fn set_title(title: &str) {
    Document::set_title(title);
}

/// Opens the browser's print dialog.
pub fn print() {
    let _ = js::print();
}

/// Puts `text` on the clipboard; false when the browser refuses, or has none: so does plain http off loopback.
pub async fn copy(text: &str) -> bool {
    match js::write_text(text) {
        Ok(written) => settled(&written).await.is_some(),
        Err(_) => false,
    }
}

/// Whether this browser can hand a text to other apps, as phones can.
pub fn can_share() -> bool {
    Navigator::share_method().is_function()
}

/// Hands `text` to an app of the person's choice.
pub fn share(text: &str) {
    let what = Object::new();
    js::set_text(&what, "text", text);
    let _ = js::share(&what);
}

/// The language that the server chose by what the browser asks for.
pub fn document_language() -> String {
    Document::root().get_attribute("lang").unwrap_or_default()
}

/// Tells readers and hyphenation the language of the page.
pub fn set_language(code: &str) {
    Document::root().set_attribute("lang", code);
}

/// What stands in the field with this id.
pub fn value_of(id: &str) -> String {
    js::by_id(id).and_then(|field| field.value()).unwrap_or_default()
}

/// Sets or takes away an attribute of the element `html`.
pub fn set_root_attribute(name: &str, value: Option<&str>) {
    match value {
        Some(value) => Document::root().set_attribute(name, value),
        None => Document::root().remove_attribute(name),
    }
}

/// Sets a custom property on the element `html`, through the object model, which a strict policy for styles allows.
pub fn set_root_property(name: &str, value: &str) {
    let _ = Document::root().style().set_property(name, value);
}

/// Calls `f` with the height of the body, in CSS pixels, now and whenever it changes.
pub fn on_height(f: impl Fn(i32) + 'static) {
    let Some(body) = Document::body() else { return };
    let measured = body.clone();
    let callback = Callback::new(move |_| f(measured.offset_height()));
    let observer = ResizeObserver::new(&callback);
    observer.observe(&body);
    // Observed as long as the page lives.
    std::mem::forget(observer);
    callback.forget();
}

/// Notes in the document that the page at `path` is shown, for all programs of this page; gives the path before, when it
/// was another. Who arrives from elsewhere takes the focus to the headline; who loads again does not.
pub fn arrived(path: &str) -> Option<String> {
    const ARRIVED: &str = "data-arrived";
    let root = Document::root();
    let before = root.get_attribute(ARRIVED);
    root.set_attribute(ARRIVED, path);
    before.filter(|before| before != path)
}

/// Tells this window that something happened.
pub fn tell(event: &str) {
    js::dispatch(&Event::of_name(event));
}

/// Calls `f` whenever this window is told so.
pub fn on(event: &str, f: impl Fn() + 'static) {
    let told = Callback::new(move |_| f());
    js::listen_to_window(event, &told);
    told.forget();
}

/// Loads a module of this site and runs it; `failed` when it does not come, or is not the one that was meant
/// (Subresource Integrity).
pub fn load_module(address: &str, integrity: &str, failed: impl Fn() + 'static) {
    let Some(body) = Document::body() else { return };
    let script = js::create_element("script");
    for (name, value) in [("type", "module"), ("integrity", integrity), ("src", address)] {
        script.set_attribute(name, value);
    }
    let refused = Callback::new(move |_| failed());
    script.listen("error", &refused);
    refused.forget();
    body.append_child(&script);
}

/// Shows the page's own word that it could not be loaded.
pub fn show_failure() {
    if let Some(element) = js::by_id("boot-failed") {
        element.remove_attribute("hidden");
    }
}

/// The first element that matches.
fn first(selector: &str) -> Option<Node> {
    js::first(selector).ok().flatten()
}

/// Moves the keyboard focus to the page's `h1`, so that a new page is read from its beginning.
pub fn focus_heading() {
    focus("h1");
}

/// What has the focus of its own accord, and stays where Tab comes by.
const FOCUSABLE: &str = "a[href], button, input, select, textarea, summary, [tabindex]";

/// Moves the keyboard focus to the first element that matches.
pub fn focus(selector: &str) {
    if let Some(element) = first(selector) {
        let nearest = element.closest(FOCUSABLE).ok().flatten();
        if !nearest.is_some_and(|nearest| nearest.is_same_node(&element)) {
            element.set_attribute("tabindex", "-1");
        }
        let _ = element.focus();
    }
}

/// Selects all text of the input with this id.
pub fn select(id: &str) {
    if let Some(input) = js::by_id(id) {
        let _ = input.select();
    }
}

/// Closes the native popover with this id, when it is open.
pub fn hide_popover(id: &str) {
    if let Some(popover) = first(&format!("#{id}:popover-open")) {
        let _ = popover.hide_popover();
    }
}

/// Calls `f` with every such event of this window.
fn on_window(event: &str, f: impl Fn(Event) + 'static) {
    let callback = Callback::new(move |event: JsValue| f(event.unchecked_into()));
    js::listen_to_window(event, &callback);
    // Heard as long as the page lives.
    callback.forget();
}

/// Calls `f` whenever this page is left, hidden for good or put into the browser's back/forward memory.
pub fn on_page_hide(f: impl Fn() + 'static) {
    on_window("pagehide", move |_| f());
}

/// Calls `f` whenever the fragment of the address changes without a load: a link to this page, followed here.
pub fn on_fragment(f: impl Fn() + 'static) {
    on_window("hashchange", move |_| f());
}

/// Calls `f` whenever this page comes back from the browser's back/forward memory, with everything as it was.
pub fn on_page_restored(f: impl Fn() + 'static) {
    on_window("pageshow", move |event| {
        if event.persisted() {
            f();
        }
    });
}

/// Empties the element with this id and gives it to the app; without it, the body.
#[cfg(feature = "portal")]
pub fn take_place(id: &str) -> Option<web_sys::HtmlElement> {
    let document = web_sys::window()?.document()?;
    match document.get_element_by_id(id) {
        Some(element) => {
            element.set_text_content(None);
            element.dyn_into().ok()
        }
        None => document.body(),
    }
}
