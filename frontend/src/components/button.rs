//! Buttons. One primary button a screen; a disabled one has its reason beside it.

use super::Icon;
use leptos::{ev::MouseEvent, prelude::*};

/// How much a button calls for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// The one main action.
    Primary,
    /// Any other action.
    #[default]
    Plain,
    /// An action on the side.
    Quiet,
    /// Ends something.
    Danger,
}

fn classes(kind: ButtonKind, large: bool) -> &'static str {
    match (kind, large) {
        (ButtonKind::Primary, true) => "button primary large",
        (ButtonKind::Primary, false) => "button primary",
        (ButtonKind::Plain, true) => "button large",
        (ButtonKind::Plain, false) => "button",
        (ButtonKind::Quiet, true) => "button quiet large",
        (ButtonKind::Quiet, false) => "button quiet",
        (ButtonKind::Danger, true) => "button quiet danger large",
        (ButtonKind::Danger, false) => "button danger",
    }
}

/// A button. While busy it stays where it is and ignores further presses.
#[component]
pub fn Button(
    /// How it looks.
    #[prop(optional)]
    kind: ButtonKind,
    /// 44 px high, for a decision.
    #[prop(optional)]
    large: bool,
    /// An icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// An icon after the words.
    #[prop(optional)]
    icon_after: Option<&'static str>,
    /// Its work is going on.
    #[prop(into, optional)]
    busy: Signal<bool>,
    /// It cannot be pressed now.
    #[prop(into, optional)]
    disabled: Signal<bool>,
    /// For tests and labels.
    #[prop(optional)]
    id: Option<&'static str>,
    /// What a press does.
    #[prop(into)]
    on_press: Callback<MouseEvent>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let press = move |event: MouseEvent| {
        if !busy.get_untracked() && !disabled.get_untracked() {
            on_press.run(event);
        }
    };
    view! {
        <button
            type="button"
            id=id
            class=classes(kind, large)
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || disabled.get().then_some("true")
            on:click=press
        >
            {icon.map(|name| view! { <Icon name/> })}
            {children()}
            {icon_after.map(|name| view! { <Icon name/> })}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// How it looks.
    #[prop(optional)]
    kind: ButtonKind,
    /// 44 px high, for a decision.
    #[prop(optional)]
    large: bool,
    /// An icon before the words.
    #[prop(optional)]
    icon: Option<&'static str>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <a class=classes(kind, large) href=href>
            {icon.map(|name| view! { <Icon name/> })}
            {children()}
        </a>
    }
}
