//! What can be done about a whole wave: hold it, let it go on, try what failed again, call it off.

use crate::api::{self, ApiFailure};
use crate::components::{Button, ButtonKind, focus};
use crate::features::page::Trouble;
use crate::features::{Nothing, session};
use crate::remote::Action;
use crate::text::portal::waves;
use leptos::prelude::*;
use shared::api::waves::{WaveRetried, WaveState, WaveView};
use shared::id::WaveId;

/// The button that calls a wave off, and the one that asks once more: each takes the focus of the one whose place it takes.
const ASK: &str = "cancel-wave";
const SURE: &str = "cancel-wave-sure";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Pause,
    Resume,
    Retry,
    Cancel,
}

async fn carry_out(id: WaveId, act: Act) -> Result<WaveView, ApiFailure> {
    let path = |verb| format!("/api/v1/waves/{id}/{verb}");
    match act {
        Act::Pause => api::post(&path("pause"), &Nothing {}).await,
        Act::Resume => api::post(&path("resume"), &Nothing {}).await,
        Act::Cancel => api::post(&path("cancel"), &Nothing {}).await,
        Act::Retry => api::post::<_, WaveRetried>(&path("retry-failed"), &Nothing {}).await.map(|answer| answer.wave),
    }
}

/// The buttons.
#[component]
pub fn Actions(
    /// Which wave.
    id: WaveId,
    /// Where it stands.
    state: Memo<WaveState>,
    /// How many failed.
    failed: Memo<u64>,
    /// Called with the wave as it is afterwards.
    #[prop(into)]
    on_change: Callback<WaveView>,
) -> impl IntoView {
    let asked = RwSignal::new(false);
    let act = Action::new(move |act: &Act| carry_out(id, *act));
    Effect::new(move |_| {
        if let Some(Ok(wave)) = act.value().get() {
            asked.set(false);
            session::refresh();
            on_change.run(wave);
        }
    });
    let press = move |what: Act| {
        move |_| {
            act.dispatch(what);
        }
    };
    let busy = act.pending();
    let retry = move || {
        let failed = failed.get();
        (failed > 0 && state.get() != WaveState::Cancelled).then(|| {
            view! { <Button attr:data-test="retry-failed" kind=ButtonKind::Primary busy on_press=press(Act::Retry)>{waves::retry(failed)}</Button> }
        })
    };
    let hold = move || {
        match state.get() {
        WaveState::Open | WaveState::Planned => {
            Some(view! { <Button attr:data-test="pause" busy on_press=press(Act::Pause)>{waves::PAUSE}</Button> }.into_any())
        }
        WaveState::Paused => Some(
            view! { <Button attr:data-test="resume" kind=ButtonKind::Primary busy on_press=press(Act::Resume)>{waves::RESUME}</Button> }
                .into_any(),
        ),
        WaveState::Done | WaveState::Cancelled => None,
    }
    };
    let cancel = move || {
        if matches!(state.get(), WaveState::Done | WaveState::Cancelled) {
            return None;
        }
        Some(if asked.get() {
            view! {
                <Button id=SURE attr:data-test="cancel-sure" kind=ButtonKind::Danger busy on_press=press(Act::Cancel)>{waves::CANCEL_SURE}</Button>
                <Button kind=ButtonKind::Quiet on_press=move |_| { asked.set(false); focus(ASK); }>{waves::KEEP}</Button>
            }
            .into_any()
        } else {
            view! { <Button id=ASK attr:data-test="cancel" kind=ButtonKind::Quiet on_press=move |_| { asked.set(true); focus(SURE); }>{waves::CANCEL}</Button> }
                .into_any()
        })
    };
    let failure = move || act.value().get().and_then(Result::err);
    let why = move || {
        let is_offered = failed.get() > 0 && state.get() != WaveState::Cancelled;
        is_offered.then(|| view! { <p class="note" data-test="retry-why">{waves::RETRY_WHY}</p> })
    };
    view! {
        <div class="actions">{retry}{hold}{cancel}</div>
        {why}
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}
