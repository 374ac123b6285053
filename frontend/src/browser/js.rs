//! The browser's own functions that the small pages use, bound one by one under the browser's own names.
//!
//! `web_sys` and `js_sys` look up `window` and its parts anew for each call, and bring code for every function of theirs that
//! takes a closure, called or not: some five kilobytes of the connect page. What only the portal uses stays with them.
//! To use one more function: a line here. Where the browser may refuse, the line says `catch`.

use wasm_bindgen::prelude::*;

/// What the browser calls back.
pub type Callback = Closure<dyn Fn(JsValue)>;

#[wasm_bindgen]
extern "C" {
    /// An object of fields.
    #[derive(Debug, Clone)]
    pub type Object;
    #[wasm_bindgen(constructor)]
    pub fn new() -> Object;
    #[wasm_bindgen(js_namespace = Reflect, js_name = set)]
    pub fn set(object: &JsValue, name: &str, value: &JsValue) -> bool;
    #[wasm_bindgen(js_namespace = Reflect, js_name = set)]
    pub fn set_text(object: &JsValue, name: &str, value: &str) -> bool;
    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = set)]
    pub fn try_set(object: &JsValue, name: &str, value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = get)]
    pub fn get(object: &JsValue, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = deleteProperty)]
    pub fn delete(object: &JsValue, name: &str) -> Result<bool, JsValue>;
    #[wasm_bindgen(static_method_of = Object, js_name = is)]
    pub fn is_same(left: &JsValue, right: &JsValue) -> bool;
    #[wasm_bindgen(js_namespace = Array, js_name = of)]
    pub fn list_of(text: &str) -> JsValue;

    /// A promise.
    pub type Promise;
    #[wasm_bindgen(method, js_name = then)]
    pub fn then(this: &Promise, fulfilled: &Callback, rejected: &Callback);
    #[wasm_bindgen(js_name = queueMicrotask)]
    pub fn soon(callback: &Callback);
    #[wasm_bindgen(js_name = setTimeout)]
    pub fn later(callback: &Callback, ms: i32);

    /// An element or a text of the document.
    #[derive(Debug, Clone)]
    pub type Node;
    #[wasm_bindgen(js_namespace = document, js_name = getElementById)]
    pub fn by_id(id: &str) -> Option<Node>;
    #[wasm_bindgen(catch, js_namespace = document, js_name = querySelector)]
    pub fn first(selector: &str) -> Result<Option<Node>, JsValue>;
    #[wasm_bindgen(js_namespace = document, js_name = createElement)]
    pub fn create_element(name: &str) -> Node;
    #[wasm_bindgen(js_namespace = document, js_name = createElementNS)]
    pub fn create_element_ns(space: &str, name: &str) -> Node;
    #[wasm_bindgen(js_namespace = document, js_name = createTextNode)]
    pub fn create_text_node(text: &str) -> Node;
    #[wasm_bindgen(method, getter, js_name = childNodes)]
    pub fn child_nodes(this: &Node) -> NodeList;
    #[wasm_bindgen(method, js_name = appendChild)]
    pub fn append_child(this: &Node, child: &Node);
    #[wasm_bindgen(method, getter, js_name = parentNode)]
    pub fn parent(this: &Node) -> Option<Node>;
    #[wasm_bindgen(method, js_name = isSameNode)]
    pub fn is_same_node(this: &Node, other: &Node) -> bool;
    #[wasm_bindgen(method, js_name = remove)]
    pub fn remove(this: &Node);
    #[wasm_bindgen(method, js_name = removeChild)]
    pub fn remove_child(this: &Node, child: &Node);
    #[wasm_bindgen(method, js_name = replaceChild)]
    pub fn replace_child(this: &Node, new: &Node, old: &Node);
    #[wasm_bindgen(method, setter, js_name = textContent)]
    pub fn set_text_content(this: &Node, text: &str);
    #[wasm_bindgen(method, js_name = getAttribute)]
    pub fn get_attribute(this: &Node, name: &str) -> Option<String>;
    #[wasm_bindgen(method, js_name = hasAttribute)]
    pub fn has_attribute(this: &Node, name: &str) -> bool;
    #[wasm_bindgen(method, js_name = setAttribute)]
    pub fn set_attribute(this: &Node, name: &str, value: &str);
    #[wasm_bindgen(method, js_name = removeAttribute)]
    pub fn remove_attribute(this: &Node, name: &str);
    #[wasm_bindgen(catch, method)]
    pub fn closest(this: &Node, selector: &str) -> Result<Option<Node>, JsValue>;
    #[wasm_bindgen(method, js_name = addEventListener)]
    pub fn listen(this: &Node, event: &str, callback: &Callback);
    #[wasm_bindgen(catch, method)]
    pub fn focus(this: &Node) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, method)]
    pub fn select(this: &Node) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    pub fn click(this: &Node);
    #[wasm_bindgen(catch, method, js_name = hidePopover)]
    pub fn hide_popover(this: &Node) -> Result<(), JsValue>;
    #[wasm_bindgen(method, getter)]
    pub fn value(this: &Node) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = offsetHeight)]
    pub fn offset_height(this: &Node) -> i32;
    #[wasm_bindgen(method, getter)]
    pub fn style(this: &Node) -> Style;

    /// The children of an element.
    pub type NodeList;
    #[wasm_bindgen(method)]
    pub fn item(this: &NodeList, at: usize) -> Option<Node>;

    /// The style of one element.
    pub type Style;
    #[wasm_bindgen(catch, method, js_name = setProperty)]
    pub fn set_property(this: &Style, name: &str, value: &str) -> Result<(), JsValue>;

    /// This document.
    pub type Document;
    #[wasm_bindgen(static_method_of = Window, js_class = globalThis, getter, js_name = document)]
    pub fn document() -> JsValue;
    #[wasm_bindgen(static_method_of = Document, js_class = document, getter, js_name = documentElement)]
    pub fn root() -> Node;
    #[wasm_bindgen(static_method_of = Document, js_class = document, getter)]
    pub fn body() -> Option<Node>;
    #[wasm_bindgen(static_method_of = Document, js_class = document, setter, js_name = title)]
    pub fn set_title(title: &str);

    /// Something that happened.
    pub type Event;
    #[wasm_bindgen(constructor)]
    pub fn of_name(name: &str) -> Event;
    #[wasm_bindgen(js_name = dispatchEvent)]
    pub fn dispatch(event: &Event) -> bool;
    #[wasm_bindgen(method, getter)]
    pub fn target(this: &Event) -> Option<Node>;
    #[wasm_bindgen(method, js_name = preventDefault)]
    pub fn prevent_default(this: &Event);
    /// Of a page that comes back from the browser's memory.
    #[wasm_bindgen(method, getter)]
    pub fn persisted(this: &Event) -> bool;

    /// This window.
    #[derive(Debug, Clone)]
    pub type Window;
    #[wasm_bindgen(js_name = addEventListener)]
    pub fn listen_to_window(event: &str, callback: &Callback);
    #[wasm_bindgen(static_method_of = Window, js_class = globalThis, getter, js_name = self)]
    pub fn own() -> JsValue;
    #[wasm_bindgen(static_method_of = Window, js_class = globalThis, getter)]
    pub fn parent() -> JsValue;
    #[wasm_bindgen(static_method_of = Window, js_class = globalThis, getter)]
    pub fn opener() -> JsValue;
    #[wasm_bindgen(static_method_of = Window, js_class = globalThis, setter)]
    pub fn set_opener(opener: &JsValue);
    #[wasm_bindgen(catch)]
    pub fn open(address: &str, target: &str, features: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, js_name = postMessage)]
    pub fn post_message(this: &Window, data: &JsValue, origin: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    pub fn print() -> Result<(), JsValue>;

    #[wasm_bindgen(static_method_of = Window, js_class = globalThis, getter)]
    pub fn location() -> JsValue;
    #[wasm_bindgen(catch, js_namespace = location)]
    pub fn assign(address: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = location)]
    pub fn replace(address: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = location)]
    pub fn reload() -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = scrollTo)]
    pub fn scroll_to(x: i32, y: i32);
    #[wasm_bindgen(catch, js_namespace = history, js_name = pushState)]
    pub fn push_state(state: &JsValue, title: &str, address: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = history, js_name = replaceState)]
    pub fn replace_state(state: &JsValue, title: &str, address: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = sessionStorage, js_name = getItem)]
    pub fn get_item(key: &str) -> Result<Option<String>, JsValue>;
    #[wasm_bindgen(catch, js_namespace = sessionStorage, js_name = setItem)]
    pub fn set_item(key: &str, value: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = sessionStorage, js_name = removeItem)]
    pub fn remove_item(key: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_namespace = sessionStorage, js_name = clear)]
    pub fn clear_items() -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    pub fn fill_randomly(bytes: &mut [u8]) -> Result<JsValue, JsValue>;

    /// This browser.
    pub type Navigator;
    #[wasm_bindgen(static_method_of = Navigator, js_class = navigator, getter)]
    pub fn language() -> Option<String>;
    #[wasm_bindgen(static_method_of = Navigator, js_class = navigator, getter, js_name = share)]
    pub fn share_method() -> JsValue;
    #[wasm_bindgen(catch, js_namespace = navigator)]
    pub fn share(what: &Object) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["navigator", "clipboard"], js_name = writeText)]
    pub fn write_text(text: &str) -> Result<Promise, JsValue>;

    /// A point in time.
    pub type Date;
    #[wasm_bindgen(static_method_of = Date)]
    pub fn now() -> f64;
    #[wasm_bindgen(constructor)]
    pub fn at(ms: f64) -> Date;
    #[wasm_bindgen(method, js_name = toISOString)]
    pub fn to_iso_string(this: &Date) -> String;
    /// Writes a point in time as people do.
    #[wasm_bindgen(js_namespace = Intl)]
    pub type DateTimeFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl)]
    pub fn with(language: &str, options: &Object) -> DateTimeFormat;
    #[wasm_bindgen(method)]
    pub fn format(this: &DateTimeFormat, ms: f64) -> String;
    /// Writes a distance in time as people do.
    #[wasm_bindgen(js_namespace = Intl)]
    pub type RelativeTimeFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl)]
    pub fn with(language: &str, options: &Object) -> RelativeTimeFormat;
    #[wasm_bindgen(method)]
    pub fn format(this: &RelativeTimeFormat, distance: f64, unit: &str) -> String;

    /// Bytes to hand out as a file.
    pub type Blob;
    #[wasm_bindgen(constructor)]
    pub fn of(parts: &JsValue, options: &Object) -> Blob;
    #[wasm_bindgen(js_namespace = URL, js_name = createObjectURL)]
    pub fn create_object_url(blob: &Blob) -> String;
    #[wasm_bindgen(js_namespace = URL, js_name = revokeObjectURL)]
    pub fn revoke_object_url(address: &str);

    /// Tells of an element's size.
    pub type ResizeObserver;
    #[wasm_bindgen(constructor)]
    pub fn new(callback: &Callback) -> ResizeObserver;
    #[wasm_bindgen(method)]
    pub fn observe(this: &ResizeObserver, element: &Node);

    #[wasm_bindgen(js_name = fetch)]
    pub fn fetch(address: &str, init: &Object) -> Promise;
    /// What a request brought.
    pub type Response;
    #[wasm_bindgen(method, getter)]
    pub fn status(this: &Response) -> u16;
    #[wasm_bindgen(method)]
    pub fn text(this: &Response) -> Promise;
    #[wasm_bindgen(method, getter, js_name = body)]
    pub fn stream(this: &Response) -> Option<Stream>;
    /// Ends requests.
    #[derive(Debug, Clone)]
    pub type AbortController;
    #[wasm_bindgen(constructor)]
    pub fn new() -> AbortController;
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &AbortController) -> JsValue;
    #[wasm_bindgen(method)]
    pub fn abort(this: &AbortController);
    #[wasm_bindgen(js_namespace = AbortSignal, js_name = timeout)]
    pub fn abort_after(ms: u32) -> JsValue;

    /// A stream of bytes, or of texts.
    pub type Stream;
    #[wasm_bindgen(method, js_name = pipeThrough)]
    pub fn pipe_through(this: &Stream, decoder: &TextDecoderStream) -> Stream;
    #[wasm_bindgen(method, js_name = getReader)]
    pub fn get_reader(this: &Stream) -> Reader;
    /// Makes texts of bytes.
    pub type TextDecoderStream;
    #[wasm_bindgen(constructor)]
    pub fn new() -> TextDecoderStream;
    /// Reads a stream.
    pub type Reader;
    #[wasm_bindgen(method)]
    pub fn read(this: &Reader) -> Promise;
    #[wasm_bindgen(method)]
    pub fn cancel(this: &Reader) -> Promise;
}
