//! The newest events, beside what waits.

use crate::api;
use crate::components::{Icon, Moment};
use crate::features::page::load;
use crate::remote::Remote;
use crate::text::portal::{audit, home};
use leptos::prelude::*;
use shared::api::audit::AuditEntryView;
use shared::api::page::Page;

/// The last six events.
#[component]
pub fn Recent() -> impl IntoView {
    let entries = Remote::new(|| api::read::<Page<AuditEntryView>>("/api/v1/audit?limit=6"));
    view! {
        <section class="section" aria-labelledby="recent">
            <header><h2 id="recent">{home::RECENT}</h2><a href="/activity">{home::ALL_ACTIVITY}</a></header>
            {load(entries, 5, |page| {
                let rows = page.items.into_iter().map(row).collect_view();
                view! { <ol class="feed">{rows}</ol> }.into_any()
            })}
        </section>
    }
}

fn row(entry: AuditEntryView) -> impl IntoView {
    let (icon, class) = picture(&entry.event);
    let detail = audit::detail(&entry.detail);
    view! {
        <li>
            <Icon name=icon class/>
            <div>{audit::event(&entry.event)}<small>{audit::actor(entry.actor)}{(!detail.is_empty()).then(|| format!(", {detail}"))}</small></div>
            <span class="when"><Moment at=entry.at/></span>
        </li>
    }
}

/// An event's icon and colour, by what its name ends in.
fn picture(event: &str) -> (&'static str, &'static str) {
    let mut words = event.split('.');
    match (words.next().unwrap_or_default(), words.next_back().unwrap_or_default()) {
        ("session" | "member", _) => ("people", ""),
        (_, "done" | "confirmed" | "saved" | "method_changed" | "tenant_confirmed") => ("check", "ok"),
        (_, "failed" | "ended" | "refused") => ("cross", "danger"),
        (_, "cancelled" | "revoked") => ("back", "warn"),
        (_, "created" | "added") => ("plus", ""),
        _ => ("activity", ""),
    }
}
