//! Nothing is at this address.

use crate::features::page::NothingHere;
use crate::features::session::Quiet;
use leptos::prelude::*;

/// The page for unknown addresses.
#[component]
pub fn NotFound() -> impl IntoView {
    view! { <Quiet><NothingHere/></Quiet> }
}
