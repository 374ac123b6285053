//! Restores of one customer: while one is open, jobs get tokens that write (C4). Somebody approves it, for some hours.

use crate::api;
use crate::components::{Button, ButtonKind, Moment, Status, Tone};
use crate::features::Nothing;
use crate::features::customers::Field;
use crate::features::page::{Trouble, load};
use crate::features::session::{self, Refused};
use crate::remote::{Action, Remote};
use crate::text::portal::restores;
use leptos::prelude::*;
use shared::api::apps::AppView;
use shared::api::customers::ConnectionView;
use shared::api::page::Page;
use shared::api::restores::{CreateRestore, RestoreView};
use shared::id::{CustomerId, RestoreId};
use shared::rules::scopes::Purpose;

/// The choices of how long.
const HOURS: [i64; 4] = [1, 4, 12, 24];

/// Whether one of these apps can write: without one there is nothing that an approval would let in (C4).
fn can_write(apps: &[AppView]) -> bool {
    apps.iter().any(|app| app.purpose == Purpose::Restore && app.state.is_alive())
}

/// The same of accounts.
fn can_restore(connections: Vec<ConnectionView>) -> bool {
    connections.into_iter().any(|one| one.can_restore && one.state.is_alive())
}

/// The restores of a customer, and the form that approves one where there is an app that can write.
#[component]
pub fn Restores(
    /// Whose data.
    customer: CustomerId,
    /// Its accounts.
    connections: Vec<ConnectionView>,
) -> impl IntoView {
    let by_account = can_restore(connections);
    let list = Remote::new(|| api::get::<Vec<RestoreView>>("/api/v1/restores"));
    let again = Callback::new(move |()| list.refetch());
    let apps =
        Remote::new(
            move || async move { api::get::<Page<AppView>>(&format!("/api/v1/apps?customer={customer}")).await },
        );
    // Nothing is said before it is known.
    let writes = Memo::new(move |_| apps.get().and_then(Result::ok).map(|page| by_account || can_write(&page.items)));
    let manages = session::manages();
    view! {
        <section class="section" aria-labelledby="restores" data-test="restores">
            <header><h2 id="restores">{restores::SECTION}</h2></header>
            <p class="muted">{restores::WHY}</p>
            {load(list, 2, move |all| {
                let own: Vec<_> = all.into_iter().filter(|one| one.customer.id == customer).take(10).collect();
                let is_open = own.iter().any(|one| one.open);
                let form = move || match writes.get() {
                    Some(true) if !is_open && manages.get() => view! { <Approve customer on_made=again/> }.into_any(),
                    Some(false) => view! { <p class="note" data-test="no-restore-app">{restores::NO_APP}</p> }.into_any(),
                    _ => ().into_any(),
                };
                view! { <Table restores=own on_change=again/>{form} }.into_any()
            })}
        </section>
    }
}

#[component]
fn Table(restores: Vec<RestoreView>, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let close = Action::new(|id: &RestoreId| {
        let path = format!("/api/v1/restores/{id}/close");
        async move { api::post::<_, RestoreView>(&path, &Nothing {}).await }
    });
    Effect::new(move |_| {
        if matches!(close.value().get(), Some(Ok(_))) {
            on_change.run(());
        }
    });
    let failure = move || close.value().get().and_then(Result::err);
    let row = move |one: RestoreView| {
        let id = one.id;
        let (tone, word) = if one.open { (Tone::Live, restores::OPEN) } else { (Tone::Idle, restores::CLOSED) };
        let end = if one.open {
            view! { <Button attr:data-test="close-restore" busy=close.pending() on_press=move |_| { close.dispatch(id); }>{restores::CLOSE}</Button> }.into_any()
        } else {
            ().into_any()
        };
        view! {
            <tr>
                <td class="name">{one.reason}</td>
                <td class="nowrap"><Status tone text=word/></td>
                <td class="clip roomy">{one.approved_by}</td>
                <td class="nowrap"><Moment at=one.closed_at.unwrap_or(one.ends_at)/></td>
                <td class="num">{end}</td>
            </tr>
        }
    };
    let rows: Vec<_> = restores.into_iter().map(row).collect();
    view! {
        {(!rows.is_empty()).then(|| view! {
            <div class="table-wrap" role="region" aria-label=restores::TABLE tabindex="0">
                <table class="table">
                    <thead><tr>
                        <th scope="col">{restores::REASON}</th>
                        <th scope="col">{restores::STATE}</th>
                        <th scope="col" class="roomy">{restores::BY}</th>
                        <th scope="col">{restores::ENDS}</th>
                        <th scope="col"><span class="hide">{restores::CLOSE}</span></th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        })}
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}

/// Approves a restore.
#[component]
fn Approve(customer: CustomerId, #[prop(into)] on_made: Callback<()>) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let hours = RwSignal::new(4_i64);
    let make = Action::new(move |(): &()| {
        let body =
            CreateRestore { customer, reason: reason.get_untracked().trim().to_owned(), hours: hours.get_untracked() };
        async move { api::post::<_, RestoreView>("/api/v1/restores", &body).await }
    });
    Effect::new(move |_| {
        if matches!(make.value().get(), Some(Ok(_))) {
            on_made.run(());
        }
    });
    let failure = Signal::derive(move || make.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || {
        failure.get().filter(|failure| failure.field() == Some("reason")).map(|failure| failure.detail())
    });
    let elsewhere = move || failure.get().filter(|failure| failure.field() != Some("reason"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !make.pending().get_untracked() {
            make.dispatch(());
        }
    };
    let option = move |count: i64| {
        view! {
            <label>
                <input type="radio" name="hours" prop:checked=move || hours.get() == count on:change=move |_| hours.set(count)/>
                {restores::hours(count)}
            </label>
        }
    };
    view! {
        <form class="form stack" on:submit=submit novalidate data-test="approve-restore">
            <Field id="restore-reason" label=restores::FORM_REASON hint=restores::FORM_HINT value=reason wrong/>
            <fieldset class="stack tight">
                <legend class="legend">{restores::HOW_LONG}</legend>
                <div class="segments">{HOURS.map(option).into_iter().collect_view()}</div>
            </fieldset>
            <div class="actions">
                <Button attr:data-test="approve" attr:r#type="submit" busy=make.pending() kind=ButtonKind::Plain on_press=|_| ()>{restores::APPROVE}</Button>
            </div>
        </form>
        {move || elsewhere().map(|failure| view! { <Refused failure/> })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::api::apps::AppState;

    fn app(purpose: Purpose, state: AppState) -> AppView {
        let id = "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b";
        let app = serde_json::json!({
            "id": id, "customer": { "id": id, "name": "Contoso", "domain": null, "tenant": id }, "tenant": id,
            "purpose": purpose, "way": "set_up", "state": state, "display_name": "An app", "client_id": null,
            "object": null, "principal": null, "workloads": [], "permissions": [], "missing": [], "extra": [],
            "set_up_at": null, "checked_at": null, "first_token_at": null, "help": null, "certificates": [],
            "left": [], "sets": 0,
        });
        serde_json::from_value(app).expect("an app")
    }

    #[test]
    fn c4_a_restore_is_offered_only_where_an_app_can_write() {
        let backup = app(Purpose::Backup, AppState::Working);
        assert!(!can_write(&[]) && !can_write(std::slice::from_ref(&backup)));
        for state in AppState::ALL {
            let both = [backup.clone(), app(Purpose::Restore, state)];
            assert_eq!(can_write(&both), matches!(state, AppState::Working | AppState::Doubtful), "{state:?}");
        }
    }
}
