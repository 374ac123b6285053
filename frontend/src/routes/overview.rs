//! The first screen.

use crate::api;
use crate::browser;
use crate::components::{Art, ButtonKind, ButtonLink, Icon};
use crate::features::audit::Recent;
use crate::features::home::{FirstRun, Fleet, Tasks};
use crate::features::notices::NoticeList;
use crate::features::page::{PageHead, load};
use crate::features::session;
use crate::remote::Remote;
use crate::text::portal::home;
use leptos::prelude::*;
use shared::api::{overview, session::MemberRole};

/// The overview.
#[component]
pub fn Overview() -> impl IntoView {
    let fleet = Remote::new(|| api::read::<overview::Overview>("/api/v1/overview"));
    view! { <div class="page">{load(fleet, 8, |fleet| if fleet.sets.total() == 0 { first() } else { everyday(fleet) })}</div> }
}

fn first() -> AnyView {
    let sub = view! { {home::FIRST_WHY} }.into_any();
    view! {
        <Art name="art-empty" class="standing"/>
        <PageHead title=home::TITLE heading=home::FIRST sub/>
        <FirstRun/>
    }
    .into_any()
}

fn everyday(fleet: overview::Overview) -> AnyView {
    let basic = fleet.sets.basic;
    let sub = view! { {home::why(basic)} }.into_any();
    let action = if basic > 0 {
        view! { <ButtonLink attr:data-test="choose-sets" href="/backup-sets?method=basic" kind=ButtonKind::Primary>{home::CHOOSE}<Icon name="arrow"/></ButtonLink> }
    } else {
        view! { <ButtonLink attr:data-test="choose-sets" href="/backup-sets" kind=ButtonKind::Plain>{home::LOOK}<Icon name="arrow"/></ButtonLink> }
    };
    // What happened in the whole organization is not a technician's to read.
    let may_read = session::has_role(|role| role != MemberRole::Technician);
    let recent = move || may_read.get().then(|| view! { <Recent/> });
    view! {
        <PageHead title=home::TITLE heading=home::headline(fleet.sets) note=browser::day(browser::now()) sub>{action}</PageHead>
        <Fleet overview=fleet.clone()/>
        <NoticeList/>
        <div class="split"><Tasks overview=fleet/>{recent}</div>
    }
    .into_any()
}
