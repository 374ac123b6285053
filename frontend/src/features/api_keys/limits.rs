//! What a new key may reach: all customers or some, everything or job tokens alone (K3).

use crate::features::customers::CustomerChecks;
use crate::text::portal::{api_keys, apps};
use leptos::prelude::*;
use shared::id::CustomerId;
use shared::rules::scopes::Purpose;
use std::collections::BTreeSet;

/// The limits of a key, as they are being chosen.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Job tokens for these alone; `None`: everything.
    pub purposes: RwSignal<Option<Vec<Purpose>>>,
    /// These customers alone; `None`: all.
    pub customers: RwSignal<Option<BTreeSet<CustomerId>>>,
}

impl Limits {
    /// No limits.
    pub fn new() -> Self {
        Self { purposes: RwSignal::new(None), customers: RwSignal::new(None) }
    }

    /// No limits again.
    pub fn clear(self) {
        self.purposes.set(None);
        self.customers.set(None);
    }

    /// Something is chosen where something must be.
    pub fn is_complete(self) -> bool {
        self.purposes.read().as_ref().is_none_or(|purposes| !purposes.is_empty())
            && self.customers.read().as_ref().is_none_or(|customers| !customers.is_empty())
    }
}

/// The fields.
#[component]
pub fn LimitFields(limits: Limits) -> impl IntoView {
    let Limits { purposes, customers } = limits;
    let is_for = move |wanted: Option<&'static [Purpose]>| purposes.read().as_deref() == wanted;
    let purpose = move |wanted: Option<&'static [Purpose]>, label: &'static str| {
        let choose = move |_| purposes.set(wanted.map(<[Purpose]>::to_vec));
        view! { <label><input type="radio" name="key-purpose" prop:checked=move || is_for(wanted) on:change=choose/>{label}</label> }
    };
    // A memo: a tick more must not make the boxes anew.
    let some = Memo::new(move |_| customers.read().is_some());
    view! {
        <fieldset class="stack tight">
            <legend class="legend">{api_keys::MAY}</legend>
            <div class="segments">
                {purpose(None, api_keys::EVERYTHING)}
                {purpose(Some(&[Purpose::Backup]), apps::purpose(Purpose::Backup))}
                {purpose(Some(&[Purpose::Restore]), apps::purpose(Purpose::Restore))}
                {purpose(Some(&[Purpose::Backup, Purpose::Restore]), api_keys::BOTH)}
            </div>
            <p class="note">{move || if purposes.read().is_some() { api_keys::TOKENS_ONLY } else { api_keys::EVERYTHING_WHY }}</p>
        </fieldset>
        <fieldset class="stack tight">
            <legend class="legend">{api_keys::REACHES}</legend>
            <div class="segments">
                <label><input type="radio" name="key-reach" prop:checked=move || !some.get() on:change=move |_| customers.set(None)/>{api_keys::ALL_CUSTOMERS}</label>
                <label><input type="radio" name="key-reach" data-test="some-customers" prop:checked=move || some.get() on:change=move |_| customers.set(Some(BTreeSet::new()))/>{api_keys::SOME_CUSTOMERS}</label>
            </div>
            {move || some.get().then(|| view! { <CustomerChecks id="key-customers" label=api_keys::SOME_CUSTOMERS chosen=Signal::derive(move || customers.get().unwrap_or_default()) on_change=move |chosen| customers.set(Some(chosen))/> })}
        </fieldset>
    }
}
