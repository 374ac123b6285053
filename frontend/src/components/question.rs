//! A question in the place of the button that was pressed: it takes the focus; taken back, the button has it again.

use super::{Button, ButtonKind};
use crate::browser;
use leptos::{ev::KeyboardEvent, prelude::*, task::spawn_local};

/// The question, the buttons that say yes, and the one that leaves everything as it is. Escape does that, too.
#[component]
pub fn Question(
    /// Its own id.
    id: &'static str,
    /// The id of the button that was pressed.
    asked_by: &'static str,
    /// What would happen.
    why: &'static str,
    /// The words of the button that keeps everything.
    keep: &'static str,
    /// Called when everything stays.
    #[prop(into)]
    on_keep: Callback<()>,
    /// The buttons that say yes.
    children: Children,
) -> impl IntoView {
    focus(id);
    let leave = move || {
        on_keep.run(());
        focus(asked_by);
    };
    let key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            leave();
        }
    };
    view! {
        <div class="stack tight" role="group" aria-labelledby=id data-test="question" on:keydown=key>
            <p id=id tabindex="-1">{why}</p>
            <div class="actions">
                {children()}
                <Button attr:data-test="keep" kind=ButtonKind::Quiet on_press=move |_| leave()>{keep}</Button>
            </div>
        </div>
    }
}

/// Moves the focus to an id, once what is drawn now is there.
pub fn focus(id: &'static str) {
    spawn_local(async move {
        browser::sleep(0).await;
        browser::focus(&format!("#{id}"));
    });
}
