//! Stages: how far one authorization is, as cuts that meet a line.

use crate::signs::StageState;
use crate::text;
use leptos::prelude::*;

/// One stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// What it is.
    pub title: &'static str,
    /// How it is.
    pub state: StageState,
}

/// The stages in their order.
#[component]
pub fn Stages(
    /// For a screen reader.
    label: &'static str,
    /// Which.
    #[prop(into)]
    stages: Vec<Stage>,
) -> impl IntoView {
    let rows = stages.into_iter().map(|Stage { title, state }| {
        let class = match state {
            StageState::Done => Some("done"),
            StageState::Stopped => Some("stopped"),
            StageState::Ahead | StageState::Current => None,
        };
        let current = matches!(state, StageState::Current | StageState::Stopped).then_some("step");
        let said = match state {
            StageState::Done => Some(text::STAGE_DONE),
            StageState::Stopped => Some(text::STAGE_STOPPED),
            StageState::Ahead | StageState::Current => None,
        };
        view! {
            <li class=class aria-current=current>
                <span>{title}{said.map(|said| view! { <span class="hide">{said}</span> })}</span>
            </li>
        }
    });
    view! { <ol class="stages" aria-label=label>{rows.collect_view()}</ol> }
}
