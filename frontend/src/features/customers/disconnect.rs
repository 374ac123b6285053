//! Disconnecting one account: asks once, says which sets lose access and what stays at Microsoft; afterwards, what was done.

use crate::api;
use crate::browser;
use crate::components::{Button, ButtonKind, Moment, Notice, Tone};
use crate::features::Nothing;
use crate::features::page::load;
use crate::features::session::Refused;
use crate::remote::{Action, Remote};
use crate::text::portal::{authorizations, customers};
use leptos::prelude::*;
use shared::api::customers::ConnectionDetail;
use shared::id::ConnectionId;

/// The question.
#[component]
pub fn Disconnect(
    /// Which.
    id: ConnectionId,
    /// Called with what was done.
    #[prop(into)]
    on_done: Callback<ConnectionDetail>,
    /// Called when it stays.
    #[prop(into)]
    on_keep: Callback<ConnectionId>,
) -> impl IntoView {
    let detail =
        Remote::new(move || async move { api::get::<ConnectionDetail>(&format!("/api/v1/connections/{id}")).await });
    let disconnect = Action::new(move |(): &()| async move {
        api::post::<_, ConnectionDetail>(&format!("/api/v1/connections/{id}/disconnect"), &Nothing {}).await
    });
    Effect::new(move |_| {
        if let Some(Ok(told)) = disconnect.value().get() {
            on_done.run(told);
        }
    });
    let failure = move || disconnect.value().get().and_then(Result::err);
    let question = move |detail: ConnectionDetail| {
        let ConnectionDetail { connection, sets, set_count, left, .. } = detail;
        view! {
            <h3 id="disconnect" tabindex="-1">{customers::disconnect_title(&connection.account)}</h3>
            <p>{customers::DISCONNECT_WHY}</p>
            {named(sets.into_iter().map(|set| set.name).collect(), set_count)}
            {stays(left)}
            <div class="actions">
                <Button attr:data-test="disconnect-sure" kind=ButtonKind::Danger busy=disconnect.pending() on_press=move |_| { disconnect.dispatch(()); }>
                    {move || if disconnect.pending().get() { customers::DISCONNECTING } else { customers::DISCONNECT_NOW }}
                </Button>
                <Button attr:data-test="disconnect-keep" kind=ButtonKind::Quiet on_press=move |_| on_keep.run(id)>{authorizations::KEEP}</Button>
            </div>
        }
        .into_any()
    };
    let key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            on_keep.run(id);
        }
    };
    let question = move |detail| {
        let shown = question(detail);
        Effect::new(|_| browser::focus("#disconnect"));
        shown
    };
    view! {
        <div class="card" role="group" aria-labelledby="disconnect" data-test="disconnect-ask" on:keydown=key>
            {load(detail, 4, question)}
            {move || failure().map(|failure| view! { <Refused failure/> })}
        </div>
    }
}

/// The sets that it takes from, as many as are named.
fn named(names: Vec<String>, count: u64) -> AnyView {
    if names.is_empty() {
        return view! { <p class="muted">{customers::DISCONNECT_NO_SETS}</p> }.into_any();
    }
    let more = count.saturating_sub(names.len() as u64);
    let more = (more > 0).then(|| view! { <li>{customers::more_sets(more)}</li> });
    let names = names.into_iter().map(|name| view! { <li>{name}</li> }).collect_view();
    view! { <div class="stack tight"><h4>{customers::DISCONNECT_SETS}</h4><ul class="setlist" data-test="loses">{names}{more}</ul></div> }
        .into_any()
}

/// What only people at Microsoft's side end.
fn stays(left: Vec<String>) -> AnyView {
    let lines = left.into_iter().map(|line| view! { <li>{line}"."</li> }).collect_view();
    view! {
        <div class="stack tight" data-test="stays">
            <h4>{customers::DISCONNECT_LEFT}</h4>
            <p class="note">{customers::DISCONNECT_LEFT_WHY}</p>
            <ul class="plain small">{lines}</ul>
        </div>
    }
    .into_any()
}

/// What was done, when, and what is left.
pub fn told(detail: ConnectionDetail) -> AnyView {
    let ConnectionDetail { connection, set_count, left, .. } = detail;
    let at = connection.ended_at.map(|at| view! { <p class="note"><Moment at/></p> });
    view! {
        <div data-test="disconnected">
            <Notice tone=Tone::Ok title=customers::disconnected(&connection.account) text=customers::disconnected_why(set_count)>
                {at}
                {stays(left)}
            </Notice>
        </div>
    }
    .into_any()
}
