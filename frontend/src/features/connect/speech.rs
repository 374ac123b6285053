//! The language of the page: which one, its texts, and the change to another.
//!
//! The server has chosen by what the browser asks for. A choice made in the page is kept in this tab, to the end of the trip
//! to Microsoft and back. Nothing in an address decides it.

use crate::api;
use crate::browser::{self, tab};
use crate::text::words;

/// The language that was chosen, in this tab.
pub(in crate::features) const LANGUAGE: &str = "rekey.language";

/// Loads the texts of this visit; false when that failed and nothing can be said.
pub async fn begin() -> bool {
    let chosen = tab::get(LANGUAGE);
    match chosen {
        Some(code) if speak(&code).await => true,
        _ => speak(&browser::document_language()).await,
    }
}

/// Speaks a language from now on, in this tab; false when its texts cannot be had.
pub async fn choose(code: &str) -> bool {
    let is_known = speak(code).await;
    if is_known {
        tab::set(LANGUAGE, code);
    }
    is_known
}

/// Loads the texts of the frame, and of a window that it opened; false when that failed.
pub async fn frame() -> bool {
    let Some(file) = words::third() else { return true };
    match api::connect::file(file.address, file.integrity).await {
        Some(texts) => {
            words::add_frame(texts);
            true
        }
        None => false,
    }
}

/// Speaks a language that somebody else chose, this visit; false when its texts cannot be had.
pub async fn speak(code: &str) -> bool {
    let Some(language) = words::languages().find(|language| language.code == code) else { return false };
    let Some(texts) = api::connect::file(language.file.address, language.file.integrity).await else { return false };
    words::speak(language.code, texts);
    browser::set_language(code);
    true
}

/// Loads the texts that only few visits need; true when there are more now.
pub async fn more() -> bool {
    let Some(file) = words::second() else { return false };
    match api::connect::file(file.address, file.integrity).await {
        Some(texts) => {
            words::add(texts);
            true
        }
        None => false,
    }
}
