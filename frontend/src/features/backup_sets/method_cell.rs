//! The method today, what it can become, and the reason in two or three words (A-02, F1).

use crate::browser;
use crate::components::{MethodPin, Move};
use crate::text::portal::backup_sets;
use leptos::prelude::*;
use shared::api::backup_sets::BackupSetView;
use shared::method::Method;

/// The reason beside the method.
fn reason(set: &BackupSetView) -> Option<String> {
    let short = backup_sets::short_reason(&set.recommendation.code).map(str::to_owned);
    match (set.recommendation.method, set.method) {
        (Some(_), _) | (None, Method::Basic) => short,
        (None, _) if short.is_some() && set.connection.is_none() => short,
        (None, _) => set.method_changed_at.map(|at| backup_sets::since(&browser::short_day(at))),
    }
}

/// What stands in the method column.
#[component]
pub fn MethodCell(set: BackupSetView) -> impl IntoView {
    let method = set.method;
    let picture = match set.recommendation.method.filter(|to| *to != method) {
        Some(to) => view! { <Move from=method to/> }.into_any(),
        None => view! { <MethodPin method/> }.into_any(),
    };
    let why = reason(&set).map(|why| view! { <span class="why">{why}</span> });
    view! { <span title=set.recommendation.text>{picture}{why}</span> }
}
