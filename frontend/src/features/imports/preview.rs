//! What an import would do: numbers, customers and their tenants, lines that cannot be used; then the confirmation.

use crate::api;
use crate::components::{Button, ButtonKind, ButtonLink, Keymark, Notice, Tone};
use crate::features::page;
use crate::features::session;
use crate::remote::Action;
use crate::text;
use crate::text::portal::imports;
use leptos::prelude::*;
use shared::api::imports::{BadLine, ConfirmImport, ImportCustomer, ImportView};
use std::collections::HashMap;

/// The preview.
#[component]
pub fn ImportPreview(
    /// What the server read.
    import: ImportView,
    /// Called with the stored import.
    #[prop(into)]
    on_confirmed: Callback<ImportView>,
) -> impl IntoView {
    let nothing_good = import.new + import.changed + import.unchanged == 0;
    let number = |count: u64, word: &'static str, class: &'static str| {
        view! { <div class=class><b>{text::number(count)}</b><span>{word}</span></div> }
    };
    view! {
        <div class="total four" data-test="import-numbers">
            {number(import.new, imports::NEW, "")}
            {number(import.changed, imports::CHANGED, "")}
            {number(import.unchanged, imports::UNCHANGED, "")}
            {number(import.bad, imports::BAD, if import.bad > 0 { "bad-text" } else { "" })}
        </div>
        {(import.disconnected > 0).then(|| view! { <div data-test="disconnected"><Notice tone=Tone::Warn title=imports::disconnected(import.disconnected) text=imports::DISCONNECTED_WHY/></div> })}
        {nothing_good.then(|| view! { <Notice tone=Tone::Danger title=imports::NOTHING_GOOD/> })}
        {(!import.customers.is_empty()).then(|| view! { <Customers customers=import.customers.clone()/> })}
        {(!import.bad_lines.is_empty()).then(|| view! { <BadLines lines=import.bad_lines.clone() all=import.bad/> })}
        <Confirm import on_confirmed/>
    }
}

#[component]
fn Confirm(import: ImportView, on_confirmed: Callback<ImportView>) -> impl IntoView {
    let leave_out = RwSignal::new(false);
    let (id, bad) = (import.id, import.bad);
    let (good, contacts) = (import.new + import.changed, import.contacts);
    let usable = good + import.unchanged > 0;
    let confirm = Action::new(move |(): &()| {
        let body = ConfirmImport { leave_out_bad_lines: leave_out.get_untracked() };
        async move { api::post::<_, ImportView>(&format!("/api/v1/imports/{id}/confirm"), &body).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(stored)) = confirm.value().get() {
            session::refresh();
            on_confirmed.run(stored);
        }
    });
    let blocked = Signal::derive(move || !usable || (bad > 0 && !leave_out.get()));
    let failure = move || confirm.value().get().and_then(Result::err);
    view! {
        <section class="stack">
            {(bad > 0 && usable).then(|| view! {
                <label class="check">
                    <input type="checkbox" data-test="leave-out" prop:checked=leave_out on:change=move |event| leave_out.set(event_target_checked(&event))/>
                    <span>{imports::LEAVE_OUT}</span>
                </label>
            })}
            {(usable && good == 0).then(|| view! { <p class="note">{imports::nothing_new(contacts)}</p> })}
            <div class="actions">
                <Button attr:data-test="confirm-import" kind=ButtonKind::Primary busy=confirm.pending() disabled=blocked on_press=move |_| { confirm.dispatch(()); }>
                    {move || if confirm.pending().get() { imports::CONFIRMING.to_owned() } else { imports::confirm(good) }}
                </Button>
                <ButtonLink href="/backup-sets/import">{imports::OTHER_FILE}</ButtonLink>
                {move || (blocked.get() && usable).then(|| view! { <span class="note">{imports::TICK_FIRST}</span> })}
            </div>
            {move || failure().map(|failure| view! { <page::Trouble failure/> })}
        </section>
    }
}

