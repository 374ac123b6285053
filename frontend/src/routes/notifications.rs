//! By which ways notices go out.

use crate::features::notices::Channels;
use crate::features::page::PageHead;
use crate::text::portal::notices;
use leptos::prelude::*;

/// The page.
#[component]
pub fn Notifications() -> impl IntoView {
    view! {
        <div class="page">
            <PageHead title=notices::TITLE heading=notices::TITLE sub=view! { {notices::SUB} }.into_any()/>
            <Channels/>
        </div>
    }
}
