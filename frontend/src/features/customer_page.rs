//! The customer's own page: what is connected, for somebody without an account here.

use crate::api;
use crate::browser;
use crate::components::{Button, ButtonKind, Fact, Facts, Keymark, Moment};
use crate::features::page::Trouble;
use crate::remote::Action;
use crate::text::portal::customer_page;
use leptos::prelude::*;
use shared::api::authorizations::ConnectLink;
use shared::api::customer_page::{AskRemoval, ConnectedView, CustomerPage};

/// Everything that is connected.
#[component]
pub fn Connected(
    /// What the server said.
    page: CustomerPage,
    /// The link's secret.
    secret: String,
) -> impl IntoView {
    let CustomerPage { organization, organization_domain, customer, domain, tenant, connections, expires_at, .. } =
        page;
    let who = organization_domain.map_or_else(|| organization.clone(), |domain| format!("{organization} ({domain})"));
    let place = domain.unwrap_or_else(|| tenant.to_string());
    let none = connections.is_empty().then(|| view! { <p class="muted">{customer_page::NOTHING}</p> });
    let cards = connections
        .into_iter()
        .map(move |one| view! { <One one secret=secret.clone() organization=organization.clone()/> })
        .collect_view();
    view! {
        <div class="sheet wide" data-test="connected">
            <div class="stack tight">
                <h1 tabindex="-1">{customer_page::heading(&customer)}" "<Keymark tenant/></h1>
                <p class="muted">{customer_page::lede(&who, &place)}</p>
            </div>
            {none}
            {cards}
            <p class="note">{customer_page::UNTIL}" "<Moment at=expires_at/>"."</p>
            <div class="actions"><Button on_press=|_| browser::print()>{customer_page::PRINT}</Button></div>
        </div>
    }
}

#[component]
fn One(one: ConnectedView, secret: String, organization: String) -> impl IntoView {
    let id = one.id;
    let ask = Action::new(move |(): &()| {
        let secret = secret.clone();
        async move {
            let body = AskRemoval { connection: id };
            api::post_with::<_, ConnectLink>("/api/v1/customer-page/removal", &secret, &body)
                .await
                .map(|link| browser::navigate(&link.url))
        }
    });
    let failure = move || ask.value().get().and_then(Result::err);
    let client = one
        .client_id
        .map(|id| view! { <Fact term=customer_page::CLIENT><span class="mono small">{id.to_string()}</span></Fact> });
    let by = one.by.clone().map(|by| view! { <Fact term=customer_page::BY>{by}</Fact> });
    let used = match one.used_at {
        Some(at) => view! { <Moment at/> }.into_any(),
        None => customer_page::NEVER.into_any(),
    };
    let ends = one.not_after.map(|at| view! { <Fact term=customer_page::CERTIFICATE><Moment at/></Fact> });
    let more = one.set_count.saturating_sub(one.sets.len() as u64);
    let sets = one.sets.iter().map(|name| view! { <li>{name.clone()}</li> }).collect_view();
    let rest = (more > 0).then(|| view! { <li>{customer_page::more(more)}</li> });
    let (why, label) = match one.client_id {
        Some(_) => (customer_page::REMOVE_WHY, customer_page::REMOVE),
        None => (customer_page::REMOVE_ACCOUNT_WHY, customer_page::REMOVE_ACCOUNT),
    };
    let removal = if one.removable {
        view! {
            <p class="note">{why}</p>
            <div class="actions">
                <Button attr:data-test="ask-removal" kind=ButtonKind::Danger busy=ask.pending() on_press=move |_| { ask.dispatch(()); }>{label}</Button>
            </div>
        }
        .into_any()
    } else {
        view! { <p class="note">{customer_page::elsewhere(&organization)}</p> }.into_any()
    };
    view! {
        <section class="card" data-test="connection">
            <h2>{one.name}</h2>
            <Facts>
                <Fact term=customer_page::SINCE><Moment at=one.since/></Fact>
                {by}
                <Fact term=customer_page::USED>{used}</Fact>
                {ends}
                {client}
                <Fact term=customer_page::MAY><span class="mono small">{one.permissions.join(", ")}</span></Fact>
                <Fact term=customer_page::SETS><ul class="plain">{sets}{rest}</ul></Fact>
            </Facts>
            {removal}
            {move || failure().map(|failure| view! { <Trouble failure/> })}
        </section>
    }
}
