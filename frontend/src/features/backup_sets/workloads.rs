//! Kinds of data as icons, each with its word.

use crate::components::Icon;
use crate::text::portal::backup_sets;
use leptos::prelude::*;
use shared::workload::{Workload, Workloads};

const fn icon(workload: Workload) -> &'static str {
    match workload {
        Workload::Exchange => "mail",
        Workload::Calendar => "calendar",
        Workload::Contacts => "people",
        Workload::Tasks => "task",
        Workload::Onedrive => "files",
        Workload::Sharepoint => "site",
        Workload::PersonalSites => "person-site",
        Workload::Onenote => "note",
        Workload::Teams => "chat",
        Workload::Groups => "group",
        Workload::PublicFolders => "folder",
    }
}

/// The kinds of data of a set.
#[component]
pub fn WorkloadIcons(workloads: Workloads) -> impl IntoView {
    let icons = workloads.into_iter().map(|workload| {
        let word = backup_sets::workload(workload);
        view! { <span title=word><Icon name=icon(workload)/><span class="hide">{word}" "</span></span> }
    });
    view! { <span class="workloads">{icons.collect_view()}</span> }
}
