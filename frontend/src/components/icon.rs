//! Pictures from our own sprite. Decoration for assistive technology: words stand beside them.

use crate::signs::icon_reference as reference;
use leptos::prelude::*;

/// One icon of `public/icons.svg`, by its name there.
#[component]
pub fn Icon(
    /// The symbol's id.
    name: &'static str,
    /// Further classes, such as `big`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let class = if class.is_empty() { "icon".to_owned() } else { format!("icon {class}") };
    view! { <svg class=class aria-hidden="true"><use href=reference(name)></use></svg> }
}

/// The product's mark: five cuts hanging from one line.
#[component]
pub fn Mark() -> impl IntoView {
    view! { <svg class="mark" aria-hidden="true"><use href=reference("mark")></use></svg> }
}

/// A picture for an empty place or an end: `art-empty`, `art-lost`, `art-clear`.
#[component]
pub fn Art(
    /// The symbol's id.
    name: &'static str,
    /// The class that places it: `art` or `standing`.
    #[prop(default = "art")]
    class: &'static str,
) -> impl IntoView {
    view! { <svg class=class aria-hidden="true"><use href=reference(name)></use></svg> }
}
