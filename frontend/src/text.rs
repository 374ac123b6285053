//! All wording, one file for each part and language. Features name it; they never write words of their own.
//!
//! The portal's words are here, in English; the connect page's are in `languages/`, read through [`words`]. The product's
//! name is a parameter (`brand`). Voice: sentence case, short words, what happened, why, what to do.

pub mod connect;
mod en;
pub mod portal;
mod when;
pub mod words;

pub use shared::text::{add, cut, digits, join, split};

pub use en::*;
pub use when::{span, when};

/// The title in the tab.
pub fn title(page: &str, brand: &str) -> String {
    if brand.is_empty() { page.to_owned() } else { join(&[page, " · ", brand]) }
}
