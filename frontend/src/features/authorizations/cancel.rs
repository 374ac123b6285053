//! Calling an authorization off: asks once, says what stays.

use crate::api;
use crate::components::{Button, ButtonKind, Question};
use crate::features::page::Trouble;
use crate::features::{Nothing, session};
use crate::remote::Action;
use crate::text::portal::authorizations;
use leptos::prelude::*;
use shared::api::authorizations::AuthorizationView;
use shared::id::AuthorizationId;

/// Ids, for the focus.
const BUTTON: &str = "cancel";
const QUESTION: &str = "cancel-why";

/// The way out.
#[component]
pub fn Cancel(
    /// Which authorization.
    id: AuthorizationId,
    /// Called with the authorization as it is afterwards.
    #[prop(into)]
    on_change: Callback<AuthorizationView>,
) -> impl IntoView {
    let asked = RwSignal::new(false);
    let cancel = Action::new(move |(): &()| async move {
        api::post::<_, AuthorizationView>(&format!("/api/v1/authorizations/{id}/cancel"), &Nothing {}).await
    });
    Effect::new(move |_| {
        if let Some(Ok(view)) = cancel.value().get() {
            session::refresh();
            on_change.run(view);
        }
    });
    let failure = move || cancel.value().get().and_then(Result::err);
    let buttons = move || {
        if asked.get() {
            view! {
                <Question id=QUESTION asked_by=BUTTON why=authorizations::CANCEL_WHY keep=authorizations::KEEP on_keep=move |()| asked.set(false)>
                    <Button attr:data-test="cancel-sure" kind=ButtonKind::Danger busy=cancel.pending() on_press=move |_| { cancel.dispatch(()); }>{authorizations::CANCEL_SURE}</Button>
                </Question>
            }
            .into_any()
        } else {
            view! { <div class="actions"><Button id=BUTTON attr:data-test="cancel" kind=ButtonKind::Danger on_press=move |_| asked.set(true)>{authorizations::CANCEL}</Button></div> }.into_any()
        }
    };
    view! {
        <div class="stack tight">{buttons}</div>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}
