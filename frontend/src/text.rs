//! All wording, one file for each part and language. Features name it; they never write words of their own.
//!
//! The portal's words are here, in English; the connect page's are in `languages/`, read through [`words`]. The product's
//! name is a parameter (`brand`). Voice: sentence case, short words, what happened, why, what to do.

pub mod connect;
mod en;
pub mod portal;
mod when;
pub mod words;

pub use en::*;
pub use when::{span, when};

/// Texts one after the other. One function for all, where each `concat` would be code of its own.
#[inline(never)]
pub fn join(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// A whole number in digits, without the formatting code of the standard library.
#[inline(never)]
pub fn digits(mut n: usize) -> String {
    let mut text = String::new();
    loop {
        text.insert(0, char::from_digit(u32::try_from(n % 10).unwrap_or_default(), 10).unwrap_or('0'));
        n /= 10;
        if n == 0 {
            return text;
        }
    }
}

/// The title in the tab.
pub fn title(page: &str, brand: &str) -> String {
    if brand.is_empty() { page.to_owned() } else { join(&[page, " · ", brand]) }
}
