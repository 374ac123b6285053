//! Status: a shape, a colour and a word.

use crate::signs::Tone;
use leptos::prelude::*;

/// A state as shape, colour and word.
#[component]
pub fn Status(
    /// How it looks.
    tone: Tone,
    /// The word.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <span class=format!("status {}", tone.as_str())>{text}</span> }
}
