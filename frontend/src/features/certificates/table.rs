//! Expiries as a table, soonest first.

use super::{Need, need};
use crate::browser;
use crate::components::{Keymark, Moment, Status, Tone};
use crate::text::portal::certificates;
use leptos::prelude::*;
use shared::api::notices::ExpiryView;
use shared::time::Timestamp;

/// A page of expiries.
#[component]
pub fn ExpiryTable(
    /// Which.
    expiries: Vec<ExpiryView>,
) -> impl IntoView {
    let now = browser::now();
    let rows = expiries.into_iter().map(|expiry| row(expiry, now)).collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=certificates::TABLE tabindex="0">
            <table class="table rows" role="table" data-test="expiries">
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col" class="mark-cell"><span class="hide">{certificates::KEY}</span></th>
                    <th role="columnheader" scope="col">{certificates::CUSTOMER}</th>
                    <th role="columnheader" scope="col">{certificates::APP}</th>
                    <th role="columnheader" scope="col">{certificates::ENDS}</th>
                    <th role="columnheader" scope="col">{certificates::RENEWAL}</th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

fn row(expiry: ExpiryView, now: Timestamp) -> impl IntoView {
    let need = need(&expiry, now);
    let (tone, word) = match need {
        Need::Nobody => (Tone::Ok, certificates::BY_ITSELF),
        Need::Administrator => (Tone::Warn, certificates::BY_HAND),
        Need::Soon => (Tone::Danger, certificates::BY_HAND),
    };
    let renews = expiry
        .renew_at
        .filter(|_| need == Need::Nobody)
        .map(|at| view! { <span class="faint after">{browser::short_day(at)}</span> });
    view! {
        <tr role="row" data-expiry=expiry.certificate.to_string()>
            <td role="cell" class="mark-cell"><Keymark tenant=expiry.customer.tenant/></td>
            <td role="cell" class="name"><a href=format!("/customers/{}", expiry.customer.id)>{expiry.customer.name}</a></td>
            <td role="cell" class="under-name">{expiry.app_name}{expiry.shortened.map(|why| view! { <span class="why">{why}</span> })}</td>
            <td role="cell"><span class="nowrap">{browser::short_day(expiry.not_after)}</span>" "<span class="faint nowrap">"("<Moment at=expiry.not_after/>")"</span></td>
            <td role="cell" class="nowrap"><Status tone text=word/>{renews}</td>
        </tr>
    }
}
