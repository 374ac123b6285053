//! Status: a shape, a colour and a word.

use leptos::prelude::*;

/// What kind of news something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Good.
    Ok,
    /// Somebody should look.
    Warn,
    /// Does not work.
    Danger,
    /// Nothing happens.
    Idle,
    /// Something happens now.
    Live,
    /// Worth knowing.
    Info,
}

impl Tone {
    /// The class.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Danger => "danger",
            Self::Idle => "idle",
            Self::Live => "live",
            Self::Info => "info",
        }
    }
}

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
