//! The form that adds a customer. Its errors stand at the field they are about.

use crate::api;
use crate::components::{Button, ButtonKind, Icon};
use crate::features::page::Trouble;
use crate::features::session;
use crate::remote::Action;
use crate::router::{NavigateOptions, use_navigate};
use crate::text::portal::customers;
use leptos::prelude::*;
use shared::api::customers::{CreateCustomer, CustomerView};

/// The form, behind its button.
#[component]
pub fn AddCustomer() -> impl IntoView {
    let (name, tenant) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let go = StoredValue::new_local(use_navigate());
    let add = Action::new(move |(): &()| {
        let body = CreateCustomer {
            name: name.get_untracked().trim().to_owned(),
            tenant: tenant.get_untracked().trim().to_owned(),
        };
        async move { api::post::<_, CustomerView>("/api/v1/customers", &body).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(customer)) = add.value().get() {
            session::refresh();
            go.with_value(|go| go(&format!("/customers/{}", customer.id), NavigateOptions::default()));
        }
    });
    let failure = Signal::derive(move || add.value().get().and_then(Result::err));
    let wrong = move |field: &'static str| {
        Signal::derive(move || {
            failure.get().filter(|failure| failure.field() == Some(field)).map(|failure| failure.detail())
        })
    };
    let elsewhere = move || failure.get().filter(|failure| !matches!(failure.field(), Some("name" | "tenant")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !add.pending().get_untracked() {
            add.dispatch(());
        }
    };
    view! {
        <form class="card form" on:submit=submit novalidate data-test="add-customer-form">
            <Field id="customer-name" label=customers::FORM_NAME hint="" value=name wrong=wrong("name")/>
            <Field id="customer-tenant" label=customers::FORM_TENANT hint=customers::FORM_TENANT_HINT value=tenant wrong=wrong("tenant")/>
            {move || elsewhere().map(|failure| view! { <Trouble failure/> })}
            <div class="actions">
                <Button attr:data-test="save-customer" attr:r#type="submit" kind=ButtonKind::Primary busy=add.pending() on_press=|_| ()>
                    {move || if add.pending().get() { customers::ADDING } else { customers::FORM_SAVE }}
                </Button>
            </div>
        </form>
    }
}

/// A labelled input with its hint and what is wrong with it.
#[component]
pub fn Field(
    /// For the label; one on a page.
    id: &'static str,
    /// What belongs there.
    label: &'static str,
    /// How it is written.
    hint: &'static str,
    /// What stands there.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(into)]
    wrong: Signal<Option<String>>,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let wrong_id = format!("{id}-wrong");
    let described = {
        let (hint_id, wrong_id) = (hint_id.clone(), wrong_id.clone());
        move || if wrong.get().is_some() { wrong_id.clone() } else { hint_id.clone() }
    };
    let message = move || {
        wrong.get().map(|wrong| view! { <span class="wrong" id=wrong_id.clone() role="alert"><Icon name="alert"/><span>{wrong}</span></span> })
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                class="input"
                id=id
                autocomplete="off"
                spellcheck="false"
                prop:value=value
                aria-invalid=move || wrong.get().is_some().then_some("true")
                aria-describedby=described
                on:input=move |event| value.set(event_target_value(&event))
            />
            {message}
            {(!hint.is_empty()).then(|| view! { <span class="hint" id=hint_id>{hint}</span> })}
        </div>
    }
}
