//! The newest events, beside what waits.

use super::press;
use crate::api::ApiFailure;
use crate::features::shell::parts::{self, ghosts, moment, picture, trouble};
use crate::markup::{Tag, of, tag};
use crate::text;
use crate::text::portal::{audit, home};
use shared::api::audit::AuditEntryView;
use shared::api::page::Page;

/// The last six events.
pub fn section(entries: Option<&Result<Page<AuditEntryView>, ApiFailure>>, copied: Option<&str>) -> Tag {
    let all = tag("a").attr("href", "/activity").with(home::ALL_ACTIVITY);
    let inside = match entries {
        None => ghosts(5),
        Some(Err(failure)) => trouble(failure, Some(press::RECENT), copied),
        Some(Ok(page)) => of("ol", "feed").all(page.items.iter().map(row).collect()),
    };
    parts::section("recent", home::RECENT, Some(all)).with(inside)
}

fn row(entry: &AuditEntryView) -> Tag {
    let (icon, class) = sign(&entry.event);
    let detail = audit::detail(&entry.detail);
    let between = if detail.is_empty() { "" } else { ", " };
    let by = tag("small").with(text::join(&[&audit::actor(entry.actor.clone()), between, &detail]));
    tag("li")
        .with(picture(class, icon))
        .with(tag("div").with(audit::event(&entry.event)).with(by))
        .with(of("span", "when").with(moment(entry.at)))
}

/// An event's icon and class, by what its name ends in.
fn sign(event: &str) -> (&'static str, &'static str) {
    let mut words = event.split('.');
    match (words.next().unwrap_or_default(), words.next_back().unwrap_or_default()) {
        ("session" | "member", _) => ("people", "icon"),
        (_, "done" | "confirmed" | "saved" | "method_changed" | "tenant_confirmed") => ("check", "icon ok"),
        (_, "failed" | "ended" | "refused") => ("cross", "icon danger"),
        (_, "cancelled" | "revoked") => ("back", "icon warn"),
        (_, "created" | "added") => ("plus", "icon"),
        _ => ("activity", "icon"),
    }
}
