//! The portal's pages, for the place that the shell keeps for them.

use leptos::prelude::*;
use rekey_frontend::browser;
use rekey_frontend::routes::Pages;

fn main() {
    if let Some(place) = browser::take_place("pages") {
        leptos::mount::mount_to(place, || view! { <Pages/> }).forget();
        browser::tell(browser::PAGES_HERE);
    }
}
