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
    let about = about(&entry);
    view! {
        <tr>
            <td class="nowrap faint"><Moment at=entry.at/></td>
            <td><b title=entry.event.clone()>{audit::event(&entry.event)}</b><span class="why" title=entry.detail.clone()>{audit::detail(&entry.detail)}</span></td>
            <td class="clip roomy">{audit::actor(entry.actor)}</td>
            <td class="data clip" title=entry.subject.clone()>{about}</td>
            <td class="only-wide"><Status tone text=sealed/></td>
        </tr>
    }
}

/// Whose it is about, and what: links where there is something to look at, otherwise kind and id.
fn about(entry: &AuditEntryView) -> AnyView {
    let what = match (entry.authorization, &entry.customer) {
        (Some(id), _) => view! { <a href=format!("/authorizations/{id}")>{audit::kind(&entry.subject)}</a> }.into_any(),
        (None, Some(_)) => view! { <span class="faint">{audit::kind(&entry.subject)}</span> }.into_any(),
        (None, None) => view! { <span class="mono faint">{audit::about(&entry.subject)}</span> }.into_any(),
    };
    let customer = entry.customer.as_ref().map(|customer| {
        view! { <a href=format!("/customers/{}", customer.id)>{customer.name.clone()}</a>", " }
    });
    view! { {customer}{what} }.into_any()
}
