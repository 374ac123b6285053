//! Files that people choose, and files that we hand out.

use super::js::{self, Object};
#[cfg(feature = "portal")]
pub use web_sys::{Blob, File, FileList};

/// Offers `text` as a file to save.
pub fn download(name: &str, content_type: &str, text: &str) {
    let options = Object::new();
    js::set_text(&options, "type", content_type);
    let address = js::create_object_url(&js::Blob::of(&js::list_of(text), &options));
    let link = js::create_element("a");
    link.set_attribute("href", &address);
    link.set_attribute("download", name);
    link.click();
    js::revoke_object_url(&address);
}

#[cfg(feature = "portal")]
/// The files that a person chose in a file input.
pub fn chosen_files(event: &web_sys::Event) -> Option<FileList> {
    use wasm_bindgen::JsCast;
    event.target()?.dyn_into::<web_sys::HtmlInputElement>().ok()?.files()
}
