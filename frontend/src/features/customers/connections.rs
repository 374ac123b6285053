//! A customer's connections: how each is, in words, and when it is looked at next.

use crate::components::{ButtonLink, Moment, Notice, Status, Tone};
use crate::features::exposure::exposure_link;
use crate::text::portal::customers;
use leptos::prelude::*;
use shared::api::customers::{ConnectionState, ConnectionView};
use shared::id::CustomerId;

const fn tone(state: ConnectionState) -> Tone {
    match state {
        ConnectionState::Working => Tone::Ok,
        ConnectionState::Doubtful => Tone::Warn,
        ConnectionState::NeedsHolder | ConnectionState::Ended => Tone::Danger,
    }
}

/// The connections that are not well, each with what to do.
#[component]
pub fn Unwell(customer: CustomerId, connections: Vec<ConnectionView>) -> impl IntoView {
    let notice = move |connection: ConnectionView| {
        let title = format!("{}: {}", connection.account, customers::connection(connection.state));
        let text =
            connection.help.map_or_else(|| customers::connection_why(connection.state).to_owned(), |help| help.text);
        let again = (connection.state != ConnectionState::Doubtful).then(|| {
            let href = format!("/backup-sets?method=hybrid&customer={customer}");
            view! { <div class="actions"><ButtonLink href>{customers::AGAIN}</ButtonLink></div> }
        });
        view! { <Notice tone=tone(connection.state) title text>{again}</Notice> }
    };
    let unwell = connections.into_iter().filter(|connection| connection.state != ConnectionState::Working);
    unwell.map(notice).collect_view()
}

/// All of them.
#[component]
pub fn Connections(connections: Vec<ConnectionView>) -> impl IntoView {
    let empty = connections.is_empty();
    let row = |connection: ConnectionView| {
        view! {
            <tr>
                <td class="clip"><span class="mono">{connection.account}</span>{exposure_link(&format!("connection:{}", connection.id))}</td>
                <td class="nowrap"><Status tone=tone(connection.state) text=customers::connection(connection.state)/></td>
                <td class="nowrap data"><Moment at=connection.connected_at/></td>
                <td class="nowrap"><Moment at=connection.next_check_at/></td>
            </tr>
        }
    };
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
                        <th scope="col">{customers::NEXT_CHECK}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="connections">
            <header><h2 id="connections">{customers::CONNECTIONS_SECTION}</h2><span class="note">{customers::HEARTBEAT}</span></header>
            {content}
        </section>
    }
}
