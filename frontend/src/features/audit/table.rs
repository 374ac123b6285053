//! All events as a table.

use crate::components::{Moment, Status, Tone};
use crate::text::portal::audit;
use leptos::prelude::*;
use shared::api::audit::AuditEntryView;

/// A page of events.
#[component]
pub fn AuditTable(entries: Vec<AuditEntryView>) -> impl IntoView {
    let rows = entries.into_iter().map(row).collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=audit::TABLE tabindex="0">
            <table class="table" data-test="activity">
                <thead><tr>
                    <th scope="col">{audit::WHEN}</th>
                    <th scope="col">{audit::WHAT}</th>
                    <th scope="col" class="roomy">{audit::WHO}</th>
                    <th scope="col" class="data">{audit::ABOUT}</th>
                    <th scope="col" class="only-wide">{audit::SEALED}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(entry: AuditEntryView) -> impl IntoView {
    let (tone, sealed) = if entry.sealed { (Tone::Ok, audit::YES) } else { (Tone::Live, audit::NOT_YET) };
    let (about, what) = (about(&entry), what(&entry));
    view! {
        <tr>
            <td class="nowrap faint"><Moment at=entry.at/></td>
            <td>{what}<span class="why" title=entry.detail.clone()>{audit::detail(&entry.detail)}</span></td>
            <td class="clip roomy">{audit::actor(entry.actor)}</td>
            <td class="data clip" title=entry.subject.clone()>{about}</td>
            <td class="only-wide"><Status tone text=sealed/></td>
        </tr>
    }
}

/// Whose it is about, or kind and id where it is nobody's in particular.
fn about(entry: &AuditEntryView) -> AnyView {
    match &entry.customer {
        Some(customer) => {
            view! { <a href=format!("/customers/{}", customer.id)>{customer.name.clone()}</a> }.into_any()
        }
        None => view! { <span class="mono faint">{audit::about(&entry.subject)}</span> }.into_any(),
    }
}

/// What happened; leads to the authorization that it belongs to.
fn what(entry: &AuditEntryView) -> AnyView {
    let words = view! { <b title=entry.event.clone()>{audit::event(&entry.event)}</b> };
    match entry.authorization {
        Some(id) => view! { <a href=format!("/authorizations/{id}")>{words}</a> }.into_any(),
        None => words.into_any(),
    }
}
