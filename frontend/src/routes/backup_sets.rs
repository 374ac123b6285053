//! The list of backup sets.

use crate::api;
use crate::components::{Art, ButtonKind, ButtonLink};
use crate::features::backup_sets::choice::Choice;
use crate::features::backup_sets::filter::{Column, Filter};
use crate::features::backup_sets::{BulkBar, ChooseAll, Chosen, SetTable, Toolbar, shown};
use crate::features::page::{PageHead, Pager, load};
use crate::features::session;
use crate::features::waves::Wish;
use crate::remote::Remote;
use crate::router::use_query_map;
use crate::text::portal::{backup_sets, customers, waves};
use leptos::prelude::*;
use shared::api::backup_sets::{BackupSetCounts, BackupSetView};
use shared::api::page::Page;
use shared::api::session::MemberRole;

/// The list.
#[component]
pub fn BackupSets() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| Filter::read(|name| query.read().get(name)));
    let rows = Remote::new(move || {
        let path = filter.read().request();
        async move { api::get::<Page<BackupSetView>>(&path).await }
    });
    let counted = Memo::new(move |_| filter.read().counts_request());
    let counts = Remote::new(move || {
        let path = counted.get();
        async move { api::get::<BackupSetCounts>(&path).await }
    });
    let total = move || counts.get().and_then(Result::ok).map_or(0, |counts| counts.total);
    let matching =
        move || counts.get().and_then(Result::ok).map_or(0, |counts| shown(&counts, &filter.read_untracked()));
    let chosen = Chosen::of_this_tab();
    let count = move || {
        let chosen = chosen.map_or(0, |Chosen(choice)| choice.with(Choice::len));
        (chosen > 0).then(|| format!("{} ", backup_sets::chosen_of(chosen, total())))
    };
    let reads_only = session::has_role(|role| role == MemberRole::Auditor);
    // Escape asks before it forgets what was chosen.
    let asks = RwSignal::new(false);
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            asks.set(true);
        }
    };
    view! {
        <div class="page wide">
            <PageHead title=backup_sets::TITLE heading=backup_sets::TITLE sub=view! { {count}{backup_sets::SUB} }.into_any()>
                <span hidden=move || reads_only.get()>
                    <ButtonLink attr:data-test="import" href="/backup-sets/import" icon="plus">{backup_sets::IMPORT}</ButtonLink>
                </span>
            </PageHead>
            <div class="stack">
                <Toolbar filter counts/>
                <div on:keydown=on_key>
                    {load(rows, 12, move |page| show(page, &filter.get_untracked(), total, matching))}
                    <BulkBar asks/>
                </div>
            </div>
        </div>
    }
}

fn show(
    page: Page<BackupSetView>,
    filter: &Filter,
    total: impl Fn() -> u64 + Send + Sync + 'static,
    matching: impl Fn() -> u64 + Send + Sync + 'static,
) -> AnyView {
    if page.items.is_empty() {
        return if filter.narrows() { no_match(filter, total) } else { nothing().into_any() };
    }
    let column = Column::ALL.iter().position(|column| *column == filter.sort.column);
    let words = column.and_then(|column| backup_sets::SORTED_BY.get(column)).copied().unwrap_or_default();
    let shows = backup_sets::sorted(page.items.len(), words);
    let next = page.next.map(|cursor| Filter { cursor: Some(cursor), ..filter.clone() }.address());
    let first = filter.clone().first_page().address();
    let is_later = filter.cursor.is_some();
    let more = (is_later || next.is_some()).then(|| view! { <ChooseAll filter=filter.clone()/> });
    let plan = Wish { filter: filter.clone(), ..Wish::default() }.address();
    let plan = move || {
        let matching = matching();
        (matching > 0).then(|| view! { <ButtonLink attr:data-test="plan-all" href=plan.clone()>{waves::plan_all(matching)}</ButtonLink> })
    };
    view! { <SetTable sets=page.items filter=filter.clone()/>{more}<div class="actions after-rows">{plan}</div><Pager shows is_later first here=filter.address() next/> }.into_any()
}

fn nothing() -> impl IntoView {
    let manages = session::manages();
    view! {
        <div class="empty">
            <Art name="art-empty"/>
            <h2>{backup_sets::EMPTY}</h2>
            <p>{move || if manages.get() { backup_sets::EMPTY_WHY } else { customers::EMPTY_MEMBER }}</p>
            <div class="actions" hidden=move || !manages.get()>
                <ButtonLink href="/backup-sets/import" kind=ButtonKind::Primary>{backup_sets::IMPORT}</ButtonLink>
                <ButtonLink href="/api-keys">{backup_sets::CONNECT_PRODUCT}</ButtonLink>
            </div>
        </div>
    }
}

fn no_match(filter: &Filter, total: impl Fn() -> u64 + Send + Sync + 'static) -> AnyView {
    let title =
        if filter.query.is_empty() { backup_sets::NO_MATCH.to_owned() } else { backup_sets::no_match(&filter.query) };
    let others = move || (total() > 0).then(|| view! { <p>{backup_sets::no_match_why(total())}</p> });
    view! {
        <div class="empty">
            <Art name="art-lost"/>
            <h2>{title}</h2>
            {others}
            <div class="actions"><ButtonLink attr:data-test="clear-filters" href="/backup-sets">{backup_sets::CLEAR_FILTERS}</ButtonLink></div>
        </div>
    }
    .into_any()
}
