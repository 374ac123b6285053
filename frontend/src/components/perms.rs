//! Permissions: the plain sentence first, Microsoft's name in grey, and what breaks without it (C2).

use super::Icon;
use crate::text;
use leptos::prelude::*;
use shared::api::authorizations::{Consenter, PermissionView};

/// A list of permissions with their reasons.
#[component]
pub fn Perms(
    /// Which.
    permissions: Vec<PermissionView>,
) -> impl IntoView {
    // Where an administrator gives all of them, the page says so once.
    let is_mixed = permissions.iter().any(|permission| permission.consent == Consenter::User);
    let rows = permissions.into_iter().map(|permission| {
        let by_admin = is_mixed && permission.consent == Consenter::Administrator;
        view! {
            <li>
                <Icon name="check"/>
                <b>{permission.title}</b>
                <code>{permission.value}</code>
                <span class="why">
                    {permission.reason}" "{permission.without}
                    {by_admin.then(|| view! { " "<span class="by-admin">{text::ADMINISTRATOR_APPROVES}</span> })}
                </span>
            </li>
        }
    });
    view! { <ul class="perms">{rows.collect_view()}</ul> }
}
