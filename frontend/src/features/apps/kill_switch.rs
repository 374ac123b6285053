//! The kill switch of a customer: forgets all our keys at once, and says honestly what only an administrator can end (L3).

use super::card::Left;
use crate::api;
use crate::components::{Button, ButtonKind, Icon, Notice, Tone};
use crate::features::customers::Field;
use crate::features::session::{self, Refused};
use crate::remote::Action;
use crate::text::portal::apps;
use leptos::prelude::*;
use shared::api::customers::{KillSwitch, KillSwitchReport};
use shared::id::CustomerId;

/// The switch, folded away, and what it did.
#[component]
pub fn KillSwitchForm(
    /// Whose keys.
    customer: CustomerId,
    /// The name to type.
    name: String,
    /// What it did: kept by the page, which is drawn anew when it was pulled.
    report: RwSignal<Option<KillSwitchReport>>,
    /// Called when it was pulled.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let pull = Action::new(move |(): &()| {
        let body = KillSwitch { confirm: typed.get_untracked().trim().to_owned() };
        async move { api::post::<_, KillSwitchReport>(&format!("/api/v1/customers/{customer}/kill-switch"), &body).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(done)) = pull.value().get() {
            report.set(Some(done));
            on_change.run(());
        }
    });
    let failure = Signal::derive(move || pull.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || {
        failure.get().filter(|failure| failure.field() == Some("confirm")).map(|failure| failure.detail())
    });
    let elsewhere = move || failure.get().filter(|failure| failure.field() != Some("confirm"));
    let ask = apps::kill_type(&name);
    let expected = StoredValue::new(name);
    let is_typed = Signal::derive(move || expected.with_value(|name| typed.read().trim() == name));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_typed.get_untracked() && !pull.pending().get_untracked() {
            pull.dispatch(());
        }
    };
    let done = move || report.get().map(told);
    let manages = session::manages();
    view! {
        <section class="section" aria-labelledby="kill-switch" hidden=move || !manages.get()>
            <header><h2 id="kill-switch">{apps::KILL}</h2></header>
            <p class="muted">{apps::KILL_WHY}</p>
            <details class="more" data-test="kill-switch">
                <summary><Icon name="right"/>{apps::KILL_OPEN}</summary>
                <form class="form stack" on:submit=submit novalidate>
                    <p>{ask}</p>
                    <Field id="kill-name" label=apps::KILL_NAME hint=apps::KILL_HINT value=typed wrong/>
                    <div class="actions">
                        <Button attr:data-test="pull" attr:r#type="submit" kind=ButtonKind::Danger busy=pull.pending() disabled=Signal::derive(move || !is_typed.get()) on_press=|_| ()>
                            {move || if pull.pending().get() { apps::KILLING } else { apps::KILL_NOW }}
                        </Button>
                    </div>
                </form>
            </details>
            {move || elsewhere().map(|failure| view! { <Refused failure/> })}
            {done}
        </section>
    }
}

fn told(report: KillSwitchReport) -> impl IntoView {
    let apps = report.apps.into_iter().map(|app| {
        view! { <p>{apps::killed(&app.display_name, app.keys_removed, app.keys_left)}</p><Left left=app.left/> }
    });
    view! {
        <Notice tone=Tone::Ok title=apps::KILLED text=apps::killed_connections(report.connections)>
            <div class="stack tight" data-test="killed">{apps.collect_view()}</div>
        </Notice>
    }
}
