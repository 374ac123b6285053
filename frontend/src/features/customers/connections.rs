//! A customer's connections: how each is, in words, when it is looked at next, and what can be done about it.

use super::disconnect::Disconnect;
use crate::browser;
use crate::components::{Button, ButtonKind, ButtonLink, Moment, Notice, Status, Tone};
use crate::features::authorizations::Wish;
use crate::features::exposure::exposure_link;
use crate::features::session;
use crate::text::portal::customers;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::customers::{ConnectionDetail, ConnectionState, ConnectionView};
use shared::api::session::MemberRole;
use shared::id::ConnectionId;

const fn tone(state: ConnectionState) -> Tone {
    match state {
        ConnectionState::Working => Tone::Ok,
        ConnectionState::Doubtful => Tone::Warn,
        ConnectionState::NeedsHolder | ConnectionState::Ended => Tone::Danger,
        ConnectionState::Disconnected => Tone::Idle,
    }
}

/// The connections that are not well, each with what to do.
#[component]
pub fn Unwell(connections: Vec<ConnectionView>) -> impl IntoView {
    let notice = |connection: ConnectionView| {
        let title = format!("{}: {}", connection.account, customers::connection(connection.state));
        let text =
            connection.help.map_or_else(|| customers::connection_why(connection.state).to_owned(), |help| help.text);
        let again = (connection.state != ConnectionState::Doubtful).then(|| {
            let href = Wish::repair(connection.id);
            view! { <div class="actions"><ButtonLink attr:data-test="repair" href>{customers::AGAIN}</ButtonLink></div> }
        });
        view! { <Notice tone=tone(connection.state) title text>{again}</Notice> }
    };
    connections.into_iter().filter(|connection| !connection.state.is_well()).map(notice).collect_view()
}

/// The row of a connection, as an element's id.
fn row_id(id: ConnectionId) -> String {
    format!("connection-{id}")
}

/// All of them.
#[component]
pub fn Connections(
    /// How they are.
    connections: Vec<ConnectionView>,
    /// What disconnecting one did: kept by the page, which is drawn anew then.
    report: RwSignal<Option<ConnectionDetail>>,
    /// The one that somebody came for, in its list: it is marked and has the focus, once.
    wanted: StoredValue<Option<ConnectionId>>,
    /// Called when one was disconnected.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let empty = connections.is_empty();
    let asked = RwSignal::new(None::<ConnectionId>);
    let may_change = session::has_role(|role| role != MemberRole::Auditor);
    let came_for = wanted.get_value();
    if let Some(id) = came_for {
        wanted.set_value(None);
        Effect::new(move |_| {
            spawn_local(async move {
                // After the headline, which every new page gives the focus first.
                browser::sleep(0).await;
                browser::sleep(0).await;
                browser::focus(&format!("#{}", row_id(id)));
            });
        });
    }
    let row = move |connection: ConnectionView| row(connection, came_for, asked, may_change);
    let rows = connections.into_iter().map(row).collect_view();
    let content = if empty {
        view! { <p class="muted">{customers::NO_CONNECTION}</p> }.into_any()
    } else {
        view! {
            <div class="table-wrap" role="region" aria-label=customers::CONNECTIONS_TABLE tabindex="0">
                <table class="table" data-test="connections">
                    <thead><tr>
                        <th scope="col">{customers::ACCOUNT}</th>
                        <th scope="col">{customers::STATE}</th>
                        <th scope="col" class="data">{customers::SINCE}</th>
                        <th scope="col" class="data">{customers::NEXT_CHECK}</th>
                        <th scope="col"><span class="hide">{customers::ACTIONS}</span></th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let done = Callback::new(move |told: ConnectionDetail| {
        asked.set(None);
        report.set(Some(told));
        session::refresh();
        on_change.run(());
    });
    let keep = Callback::new(move |id: ConnectionId| {
        asked.set(None);
        browser::focus(&format!("#{} button", row_id(id)));
    });
    let sure = move || asked.get().map(|id| view! { <Disconnect id on_done=done on_keep=keep/> });
    view! {
        <section class="section" aria-labelledby="connections">
            <header><h2 id="connections">{customers::CONNECTIONS_SECTION}</h2><span class="note">{customers::HEARTBEAT}</span></header>
            {content}
            {sure}
            {move || report.get().map(super::disconnect::told)}
        </section>
    }
}

fn row(
    connection: ConnectionView,
    came_for: Option<ConnectionId>,
    asked: RwSignal<Option<ConnectionId>>,
    may_change: Memo<bool>,
) -> AnyView {
    let ConnectionView { id, account, state, connected_at, next_check_at, ended_at, can_restore, .. } = connection;
    let next = match ended_at {
        // Nothing is tried any more: when it ended stands in its place.
        Some(at) => view! { {customers::ENDED_AT}" "<Moment at/> }.into_any(),
        None if state.is_over() => customers::NONE.into_any(),
        None => view! { <Moment at=next_check_at/> }.into_any(),
    };
    let may_repair = move || may_change.get() && !state.is_alive();
    let again = move || {
        may_repair().then(|| {
            view! { <ButtonLink attr:data-test="repair-row" kind=ButtonKind::Quiet href=Wish::repair(id)>{customers::AGAIN}</ButtonLink> }
        })
    };
    let ask = move || {
        (may_change.get() && state == ConnectionState::Working && !can_restore).then(|| {
            view! { <ButtonLink attr:data-test="ask-restore" kind=ButtonKind::Quiet href=Wish::restore(id)>{customers::ASK_RESTORE}</ButtonLink> }
        })
    };
    let writes = can_restore.then(|| view! { <span class="faint">{customers::CAN_RESTORE}</span> });
    let label = customers::disconnect_label(&account);
    let disconnect = move || {
        (may_change.get() && state != ConnectionState::Disconnected).then(|| {
            let press = move |_| {
                asked.set(Some(id));
                spawn_local(async {
                    browser::sleep(0).await;
                    browser::focus("#disconnect");
                });
            };
            view! {
                <Button attr:data-test="disconnect" attr:aria-label=label.clone() kind=ButtonKind::Quiet on_press=press>{customers::DISCONNECT}</Button>
            }
        })
    };
    view! {
        <tr id=row_id(id) aria-current=(came_for == Some(id)).then_some("true") data-state=customers::connection(state)>
            <td class="clip"><span class="mono">{account}</span>{exposure_link(&format!("connection:{id}"))}</td>
            <td class="nowrap"><Status tone=tone(state) text=customers::connection(state)/>" "{writes}</td>
            <td class="nowrap data"><Moment at=connected_at/></td>
            <td class="nowrap data">{next}</td>
            <td class="num nowrap">{again}{ask}{disconnect}</td>
        </tr>
    }
    .into_any()
}
