//! The bar that rises with the first choice: how many, who signs in, and the action (A-02, G2).

use super::Chosen;
use super::choice::{Choice, MOST};
use crate::components::{Button, ButtonKind, ButtonLink};
use crate::text::portal::{backup_sets, waves};
use leptos::prelude::*;
use shared::method::Method;

/// The bar.
#[component]
pub fn BulkBar(
    /// "Clear" was asked for once: by its button, or by Escape in the list.
    asks: RwSignal<bool>,
) -> impl IntoView {
    let chosen = Chosen::of_this_tab();
    let content = move || {
        let chosen = chosen?;
        let choice = chosen.0.get();
        (!choice.is_empty()).then(|| view! { <div class="bulk" role="region" aria-label=backup_sets::CHOSEN><Content choice chosen asks/></div> })
    };
    view! { <div aria-live="polite" class="bulk-holder">{content}</div> }
}

#[component]
fn Content(choice: Choice, chosen: Chosen, asks: RwSignal<bool>) -> impl IntoView {
    let customers = choice.customers();
    let count = choice.len();
    let clear = move || {
        if asks.get() {
            let forget = move |_| {
                asks.set(false);
                chosen.clear();
            };
            view! { <Button attr:data-test="clear-sure" kind=ButtonKind::Danger on_press=forget>{backup_sets::clear_all(count)}</Button> }.into_any()
        } else {
            view! { <Button attr:data-test="clear" on_press=move |_| asks.set(true)>{backup_sets::CLEAR}</Button> }
                .into_any()
        }
    };
    if let [customer] = customers.as_slice() {
        let accounts: Vec<String> = choice.accounts().into_iter().collect();
        let modern = choice.recommended() == Method::Modern;
        let label = backup_sets::authorize(count, if modern { 1 } else { accounts.len() });
        let who =
            if modern { backup_sets::ADMINISTRATOR_SIGNS_IN.to_owned() } else { backup_sets::signs_in(&accounts) };
        let too_many = count > MOST;
        let note = if too_many { backup_sets::TOO_MANY.to_owned() } else { format!("{who}. {}", backup_sets::REASON) };
        view! {
            <p><b data-test="chosen">{backup_sets::chosen(count, &customer.name)}</b><small>{note}</small></p>
            <div class="actions">
                {clear}
                {(!too_many).then(|| view! { <ButtonLink attr:data-test="authorize-chosen" href="/authorizations/preview" kind=ButtonKind::Primary>{label}</ButtonLink> })}
            </div>
        }
        .into_any()
    } else {
        let keep = customers.iter().take(4).cloned().map(|customer| {
            let only = move |_| chosen.0.update(|choice| choice.keep(customer.id));
            view! { <Button on_press=only>{backup_sets::only(&customer.name, customer.sets)}</Button> }
        });
        view! {
            <p><b data-test="chosen">{backup_sets::several(count, customers.len())}</b><small>{backup_sets::ONE_AT_A_TIME}</small></p>
            <div class="actions">
                {clear}
                {keep.collect_view()}
                <ButtonLink attr:data-test="plan-chosen" href="/waves/new?chosen=1" kind=ButtonKind::Primary>{waves::plan_chosen(count)}</ButtonLink>
            </div>
        }
        .into_any()
    }
}
