//! The portal's pages and their addresses: the whole map fits this page.
//!
//! A page is one file in `routes/`; it is put together from `features`. To add one: its file, a line below, and a line
//! in the menu when people should find it there.

mod activity;
mod api_keys;
mod authorization;
mod authorizations;
mod backup_set;
mod backup_sets;
mod callback;
mod certificates;
mod customer;
mod customers;
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

use crate::api;
use crate::browser;
use crate::features::backup_sets::Chosen;
use crate::features::page::{Arrival, Brand, Trail};
use crate::features::session::trip::Landing;
use crate::features::session::{Installation, Shell};
use leptos::prelude::*;
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::path;
use shared::api::session::Meta;

/// The portal.
#[component]
pub fn Portal() -> impl IntoView {
    provide_context(StoredValue::new_local(Landing::take()));
    // What the browser kept of a page is old: who is signed in, and what waits, may have changed.
    browser::on_page_restored(browser::reload);
    let brand = Brand(RwSignal::new(String::new()));
    let meta = LocalResource::new(|| api::get::<Meta>("/api/v1/meta"));
    Effect::new(move |_| {
        if let Some(Ok(meta)) = meta.get() {
            brand.0.set(meta.brand);
        }
    });
    provide_context(brand);
    provide_context(Installation(meta));
    provide_context(Arrival(StoredValue::new(None)));
    provide_context(Trail(StoredValue::new(std::collections::BTreeMap::new())));
    provide_context(Chosen::restored());
    view! {
        <Router>
            <Routes fallback=|| view! { <not_found::NotFound/> }>
                <Route path=path!("/sign-in") view=sign_in::SignIn/>
                <Route path=path!("/sign-in/callback") view=callback::Callback/>
                <Route path=path!("/owner") view=owner::Owner/>
                <Route path=path!("/join") view=join::Join/>
                <ParentRoute path=path!("") view=|| view! { <Shell><Outlet/></Shell> }>
                    <Route path=path!("/") view=overview::Overview/>
                    <Route path=path!("/backup-sets") view=backup_sets::BackupSets/>
                    <Route path=path!("/backup-sets/import") view=import::Import/>
                    <Route path=path!("/backup-sets/:id") view=backup_set::BackupSet/>
                    <Route path=path!("/authorizations") view=authorizations::Authorizations/>
                    <Route path=path!("/authorizations/preview") view=preview::Preview/>
                    <Route path=path!("/authorizations/:id") view=authorization::Authorization/>
                    <Route path=path!("/customers") view=customers::Customers/>
                    <Route path=path!("/customers/:id") view=customer::Customer/>
                    <Route path=path!("/activity") view=activity::Activity/>
                    <Route path=path!("/certificates") view=certificates::Certificates/>
                    <Route path=path!("/notifications") view=notifications::Notifications/>
                    <Route path=path!("/api-keys") view=api_keys::ApiKeys/>
                    <Route path=path!("/invitations") view=invitations::Invitations/>
                    <Route path=path!("/members") view=members::Members/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
