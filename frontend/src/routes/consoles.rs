//! Which consoles may show Rekey, and what their developers need.

use crate::api;
use crate::components::Art;
use crate::features::consoles::{AddConsole, ConsoleTable, Developers};
use crate::features::page::{PageHead, load};
use crate::remote::Remote;
use crate::text::portal::consoles;
use leptos::prelude::*;
use shared::api::embed::EmbedSetUp;

/// The page.
#[component]
pub fn Consoles() -> impl IntoView {
    let set_up = Remote::new(|| api::get::<EmbedSetUp>("/api/v1/embed-origins"));
    view! { <div class="page">{load(set_up, 6, show)}</div> }
}

/// The headline and the table follow what is added and removed; the form stays as it is being filled in.
fn show(set_up: EmbedSetUp) -> AnyView {
    let origins = RwSignal::new(set_up.origins.clone());
    let count = Memo::new(move |_| origins.read().len());
    let is_empty = Memo::new(move |_| count.get() == 0);
    let list = move || {
        if is_empty.get() {
            return view! { <div class="empty"><Art name="art-empty"/><p>{consoles::EMPTY_WHY}</p></div> }.into_any();
        }
        view! { <ConsoleTable origins/> }.into_any()
    };
    view! {
        {move || head(count.get())}
        {list}
        <AddConsole origins/>
        <Developers set_up/>
    }
    .into_any()
}

fn head(count: usize) -> impl IntoView + use<> {
    let heading = consoles::headline(count as u64);
    view! { <PageHead title=consoles::TITLE heading sub=view! { {consoles::SUB} }.into_any()/> }
}
