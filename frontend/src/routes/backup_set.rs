//! One backup set: what it is, what it could become, and that it may stay as it is.

use crate::api;
use crate::features::backup_sets::{Recommended, SetFacts};
use crate::features::page::{PageHead, load};
use crate::remote::Remote;
use crate::router::use_params_map;
use crate::text::portal::{backup_sets, shell};
use leptos::prelude::*;
use shared::api::backup_sets::BackupSetView;

/// The page of one set.
#[component]
pub fn BackupSet() -> impl IntoView {
    let params = use_params_map();
    let set = Remote::new(move || {
        let id = params.read().get("id").unwrap_or_default();
        async move { api::get::<BackupSetView>(&format!("/api/v1/backup-sets/{id}")).await }
    });
    view! { <div class="page">{load(set, 8, show)}</div> }
}

fn show(set: BackupSetView) -> AnyView {
    let crumbs = vec![
        (shell::BACKUP_SETS.to_owned(), "/backup-sets".to_owned()),
        (set.customer.name.clone(), format!("/customers/{}", set.customer.id)),
    ];
    let sub = view! { {backup_sets::state(set.method)} }.into_any();
    view! {
        <PageHead title=set.name.clone() heading=set.name.clone() crumbs tenant=set.customer.tenant sub/>
        <div class="halves">
            <SetFacts set=set.clone()/>
            <Recommended set/>
        </div>
    }
    .into_any()
}
