//! The key mark: a small key cut from the SHA-256 of the tenant id. It helps the eye and is never the only sign.

use crate::signs::{KEY_BOW, key_blade};
use leptos::prelude::*;
use shared::id::TenantId;

/// The key of a tenant.
#[component]
pub fn Keymark(
    /// Whose.
    tenant: TenantId,
    /// Twice the size.
    #[prop(optional)]
    big: bool,
) -> impl IntoView {
    view! {
        <svg class=if big { "keymark big" } else { "keymark" } viewBox="0 0 40 16" aria-hidden="true">
            <path fill-rule="evenodd" d=KEY_BOW></path>
            <path d=key_blade(tenant)></path>
        </svg>
    }
}
