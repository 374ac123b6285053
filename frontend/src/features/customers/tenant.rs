//! A customer's tenant, and its sets by method.

use super::Rename;
use crate::components::{ButtonKind, ButtonLink, Fact, Facts, MethodPin, Moment, Status, Tone};
use crate::text;
use crate::text::portal::customers;
use leptos::prelude::*;
use shared::api::customers::CustomerView;
use shared::method::Method;

/// Tenant and sets, side by side.
#[component]
pub fn Tenant(
    /// Whose.
    customer: CustomerView,
    /// Something about the customer is another one.
    on_change: Callback<()>,
) -> impl IntoView {
    let state = if customer.confirmed_at.is_some() {
        (Tone::Ok, customers::CONFIRMED)
    } else {
        (Tone::Warn, customers::NOT_CONFIRMED)
    };
    let confirmed = customer.confirmed_at.map(|at| view! { <Fact term=customers::CONFIRMED_AT><Moment at/></Fact> });
    let sets = customer.sets;
    let address = |method: &str| format!("/backup-sets?{method}customer={}", customer.id);
    let counts = [(Method::Modern, sets.modern), (Method::Hybrid, sets.hybrid), (Method::Basic, sets.basic)];
    let rows = counts.map(|(method, count)| {
        let href = address(&format!("method={}&", method.as_str()));
        view! { <div><dt><MethodPin method/></dt><dd><a href=href>{text::number(count)}</a></dd></div> }
    });
    // One filled button a screen: an unconfirmed tenant has the first word.
    let kind = if customer.confirmed_at.is_some() { ButtonKind::Primary } else { ButtonKind::Plain };
    let choose = (sets.basic > 0).then(|| {
        view! { <ButtonLink attr:data-test="choose-sets" href=address("method=basic&") kind>{customers::BASIC_SETS}</ButtonLink> }
    });
    view! {
        <div class="halves">
            <section class="section" aria-labelledby="tenant">
                <header><h2 id="tenant">{customers::TENANT_SECTION}</h2><Status tone=state.0 text=state.1/></header>
                <Facts>
                    <Fact term=customers::DOMAIN>{customer.domain.clone().unwrap_or_else(|| customers::NONE.into())}</Fact>
                    <Fact term=customers::TENANT_ID><span class="mono">{customer.tenant.to_string()}</span></Fact>
                    {confirmed}
                </Facts>
                <Rename customer=customer.id name=customer.name.clone() on_change/>
            </section>
            <section class="section" aria-labelledby="sets">
                <header><h2 id="sets">{customers::SETS_SECTION}</h2><a href=address("")>{customers::ALL_SETS}</a></header>
                <dl class="facts">{rows.into_iter().collect_view()}</dl>
                <div class="actions">{choose}</div>
            </section>
        </div>
    }
}
