//! The steps of longer work, live. One live region, updated once a step and not once a second.

use leptos::prelude::*;
use shared::api::authorizations::{StepState, StepView};

fn class(state: StepState) -> Option<&'static str> {
    match state {
        StepState::Done => Some("done"),
        StepState::Slow => Some("slow"),
        StepState::Failed => Some("failed"),
        StepState::Waiting | StepState::Active => None,
    }
}

fn row(step: StepView) -> impl IntoView {
    let current = matches!(step.state, StepState::Active | StepState::Slow).then_some("step");
    let detail = step.detail.map(|detail| match step.state {
        StepState::Slow | StepState::Failed => view! { <div class="detail"><span>{detail}</span></div> }.into_any(),
        _ => view! { <span class="muted">{detail}</span> }.into_any(),
    });
    view! { <li class=class(step.state) aria-current=current><span>{step.title}</span>{detail}</li> }
}

/// Steps in their order.
#[component]
pub fn Journal(
    /// For a screen reader.
    label: &'static str,
    /// Which.
    #[prop(into)]
    steps: Signal<Vec<StepView>>,
) -> impl IntoView {
    let rows = move || steps.get().into_iter().map(row).collect_view();
    view! { <ol class="journal" aria-label=label aria-live="polite">{rows}</ol> }
}
