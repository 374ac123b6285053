//! One wave, live: how far it is, who needs attention, and what can be done about it (G3, H7).

use crate::api::{self, ApiFailure, LiveState};
use crate::browser;
use crate::components::{Notice, Status, Tone};
use crate::features::address::Query;
use crate::features::page::{PageHead, Pager, load};
use crate::features::session;
use crate::features::waves::{Actions, Items, Links, Progress, tone};
use crate::remote::Remote;
use crate::router::{use_params_map, use_query_map};
use crate::text;
use crate::text::portal::{shell, waves};
use leptos::prelude::*;
use shared::api::page::Page;
use shared::api::waves::{WaveCounts, WaveItem, WaveState, WaveView};

/// The words of the address, in the order of [`waves::TABS`].
const SHOW: [&str; 5] = ["", "attention", "moving", "waiting", "over"];

/// The page of one wave.
#[component]
pub fn Wave() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let first = Remote::new(move || {
        let id = id.get();
        async move { api::get::<WaveView>(&format!("/api/v1/waves/{id}")).await }
    });
    view! { <div class="page wide">{load(first, 8, |first| view! { <Live first/> }.into_any())}</div> }
}

/// Follows the wave from its first state on.
#[component]
fn Live(first: WaveView) -> impl IntoView {
    let id = first.id;
    let (name, note, retirement) = (first.name.clone(), first.note.clone(), first.retirement.clone());
    let (deadline, starts_at) = (first.deadline, first.starts_at);
    let wave = RwSignal::new(first);
    let gap = RwSignal::new(false);
    let change = Callback::new(move |newer: WaveView| {
        if wave.try_with_untracked(|now| newer.version >= now.version && newer != *now) == Some(true) {
            wave.set(newer);
        }
    });
    let told = move |state| {
        let _ = gap.try_set(state == LiveState::Waiting);
        if state == LiveState::Refused(ApiFailure::SignedOut) {
            session::leave_for_sign_in();
        }
    };
    let handle = api::live_with(&format!("/api/v1/waves/{id}/live"), None, move |newer| change.run(newer), told);
    let handle = StoredValue::new_local(handle);
    on_cleanup(move || handle.dispose());
    let state = Memo::new(move |_| wave.read().state);
    let counts = Memo::new(move |_| wave.read().counts);
    let failed = Memo::new(move |_| counts.read().failed);
    let version = Memo::new(move |_| (wave.read().version, wave.read().state));
    let answers = retirement.map(|end| waves::ends(&end.what, &end.ends_on, false));
    let sub = move || {
        let due = deadline.map(|day| waves::deadline(&browser::short_day(day), day.since(browser::now())));
        let words = [Some(waves::left(&counts.get())), due, answers.clone().map(|end| format!("{end}."))];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let heading = Memo::new(move |_| waves::headline(&counts.get(), state.get()));
    let sub = Memo::new(move |_| sub());
    let head = move || {
        let crumbs = vec![(shell::WAVES.to_owned(), "/waves".to_owned())];
        let words = view! { <Status tone=tone(state.get()) text=waves::state(state.get())/>" "{sub} }.into_any();
        view! { <PageHead title=name.clone() heading=heading.get() crumbs sub=words/> }
    };
    let held = move || match state.get() {
        WaveState::Paused => {
            Some(view! { <Notice tone=Tone::Warn title=waves::PAUSED text=waves::PAUSED_WHY/> }.into_any())
        }
        WaveState::Planned => {
            let day = starts_at.map_or_else(String::new, browser::short_day);
            Some(view! { <Notice tone=Tone::Info title=waves::PLANNED text=waves::planned_why(&day)/> }.into_any())
        }
        _ => None,
    };
    let waiting = Memo::new(move |_| if state.get() == WaveState::Open { counts.read().waiting_for_link } else { 0 });
    let said = Memo::new(move |_| waves::announce(&counts.get()));
    let note = (!note.is_empty()).then(|| view! { <p class="note" aria-label=waves::NOTE>{note}</p> });
    view! {
        <p class="hide" role="status" data-test="progress">{said}</p>
        {move || gap.get().then(|| view! { <Notice tone=Tone::Warn title=waves::GAP text=waves::GAP_WHY/> })}
        {head}
        {note}
        {held}
        <Progress counts/>
        <div class="stack tight" data-test="wave" data-state=move || waves::state(state.get())>
            <Actions id state failed on_change=change/>
            <Links id waiting/>
        </div>
        <People id=id.to_string() counts version/>
    }
}

fn number(counts: &WaveCounts, tab: usize) -> u64 {
    match tab {
        1 => counts.failed + counts.needs_somebody,
        2 => counts.in_progress,
        3 => counts.queued + counts.waiting_for_link + counts.link_sent,
        4 => counts.done + counts.cancelled,
        _ => counts.items,
    }
}

/// The page of items that the address names; read again whenever the wave moved.
#[component]
fn People(id: String, counts: Memo<WaveCounts>, version: Memo<(i64, WaveState)>) -> impl IntoView {
    let query = use_query_map();
    let show = Memo::new(move |_| {
        let word = query.read().get("show").unwrap_or_default();
        SHOW.into_iter().find(|show| *show == word).unwrap_or_default()
    });
    let cursor = Memo::new(move |_| query.read().get("cursor").unwrap_or_default());
    let here = format!("/waves/{id}");
    let api_path = format!("/api/v1/waves/{id}/items");
    let list = Remote::new(move || {
        // Read, not only tracked: a memo that nobody has read follows nothing.
        let _ = version.get();
        let query = Query::new(&api_path).add("show", show.get()).add("cursor", &cursor.get()).add("limit", "50");
        let path = query.done();
        async move { api::get::<Page<WaveItem>>(&path).await }
    });
    let items = RwSignal::new(Vec::new());
    let next = RwSignal::new(None);
    let trouble = RwSignal::new(None);
    Effect::new(move |_| match list.get() {
        Some(Ok(page)) => {
            trouble.set(None);
            next.set(page.next);
            items.set(page.items);
        }
        Some(Err(failure)) => trouble.set(Some(failure)),
        None => {}
    });
    let address = {
        let here = here.clone();
        move |show: &str, cursor: &str| Query::new(&here).add("show", show).add("cursor", cursor).done()
    };
    let tabs = SHOW.into_iter().zip(waves::TABS).enumerate().map(|(tab, (word, name))| {
        let href = address(word, "");
        let words = move || waves::tab(name, number(&counts.get(), tab));
        view! { <a href=href aria-current=move || (show.get() == word).then_some("page")>{words}</a> }
    });
    let tabs = tabs.collect_view();
    let rows = Memo::new(move |_| items.read().len());
    let foot = move || {
        let is_later = !cursor.read().is_empty();
        let next = next.get().map(|cursor: String| address(show.get(), &cursor));
        let shows = text::plural(rows.get() as u64, "person", "people");
        view! { <Pager shows is_later first=address(show.get(), "") here=address(show.get(), &cursor.get()) next/> }
    };
    view! {
        <div>
            <nav class="tabs" aria-label=waves::SHOW>{tabs}</nav>
            {move || trouble.get().map(|failure| view! { <crate::features::page::Trouble failure/> })}
            <Items items/>
            {foot}
        </div>
    }
}
