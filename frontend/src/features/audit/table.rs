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
    view! {
        <tr>
            <td class="nowrap faint"><Moment at=entry.at/></td>
            <td><b title=entry.event.clone()>{audit::event(&entry.event)}</b><span class="why" title=entry.detail.clone()>{audit::detail(&entry.detail)}</span></td>
            <td class="clip roomy">{audit::actor(entry.actor)}</td>
            <td class="data mono clip faint" title=entry.subject.clone()>{audit::about(&entry.subject)}</td>
            <td class="only-wide"><Status tone text=sealed/></td>
        </tr>
    }
}
