//! Choosing the method for the chosen sets and, for modern, how the app comes to be (D1, D2, C4).

use super::Wish;
use crate::components::Icon;
use crate::text;
use crate::text::portal::modern;
use leptos::prelude::*;
use shared::api::apps::Way;
use shared::method::Method;

/// The choices above a preview. They change the address; the preview follows it.
#[component]
pub fn Ways(
    /// What is asked for now.
    wish: Memo<Wish>,
    /// Called with what is wished for instead.
    #[prop(into)]
    on_change: Callback<Wish>,
) -> impl IntoView {
    let is_modern = move || wish.read().method == Method::Modern;
    let segment = move |method: Method| {
        let choose = move |_| on_change.run(Wish { method, ..wish.get_untracked() });
        view! {
            <label>
                <input type="radio" name="method" data-test=format!("method-{}", method.as_str()) prop:checked=move || wish.read().method == method on:change=choose/>
                {text::method(method)}
            </label>
        }
    };
    let means = move || if is_modern() { modern::MODERN_MEANS } else { modern::HYBRID_MEANS };
    view! {
        <div class="stack method-choice">
            <fieldset class="stack tight">
                <legend class="legend">{modern::METHOD}</legend>
                <div class="segments">{segment(Method::Hybrid)}{segment(Method::Modern)}</div>
                <p class="note" aria-live="polite">{means}</p>
            </fieldset>
            <div class="stack" hidden=move || !is_modern()>
                <div hidden=move || wish.read().way != Way::SetUp><Restores wish on_change/></div>
                <WayChoice wish on_change/>
            </div>
        </div>
    }
}

/// Whether an app for restores is prepared too.
#[component]
fn Restores(wish: Memo<Wish>, on_change: Callback<Wish>) -> impl IntoView {
    let change = move |event| {
        on_change.run(Wish { restores: event_target_checked(&event), ..wish.get_untracked() });
    };
    view! {
        <label class="check">
            <input type="checkbox" data-test="restores" prop:checked=move || wish.read().restores on:change=change/>
            <span>{modern::RESTORES}</span>
            <small>{modern::RESTORES_WHY}</small>
        </label>
    }
}

/// The ways in. Quiet: the first is right for nearly everybody.
#[component]
fn WayChoice(wish: Memo<Wish>, on_change: Callback<Wish>) -> impl IntoView {
    let option = move |way: Way| {
        let choose = move |_| on_change.run(Wish { way, ..wish.get_untracked() });
        let (title, why) = modern::way(way);
        view! {
            <label class="choice">
                <input type="radio" name="way" data-test=format!("way-{}", way.as_str()) prop:checked=move || wish.read().way == way on:change=choose/>
                <span>{title}</span>
                <small>{why}</small>
            </label>
        }
    };
    let is_other = wish.read_untracked().way != Way::SetUp;
    view! {
        <details class="more" open=is_other>
            <summary><Icon name="right"/>{modern::OTHER_WAYS}</summary>
            <fieldset class="stack tight">
                <legend class="hide">{modern::OTHER_WAYS}</legend>
                {Way::ALL.map(option).into_iter().collect_view()}
            </fieldset>
        </details>
    }
}
