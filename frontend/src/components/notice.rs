//! Notices: what happened, why, what to do.

use super::{Icon, Tone};
use leptos::prelude::*;

/// A notice. Errors interrupt a screen reader, the others wait for its turn.
#[component]
pub fn Notice(
    /// What kind of news.
    tone: Tone,
    /// What happened.
    #[prop(into)]
    title: String,
    /// Why, and what to do.
    #[prop(into, optional)]
    text: String,
    /// Another icon than the tone's.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// At most two actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let icon = icon.unwrap_or(match tone {
        Tone::Ok => "check",
        Tone::Warn => "alert",
        Tone::Danger => "stop",
        Tone::Idle => "clock",
        Tone::Info | Tone::Live => "info",
    });
    let role = if tone == Tone::Danger { "alert" } else { "status" };
    view! {
        <div class=format!("notice {}", tone.as_str()) role=role>
            <Icon name=icon/>
            <p class="title">{title}</p>
            {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            {children.map(|children| children())}
        </div>
    }
}
