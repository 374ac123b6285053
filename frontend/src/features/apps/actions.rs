//! What can be done about an app: check it, renew it with an administrator, undo a fresh switch, take it away.

use crate::api::{self, ApiFailure};
use crate::components::{Button, ButtonKind, Notice, Question, Tone};
use crate::features::Nothing;
use crate::features::session::{self, Refused};
use crate::remote::Action;
use crate::router::{NavigateOptions, use_navigate};
use crate::text::portal::{apps, authorizations};
use leptos::prelude::*;
use shared::api::apps::{AppCheck, AppState, AppView, Way};
use shared::api::authorizations::AuthorizationView;
use shared::id::ConnectionId;
use shared::rules::scopes::Purpose;

/// Something that is asked for twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// The sets go back to their stored password.
    Undo,
    /// The app is deleted in the tenant.
    Remove,
}

/// Ids of the question and of the buttons that ask it, for the focus: a customer may have two apps.
const fn ids(purpose: Purpose) -> (&'static str, &'static str, &'static str) {
    match purpose {
        Purpose::Backup => ("ask-backup", "undo-backup", "remove-backup"),
        Purpose::Restore => ("ask-restore", "undo-restore", "remove-restore"),
    }
}

async fn press(app: ConnectionId, what: &str) -> Result<AuthorizationView, ApiFailure> {
    api::post(&format!("/api/v1/apps/{app}/{what}"), &Nothing {}).await
}

/// The buttons of one app.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub fn Actions(
    /// Which.
    app: AppView,
    /// Called when it is another.
    #[prop(into)]
    on_change: Callback<()>,
    /// Called when its sets went back to what they were.
    #[prop(into)]
    on_undone: Callback<()>,
) -> impl IntoView {
    let id = app.id;
    let go = StoredValue::new_local(use_navigate());
    let check = Action::new(move |(): &()| async move {
        api::post::<_, AppCheck>(&format!("/api/v1/apps/{id}/check"), &Nothing {}).await
    });
    let update = Action::new(move |(): &()| press(id, "update-configuration"));
    let remove = Action::new(move |(): &()| press(id, "remove"));
    let undo = Action::new(move |(): &()| async move {
        api::post::<_, AppView>(&format!("/api/v1/apps/{id}/undo"), &Nothing {}).await
    });
    // Both need an administrator: their page has the sign-in and the link to pass on.
    let follow = move |made: Option<Result<AuthorizationView, ApiFailure>>| {
        if let Some(Ok(made)) = made {
            session::refresh();
            go.with_value(|go| go(&format!("/authorizations/{}", made.id), NavigateOptions::default()));
        }
    };
    Effect::new(move |_| follow(update.value().get()));
    Effect::new(move |_| follow(remove.value().get()));
    Effect::new(move |_| {
        if matches!(undo.value().get(), Some(Ok(_))) {
            session::refresh();
            on_undone.run(());
        }
    });
    // A good check changes what the card says; a bad one says so here, too.
    Effect::new(move |_| {
        if matches!(check.value().get(), Some(Ok(_))) {
            on_change.run(());
        }
    });
    let asked = RwSignal::new(None::<Asked>);
    let (question_id, undo_id, remove_id) = ids(app.purpose);
    let failure = move || {
        let failed = [update.value().get().and_then(Result::err), remove.value().get().and_then(Result::err)];
        let others = [check.value().get().and_then(Result::err), undo.value().get().and_then(Result::err)];
        failed.into_iter().chain(others).flatten().next()
    };
    let is_alive = app.state.is_alive();
    let may_update = !matches!(app.state, AppState::SettingUp | AppState::Removed);
    let may_remove = app.way != Way::OwnApp;
    let may_undo = app.first_token_at.is_none() && is_alive && app.sets > 0;
    let is_urgent = app.state == AppState::NeedsAdministrator || !app.missing.is_empty();
    let usual = move || {
        let kind = if is_urgent { ButtonKind::Primary } else { ButtonKind::Plain };
        view! {
            <div class="actions">
                {may_update.then(|| view! { <Button attr:data-test="update-configuration" kind busy=update.pending() on_press=move |_| { update.dispatch(()); }>{apps::UPDATE}</Button> })}
                {is_alive.then(|| view! {
                    <Button attr:data-test="check-app" icon="again" busy=check.pending() on_press=move |_| { check.dispatch(()); }>
                        {move || if check.pending().get() { apps::CHECKING } else { apps::CHECK }}
                    </Button>
                })}
                {may_undo.then(|| view! { <Button id=undo_id attr:data-test="undo" kind=ButtonKind::Quiet icon="back" on_press=move |_| asked.set(Some(Asked::Undo))>{apps::UNDO}</Button> })}
                {may_remove.then(|| view! { <Button id=remove_id attr:data-test="remove-app" kind=ButtonKind::Danger on_press=move |_| asked.set(Some(Asked::Remove))>{apps::REMOVE}</Button> })}
            </div>
            {may_update.then(|| view! { <p class="note">{apps::UPDATE_WHY}</p> })}
        }
        .into_any()
    };
    let sure = move |what: Asked| {
        let (why, label, asked_by, busy) = match what {
            Asked::Undo => (apps::UNDO_WHY, apps::UNDO_SURE, undo_id, undo.pending()),
            Asked::Remove => (apps::REMOVE_WHY, apps::REMOVE_SURE, remove_id, remove.pending()),
        };
        let press = move |_| match what {
            Asked::Undo => undo.dispatch(()),
            Asked::Remove => remove.dispatch(()),
        };
        view! {
            <Question id=question_id asked_by why keep=authorizations::KEEP on_keep=move |()| asked.set(None)>
                <Button attr:data-test="sure" kind=ButtonKind::Danger busy on_press=press>{label}</Button>
            </Question>
        }
        .into_any()
    };
    let is_gone = app.state == AppState::Removed;
    view! {
        <div class="stack tight" role="group" aria-label=apps::ACTIONS>
            {move || (!is_gone).then(|| asked.get().map_or_else(usual, sure))}
            {move || failure().map(|failure| view! { <Refused failure/> })}
            {is_urgent.then(|| view! { <Notice tone=Tone::Info title=apps::REPAIR text=apps::REPAIR_WHY/> })}
        </div>
    }
}
