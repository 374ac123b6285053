//! Waves as a table.

use super::tone;
use crate::browser;
use crate::components::Status;
use crate::text;
use crate::text::portal::waves;
use leptos::prelude::*;
use shared::api::waves::WaveView;

/// A page of waves.
#[component]
pub fn WaveTable(waves: Vec<WaveView>) -> impl IntoView {
    let rows = waves.into_iter().map(row).collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=waves::TABLE tabindex="0">
            <table class="table" role="table" data-test="waves">
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col">{waves::NAME}</th>
                    <th role="columnheader" scope="col">{waves::STATE}</th>
                    <th role="columnheader" scope="col" class="num">{waves::MOVED}</th>
                    <th role="columnheader" scope="col" class="only-wide">{waves::LEFT}</th>
                    <th role="columnheader" scope="col" class="only-wide">{waves::DEADLINE}</th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

fn row(wave: WaveView) -> impl IntoView {
    let counts = wave.counts;
    let moved = format!("{} / {}", text::number(counts.sets_done), text::number(counts.sets));
    let deadline = wave.deadline.map(|deadline| {
        view! { <time datetime=browser::iso(deadline) title=browser::exact(deadline)>{browser::short_day(deadline)}</time> }
    });
    view! {
        <tr role="row" data-wave=wave.id.to_string()>
            <td role="cell" class="name"><a href=format!("/waves/{}", wave.id)>{wave.name}</a></td>
            <td role="cell" class="nowrap"><Status tone=tone(wave.state) text=waves::state(wave.state)/></td>
            <td role="cell" class="num nowrap">{moved}</td>
            <td role="cell" class="only-wide nowrap">{waves::left(&counts)}</td>
            <td role="cell" class="only-wide nowrap faint">{deadline}</td>
        </tr>
    }
}
