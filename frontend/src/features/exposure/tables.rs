//! The two parts of the report.

use crate::components::Moment;
use crate::text::portal::{audit, exposure};
use leptos::prelude::*;
use shared::api::exposure::{ActionView, ConnectionKind, ReachedView};

/// Job tokens.
#[component]
pub fn Reached(
    /// What cannot be shown by name any more, in words.
    removed: Option<String>,
    /// What can.
    rows: Vec<ReachedView>,
) -> impl IntoView {
    let by_app = rows.iter().any(|one| one.kind == ConnectionKind::AppOnly);
    let content = if rows.is_empty() {
        view! { <p class="muted">{exposure::NO_TOKENS}</p> }.into_any()
    } else {
        let rows = rows.into_iter().map(reached).collect_view();
        view! {
            <div class="table-wrap" role="region" aria-label=exposure::TOKENS_TABLE tabindex="0">
                <table class="table" data-test="reached">
                    <thead><tr>
                        <th scope="col">{exposure::CUSTOMER}</th>
                        <th scope="col" class="roomy">{exposure::BY}</th>
                        <th scope="col" class="data">{exposure::KEY}</th>
                        <th scope="col" class="data">{exposure::WHAT}</th>
                        <th scope="col" class="num">{exposure::COUNT}</th>
                        <th scope="col" class="num roomy">{exposure::SETS}</th>
                        <th scope="col" class="data">{exposure::FIRST}</th>
                        <th scope="col">{exposure::LAST}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="tokens">
            <header><h2 id="tokens">{exposure::TOKENS}</h2><span class="note">{exposure::TOKENS_NOTE}</span></header>
            {content}
            {removed.map(|words| view! { <p class="note">{words}</p> })}
            {by_app.then(|| view! { <p class="note">{exposure::APP_WARNING}</p> })}
        </section>
    }
}

fn reached(one: ReachedView) -> impl IntoView {
    let href = format!("/customers/{}", one.customer.id);
    view! {
        <tr>
            <td class="name"><a href=href>{one.customer.name}</a></td>
            <td class="roomy clip" title=one.connection.to_string()>{one.name}<span class="why">{exposure::kind(one.kind)}</span></td>
            <td class="data clip" title=one.api_key.id.to_string()>{one.api_key.name}</td>
            <td class="data nowrap">{exposure::what(&one.resource, &one.purpose)}</td>
            <td class="num">{exposure::count(one.tokens)}</td>
            <td class="num roomy">{exposure::count(one.backup_sets)}</td>
            <td class="nowrap data"><Moment at=one.first_at/></td>
            <td class="nowrap"><Moment at=one.last_at/></td>
        </tr>
    }
}

/// Events.
#[component]
pub fn Acts(rows: Vec<ActionView>) -> impl IntoView {
    let content = if rows.is_empty() {
        view! { <p class="muted">{exposure::NO_EVENTS}</p> }.into_any()
    } else {
        let rows = rows.into_iter().map(act).collect_view();
        view! {
            <div class="table-wrap" role="region" aria-label=exposure::EVENTS_TABLE tabindex="0">
                <table class="table" data-test="acts">
                    <thead><tr>
                        <th scope="col">{exposure::CUSTOMER}</th>
                        <th scope="col">{exposure::WHAT}</th>
                        <th scope="col" class="num">{exposure::TIMES}</th>
                        <th scope="col" class="data">{exposure::FIRST}</th>
                        <th scope="col">{exposure::LAST}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="events">
            <header><h2 id="events">{exposure::EVENTS}</h2></header>
            {content}
        </section>
    }
}

fn act(one: ActionView) -> impl IntoView {
    let whose = match one.customer {
        Some(customer) => {
            let href = format!("/customers/{}", customer.id);
            view! { <a href=href>{customer.name}</a> }.into_any()
        }
        None => view! { <span class="faint">{exposure::NOBODY}</span> }.into_any(),
    };
    view! {
        <tr>
            <td class="name">{whose}</td>
            <td title=one.event.clone()>{audit::event(&one.event)}</td>
            <td class="num">{exposure::count(one.count)}</td>
            <td class="nowrap data"><Moment at=one.first_at/></td>
            <td class="nowrap"><Moment at=one.last_at/></td>
        </tr>
    }
}
