//! This page: its address, title, focus and place in the document.

use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlInputElement, Location, PageTransitionEvent};

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

fn location() -> Option<Location> {
    Some(web_sys::window()?.location())
}

/// This page's address.
pub fn address() -> Address {
    let Some(location) = location() else { return Address::default() };
    let part = |text: Result<String, _>| text.unwrap_or_default();
    Address {
        origin: part(location.origin()),
        host: part(location.host()),
        path: part(location.pathname()),
        query: without(part(location.search()), '?'),
        fragment: without(part(location.hash()), '#'),
    }
}

/// Without the sign that begins it.
fn without(text: String, sign: char) -> String {
    text.strip_prefix(sign).map(ToOwned::to_owned).unwrap_or(text)
}

/// Goes to `address` in this window; the page before stays in the history.
pub fn navigate(address: &str) {
    if let Some(location) = location() {
        let _ = location.assign(address);
    }
}

/// Goes to `address` in this window, in the place of this page.
pub fn replace(address: &str) {
    if let Some(location) = location() {
        let _ = location.replace(address);
    }
}

/// Loads this page again.
pub fn reload() {
    if let Some(location) = location() {
        let _ = location.reload();
    }
}

/// Writes `path` into the address bar and the history without loading anything: query and fragment are gone.
pub fn clean_address(path: &str) {
    let history = web_sys::window().and_then(|window| window.history().ok());
    if let Some(history) = history {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(path));
    }
}

/// The title in the tab.
pub fn set_title(title: &str) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title(title);
    }
}

/// Opens the browser's print dialog.
pub fn print() {
    if let Some(window) = web_sys::window() {
        let _ = window.print();
    }
}

/// Puts `text` on the clipboard; false when the browser refuses.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    // Plain http off loopback has no clipboard; the property is then missing, and touching it would throw.
    if !window.is_secure_context() {
        return false;
    }
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

/// The method of that name of this browser's navigator, where it has one.
fn navigator_method(name: &str) -> Option<(web_sys::Navigator, js_sys::Function)> {
    let navigator = web_sys::window()?.navigator();
    let method = js_sys::Reflect::get(&navigator, &name.into()).ok()?.dyn_into().ok()?;
    Some((navigator, method))
}

/// Whether this browser can hand a text to other apps, as phones can.
pub fn can_share() -> bool {
    navigator_method("share").is_some()
}

/// Hands `text` to an app of the person's choice.
pub fn share(text: &str) {
    if let Some((navigator, share)) = navigator_method("share") {
        let what = js_sys::Object::new();
        let _ = js_sys::Reflect::set(&what, &"text".into(), &text.into());
        let _ = share.call1(&navigator, &what);
    }
}

/// The element `html`.
fn root() -> Option<web_sys::Element> {
    web_sys::window()?.document()?.document_element()
}

/// The language that the server chose by what the browser asks for.
pub fn document_language() -> String {
    root().and_then(|root| root.get_attribute("lang")).unwrap_or_default()
}

/// Tells readers and hyphenation the language of the page.
pub fn set_language(code: &str) {
    if let Some(root) = root() {
        let _ = root.set_attribute("lang", code);
    }
}

/// What stands in the field with this id.
pub fn value_of(id: &str) -> String {
    let element =
        web_sys::window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id(id));
    element
        .and_then(|element| element.dyn_into::<HtmlInputElement>().ok())
        .map(|input| input.value())
        .unwrap_or_default()
}

/// Sets or takes away an attribute of the element `html`.
pub fn set_root_attribute(name: &str, value: Option<&str>) {
    let Some(root) = root() else { return };
    let _ = match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
}

/// Sets a custom property on the element `html`, through the object model, which a strict policy for styles allows.
pub fn set_root_property(name: &str, value: &str) {
    if let Some(root) = root().and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        let _ = root.style().set_property(name, value);
    }
}

/// Calls `f` with the height of the body, in CSS pixels, now and whenever it changes.
pub fn on_height(f: impl Fn(i32) + 'static) {
    let Some(body) = web_sys::window().and_then(|window| window.document()).and_then(|document| document.body()) else {
        return;
    };
    let measured = body.clone();
    let closure = Closure::<dyn Fn()>::new(move || f(measured.offset_height()));
    if let Ok(observer) = web_sys::ResizeObserver::new(closure.as_ref().unchecked_ref()) {
        observer.observe(&body);
        // Observed as long as the page lives.
        std::mem::forget(observer);
    }
    closure.forget();
}

