//! The people of a wave, moving. A row is drawn anew only when it changed, so that nobody loses their place.

use super::item_tone;
use crate::components::{Keymark, MethodPin, Moment, Status};
use crate::text;
use crate::text::portal::waves;
use leptos::prelude::*;
use shared::api::waves::{WaveItem, WaveItemState};
use shared::id::SignInId;

/// A page of items.
#[component]
pub fn Items(items: RwSignal<Vec<WaveItem>>) -> impl IntoView {
    let ids = Memo::new(move |_| items.read().iter().map(|item| item.id).collect::<Vec<_>>());
    let empty = move || ids.read().is_empty().then(|| view! { <div class="empty"><h3>{waves::NO_ITEM}</h3></div> });
    view! {
        <div class="table-wrap" role="region" aria-label=waves::ITEMS tabindex="0">
            <table class="table rows" role="table" data-test="items" hidden=move || ids.read().is_empty()>
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col" class="mark-cell"><span class="hide">{waves::CUSTOMER}</span></th>
                    <th role="columnheader" scope="col">{waves::CUSTOMER}</th>
                    <th role="columnheader" scope="col">{waves::ITEM_STATE}</th>
                    <th role="columnheader" scope="col" class="data">{waves::WHO}</th>
                    <th role="columnheader" scope="col" class="num only-wide">{waves::SETS}</th>
                </tr></thead>
                <tbody role="rowgroup"><For each=move || ids.get() key=|id| *id children=move |id| row(items, id)/></tbody>
            </table>
        </div>
        {empty}
    }
}

fn row(items: RwSignal<Vec<WaveItem>>, id: SignInId) -> impl IntoView {
    let item = Memo::new(move |_| items.read().iter().find(|item| item.id == id).cloned());
    move || item.get().map(cells)
}

fn cells(item: WaveItem) -> impl IntoView {
    let text = match (&item.problem, item.state) {
        (Some(problem), WaveItemState::Failed | WaveItemState::NeedsSomebody) => problem.title.clone(),
        (_, state) => waves::item_state(state).to_owned(),
    };
    let why = item.problem.as_ref().map(|problem| problem.text.clone());
    let step = item
        .step
        .filter(|_| item.state == WaveItemState::InProgress)
        .map(|step| view! { <small class="faint after">{waves::step(item.steps_done, item.steps, &step)}</small> });
    let done = item.done_at.map(|at| view! { <small class="faint after"><Moment at/></small> });
    view! {
        <tr role="row" data-item=item.id.to_string() data-state=waves::item_state(item.state)>
            <td role="cell" class="mark-cell"><Keymark tenant=item.customer.tenant/></td>
            <td role="cell" class="name"><a href=format!("/authorizations/{}", item.authorization)>{item.customer.name}</a></td>
            <td role="cell" title=why><Status tone=item_tone(item.state) text/>{step}{done}</td>
            <td role="cell" class="data">{item.account}" "<MethodPin method=item.method/></td>
            <td role="cell" class="num only-wide">{text::number(item.sets)}</td>
        </tr>
    }
}
