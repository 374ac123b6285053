//! A request failed: what happened, what to do, the ids to copy, and the way to try again.

use super::{Button, CopyButton, IdFacts, Notice, Tone, id_lines};
use crate::{api::ApiFailure, text};
use leptos::prelude::*;
use std::fmt::Write as _;

/// A failed request as a notice.
#[expect(clippy::needless_pass_by_value, reason = "a component owns what it is given")]
#[component]
pub fn FailureNotice(
    /// Why it failed.
    failure: ApiFailure,
    /// What "Try again" does; without it there is no such button.
    #[prop(into, optional)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    let ids = failure.microsoft().cloned().unwrap_or_default();
    let lines = id_lines(&ids, failure.request_id());
    let mut copied = format!("{}\n", failure.title());
    for (label, id) in &lines {
        let _ = writeln!(copied, "{label}: {id}");
    }
    let has_ids = !lines.is_empty();
    view! {
        <Notice tone=Tone::Danger title=failure.title() text=failure.detail()>
            {has_ids.then(|| view! { <IdFacts lines/> })}
            <div class="actions">
                {retry.map(|retry| view! { <Button icon="again" on_press=move |_| retry.run(())>{text::TRY_AGAIN}</Button> })}
                {has_ids.then(|| view! { <CopyButton value=copied/> })}
            </div>
        </Notice>
    }
}
