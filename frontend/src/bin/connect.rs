//! The connect page, as small as it can be: no router.

use leptos::prelude::*;
use rekey_frontend::{browser, features::connect::ConnectPage};

fn main() {
    if let Some(place) = browser::take_place("app") {
        mount_to(place, || view! { <ConnectPage/> }).forget();
    }
}
