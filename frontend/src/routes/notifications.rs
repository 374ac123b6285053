//! By which ways events go out.

use crate::api;
use crate::features::channels::{AddChannel, ChannelTable};
use crate::features::page::{PageHead, load};
use crate::remote::Remote;
use crate::text::portal::channels;
use leptos::prelude::*;
use shared::api::channels::ChannelView;

/// The page.
#[component]
pub fn Notifications() -> impl IntoView {
    let list = Remote::new(|| api::get::<Vec<ChannelView>>("/api/v1/channels"));
    let again = Callback::new(move |()| list.refetch());
    let show = |all: Vec<ChannelView>| {
        if all.is_empty() {
            return view! { <p class="muted">{channels::NONE}</p> }.into_any();
        }
        view! { <ChannelTable channels=all/> }.into_any()
    };
    view! {
        <div class="page">
            <PageHead title=channels::TITLE heading=channels::TITLE sub=view! { {channels::SUB} }.into_any()/>
            {load(list, 3, show)}
            <AddChannel on_made=again/>
        </div>
    }
}
