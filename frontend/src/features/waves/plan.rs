//! Who signs in, customer by customer, with a picture of what their sets become.
//!
//! Geometry lives in attributes; colours in the style sheet.

use crate::components::{Keymark, Status, Tone};
use crate::text;
use crate::text::portal::waves;
use leptos::prelude::*;
use shared::api::waves::{WaveCustomer, WavePreview};
use shared::method::Method;

/// People named in a row; the others are counted.
const NAMED: usize = 3;

/// The customers of a plan.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub fn PlanTable(preview: WavePreview) -> impl IntoView {
    let most = preview.customers.iter().map(|one| one.sets).max().unwrap_or(1).max(1);
    let rows = preview.customers.iter().map(|customer| row(customer, most)).collect_view();
    let more = (preview.more_customers > 0)
        .then(|| view! { <p class="note">{waves::more_customers(preview.more_customers)}</p> });
    view! {
        <section class="section" aria-labelledby="by-customer">
            <header><h2 id="by-customer">{waves::BY_CUSTOMER}</h2></header>
            <div class="table-wrap" role="region" aria-label=waves::PLAN_TABLE tabindex="0">
                <table class="table rows" role="table" data-test="plan">
                    <thead role="rowgroup"><tr role="row">
                        <th role="columnheader" scope="col" class="mark-cell"><span class="hide">{waves::CUSTOMER}</span></th>
                        <th role="columnheader" scope="col">{waves::CUSTOMER}</th>
                        <th role="columnheader" scope="col" class="data">{waves::WHO}</th>
                        <th role="columnheader" scope="col" class="num">{waves::SETS}</th>
                        <th role="columnheader" scope="col" class="only-wide">{waves::PICTURE}</th>
                        <th role="columnheader" scope="col" class="only-wide">{waves::APPROVAL}</th>
                    </tr></thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
}

fn row(one: &WaveCustomer, most: u64) -> impl IntoView + use<> {
    let open = || one.people.iter().filter(|person| !person.already_connected);
    let named: Vec<_> = open().take(NAMED).map(|person| waves::person(&person.account, person.sets)).collect();
    let more = one.sign_ins.saturating_sub(named.len() as u64);
    let people = named.into_iter().map(|person| view! { <li>{person}</li> }).collect_view();
    let nobody = (one.sign_ins == 0).then(|| view! { <li>{waves::NOBODY}</li> });
    let more = (more > 0).then(|| view! { <li class="faint">{waves::more_people(more)}</li> });
    let approval = one.approval.then(|| view! { <Status tone=Tone::Warn text=waves::NEEDS_APPROVAL/> });
    view! {
        <tr role="row" data-customer=one.customer.name.clone()>
            <td role="cell" class="mark-cell"><Keymark tenant=one.customer.tenant/></td>
            <td role="cell" class="name"><a href=format!("/customers/{}", one.customer.id)>{one.customer.name.clone()}</a></td>
            <td role="cell" class="data"><ul class="people">{people}{nobody}{more}</ul></td>
            <td role="cell" class="num">{text::number(one.sets)}</td>
            <td role="cell" class="only-wide">{bar(one, most)}</td>
            <td role="cell" class="only-wide nowrap">{approval}</td>
        </tr>
    }
}

/// A bar as long as the customer's sets, cut where the method changes.
fn bar(one: &WaveCustomer, most: u64) -> impl IntoView + use<> {
    let sets =
        |method| one.people.iter().filter(|person| person.method == method).map(|person| person.sets).sum::<u64>();
    // People that the plan leaves out are hybrid: a tenant has one administrator's sign-in.
    let modern = sets(Method::Modern);
    let hybrid = one.sets.saturating_sub(modern);
    let width = |sets: u64| (sets * 100).div_ceil(most);
    let words: Vec<_> = [(hybrid, Method::Hybrid), (modern, Method::Modern)]
        .into_iter()
        .filter(|(sets, _)| *sets > 0)
        .map(|(sets, method)| waves::of_method(sets, method))
        .collect();
    view! {
        <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=words.join(", ")>
            <rect class="h" x="0" y="0" height="8" width=width(hybrid).to_string()/>
            <rect class="m" x=width(hybrid).to_string() y="0" height="8" width=width(modern).to_string()/>
        </svg>
    }
}
