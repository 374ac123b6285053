//! Bring your own app (D2): what the customer's administrator does in Entra, and the field for its id.

use crate::api;
use crate::components::{Button, ButtonKind, Perms};
use crate::features::customers::Field;
use crate::features::page::{Trouble, load};
use crate::text;
use crate::text::portal::modern;
use leptos::prelude::*;
use serde::Serialize;
use shared::api::apps::{AppState, AppView};
use shared::api::authorizations::AuthorizationView;
use shared::api::page::Page;
use shared::id::{AuthorizationId, ClientId, CustomerId};

/// The app that the customer made.
#[derive(Serialize)]
struct NameApp {
    client_id: ClientId,
}

/// The steps, and the proof at their end.
#[component]
pub fn OwnApp(
    /// Which authorization.
    id: AuthorizationId,
    /// Whose app.
    customer: CustomerId,
    /// Called with the authorization after the proof was begun.
    #[prop(into)]
    on_change: Callback<AuthorizationView>,
) -> impl IntoView {
    let apps = LocalResource::new(move || async move {
        api::get::<Page<AppView>>(&format!("/api/v1/apps?customer={customer}")).await
    });
    let again = Callback::new(move |()| apps.refetch());
    view! {
        <section class="section" aria-labelledby="own-app" data-test="own-app">
            <header><h2 id="own-app">{modern::OWN_APP}</h2></header>
            <p class="muted">{modern::OWN_APP_WHY}</p>
            {load(apps, 4, move |apps| {
                let waits = |app: &AppView| app.state == AppState::SettingUp;
                match apps.items.into_iter().find(waits) {
                    Some(app) => view! { <Steps app/><Prove id on_change/> }.into_any(),
                    None => waiting(again),
                }
            })}
        </section>
    }
}

fn waiting(again: Callback<()>) -> AnyView {
    view! {
        <p class="note">{modern::OWN_APP_WAIT}</p>
        <div class="actions"><Button icon="again" on_press=move |_| again.run(())>{text::TRY_AGAIN}</Button></div>
    }
    .into_any()
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
fn Prove(id: AuthorizationId, on_change: Callback<AuthorizationView>) -> impl IntoView {
    let value = RwSignal::new(String::new());
    let is_wrong = RwSignal::new(false);
    let prove = Action::new_local(move |client_id: &ClientId| {
        let body = NameApp { client_id: *client_id };
        async move { api::post::<_, AuthorizationView>(&format!("/api/v1/authorizations/{id}/own-app"), &body).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(view)) = prove.value().get() {
            on_change.run(view);
        }
    });
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
