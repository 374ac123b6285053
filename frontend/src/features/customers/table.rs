//! Customers as a table: how their access is, what is left to move, what ends when.

use super::health_tone;
use crate::browser;
use crate::components::{Keymark, Status, Tone};
use crate::text;
use crate::text::portal::customers;
use leptos::prelude::*;
use shared::api::customers::{CustomerView, MethodCounts};

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
                    <th role="columnheader" scope="col">{customers::ACCESS}</th>
                    <th role="columnheader" scope="col" class="only-wide">{customers::TENANT}</th>
                    <th role="columnheader" scope="col" class="num data">{customers::SETS}</th>
                    <th role="columnheader" scope="col" class="num data">{customers::BASIC}</th>
                    <th role="columnheader" scope="col" class="only-wide">{customers::METHODS}</th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

fn row(customer: CustomerView) -> impl IntoView {
    let tenant = customer.domain.clone().unwrap_or_else(|| customer.tenant.to_string());
    let unconfirmed = customer
        .confirmed_at
        .is_none()
        .then(|| view! { <span class="after"><Status tone=Tone::Warn text=customers::NOT_CONFIRMED/></span> });
    let more = customers::access(customer.connected, customer.open_authorizations);
    let ends = customer.ends_at.map(|end| {
        view! { <small class="faint after" title=browser::exact(end)>{customers::ends(&browser::short_day(end))}</small> }
    });
    view! {
        <tr role="row" data-health=customer.health.as_str()>
            <td role="cell" class="mark-cell"><Keymark tenant=customer.tenant/></td>
            <td role="cell" class="name"><a href=format!("/customers/{}", customer.id)>{customer.name}</a></td>
            <td role="cell" class="nowrap" title=more><Status tone=health_tone(customer.health) text=customers::health(customer.health)/>{ends}</td>
            <td role="cell" class="nowrap only-wide" title=customer.tenant.to_string()>{tenant}{unconfirmed}</td>
            <td role="cell" class="num data">{text::number(customer.sets.total())}</td>
            <td role="cell" class="num data">{text::number(customer.sets.basic)}</td>
            <td role="cell" class="only-wide">{share(customer.sets)}</td>
        </tr>
    }
}

/// The sets of a customer by method, as one bar.
fn share(sets: MethodCounts) -> impl IntoView {
    let all = sets.total().max(1);
    let at = |sets: u64| sets * 100 / all;
    let (hybrid, modern) = (at(sets.hybrid), at(sets.hybrid + sets.modern));
    let rect = |class, from: u64, to: u64| {
        view! { <rect class=class x=from.to_string() y="0" height="8" width=(to - from).to_string()/> }
    };
    (sets.total() > 0).then(|| {
        view! {
            <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=customers::by_method(sets)>
                {rect("h", 0, hybrid)}{rect("m", hybrid, modern)}{rect("b", modern, 100)}
            </svg>
        }
    })
}
