//! A role, and for technicians the customers they work with.

use crate::api;
use crate::features::page::load;
use crate::remote::Remote;
use crate::text::portal::{members, shell};
use leptos::prelude::*;
use shared::api::customers::CustomerView;
use shared::api::page::Page;
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

/// The fields. `name`: of the radio buttons; one on a page.
#[component]
pub fn RoleFields(choice: Choice, name: &'static str) -> impl IntoView {
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
                <Customers chosen=customers/>
            </fieldset>
        })}
    }
}

#[component]
fn Customers(chosen: RwSignal<BTreeSet<CustomerId>>) -> impl IntoView {
    let list = Remote::new(|| api::get::<Page<CustomerView>>("/api/v1/customers?limit=200"));
    let row = move |customer: CustomerView| {
        let id = customer.id;
        let change = move |event| {
            let on = event_target_checked(&event);
            chosen.update(|chosen| {
                if on {
                    chosen.insert(id)
                } else {
                    chosen.remove(&id)
                };
            });
        };
        view! {
            <label class="check">
                <input type="checkbox" prop:checked=move || chosen.read().contains(&id) on:change=change/>
                <span>{customer.name}</span>
                <small>{customer.domain}</small>
            </label>
        }
    };
    view! {
        <div class="checks" role="group" aria-label=members::CUSTOMERS tabindex="0">
            {load(list, 3, move |page| page.items.into_iter().map(row).collect_view().into_any())}
        </div>
    }
}
