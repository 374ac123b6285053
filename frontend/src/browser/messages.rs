//! Other windows: the one that opened this one, the page around this frame, a window that this page opens, and what they say.
//!
//! Every message names the origin that may hear it (security.md E6), and carries no secret. What comes in is an object with
//! `rekey: 1` and a `type`; everything else is dropped before anything is read of it (E5, E8).

use super::js::{self, Callback, Object, Window};
use wasm_bindgen::{JsCast, JsValue};

/// Another window.
#[derive(Debug, Clone, PartialEq)]
pub struct Other(JsValue);

/// What another window said.
#[derive(Debug, Clone)]
pub struct Message {
    /// Who said it.
    pub source: Other,
    /// From which origin; `null` for a page in a sandbox.
    pub origin: String,
    /// What kind of message it is.
    pub kind: String,
    data: JsValue,
}

impl Message {
    /// A field that is a text of at most 300 bytes.
    pub fn text(&self, name: &str) -> Option<String> {
        field(&self.data, name)?.as_string().filter(|text| text.len() <= 300)
    }

    fn read(event: &JsValue) -> Option<Self> {
        let data = field(event, "data").filter(JsValue::is_object)?;
        if field(&data, "rekey")?.as_f64() != Some(1.0) {
            return None;
        }
        let kind = field(&data, "type")?.as_string().filter(|kind| kind.len() <= 30)?;
        Some(Self { source: Other(field(event, "source")?), origin: field(event, "origin")?.as_string()?, kind, data })
    }
}

fn field(of: &JsValue, name: &str) -> Option<JsValue> {
    js::get(of, name).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

/// Calls `f` for each message that is one of ours by its form; who said it is for `f` to look at.
pub fn on_message(f: impl Fn(Message) + 'static) {
    let callback = Callback::new(move |event: JsValue| {
        if let Some(message) = Message::read(&event) {
            f(message);
        }
    });
    js::listen_to_window("message", &callback);
    // Heard as long as the page lives.
    callback.forget();
}

/// The message that the boot script kept under this name until the app was there; nobody finds it a second time.
pub fn take_kept(name: &str) -> Option<Message> {
    let window = Window::own();
    let event = field(&window, name)?;
    let _ = js::delete(&window, name);
    Message::read(&event)
}

/// The page around this frame; none where this page is not in one.
pub fn around() -> Option<Other> {
    let parent = Window::parent();
    if parent.is_null() || Object::is_same(&parent, &Window::own()) { None } else { Some(Other(parent)) }
}

/// The window that opened this one.
pub fn opener() -> Option<Other> {
    let opener = Window::opener();
    if opener.is_null() || opener.is_undefined() { None } else { Some(Other(opener)) }
}

/// Forgets the window that opened this one, so that no page that comes after this one reaches it.
pub fn drop_opener() {
    Window::set_opener(&JsValue::NULL);
}

/// Opens a window, within a click. None: the browser blocked it, or a page around this one severs it from this one.
pub fn open(address: &str) -> Option<Other> {
    js::open(address, "_blank", "popup,width=560,height=780").ok().filter(|window| !window.is_null()).map(Other)
}

impl Other {
    /// Says something, to this origin and to nobody else.
    pub fn say(&self, kind: &str, fields: &[(&str, JsValue)], origin: &str) {
        let data = Object::new();
        js::set(&data, "rekey", &JsValue::from_f64(1.0));
        js::set_text(&data, "type", kind);
        for (name, value) in fields {
            js::set(&data, name, value);
        }
        let _ = self.0.unchecked_ref::<Window>().post_message(&data, origin);
    }

    /// Whether it says that it is closed. Only a hint: a window severed from this one says so, too.
    pub fn is_closed(&self) -> bool {
        field(&self.0, "closed").and_then(|closed| closed.as_bool()) != Some(false)
    }
}

/// Whether this page is in a sandbox: any of them forbids to set the document's domain (HTML §7.1.5), even to itself.
pub fn is_sandboxed() -> bool {
    let document = Window::document();
    match js::get(&document, "domain") {
        Ok(domain) => js::try_set(&document, "domain", &domain).is_err(),
        Err(_) => true,
    }
}
