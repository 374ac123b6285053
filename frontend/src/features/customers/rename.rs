//! Corrects a customer's name.

use super::Field;
use crate::api;
use crate::components::{Button, Icon};
use crate::features::page::Trouble;
use crate::features::session;
use crate::remote::Action;
use crate::text::portal::{customers, shell};
use leptos::prelude::*;
use shared::api::customers::{CustomerView, RenameCustomer};
use shared::api::session::MemberRole;
use shared::id::CustomerId;

/// The form, folded away.
#[component]
pub fn Rename(
    /// Which.
    customer: CustomerId,
    /// Its name so far.
    name: String,
    /// It has another one.
    on_change: Callback<()>,
) -> impl IntoView {
    let value = RwSignal::new(name);
    let rename = Action::new(move |(): &()| {
        let body = RenameCustomer { name: value.get_untracked().trim().to_owned() };
        async move { api::post::<_, CustomerView>(&format!("/api/v1/customers/{customer}/name"), &body).await.map(drop) }
    });
    Effect::new(move |_| {
        if matches!(rename.value().get(), Some(Ok(()))) {
            on_change.run(());
        }
    });
    let failure = Signal::derive(move || rename.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || {
        failure.get().filter(|failure| failure.field() == Some("name")).map(|failure| failure.detail())
    });
    let elsewhere = move || failure.get().filter(|failure| failure.field() != Some("name"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !rename.pending().get_untracked() {
            rename.dispatch(());
        }
    };
    let edits = session::has_role(|role| role != MemberRole::Auditor);
    view! {
        <details class="more" data-test="rename-customer" hidden=move || !edits.get()>
            <summary><Icon name="right"/>{customers::RENAME}</summary>
            <form class="form stack" on:submit=submit novalidate>
                <Field id="customer-rename" label=customers::FORM_NAME hint=customers::RENAME_HINT value wrong/>
                <div class="actions">
                    <Button attr:data-test="save-name" attr:r#type="submit" busy=rename.pending() on_press=|_| ()>{shell::SAVE}</Button>
                </div>
            </form>
            {move || elsewhere().map(|failure| view! { <Trouble failure/> })}
        </details>
    }
}
