//! The portal's pages and their addresses: the whole map fits this page.
//!
//! A page is one file in `routes/`; it is put together from `features`. To add one: its file, a line in the map, and a
//! line in the menu when people should find it there. The home page comes with the portal itself; every other page's
//! code lies in a file of its own, a *chunk*, which the browser fetches when the page is first asked for (`chunks!`):
//! put a page into the chunk of the pages that it shares most with, since what two chunks need becomes a third file.

mod activity;
mod api_keys;
mod authorization;
mod authorizations;
mod backup_set;
mod backup_sets;
mod callback;
mod certificates;
mod channel;
mod chunk;
mod connected;
mod consoles;
mod customer;
mod customers;
mod exposure;
mod import;
mod invitations;
mod join;
mod members;
mod not_found;
mod notifications;
mod overview;
mod owner;
mod preview;
mod sign_in;
mod wave;
mod wave_plan;
mod waves;

use crate::api;
use crate::browser;
use crate::features::backup_sets::ChoicePlace;
use crate::features::page::{Arrival, Brand, Trail};
use crate::features::session::trip::Landing;
use crate::features::session::{Installation, Shell};
use crate::remote::Remote;
use crate::router::Router;
use chunk::{Page, chunks};
use leptos::prelude::*;
use shared::api::session::Meta;

/// Whether the menu stands beside a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    Alone,
    Menu,
}

/// The map. The first pattern that fits is taken.
static MAP: [(&str, Frame, Page); 26] = [
    ("/", Frame::Menu, Page::Here(|| overview::Overview().into_any())),
    ("/sign-in", Frame::Alone, Page::Chunk(sign_in)),
    ("/sign-in/callback", Frame::Alone, Page::Chunk(callback)),
    ("/owner", Frame::Alone, Page::Chunk(owner)),
    ("/join", Frame::Alone, Page::Chunk(join)),
    ("/connected", Frame::Alone, Page::Chunk(connected)),
    ("/backup-sets", Frame::Menu, Page::Chunk(backup_sets)),
    ("/backup-sets/import", Frame::Menu, Page::Chunk(import)),
    ("/backup-sets/:id", Frame::Menu, Page::Chunk(backup_set)),
    ("/authorizations", Frame::Menu, Page::Chunk(authorizations)),
    ("/authorizations/preview", Frame::Menu, Page::Chunk(preview)),
    ("/authorizations/:id", Frame::Menu, Page::Chunk(authorization)),
    ("/waves", Frame::Menu, Page::Chunk(waves)),
    ("/waves/new", Frame::Menu, Page::Chunk(wave_plan)),
    ("/waves/:id", Frame::Menu, Page::Chunk(wave)),
    ("/customers", Frame::Menu, Page::Chunk(customers)),
    ("/customers/:id", Frame::Menu, Page::Chunk(customer)),
    ("/activity", Frame::Menu, Page::Chunk(activity)),
    ("/certificates", Frame::Menu, Page::Chunk(certificates)),
    ("/notifications", Frame::Menu, Page::Chunk(notifications)),
    ("/notifications/:id", Frame::Menu, Page::Chunk(channel)),
    ("/exposure", Frame::Menu, Page::Chunk(exposure)),
    ("/api-keys", Frame::Menu, Page::Chunk(api_keys)),
    ("/consoles", Frame::Menu, Page::Chunk(consoles)),
    ("/invitations", Frame::Menu, Page::Chunk(invitations)),
    ("/members", Frame::Menu, Page::Chunk(members)),
];

chunks! {
    account { sign_in => sign_in::SignIn, callback => callback::Callback, owner => owner::Owner, join => join::Join, connected => connected::Connected }
    sets { backup_sets => backup_sets::BackupSets, import => import::Import, backup_set => backup_set::BackupSet }
    authorizations {
        authorizations => authorizations::Authorizations,
        preview => preview::Preview,
        authorization => authorization::Authorization,
        invitations => invitations::Invitations
    }
    waves { waves => waves::Waves, wave_plan => wave_plan::WavePlan, wave => wave::Wave }
    customers { customers => customers::Customers, customer => customer::Customer }
    watch {
        activity => activity::Activity,
        certificates => certificates::Certificates,
        notifications => notifications::Notifications,
        channel => channel::Channel,
        exposure => exposure::Exposure,
        api_keys => api_keys::ApiKeys,
        consoles => consoles::Consoles,
        members => members::Members
    }
}

/// The portal.
#[component]
pub fn Portal() -> impl IntoView {
    provide_context(StoredValue::new_local(Landing::take()));
    // What the browser kept of a page is old: who is signed in, and what waits, may have changed.
    browser::on_page_restored(browser::reload);
    let brand = Brand(RwSignal::new(String::new()));
    let meta = Remote::new(|| api::read::<Meta>("/api/v1/meta"));
    Effect::new(move |_| {
        if let Some(Ok(meta)) = meta.get() {
            brand.0.set(meta.brand);
        }
    });
    provide_context(brand);
    provide_context(Installation(meta));
    provide_context(Arrival(StoredValue::new(None)));
    provide_context(Trail(StoredValue::new(std::collections::BTreeMap::new())));
    provide_context(ChoicePlace::new());
    let route = Router::start(|place| place.matched(MAP.iter().map(|(pattern, ..)| *pattern))).route;
    let frame =
        Memo::new(move |_| route.get().and_then(|route| MAP.get(route)).map_or(Frame::Alone, |(_, frame, _)| *frame));
    move || match frame.get() {
        Frame::Menu => view! { <Shell>{pages(route, Frame::Menu)}</Shell> }.into_any(),
        Frame::Alone => pages(route, Frame::Alone).into_any(),
    }
}

/// The page of this route, as long as it belongs into this frame.
fn pages(route: Memo<Option<usize>>, within: Frame) -> impl IntoView {
    move || match route.get().and_then(|route| MAP.get(route)) {
        Some((_, frame, page)) if *frame == within => page.show(within == Frame::Menu),
        None if within == Frame::Alone => view! { <not_found::NotFound/> }.into_any(),
        _ => ().into_any(),
    }
}
