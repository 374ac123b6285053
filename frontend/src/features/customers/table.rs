//! Customers as a table.

use crate::components::{Keymark, Status, Tone};
use crate::text;
use crate::text::portal::customers;
use leptos::prelude::*;
use shared::api::customers::{ConnectionState, CustomerView};

/// A page of customers.
#[component]
pub fn CustomerTable(customers: Vec<CustomerView>) -> impl IntoView {
    let rows = customers.into_iter().map(row).collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=customers::TABLE tabindex="0">
            <table class="table rows" role="table" data-test="customers">
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col" class="mark-cell"><span class="hide">{customers::KEY}</span></th>
                    <th role="columnheader" scope="col">{customers::NAME}</th>
                    <th role="columnheader" scope="col">{customers::TENANT}</th>
                    <th role="columnheader" scope="col" class="num data">{customers::SETS}</th>
                    <th role="columnheader" scope="col" class="num data">{customers::BASIC}</th>
                    <th role="columnheader" scope="col">{customers::CONNECTIONS}</th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

/// How all of a customer's connections are, in a word.
fn health(customer: &CustomerView) -> Option<(Tone, String)> {
    let all = customer.connections.len();
    let is = |state| customer.connections.iter().filter(|connection| connection.state == state).count();
    let working = is(ConnectionState::Working);
    let stopped = is(ConnectionState::NeedsHolder) + is(ConnectionState::Ended);
    let tone = match (stopped, working == all) {
        (0, true) => Tone::Ok,
        (0, false) => Tone::Warn,
        _ => Tone::Danger,
    };
    (all > 0).then(|| (tone, customers::connections(working, all)))
}

fn row(customer: CustomerView) -> impl IntoView {
    let health = health(&customer).map_or_else(
        || view! { <span class="faint">{customers::NONE}</span> }.into_any(),
        |(tone, text)| view! { <Status tone text/> }.into_any(),
    );
    let tenant = customer.domain.clone().unwrap_or_else(|| customer.tenant.to_string());
    let unconfirmed = customer
        .confirmed_at
        .is_none()
        .then(|| view! { <span class="after"><Status tone=Tone::Warn text=customers::NOT_CONFIRMED/></span> });
    view! {
        <tr role="row">
            <td role="cell" class="mark-cell"><Keymark tenant=customer.tenant/></td>
            <td role="cell" class="name"><a href=format!("/customers/{}", customer.id)>{customer.name}</a></td>
            <td role="cell" class="nowrap" title=customer.tenant.to_string()>{tenant}{unconfirmed}</td>
            <td role="cell" class="num data">{text::number(customer.sets.total())}</td>
            <td role="cell" class="num data">{text::number(customer.sets.basic)}</td>
            <td role="cell" class="nowrap">{health}</td>
        </tr>
    }
}
