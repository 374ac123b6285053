//! The portal: what members of an organization work with.

use leptos::prelude::*;
use rekey_frontend::browser;
use rekey_frontend::routes::Portal;

fn main() {
    if let Some(place) = browser::take_place("app") {
        leptos::mount::mount_to(place, || view! { <Portal/> }).forget();
    }
}
