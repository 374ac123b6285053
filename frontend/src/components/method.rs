//! Methods: an empty, a half and a full pin, always with the word.

use super::Icon;
use crate::signs::method_class;
use crate::text;
use leptos::prelude::*;
use shared::method::Method;

/// A method as pin and word.
#[component]
pub fn MethodPin(
    /// Which.
    method: Method,
    /// On a tint of its own.
    #[prop(optional)]
    boxed: bool,
) -> impl IntoView {
    let class = format!("{}{}", method_class(method), if boxed { " boxed" } else { "" });
    view! { <span class=class title=text::method_meaning(method)><Icon name=method.as_str()/>{text::method(method)}</span> }
}

/// From one method to another.
#[component]
pub fn Move(
    /// Before.
    from: Method,
    /// After.
    to: Method,
) -> impl IntoView {
    view! {
        <span class="move">
            <MethodPin method=from/>
            <Icon name="arrow"/>
            <span class="hide">" "{text::MOVES_TO}" "</span>
            <MethodPin method=to/>
        </span>
    }
}