#[component]
fn Customers(customers: Vec<ImportCustomer>) -> impl IntoView {
    let row = |customer: ImportCustomer| {
        let tag = if customer.new { imports::NEW_HERE } else { imports::KNOWN };
        let contact = imports::contact(&customer);
        view! {
            <li>
                <Keymark tenant=customer.tenant/>
                <div>
                    <b>{customer.name}</b>
                    <small>{customer.domain.map(|domain| format!("{domain}, "))}<span class="mono">{customer.tenant.to_string()}</span></small>
                    {contact.map(|contact| view! { <small data-test="contact">{contact}</small> })}
                </div>
                <span class="tag" class:new=customer.new>{tag}</span>
                <span class="note nowrap">{imports::sets(customer.sets)}</span>
            </li>
        }
    };
    view! {
        <section class="section" aria-labelledby="whose">
            <header><h2 id="whose">{imports::CUSTOMERS}</h2><span class="note">{imports::CUSTOMERS_WHY}</span></header>
            <ul class="tenants">{customers.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}

#[component]
fn BadLines(lines: Vec<BadLine>, all: u64) -> impl IntoView {
    let more =
        ((lines.len() as u64) < all).then(|| view! { <p class="note">{imports::more_bad(lines.len(), all)}</p> });
    let row = |trouble: Trouble| {
        view! {
            <tr>
                <td>{imports::lines(&trouble.lines)}</td>
                <td>{trouble.field.map_or_else(|| view! { <span class="faint">{imports::WHOLE_LINE}</span> }.into_any(), |field| view! { <code>{field}</code> }.into_any())}</td>
                <td>{trouble.reason}</td>
            </tr>
        }
    };
    view! {
        <section class="section" aria-labelledby="bad">
            <header><h2 id="bad">{imports::BAD_LINES}</h2><span class="note bad-text">{text::number(all)}</span></header>
            <div class="table-wrap tall" role="region" aria-label=imports::BAD_TABLE tabindex="0">
                <table class="table" data-test="bad-lines">
                    <thead><tr><th scope="col">{imports::LINE}</th><th scope="col">{imports::FIELD}</th><th scope="col">{imports::REASON}</th></tr></thead>
                    <tbody>{grouped(lines).into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
}

/// What is wrong in the same way, wherever it is.
#[derive(Debug, PartialEq, Eq)]
struct Trouble {
    /// The lines, the first one first.
    lines: Vec<u64>,
    field: Option<String>,
    reason: String,
}

/// One trouble each, in the order in which they begin: a word that is wrong in a thousand lines is one thing to repair.
fn grouped(lines: Vec<BadLine>) -> Vec<Trouble> {
    let mut found: Vec<Trouble> = Vec::new();
    let mut places = HashMap::new();
    for BadLine { line, field, reason } in lines {
        let place = *places.entry((field.clone(), reason.clone())).or_insert_with(|| {
            found.push(Trouble { lines: Vec::new(), field, reason });
            found.len() - 1
        });
        if let Some(trouble) = found.get_mut(place) {
            trouble.lines.push(line);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_wrong_in_many_lines_is_one_trouble() {
        let bad = |line, field: Option<&str>, reason: &str| BadLine {
            line,
            field: field.map(str::to_owned),
            reason: reason.to_owned(),
        };
        let lines = vec![
            bad(2, Some("covers"), "unknown"),
            bad(3, None, "torn"),
            bad(4, Some("workloads"), "unknown"),
            bad(9, Some("covers"), "unknown"),
        ];
        let troubles = grouped(lines);
        let seen: Vec<_> = troubles.iter().map(|one| (one.lines.as_slice(), one.field.as_deref())).collect();
        assert_eq!(seen, [(&[2, 9][..], Some("covers")), (&[3], None), (&[4], Some("workloads"))]);
    }
}
