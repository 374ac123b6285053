//! The pages program: every page but the first screen and the way in, which the shell brings (`features::shell`).
//!
//! A page is one file in `routes/`; it is put together from `features`. Its address stands in [`crate::map`]. Its code
//! lies in a file of its own, a *chunk*, which the browser fetches when the page is first asked for (`chunks!`): put a
//! page into the chunk of the pages that it shares most with, since what two chunks need becomes a third file.

mod activity;
mod api_keys;
mod authorization;
mod authorizations;
mod backup_set;
mod backup_sets;
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
mod members;
mod not_found;
mod notifications;
mod preview;
mod wave;
mod wave_plan;
mod waves;

use crate::api;
use crate::features::backup_sets::ChoicePlace;
use crate::features::page::{Brand, Trail};
use crate::features::session::{Installation, Session};
use crate::map::{self, Frame, MAP};
use crate::remote::Remote;
use crate::router::Router;
use chunk::{OnItsWay, chunks};
use leptos::prelude::*;
use shared::api::session::Meta;

/// What fetches the page at a pattern of the map; none for the shell's own.
fn page(pattern: &str) -> Option<fn() -> OnItsWay> {
    Some(match pattern {
        map::CONNECTED => connected,
        "/backup-sets" => backup_sets,
        "/backup-sets/import" => import,
        "/backup-sets/:id" => backup_set,
        "/authorizations" => authorizations,
        "/authorizations/preview" => preview,
        "/authorizations/:id" => authorization,
        "/waves" => waves,
        "/waves/new" => wave_plan,
        "/waves/:id" => wave,
        "/customers" => customers,
        "/customers/:id" => customer,
        "/activity" => activity,
        "/certificates" => certificates,
        "/notifications" => notifications,
        "/notifications/:id" => channel,
        "/exposure" => exposure,
        "/api-keys" => api_keys,
        "/consoles" => consoles,
        "/invitations" => invitations,
        "/members" => members,
        _ => return None,
    })
}

chunks! {
    connected { connected => connected::Connected }
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

/// All pages. Nothing is shown where the shell shows a page of its own; the rest stays as it is for the way back.
#[component]
pub fn Pages() -> impl IntoView {
    provide_context(connected::take_secret());
    let brand = Brand(RwSignal::new(String::new()));
    let meta = Remote::new(|| api::read::<Meta>("/api/v1/meta"));
    Effect::new(move |_| {
        if let Some(Ok(meta)) = meta.get() {
            brand.0.set(meta.brand);
        }
    });
    provide_context(brand);
    provide_context(Installation(meta));
    provide_context(Trail(StoredValue::new(std::collections::BTreeMap::new())));
    provide_context(ChoicePlace::new());
    let route = Router::start(|place| place.matched(MAP.iter().map(|(pattern, _)| *pattern))).route;
    let place = move || route.get().and_then(|route| MAP.get(route)).copied();
    let frame = Memo::new(move |_| place().map_or(Frame::Alone, |(_, frame)| frame));
    move || match frame.get() {
        Frame::Menu => {
            provide_context(Session::new());
            pages(place, Frame::Menu)
        }
        Frame::Alone => pages(place, Frame::Alone),
    }
}

/// The page of this place, as long as it belongs into this frame.
fn pages(place: impl Fn() -> Option<(&'static str, Frame)> + Send + Sync + 'static, within: Frame) -> AnyView {
    (move || match place() {
        Some((pattern, frame)) if frame == within => page(pattern).map(|fetch| chunk::show(fetch, within)).into_any(),
        None if within == Frame::Alone => view! { <not_found::NotFound/> }.into_any(),
        _ => ().into_any(),
    })
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_the_map_has_a_page() {
        let own = [map::HOME, map::SIGN_IN, map::CALLBACK, map::OWNER, map::JOIN];
        for (pattern, _) in MAP {
            assert_eq!(page(pattern).is_none(), own.contains(&pattern), "{pattern}");
        }
    }
}
