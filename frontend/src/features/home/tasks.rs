//! What waits for somebody: connections that are not well first, then authorizations in the middle of their way.

use super::{leads, why};
use crate::features::shell::parts::{self, picture, task};
use crate::markup::{Tag, of, tag};
use crate::text;
use crate::text::portal::{authorizations, customers, home};
use shared::api::authorizations::{AuthorizationView, SignInState, SignInView};
use shared::api::customers::{ConnectionState, ConnectionView, CustomerView};
use shared::api::overview::{Overview, WithoutAccess};

/// As many of a kind as the server sends.
const MOST: usize = 10;

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
        href: format!("/customers/{}?connection={}", customer.id, connection.id),
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
        title: authorizations::waits(&authorization.customer.name, worst.state, &worst.account, authorization.way),
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
        let unwell = customer.connections.iter().filter(|connection| !connection.state.is_well());
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
pub fn section(overview: &Overview) -> Tag {
    let tasks = tasks(overview);
    let more = [overview.without_access.len(), overview.attention.len(), overview.open.len()].contains(&MOST);
    let note = (!tasks.is_empty())
        .then(|| of("span", "note").with(text::join(&[&home::things(tasks.len(), more), ", ", home::WAITING_NOTE])));
    let empty = tasks.is_empty().then(|| {
        let art = picture("art", "art-clear");
        of("div", "empty")
            .with(art)
            .with(tag("h3").with(home::NOTHING))
            .with(tag("p").with(home::nothing_why(overview.sets.total())))
    });
    let rows = tasks.into_iter().map(|Task { class, icon, title, why: reason, href, label }| {
        task(class, icon, title, why(reason), leads(href, label))
    });
    parts::section("waiting", home::WAITING, note).with(of("ul", "tasks").all(rows.collect())).some(empty)
}
