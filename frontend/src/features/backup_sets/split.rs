//! The offer to split a set, and the form that does it (A-07, §5).

use super::WorkloadIcons;
use crate::api;
use crate::components::{Button, ButtonKind, Icon, MethodPin};
use crate::features::customers::Field;
use crate::features::page::Trouble;
use crate::features::session;
use crate::remote::Action;
use crate::router::{NavigateOptions, use_navigate};
use crate::text::portal::backup_sets;
use leptos::prelude::*;
use shared::api::backup_sets::{BackupSetView, SplitAnswer, SplitBackupSet};
use shared::api::session::MemberRole;
use shared::method::Method;
use shared::rules::suitability::SplitOffer;
use shared::workload::Workloads;

/// What each part would hold, and by which method; then the form.
#[component]
pub fn Split(set: BackupSetView, offer: SplitOffer) -> impl IntoView {
    let moving = moving(&offer);
    let SplitOffer { hybrid_part, modern_part, left_part } = offer;
    let parts = [(hybrid_part, Some(Method::Hybrid)), (modern_part, Some(Method::Modern)), (left_part, None)];
    let rows: Vec<_> = parts.into_iter().filter(|(part, _)| !part.is_empty()).map(|(part, to)| row(part, to)).collect();
    let edits = session::has_role(|role| role != MemberRole::Auditor);
    view! {
        <section class="card stack" aria-labelledby="split" data-test="split">
            <h3 id="split">{backup_sets::SPLIT_TITLE}</h3>
            <p class="note">{backup_sets::SPLIT_WHY}</p>
            <ul class="plain">{rows}</ul>
            {move || edits.get().then(|| view! { <Form set=set.clone() part=moving.clone()/> })}
        </section>
    }
}

fn row(part: Workloads, to: Option<Method>) -> impl IntoView {
    let words = backup_sets::words_of(&part);
    let way = match to {
        Some(method) => view! { {backup_sets::SPLIT_TO}" "<MethodPin method/> }.into_any(),
        None => view! { <span class="muted">{backup_sets::SPLIT_NOWHERE}</span> }.into_any(),
    };
    view! { <li><WorkloadIcons workloads=part/>" "{words}" "{way}</li> }
}

/// The part that leaves: what hybrid reaches, else what no method reaches.
fn moving(offer: &SplitOffer) -> Workloads {
    let first = if offer.hybrid_part.is_empty() { &offer.left_part } else { &offer.hybrid_part };
    first.clone()
}

#[component]
fn Form(set: BackupSetView, part: Workloads) -> impl IntoView {
    let (external_id, name) = (RwSignal::new(String::new()), RwSignal::new(backup_sets::split_name(&set.name, &part)));
    let go = StoredValue::new_local(use_navigate());
    let moves = backup_sets::split_moves(&part);
    let id = set.id;
    let split = Action::new(move |(): &()| {
        let body = SplitBackupSet {
            workloads: part.clone(),
            external_id: external_id.get_untracked().trim().to_owned(),
            name: name.get_untracked().trim().to_owned(),
        };
        async move { api::post::<_, SplitAnswer>(&format!("/api/v1/backup-sets/{id}/split"), &body).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(answer)) = split.value().get() {
            session::refresh();
            // The new set is what is to be looked at next: it can be authorized at once.
            go.with_value(|go| go(&format!("/backup-sets/{}", answer.made.id), NavigateOptions::default()));
        }
    });
    let failure = Signal::derive(move || split.value().get().and_then(Result::err));
    let wrong = move |field: &'static str| {
        Signal::derive(move || {
            failure.get().filter(|failure| failure.field() == Some(field)).map(|failure| failure.detail())
        })
    };
    let elsewhere = move || failure.get().filter(|failure| !matches!(failure.field(), Some("external_id" | "name")));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !split.pending().get_untracked() {
            split.dispatch(());
        }
    };
    view! {
        <details class="more" data-test="split-form">
            <summary><Icon name="right"/>{backup_sets::SPLIT_FORM}</summary>
            <form class="form stack" on:submit=submit novalidate>
                <p class="note">{moves}</p>
                <Field id="split-id" label=backup_sets::SPLIT_ID hint="" value=external_id wrong=wrong("external_id")/>
                <Field id="split-name" label=backup_sets::SPLIT_NAME hint="" value=name wrong=wrong("name")/>
                <div class="actions">
                    <Button attr:data-test="do-split" attr:r#type="submit" kind=ButtonKind::Primary busy=split.pending() on_press=|_| ()>{backup_sets::SPLIT_FORM}</Button>
                </div>
            </form>
            {move || elsewhere().map(|failure| view! { <Trouble failure/> })}
        </details>
    }
}
