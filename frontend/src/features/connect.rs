//! The connect page: somebody signs in at Microsoft, checks what will change, and saves.
//!
//! [`machine`] decides (pure), [`trip`] is the way to Microsoft and back (pure), [`page`] shows a state as markup (pure),
//! and [`driver`] does what they ask for. The page keeps an attempt's secret in this tab, state and verifier there until
//! the callback, and the access token in memory between callback and Save; it never asks for a refresh token. A new
//! page: a state in [`machine`], its words in `text::connect`, its markup beside [`page`].

mod approved;
mod asked;
pub mod driver;
mod frame;
pub mod machine;
pub mod page;
mod parts;
pub mod person;
mod review;
pub mod stop;
mod stopped;
pub mod trip;
mod waiting;
mod work;

use crate::api;
use crate::browser::{self, dom::Place};
use crate::text;
use shared::api::session::Meta;
use wasm_bindgen_futures::spawn_local;

/// Where an administrator's approval comes back to.
const APPROVED: &str = "/connect/approved";

/// Shows the page in the element with this id.
pub fn start(id: &str) {
    let Some(place) = Place::take(id) else { return };
    if browser::address().path == APPROVED {
        spawn_local(show_approved(place));
    } else {
        driver::Driver::begin(place).open();
    }
}

async fn show_approved(mut place: Place) {
    let query = browser::address().query;
    browser::clean_address(APPROVED);
    let meta = api::connect::get_public::<Meta>("/api/v1/meta").await;
    let brand = meta.map(|meta| meta.brand).unwrap_or_default();
    browser::set_title(&text::title(text::connect::PAGE, &brand));
    place.show(approved::approved(&query, brand));
}
