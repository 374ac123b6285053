//! One row: its checkbox, and the range that Shift takes.

use super::method_cell::MethodCell;
use super::{Chosen, WorkloadIcons, may_choose, may_move};
use crate::text::portal::backup_sets;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use shared::api::backup_sets::BackupSetView;
use std::sync::Arc;

/// The rows of a page, and the one that was clicked last.
#[derive(Clone)]
pub struct Rows {
    /// In the order shown.
    pub sets: Arc<Vec<BackupSetView>>,
    last: StoredValue<Option<usize>>,
    chosen: Chosen,
}

impl Rows {
    /// The rows of one page.
    pub fn new(sets: Vec<BackupSetView>, chosen: Chosen) -> Self {
        Self { sets: Arc::new(sets), last: StoredValue::new(None), chosen }
    }

    /// A click on a row's checkbox; with Shift, everything from the last click to here follows it.
    fn click(&self, index: usize, on: bool, range: bool) {
        let from = self.last.get_value().filter(|_| range).unwrap_or(index);
        if from == index {
            let Some(set) = self.sets.get(index) else { return };
            self.chosen.0.update(|choice| choice.set(set, on));
        } else {
            self.choose(from.min(index)..=from.max(index), on);
        }
        self.last.set_value(Some(index));
    }

    /// Takes rows in or out, those that can move.
    pub fn choose(&self, range: std::ops::RangeInclusive<usize>, on: bool) {
        let rows = self.sets.get(range).unwrap_or_default();
        self.chosen.0.update(|choice| rows.iter().filter(|set| may_move(set)).for_each(|set| choice.set(set, on)));
    }

    /// How many of these rows are chosen, and how many can be.
    pub fn tally(&self, range: std::ops::RangeInclusive<usize>) -> (usize, usize) {
        let rows = self.sets.get(range).unwrap_or_default();
        let able = || rows.iter().filter(|set| may_move(set));
        (self.chosen.0.with(|choice| able().filter(|set| choice.has(set.id)).count()), able().count())
    }
}

/// A checkbox for several rows: on, off or in between.
#[component]
pub fn RangeBox(rows: Rows, range: std::ops::RangeInclusive<usize>, label: String) -> impl IntoView {
    let tally = Memo::new({
        let (rows, range) = (rows.clone(), range.clone());
        move |_| rows.tally(range.clone())
    });
    let all = move || tally.get().1 > 0 && tally.get().0 == tally.get().1;
    let some = move || tally.get().0 > 0 && !all();
    view! {
        <input
            type="checkbox"
            aria-label=label
            disabled=move || tally.get().1 == 0
            prop:checked=all
            prop:indeterminate=some
            on:change=move |event| rows.choose(range.clone(), event_target_checked(&event))
        />
    }
}

/// One row.
#[component]
pub fn SetRow(rows: Rows, index: usize, set: BackupSetView, grouped: bool) -> impl IntoView {
    let id = set.id;
    let chosen = rows.chosen;
    let click = move |event: MouseEvent| rows.click(index, event_target_checked(&event), event.shift_key());
    let customer = (!grouped).then(|| {
        view! { <td role="cell" class="clip only-wide"><a href=format!("/customers/{}", set.customer.id)>{set.customer.name.clone()}</a></td> }
    });
    let able = may_choose(&set);
    view! {
        <tr role="row" data-set=set.external_id.clone()>
            <td role="cell">
                <input
                    type="checkbox"
                    aria-label=backup_sets::choose(&set.name)
                    disabled=!able
                    prop:checked=move || chosen.0.with(|choice| choice.has(id))
                    on:click=click
                />
            </td>
            <td role="cell" class="name clip"><a href=format!("/backup-sets/{id}") title=set.name.clone()>{set.name.clone()}</a></td>
            {customer}
            <td role="cell" class="mono clip only-wide" title=set.account.clone()>{set.account.clone().unwrap_or_else(|| backup_sets::NONE.into())}</td>
            <td role="cell" class="data"><WorkloadIcons workloads=set.workloads.clone()/></td>
            <td role="cell" class="nowrap"><MethodCell set=set.clone()/></td>
            <td role="cell" class="num only-wide">{set.client_version.unwrap_or_else(|| backup_sets::NONE.into())}</td>
        </tr>
    }
}
