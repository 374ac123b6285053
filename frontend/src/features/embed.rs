//! The frame in another console's page (DESIGN §8): which sets wait, one button, and how it goes on.
//!
//! [`frame`] knows how things stand (pure), [`page`] shows it as markup (pure), [`driver`] talks to the page around, to the
//! window that it opens and to the server. Nothing is granted here: the button opens the connect page, where somebody signs in.
//! A new state: a variant in [`frame`], its words in `languages/`, its markup in [`page`].

mod driver;
pub mod frame;
mod look;
pub mod page;

use super::connect::speech;
use crate::browser::{self, dom::Place};

/// Shows the frame in the element with this id.
pub fn start(id: &'static str) {
    browser::spawn(async move {
        let code = browser::document_language();
        if !speech::speak(&code).await || !speech::frame().await {
            return browser::show_failure();
        }
        if let Some(place) = Place::take(id) {
            driver::begin(place);
        }
    });
}
