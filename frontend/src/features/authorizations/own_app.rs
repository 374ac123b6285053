//! Bring your own app (D2): what the customer's administrator does in Entra, and the field for its id.

use crate::api::{self, ApiFailure};
use crate::components::{Button, ButtonKind, Perms};
use crate::features::customers::Field;
use crate::features::page::{Trouble, load};
use crate::remote::{Action, Remote};
use crate::text::portal::modern;
use leptos::prelude::*;
use shared::api::apps::{AppState, AppView, CertificateState, CertificateView, OwnApp as NameApp};
use shared::api::page::Page;
use shared::id::{AuthorizationId, ClientId, CustomerId};

/// The steps, and the proof at their end.
#[component]
pub fn OwnApp(
    /// Which authorization.
    id: AuthorizationId,
    /// Whose app.
    customer: CustomerId,
) -> impl IntoView {
    let apps =
        Remote::new(
            move || async move { api::get::<Page<AppView>>(&format!("/api/v1/apps?customer={customer}")).await },
        );
    let again = Callback::new(move |()| apps.refetch());
    view! {
        <section class="section" aria-labelledby="own-app" data-test="own-app">
            <header><h2 id="own-app">{modern::OWN_APP}</h2></header>
            <p class="muted">{modern::OWN_APP_WHY}</p>
            {load(apps, 4, move |apps| {
                // Its certificate is made and waits to be registered in the tenant.
                let waits = |app: &AppView| {
                    let made = |one: &CertificateView| one.state == CertificateState::Made;
                    app.state == AppState::SettingUp || app.certificates.iter().any(made)
                };
                match apps.items.into_iter().find(waits) {
                    Some(app) => view! { <Steps app/><Prove id/> }.into_any(),
                    None => view! { <Prepare id on_made=again/> }.into_any(),
                }
            })}
        </section>
    }
}

/// Says to the server which app it is; without an id, asks for the certificate that it is to carry.
async fn name(id: AuthorizationId, client_id: Option<ClientId>) -> Result<AppView, ApiFailure> {
    api::post(&format!("/api/v1/authorizations/{id}/own-app"), &NameApp { client_id }).await
}

/// Makes the certificate, before the steps can be walked.
#[component]
fn Prepare(id: AuthorizationId, #[prop(into)] on_made: Callback<()>) -> impl IntoView {
    let make = Action::new(move |(): &()| name(id, None));
    Effect::new(move |_| {
        if matches!(make.value().get(), Some(Ok(_))) {
            on_made.run(());
        }
    });
    let failure = move || make.value().get().and_then(Result::err);
    view! {
        <div class="actions">
            <Button attr:data-test="make-certificate" kind=ButtonKind::Primary busy=make.pending() on_press=move |_| { make.dispatch(()); }>{modern::OWN_APP_PREPARE}</Button>
        </div>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}

#[component]
fn Steps(app: AppView) -> impl IntoView {
    let certificate = format!("/api/v1/apps/{}/certificate.pem", app.id);
    view! {
        <ol class="numbered">
            <li><b>{modern::OWN_APP_MAKE}</b><p class="muted">{modern::OWN_APP_MAKE_WHY}</p></li>
            <li>
                <b>{modern::OWN_APP_UPLOAD}</b>
                <p class="muted">{modern::OWN_APP_UPLOAD_WHY}</p>
                <p><a class="button" href=certificate download="rekey-backup.pem" rel="external" data-test="certificate">{modern::OWN_APP_DOWNLOAD}</a></p>
            </li>
            <li><b>{modern::OWN_APP_GRANT}</b><Perms permissions=app.permissions/></li>
            <li><b>{modern::OWN_APP_PASTE}</b></li>
        </ol>
    }
}

#[component]
fn Prove(id: AuthorizationId) -> impl IntoView {
    let value = RwSignal::new(String::new());
    let is_wrong = RwSignal::new(false);
    // The page follows the proof by itself.
    let prove = Action::new(move |client_id: &ClientId| name(id, Some(*client_id)));
    let wrong = Signal::derive(move || is_wrong.get().then(|| modern::OWN_APP_ID_WRONG.to_owned()));
    let failure = move || prove.value().get().and_then(Result::err);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let client_id = value.read_untracked().trim().parse::<ClientId>();
        is_wrong.set(client_id.is_err());
        if let (Ok(client_id), false) = (client_id, prove.pending().get_untracked()) {
            prove.dispatch(client_id);
        }
    };
    view! {
        <form class="form stack" on:submit=submit novalidate>
            <Field id="client-id" label=modern::OWN_APP_ID hint=modern::OWN_APP_ID_HINT value wrong/>
            <div class="actions">
                <Button attr:data-test="prove-app" attr:r#type="submit" kind=ButtonKind::Primary busy=prove.pending() on_press=|_| ()>
                    {move || if prove.pending().get() { modern::OWN_APP_PROVING } else { modern::OWN_APP_PROVE }}
                </Button>
            </div>
        </form>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}
