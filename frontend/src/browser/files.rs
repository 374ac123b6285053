//! Files that people choose, and files that we hand out.

use wasm_bindgen::{JsCast, JsValue};
pub use web_sys::{Blob, File, FileList};
use web_sys::{BlobPropertyBag, HtmlAnchorElement, Url};

/// Offers `text` as a file to save.
pub fn download(name: &str, content_type: &str, text: &str) {
    let _ = try_download(name, content_type, text);
}

fn try_download(name: &str, content_type: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(content_type);
    let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&JsValue::from_str(text)), &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::UNDEFINED)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address)
}

/// The files that a person chose in a file input.
pub fn chosen_files(event: &web_sys::Event) -> Option<FileList> {
    event.target()?.dyn_into::<web_sys::HtmlInputElement>().ok()?.files()
}