/// Notes in the document that the page at `path` is shown, for all programs of this page; gives the path before, when it
/// was another. Who arrives from elsewhere takes the focus to the headline; who loads again does not.
pub fn arrived(path: &str) -> Option<String> {
    const ARRIVED: &str = "data-arrived";
    let root = root()?;
    let before = root.get_attribute(ARRIVED);
    let _ = root.set_attribute(ARRIVED, path);
    before.filter(|before| before != path)
}

/// Tells this window that something happened.
pub fn tell(event: &str) {
    if let (Some(window), Ok(event)) = (web_sys::window(), web_sys::Event::new(event)) {
        let _ = window.dispatch_event(&event);
    }
}

/// Calls `f` whenever this window is told so.
pub fn on(event: &str, f: impl Fn() + 'static) {
    if let Some(window) = web_sys::window() {
        let closure = Closure::<dyn Fn()>::new(f);
        let _ = window.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        closure.forget();
    }
}

/// Loads a module of this site and runs it; `failed` when it does not come, or is not the one that was meant
/// (Subresource Integrity).
pub fn load_module(address: &str, integrity: &str, failed: impl Fn() + 'static) {
    let document = web_sys::window().and_then(|window| window.document());
    let Some((document, body)) = document.and_then(|document| Some((document.clone(), document.body()?))) else {
        return;
    };
    let Ok(script) = document.create_element("script") else { return };
    for (name, value) in [("type", "module"), ("integrity", integrity), ("src", address)] {
        let _ = script.set_attribute(name, value);
    }
    let closure = Closure::<dyn Fn()>::new(failed);
    let _ = script.add_event_listener_with_callback("error", closure.as_ref().unchecked_ref());
    closure.forget();
    let _ = body.append_child(&script);
}

/// Shows the page's own word that it could not be loaded.
pub fn show_failure() {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(element) = document.and_then(|document| document.get_element_by_id("boot-failed")) {
        let _ = element.remove_attribute("hidden");
    }
}

/// Moves the keyboard focus to the page's `h1`, so that a new page is read from its beginning.
pub fn focus_heading() {
    focus("h1");
}

/// Moves the keyboard focus to the first element that matches.
pub fn focus(selector: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    let element = document.and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        if !element.has_attribute("tabindex") {
            element.set_tab_index(-1);
        }
        let _ = element.focus();
    }
}

/// Selects all text of the input with this id.
pub fn select(id: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    let input = document.and_then(|document| document.get_element_by_id(id));
    if let Some(input) = input.and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
        input.select();
    }
}

/// Closes the native popover with this id, when it is open.
pub fn hide_popover(id: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    let popover = document.and_then(|document| document.query_selector(&format!("#{id}:popover-open")).ok().flatten());
    if let Some(popover) = popover.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = popover.hide_popover();
    }
}

/// Calls `f` whenever this page is left, hidden for good or put into the browser's back/forward memory.
pub fn on_page_hide(f: impl Fn() + 'static) {
    if let Some(window) = web_sys::window() {
        let closure = Closure::<dyn Fn()>::new(f);
        let _ = window.add_event_listener_with_callback("pagehide", closure.as_ref().unchecked_ref());
        closure.forget();
    }
}

/// Calls `f` whenever the fragment of the address changes without a load: a link to this page, followed here.
pub fn on_fragment(f: impl Fn() + 'static) {
    if let Some(window) = web_sys::window() {
        let closure = Closure::<dyn Fn()>::new(f);
        let _ = window.add_event_listener_with_callback("hashchange", closure.as_ref().unchecked_ref());
        closure.forget();
    }
}

/// Calls `f` whenever this page comes back from the browser's back/forward memory, with everything as it was.
pub fn on_page_restored(f: impl Fn() + 'static) {
    if let Some(window) = web_sys::window() {
        let closure = Closure::<dyn Fn(PageTransitionEvent)>::new(move |event: PageTransitionEvent| {
            if event.persisted() {
                f();
            }
        });
        let _ = window.add_event_listener_with_callback("pageshow", closure.as_ref().unchecked_ref());
        closure.forget();
    }
}

/// Empties the element with this id and gives it to the app; without it, the body.
pub fn take_place(id: &str) -> Option<HtmlElement> {
    let document = web_sys::window()?.document()?;
    match document.get_element_by_id(id) {
        Some(element) => {
            element.set_text_content(None);
            element.dyn_into().ok()
        }
        None => document.body(),
    }
}
