//! The delivery log of a channel, and sending again.

use super::manage::Test;
use super::table::tone;
use crate::api;
use crate::browser;
use crate::components::{Button, ButtonKind, Moment, Notice, Status, Tone};
use crate::features::Nothing;
use crate::features::address::Query;
use crate::features::page::{Pager, Trouble, load};
use crate::remote::{Action, Remote};
use crate::router::use_query_map;
use crate::text;
use crate::text::portal::channels;
use leptos::prelude::*;
use shared::api::channels::{DeliveryState, DeliveryView, ReplayFailed, Replayed};
use shared::api::page::Page;
use shared::time::Timestamp;

/// How long a delivery takes as a rule, before the log is looked at again.
const MOMENT_MS: i32 = 1500;

/// The log.
#[component]
pub fn DeliveryLog(
    /// Of which channel.
    #[prop(into)]
    channel: String,
    /// Grows when there is something new.
    #[prop(into)]
    news: Signal<u32>,
    /// Called when something was sent again.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let query = use_query_map();
    let channel = StoredValue::new(channel);
    let at = move |rest: &str| channel.with_value(|channel| format!("/api/v1/channels/{channel}/{rest}"));
    let failed = Memo::new(move |_| query.read().get("state").is_some_and(|state| state == "failed"));
    let cursor = Memo::new(move |_| query.read().get("cursor").unwrap_or_default());
    let page = Remote::new(move || {
        news.track();
        let path = Query::new(&at("deliveries"))
            .add("state", if failed.get() { DeliveryState::Failed.as_str() } else { "" })
            .add("cursor", &cursor.get())
            .add("limit", "25")
            .done();
        async move { api::get::<Page<DeliveryView>>(&path).await }
    });
    let all = Action::new(move |(): &()| {
        let path = at("replay");
        async move {
            let done = api::post::<_, Replayed>(&path, &ReplayFailed { since: Timestamp(0) }).await;
            browser::sleep(MOMENT_MS).await;
            on_change.run(());
            done
        }
    });
    let one = Action::new(move |id: &String| {
        let path = format!("/api/v1/deliveries/{id}/replay");
        async move {
            let done = api::post::<_, DeliveryView>(&path, &Nothing {}).await;
            browser::sleep(MOMENT_MS).await;
            on_change.run(());
            done.map(drop)
        }
    });
    let said = move || all.value().get().and_then(Result::ok).map(|done| channels::replayed(done.deliveries));
    let failure = move || {
        let of_one = one.value().get().and_then(Result::err);
        of_one.or_else(|| all.value().get().and_then(Result::err))
    };
    let here = move |state: &str, cursor: &str| {
        let path = channel.with_value(|channel| format!("/notifications/{channel}"));
        Query::new(&path).add("state", state).add("cursor", cursor).done()
    };
    let chosen = move |wanted: bool| (failed.get() == wanted).then_some("true");
    let show = move |page: Page<DeliveryView>| {
        let (failed, cursor) = (failed.get_untracked(), cursor.get_untracked());
        if page.items.is_empty() && cursor.is_empty() {
            let empty = if failed { channels::NONE_FAILED } else { channels::LOG_EMPTY };
            return view! { <p class="muted">{empty}</p> }.into_any();
        }
        let state = if failed { "failed" } else { "" };
        let shows = text::plural(page.items.len() as u64, "delivery", "deliveries");
        let next = page.next.map(|cursor| here(state, &cursor));
        let rows = page.items.into_iter().map(|delivery| view! { <Row delivery again=one/> }).collect_view();
        view! {
            <div>
                <Table rows=rows.into_any()/>
                <Pager shows is_later=!cursor.is_empty() first=here(state, "") here=here(state, &cursor) next/>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="deliveries">
            <header><h2 id="deliveries">{channels::LOG}</h2><span class="note">{channels::LOG_NOTE}</span></header>
            <div class="toolbar">
                <nav class="chips" aria-label=channels::LOG>
                    <a class="chip" href=here("", "") aria-current=move || chosen(false)>{channels::ALL}</a>
                    <a class="chip" href=here("failed", "") aria-current=move || chosen(true)>{channels::FAILED}</a>
                </nav>
                <span class="push actions"><Test channel=channel.get_value() on_sent=on_change/><Button attr:data-test="replay-failed" kind=ButtonKind::Quiet busy=all.pending() on_press=move |_| { all.dispatch(()); }>{channels::ALL_AGAIN}</Button></span>
            </div>
            {move || said().map(|title| view! { <Notice tone=Tone::Ok title/> })}
            {load(page, 5, show)}
            {move || failure().map(|failure| view! { <Trouble failure/> })}
        </section>
    }
}

#[component]
fn Table(rows: AnyView) -> impl IntoView {
    view! {
        <div class="table-wrap" role="region" aria-label=channels::LOG_TABLE tabindex="0">
            <table class="table" data-test="deliveries">
                <thead><tr>
                    <th scope="col">{channels::EVENT}</th>
                    <th scope="col">{channels::OUTCOME}</th>
                    <th scope="col" class="num roomy">{channels::TRIES}</th>
                    <th scope="col" class="roomy">{channels::HAPPENED}</th>
                    <th scope="col"><span class="hide">{channels::AGAIN}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(delivery: DeliveryView, again: Action<String, Result<(), api::ApiFailure>>) -> impl IntoView {
    let id = delivery.id.to_string();
    let ended = delivery.state != DeliveryState::Waiting;
    let action = ended.then(|| {
        view! { <Button attr:data-test="replay" kind=ButtonKind::Quiet busy=again.pending() on_press=move |_| { again.dispatch(id.clone()); }>{channels::AGAIN}</Button> }
    });
    let tries = text::number(delivery.attempts.into());
    view! {
        <tr data-state=delivery.state.as_str()>
            <td class="name clip" title=delivery.title.clone()>{delivery.title.clone()}<span class="why mono" title=delivery.event.to_string()>{delivery.kind.as_str()}</span></td>
            <td><Status tone=tone(&delivery) text=channels::outcome(&delivery, browser::now())/></td>
            <td class="num roomy">{tries}</td>
            <td class="nowrap roomy"><Moment at=delivery.at/></td>
            <td class="num">{action}</td>
        </tr>
    }
}
