//! Who at the customer is told, and the link to the customer's own page.

use super::Field;
use crate::api;
use crate::components::{Button, ButtonKind, CopyField, Moment, Notice, Tone};
use crate::features::Nothing;
use crate::features::page::Trouble;
use crate::features::sends_mail;
use crate::remote::Action;
use crate::text::portal::{customers, invitations, shell};
use leptos::prelude::*;
use shared::api::customer_page::CustomerPageLink;
use shared::api::customers::{CustomerView, SetContact};
use shared::id::CustomerId;
use shared::language::Language;

/// The contact's address and language, and the link.
#[component]
pub fn Contact(
    /// Whose.
    customer: CustomerView,
) -> impl IntoView {
    let id = customer.id;
    let mails = sends_mail();
    let address = RwSignal::new(customer.contact.unwrap_or_default());
    let language = RwSignal::new(customer.contact_language.unwrap_or_default());
    let save = Action::new(move |(): &()| {
        let contact = address.get_untracked().trim().to_owned();
        let body = SetContact { contact: (!contact.is_empty()).then_some(contact), language: language.get_untracked() };
        async move { api::post::<_, CustomerView>(&format!("/api/v1/customers/{id}/contact"), &body).await.map(drop) }
    });
    let failure = Signal::derive(move || save.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || {
        failure.get().filter(|failure| failure.field() == Some("contact")).map(|failure| failure.detail())
    });
    let elsewhere = move || failure.get().filter(|failure| failure.field() != Some("contact"));
    let saved = move || matches!(save.value().get(), Some(Ok(())));
    let tongue = move |one: Language| {
        view! { <option value=one.as_str() selected=move || language.get() == one lang=one.as_str()>{invitations::language(one)}</option> }
    };
    let choose = move |event| language.set(Language::parse(&event_target_value(&event)).unwrap_or_default());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !save.pending().get_untracked() {
            save.dispatch(());
        }
    };
    view! {
        <section class="section" aria-labelledby="contact">
            <header><h2 id="contact">{customers::CONTACT}</h2></header>
            <p class="muted small">{customers::CONTACT_WHY}{move || (!mails.get()).then(|| view! { " "{customers::CONTACT_NO_MAIL} })}</p>
            <form class="stack form" on:submit=submit novalidate data-test="contact-form">
                <Field id="contact-mail" label=customers::CONTACT_MAIL hint=customers::CONTACT_HINT value=address wrong/>
                <div class="field">
                    <label for="contact-language">{customers::CONTACT_LANGUAGE}</label>
                    <select class="input" id="contact-language" on:change=choose>{Language::ALL.map(tongue).into_iter().collect_view()}</select>
                </div>
                <div class="actions">
                    <Button attr:data-test="save-contact" attr:r#type="submit" busy=save.pending() on_press=|_| ()>{shell::SAVE}</Button>
                </div>
                {move || saved().then(|| view! { <Notice tone=Tone::Ok title=customers::CONTACT_SAVED text=""/> })}
            </form>
            {move || elsewhere().map(|failure| view! { <Trouble failure/> })}
            <OwnPage customer=id/>
        </section>
    }
}

/// Makes a link to the customer's own page, shown once, and ends those that are about.
#[component]
fn OwnPage(customer: CustomerId) -> impl IntoView {
    let make = Action::new(move |(): &()| async move {
        api::post::<_, CustomerPageLink>(&format!("/api/v1/customers/{customer}/page-link"), &Nothing {}).await
    });
    let end = Action::new(move |(): &()| async move {
        api::post::<_, ()>(&format!("/api/v1/customers/{customer}/page-link/revoke"), &Nothing {}).await
    });
    // The link that is shown: none once it was ended.
    let link = RwSignal::new(None::<CustomerPageLink>);
    let ended = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(Ok(made)) = make.value().get() {
            link.set(Some(made));
            ended.set(false);
        }
    });
    Effect::new(move |_| {
        if matches!(end.value().get(), Some(Ok(()))) {
            link.set(None);
            ended.set(true);
        }
    });
    let failure = move || make.value().get().and_then(Result::err).or_else(|| end.value().get().and_then(Result::err));
    let shown = move || {
        link.get().map(|link| {
            view! {
                <CopyField id="page-link" label=customers::PAGE_LINK value=link.url/>
                <p class="note">{customers::PAGE_ONCE}" "<Moment at=link.expires_at/>"."</p>
            }
        })
    };
    let over =
        move || ended.get().then(|| view! { <p class="note" data-test="page-links-ended">{customers::PAGE_ENDED}</p> });
    view! {
        <p class="muted small">{customers::PAGE_WHY}</p>
        <div role="status" class="stack tight">{shown}{over}</div>
        <div class="actions">
            <Button attr:data-test="make-page-link" icon="link" busy=make.pending() on_press=move |_| { make.dispatch(()); }>{customers::PAGE_MAKE}</Button>
            <Button attr:data-test="end-page-links" kind=ButtonKind::Quiet busy=end.pending() on_press=move |_| { end.dispatch(()); }>{customers::PAGE_END}</Button>
        </div>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}
