//! The apps of one customer, each with its facts, certificates and permissions.

use super::actions::Actions;
use super::grants::Grants;
use super::{Life, tone};
use crate::api;
use crate::components::{CopyField, Fact, Facts, Moment, Notice, Status, Tone};
use crate::features::backup_sets::WorkloadIcons;
use crate::features::exposure::exposure_link;
use crate::features::page::load;
use crate::remote::Remote;
use crate::text;
use crate::text::portal::{apps, exposure};
use leptos::prelude::*;
use shared::api::apps::{AppState, AppView, CertificateState};
use shared::api::page::Page;
use shared::id::CustomerId;
use shared::rules::scopes::Purpose;

/// All apps of a customer.
#[component]
pub fn Apps(
    /// Whose.
    customer: CustomerId,
    /// Called when sets of an app went back to what they were.
    #[prop(into)]
    on_undone: Callback<()>,
) -> impl IntoView {
    let list =
        Remote::new(
            move || async move { api::get::<Page<AppView>>(&format!("/api/v1/apps?customer={customer}")).await },
        );
    let again = Callback::new(move |()| list.refetch());
    load(list, 4, move |page| {
        if page.items.is_empty() {
            return none();
        }
        // Those that are gone stand last, folded.
        let (gone, alive): (Vec<_>, Vec<_>) = page.items.into_iter().partition(|app| app.state == AppState::Removed);
        let alive = alive.into_iter().map(|app| view! { <AppCard app on_change=again on_undone/> }).collect_view();
        let gone = gone.into_iter().map(|app| view! { <Gone app/> }).collect_view();
        view! { <div class="stack loose" data-test="apps">{alive}{gone}</div> }.into_any()
    })
}

fn none() -> AnyView {
    view! {
        <section class="section" aria-labelledby="apps">
            <header><h2 id="apps">{apps::SECTION}</h2></header>
            <p class="muted">{apps::NONE}</p>
        </section>
    }
    .into_any()
}

/// The fields' ids must differ between the two apps of a customer.
const fn ids(purpose: Purpose) -> (&'static str, &'static str) {
    match purpose {
        Purpose::Backup => ("app-backup", "app-backup-id"),
        Purpose::Restore => ("app-restore", "app-restore-id"),
    }
}

/// One app.
#[component]
fn AppCard(
    app: AppView,
    #[prop(into)] on_change: Callback<()>,
    #[prop(into)] on_undone: Callback<()>,
) -> impl IntoView {
    let (heading, field) = ids(app.purpose);
    let help = app.help.clone().map(|help| {
        view! { <Notice tone=Tone::Danger title=help.title text=help.text/> }
    });
    let off =
        (app.state == AppState::Off).then(|| view! { <Notice tone=Tone::Danger title=apps::OFF text=apps::OFF_WHY/> });
    let id = app.client_id.map(|id| view! { <CopyField id=field label=apps::CLIENT_ID value=id.to_string()/> });
    let set_up = app.set_up_at.map(|at| view! { <Fact term=apps::SET_UP small=apps::way(app.way)><Moment at/></Fact> });
    let checked = app.checked_at.map(|at| view! { <Fact term=apps::CHECKED><Moment at/></Fact> });
    let used = match app.first_token_at {
        Some(at) => view! { <Moment at/> }.into_any(),
        None => apps::NEVER_USED.into_any(),
    };
    let object =
        app.object.map(|id| view! { <Fact term=apps::OBJECT><span class="mono">{id.to_string()}</span></Fact> });
    let certificates = app.certificates.iter().filter(|one| one.state != CertificateState::Removed).cloned();
    let lives = certificates.map(|certificate| view! { <Life certificate/> }).collect_view();
    let (state, purpose, sets) = (app.state, app.purpose, app.sets);
    let sets_address = format!("/backup-sets?method=modern&customer={}", app.customer.id);
    let (name, left, workloads) = (app.display_name.clone(), app.left.clone(), app.workloads.clone());
    view! {
        <section class="section" aria-labelledby=heading data-test="app" data-state=state.as_str()>
            <header><h2 id=heading>{name}</h2><Status tone=tone(state) text=apps::state(state)/></header>
            <div class="stack">
                {help}{off}
                <Left left/>
                <div class="halves">
                    <div class="stack">
                        <Facts>
                            <Fact term=apps::FOR small=apps::purpose_why(purpose)>{apps::purpose(purpose)}</Fact>
                            <Fact term=apps::DATA><WorkloadIcons workloads/></Fact>
                            <Fact term=apps::SETS><a href=sets_address>{text::number(sets)}</a></Fact>
                            <Fact term=exposure::REACH>{exposure_link(&format!("app:{}", app.id))}</Fact>
                            {set_up}{checked}
                            <Fact term=apps::FIRST_TOKEN>{used}</Fact>
                            {object}
                        </Facts>
                        {id}
                    </div>
                    <div class="stack">{lives}</div>
                </div>
                <Grants app=app.clone()/>
                <Actions app on_change on_undone/>
            </div>
        </section>
    }
}

/// An app that is gone: its record stays.
#[component]
fn Gone(app: AppView) -> impl IntoView {
    let id = app.client_id.map(|id| id.to_string()).unwrap_or_default();
    view! {
        <section class="stack tight" data-test="app" data-state=app.state.as_str()>
            <p>{app.display_name}" "<Status tone=tone(app.state) text=apps::state(app.state)/>" "<span class="mono faint">{id}</span></p>
            <Left left=app.left/>
        </section>
    }
}

/// What an administrator must still delete in the tenant.
#[component]
pub fn Left(left: Vec<String>) -> impl IntoView {
    let is_empty = left.is_empty();
    let rows = left.into_iter().map(|one| view! { <li>{one}</li> }).collect_view();
    (!is_empty).then(|| {
        view! { <Notice tone=Tone::Warn title=apps::LEFT text=apps::LEFT_WHY><ul class="plain">{rows}</ul></Notice> }
    })
}
