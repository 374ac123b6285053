//! All channels as a table; each leads to its page.

use crate::browser;
use crate::components::{Moment, Status, Tone};
use crate::text::portal::channels;
use leptos::prelude::*;
use shared::api::channels::{ChannelView, DeliveryState, DeliveryView};

/// How a delivery looks.
pub const fn tone(one: &DeliveryView) -> Tone {
    match one.state {
        DeliveryState::Delivered => Tone::Ok,
        DeliveryState::Waiting if one.tried_at.is_none() => Tone::Live,
        DeliveryState::Waiting => Tone::Warn,
        DeliveryState::Failed => Tone::Danger,
    }
}

/// All channels.
#[component]
pub fn ChannelTable(channels: Vec<ChannelView>) -> impl IntoView {
    let rows = channels.into_iter().map(row).collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=channels::TABLE tabindex="0">
            <table class="table" data-test="channels">
                <thead><tr>
                    <th scope="col">{channels::ADDRESS}</th>
                    <th scope="col" class="roomy">{channels::KIND}</th>
                    <th scope="col">{channels::LAST}</th>
                    <th scope="col" class="data">{channels::SINCE}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(one: ChannelView) -> impl IntoView {
    let href = format!("/notifications/{}", one.id);
    let last = match &one.last_delivery {
        Some(last) => view! { <Status tone=tone(last) text=channels::outcome(last, browser::now())/> }.into_any(),
        None => view! { <span class="faint">{channels::NOTHING_SENT}</span> }.into_any(),
    };
    let (scope, title) = (channels::scope(&one), one.address.clone());
    view! {
        <tr>
            <td class="name clip" title=title><a href=href>{one.address}</a><span class="why">{scope}</span></td>
            <td class="nowrap roomy">{channels::kind(one.kind)}</td>
            <td>{last}</td>
            <td class="nowrap data"><Moment at=one.created_at/></td>
        </tr>
    }
}
