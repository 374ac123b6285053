//! The rows of a page, in groups by customer when sorted that way.

use super::Chosen;
use super::filter::{Column, Filter};
use super::row::{RangeBox, Rows, SetRow};
use crate::components::{Icon, Keymark};
use crate::router::{NavigateOptions, use_navigate};
use crate::text::portal::backup_sets;
use leptos::prelude::*;
use shared::api::backup_sets::{BackupSetView, CustomerRef};
use std::ops::RangeInclusive;

/// Where each customer's rows begin and end.
fn groups(sets: &[BackupSetView]) -> Vec<RangeInclusive<usize>> {
    let mut groups: Vec<RangeInclusive<usize>> = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        let same = index > 0 && sets.get(index - 1).is_some_and(|before| before.customer.id == set.customer.id);
        match groups.last_mut() {
            Some(group) if same => *group = *group.start()..=index,
            _ => groups.push(index..=index),
        }
    }
    groups
}

/// The table.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub fn SetTable(sets: Vec<BackupSetView>, filter: Filter) -> impl IntoView {
    let chosen = Chosen::of_this_tab();
    let grouped = filter.sort.column == Column::Customer;
    chosen.map(|chosen| {
        let rows = Rows::new(sets, chosen);
        let whole = 0..=rows.sets.len().saturating_sub(1);
        let bodies = if grouped { groups(&rows.sets) } else { vec![whole.clone()] };
        let bodies = bodies.into_iter().map(|range| body(&rows, range, &filter, grouped)).collect_view();
        view! {
            <div class="table-wrap" role="region" aria-label=backup_sets::TABLE tabindex="0">
                <table class="table rows" role="table" data-test="sets">
                    <thead role="rowgroup"><tr role="row">
                        <th role="columnheader" scope="col"><RangeBox rows=rows.clone() range=whole label=backup_sets::CHOOSE_PAGE.to_owned()/></th>
                        <Header filter=filter.clone() column=Column::Name name=backup_sets::NAME/>
                        {(!grouped).then(|| view! { <Header filter=filter.clone() column=Column::Customer name=backup_sets::CUSTOMER class="only-wide"/> })}
                        <th role="columnheader" scope="col" class="only-wide">{backup_sets::ACCOUNT}</th>
                        <th role="columnheader" scope="col" class="data">{backup_sets::DATA}</th>
                        <Header filter=filter.clone() column=Column::Method name=backup_sets::MOVE/>
                        <th role="columnheader" scope="col" class="num only-wide">{backup_sets::CLIENT}</th>
                    </tr></thead>
                    {bodies}
                </table>
            </div>
        }
    })
}

fn body(rows: &Rows, range: RangeInclusive<usize>, filter: &Filter, grouped: bool) -> impl IntoView + use<> {
    let sets = rows.sets.get(range.clone()).unwrap_or_default();
    let head = sets.first().filter(|_| grouped).map(|first| {
        view! { <GroupRow rows=rows.clone() range=range.clone() customer=first.customer.clone() filter=filter.clone()/> }
    });
    let lines =
        sets.iter().cloned().zip(range).map(|(set, index)| view! { <SetRow rows=rows.clone() index set grouped/> });
    view! { <tbody role="rowgroup">{head}{lines.collect_view()}</tbody> }
}

#[component]
fn GroupRow(rows: Rows, range: RangeInclusive<usize>, customer: CustomerRef, filter: Filter) -> impl IntoView {
    let count = range.clone().count();
    let only = Filter { customer: Some(customer.id), ..filter.clone() }.first_page().address();
    view! {
        <tr role="row" class="group">
            <td role="cell"><RangeBox rows range label=backup_sets::choose_all(&customer.name)/></td>
            <th role="rowheader" scope="rowgroup" colspan="5">
                <span class="in">
                    <Keymark tenant=customer.tenant/>
                    <b>{customer.name}</b>
                    <span class="faint">{customer.domain}</span>
                    <span class="faint">{backup_sets::on_this_page(count)}</span>
                    {filter.customer.is_none().then(|| view! { <a class="end small" href=only>{backup_sets::ONLY_CUSTOMER}</a> })}
                    <a class="small" class:end=filter.customer.is_some() href=format!("/customers/{}", customer.id)>{backup_sets::OPEN_CUSTOMER}</a>
                </span>
            </th>
        </tr>
    }
}

/// A column's header that sorts.
#[component]
fn Header(filter: Filter, column: Column, name: &'static str, #[prop(optional)] class: &'static str) -> impl IntoView {
    let go = use_navigate();
    let aria = filter.sort.aria(column);
    let upward = aria == Some("descending");
    let sorted = Filter { sort: filter.sort.clicked(column), ..filter }.first_page().address();
    view! {
        <th role="columnheader" scope="col" class=class aria-sort=aria>
            <button type="button" on:click=move |_| go(&sorted, NavigateOptions { scroll: false, ..NavigateOptions::default() })>
                {name}
                {aria.map(|_| view! { <Icon name="down" class=if upward { "turned" } else { "" }/> })}
            </button>
        </th>
    }
}
