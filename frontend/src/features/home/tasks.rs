//! What waits for somebody: connections that are not well first, then authorizations in the middle of their way.

use crate::components::{Art, ButtonLink, Icon};
use crate::text::portal::{authorizations, customers, home};
use leptos::prelude::*;
use shared::api::authorizations::{AuthorizationView, SignInState, SignInView};
use shared::api::customers::{ConnectionState, ConnectionView, CustomerView};
use shared::api::overview::{Overview, WithoutAccess};

/// One line: something, why it waits, and where to go.
struct Task {
    class: &'static str,
    icon: &'static str,
    title: String,
    why: String,
    href: String,
    label: &'static str,
}

fn of_connection(customer: &CustomerView, connection: &ConnectionView) -> Task {
    let stopped = matches!(connection.state, ConnectionState::NeedsHolder | ConnectionState::Ended);
    Task {
        class: if stopped { "danger" } else { "warn" },
        icon: if stopped { "stop" } else { "alert" },
        title: home::not_well(&customer.name, &connection.account, connection.state),
        why: connection
            .help
            .as_ref()
            .map_or_else(|| customers::connection_why(connection.state).to_owned(), |help| help.text.clone()),
        href: format!("/customers/{}", customer.id),
        label: home::AUTHORIZE_AGAIN,
    }
}

fn of_lost(lost: &WithoutAccess) -> Task {
    Task {
        class: "danger",
        icon: "stop",
        title: home::without_access(&lost.customer.name, lost.sets),
        why: home::WITHOUT_ACCESS_WHY.to_owned(),
        href: format!("/customers/{}", lost.customer.id),
        label: home::AUTHORIZE_AGAIN,
    }
}

fn of_authorization(authorization: &AuthorizationView) -> Option<Task> {
    let waiting: Vec<&SignInView> = authorization
        .sign_ins
        .iter()
        .filter(|sign_in| !matches!(sign_in.state, SignInState::Done | SignInState::Cancelled))
        .collect();
    let worst = waiting.iter().copied().max_by_key(|sign_in| urgency(sign_in.state))?;
    let (class, icon) = match worst.state {
        SignInState::Failed => ("danger", "stop"),
        SignInState::ApprovalNeeded | SignInState::ConsentNeeded | SignInState::ClaimsNeeded => ("warn", "alert"),
        _ => ("basic", "key"),
    };
    Some(Task {
        class,
        icon,
        title: authorizations::waits(&authorization.customer.name, worst.state, &worst.account),
        why: worst.problem.as_ref().map_or_else(
            || authorizations::waits_why(worst.sets.len(), waiting.len().saturating_sub(1)),
            |problem| problem.title.clone(),
        ),
        href: format!("/authorizations/{}", authorization.id),
        label: home::CONTINUE,
    })
}

const fn urgency(state: SignInState) -> u8 {
    match state {
        SignInState::Failed => 3,
        SignInState::ApprovalNeeded | SignInState::ConsentNeeded | SignInState::ClaimsNeeded => 2,
        SignInState::Waiting | SignInState::Working => 1,
        SignInState::Done | SignInState::Cancelled => 0,
    }
}

fn tasks(overview: &Overview) -> Vec<Task> {
    let sick = overview.attention.iter().flat_map(|customer| {
        let unwell = customer.connections.iter().filter(|connection| connection.state != ConnectionState::Working);
        unwell.map(|connection| of_connection(customer, connection))
    });
    let lost = overview.without_access.iter().map(of_lost);
    let mut tasks: Vec<Task> = lost.chain(sick).chain(overview.open.iter().filter_map(of_authorization)).collect();
    // What costs most to leave comes first; the sort keeps the order otherwise.
    tasks.sort_by_key(|task| match task.class {
        "danger" => 0,
        "warn" => 1,
        _ => 2,
    });
    tasks
}

/// The list of what waits.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub fn Tasks(overview: Overview) -> impl IntoView {
    let tasks = tasks(&overview);
    let note = (!tasks.is_empty())
        .then(|| view! { <span class="note">{home::things(tasks.len())}", "{home::WAITING_NOTE}</span> });
    let empty = tasks.is_empty().then(|| {
        view! {
            <div class="empty"><Art name="art-clear"/><h3>{home::NOTHING}</h3><p>{home::nothing_why(overview.sets.total())}</p></div>
        }
    });
    let rows = tasks.into_iter().map(|task| {
        view! {
            <li class=task.class>
                <Icon name=task.icon/>
                <div><b>{task.title}</b><p>{task.why}</p></div>
                <ButtonLink href=task.href>{task.label}</ButtonLink>
            </li>
        }
    });
    view! {
        <section class="section" aria-labelledby="waiting">
            <header><h2 id="waiting">{home::WAITING}</h2>{note}</header>
            <ul class="tasks">{rows.collect_view()}</ul>
            {empty}
        </section>
    }
}
