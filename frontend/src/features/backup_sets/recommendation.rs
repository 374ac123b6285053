//! What a set could become, why, and that it may stay as it is.

use super::{may_choose, split::Split};
use crate::components::{ButtonKind, ButtonLink, MethodPin, Move, Status, Tone};
use crate::text::portal::backup_sets;
use leptos::prelude::*;
use shared::api::backup_sets::{BackupSetView, Possibility};
use shared::method::Method;

/// The recommendation and its action.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub fn Recommended(set: BackupSetView) -> impl IntoView {
    let recommendation = set.recommendation.clone();
    let picture = match recommendation.method.filter(|to| *to != set.method) {
        Some(to) => view! { <p><Move from=set.method to/></p> }.into_any(),
        None => view! { <p><MethodPin method=set.method/></p> }.into_any(),
    };
    let label = if set.method == Method::Basic { backup_sets::AUTHORIZE_THIS } else { backup_sets::AUTHORIZE_AGAIN };
    let action = may_choose(&set).then(|| {
        let href = preview_address(&set);
        view! {
            <div class="actions">
                <ButtonLink attr:data-test="authorize" href kind=ButtonKind::Primary>{label}</ButtonLink>
                <ButtonLink attr:data-test="leave" href="/backup-sets" kind=ButtonKind::Quiet>{backup_sets::LEAVE}</ButtonLink>
            </div>
            <p class="note">{backup_sets::REASON}" "{backup_sets::LEAVE_WHY}</p>
        }
    });
    let split = recommendation.split.clone().map(|offer| view! { <Split set=set.clone() offer/> });
    let ways = (set.method == Method::Basic).then(|| {
        view! {
            <ul class="ways">
                <Way method=Method::Hybrid possibility=recommendation.hybrid.clone()/>
                <Way method=Method::Modern possibility=recommendation.modern.clone()/>
            </ul>
        }
    });
    view! {
        <section class="section" aria-labelledby="could">
            <header><h2 id="could">{backup_sets::RECOMMENDATION}</h2></header>
            <div class="stack">
                {picture}
                <p>{recommendation.text.clone()}</p>
                {split}
                {action}
                {ways}
            </div>
        </section>
    }
}

/// The preview of this set alone, by the method that suits it.
fn preview_address(set: &BackupSetView) -> String {
    let modern = set.method == Method::Modern || set.recommendation.method == Some(Method::Modern);
    let method = if modern { "&method=modern" } else { "" };
    format!("/authorizations/preview?sets={}{method}", set.id)
}

/// One method, whether it is possible and why not.
#[component]
fn Way(method: Method, possibility: Possibility) -> impl IntoView {
    let (tone, word) =
        if possibility.possible { (Tone::Ok, backup_sets::POSSIBLE) } else { (Tone::Warn, backup_sets::NOT_POSSIBLE) };
    view! {
        <li>
            <MethodPin method/>
            <Status tone text=word/>
            {possibility.text.into_iter().chain(possibility.more).map(|text| view! { <p class="note">{text}</p> }).collect_view()}
        </li>
    }
}
