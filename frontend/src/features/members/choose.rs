//! A role, and for technicians the customers they work with.

use crate::features::customers::CustomerChecks;
use crate::text::portal::{members, shell};
use leptos::prelude::*;
use shared::api::session::MemberRole;
use shared::id::CustomerId;
use std::collections::BTreeSet;

/// All roles, from the widest.
const ROLES: [MemberRole; 4] = [MemberRole::Owner, MemberRole::Admin, MemberRole::Technician, MemberRole::Auditor];

/// A role as it is being chosen.
#[derive(Clone, Copy)]
pub struct Choice {
    /// What they may do.
    pub role: RwSignal<MemberRole>,
    /// The customers of a technician.
    pub customers: RwSignal<BTreeSet<CustomerId>>,
}

impl Choice {
    /// This role with these customers.
    pub fn new(role: MemberRole, customers: impl IntoIterator<Item = CustomerId>) -> Self {
        Self { role: RwSignal::new(role), customers: RwSignal::new(customers.into_iter().collect()) }
    }

    /// The customers to send: none unless a technician works with them.
    pub fn customers(self) -> Vec<CustomerId> {
        if self.role.get_untracked() != MemberRole::Technician {
            return Vec::new();
        }
        self.customers.get_untracked().into_iter().collect()
    }
}

/// The fields. `name`: of the radio buttons, `search`: of the field that finds customers; each is one on a page.
#[component]
pub fn RoleFields(choice: Choice, name: &'static str, search: &'static str) -> impl IntoView {
    let Choice { role, customers } = choice;
    let option = move |one: MemberRole| {
        view! { <label><input type="radio" name=name value=one.as_str() prop:checked=move || role.get() == one on:change=move |_| role.set(one)/>{shell::role_short(one)}</label> }
    };
    view! {
        <fieldset class="stack tight">
            <legend class="legend">{members::MAY}</legend>
            <div class="segments">{ROLES.map(option).into_iter().collect_view()}</div>
            <p class="note">{move || members::role_why(role.get())}</p>
        </fieldset>
        {move || (role.get() == MemberRole::Technician).then(|| view! {
            <fieldset class="stack tight">
                <legend class="legend">{members::CUSTOMERS}</legend>
                <CustomerChecks id=search label=members::CUSTOMERS chosen=customers on_change=move |chosen| customers.set(chosen)/>
            </fieldset>
        })}
    }
}
