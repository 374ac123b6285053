//! Taking a customer away for good: its name typed once more, and why it cannot be done yet.

use super::Field;
use crate::api;
use crate::components::{Button, ButtonKind, Icon};
use crate::features::session::{self, Refused};
use crate::remote::Action;
use crate::router::{NavigateOptions, use_navigate};
use crate::text::portal::customers;
use leptos::prelude::*;
use shared::id::CustomerId;

/// The form, folded away.
#[component]
pub fn RemoveCustomer(
    /// Which.
    customer: CustomerId,
    /// The name to type.
    name: String,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let go = StoredValue::new_local(use_navigate());
    let remove = Action::new(move |(): &()| async move { api::remove(&format!("/api/v1/customers/{customer}")).await });
    Effect::new(move |_| {
        if matches!(remove.value().get(), Some(Ok(()))) {
            session::refresh();
            go.with_value(|go| go("/customers", NavigateOptions { replace: true, ..NavigateOptions::default() }));
        }
    });
    let failure = move || remove.value().get().and_then(Result::err);
    let ask = customers::remove_type(&name);
    let expected = StoredValue::new(name);
    let is_typed = Signal::derive(move || expected.with_value(|name| typed.read().trim() == name));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_typed.get_untracked() && !remove.pending().get_untracked() {
            remove.dispatch(());
        }
    };
    let manages = session::manages();
    let none = Signal::derive(|| None::<String>);
    view! {
        <section class="section" aria-labelledby="remove-customer" hidden=move || !manages.get()>
            <header><h2 id="remove-customer">{customers::REMOVE}</h2></header>
            <p class="muted">{customers::REMOVE_WHY}</p>
            <details class="more" data-test="remove-customer">
                <summary><Icon name="right"/>{customers::REMOVE_OPEN}</summary>
                <form class="form stack" on:submit=submit novalidate>
                    <p>{ask}</p>
                    <Field id="remove-name" label=customers::FORM_NAME hint=customers::REMOVE_HINT value=typed wrong=none/>
                    <div class="actions">
                        <Button attr:data-test="remove-customer-sure" attr:r#type="submit" kind=ButtonKind::Danger busy=remove.pending() disabled=Signal::derive(move || !is_typed.get()) on_press=|_| ()>
                            {move || if remove.pending().get() { customers::REMOVING } else { customers::REMOVE_NOW }}
                        </Button>
                    </div>
                </form>
            </details>
            {move || failure().map(|failure| view! { <Refused failure/> })}
        </section>
    }
}
