//! The connect page: somebody signs in at Microsoft, checks what will change, and saves.
//!
//! [`machine`] decides (pure), [`trip`] is the way to Microsoft and back (pure), [`page`] shows a state as markup (pure),
//! and [`driver`] does what they ask for. The page keeps an attempt's secret in this tab, state and verifier there until
//! the callback, and the access token in memory between callback and Save; it never asks for a refresh token. A new
//! page: a state in [`machine`], its words in `text::connect`, its markup beside [`page`].

mod approved;
mod asked;
pub mod driver;
pub(super) mod frame;
pub mod machine;
pub mod page;
pub mod parts;
pub mod person;
mod review;
mod security;
pub(super) mod speech;
pub mod stop;
mod stopped;
pub mod trip;
pub(super) mod waiting;
mod work;

use crate::api;
use crate::browser::{self, dom::Place, spawn};
use crate::text::{
    self,
    words::{keys, say},
};
use shared::api::session::Meta;

/// Where an administrator's approval comes back to.
const APPROVED: &str = "/connect/approved";

/// Shows the page in the element with this id.
pub fn start(id: &'static str) {
    let address = browser::address();
    let is_approved = address.path == APPROVED;
    if is_approved {
        browser::clean_address(APPROVED);
    } else if address.path == driver::CALLBACK {
        // First of all: neither code nor state stays in the address bar or the history (security.md B10).
        browser::clean_address(driver::HERE);
    }
    spawn(async move {
        if !speech::begin().await {
            return browser::show_failure();
        }
        let Some(place) = Place::take(id) else { return };
        if is_approved {
            show_approved(place, address.query).await;
        } else {
            driver::Driver::begin(place).open(address);
        }
    });
}

async fn show_approved(mut place: Place, query: String) {
    let meta = api::connect::get_public::<Meta>("/api/v1/meta").await;
    let brand = meta.map(|meta| meta.brand).unwrap_or_default();
    browser::set_title(&text::title(say(keys::TAB_CONNECT), &brand));
    place.show(approved::approved(&query, brand));
}
