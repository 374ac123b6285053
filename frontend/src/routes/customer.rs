//! One customer: its tenant, its sets, its apps and connections, its restores, and the kill switch.

use crate::api;
use crate::components::ButtonLink;
use crate::features::apps::{Apps, KillSwitchForm};
use crate::features::authorizations::{AuthorizationTable, TenantCheck};
use crate::features::customers::{Connections, Contact, RemoveCustomer, Tenant, Unwell};
use crate::features::page::{PageHead, load};
use crate::features::restores::Restores;
use crate::features::session;
use crate::remote::Remote;
use crate::router::{use_params_map, use_query_map};
use crate::text::portal::{audit, customers, shell};
use leptos::prelude::*;
use shared::api::authorizations::AuthorizationView;
use shared::api::backup_sets::CustomerRef;
use shared::api::customers::{ConnectionDetail, CustomerView, KillSwitchReport};
use shared::api::page::Page;
use shared::api::session::MemberRole;
use shared::id::{ConnectionId, CustomerId};

/// What was done on this page: kept while it is drawn anew.
#[derive(Clone, Copy)]
struct Reports {
    killed: RwSignal<Option<KillSwitchReport>>,
    disconnected: RwSignal<Option<ConnectionDetail>>,
    /// The connection that somebody came for.
    wanted: StoredValue<Option<ConnectionId>>,
}

/// The page of one customer.
#[component]
pub fn Customer() -> impl IntoView {
    let params = use_params_map();
    let customer = Remote::new(move || {
        let id = params.read().get("id").unwrap_or_default();
        async move { api::get::<CustomerView>(&format!("/api/v1/customers/{id}")).await }
    });
    let again = Callback::new(move |()| customer.refetch());
    let wanted = use_query_map().with_untracked(|query| query.get("connection"));
    let wanted = StoredValue::new(wanted.and_then(|id| id.parse().ok()));
    let reports = Reports { wanted, killed: RwSignal::new(None), disconnected: RwSignal::new(None) };
    view! { <div class="page">{load(customer, 8, move |customer| show(customer, reports, again))}</div> }
}

/// What was authorized last, and what is open.
#[component]
fn Authorizations(customer: CustomerId) -> impl IntoView {
    let list = Remote::new(move || async move {
        api::get::<Page<AuthorizationView>>(&format!("/api/v1/authorizations?customer={customer}&limit=5")).await
    });
    let table = |page: Page<AuthorizationView>| {
        if page.items.is_empty() {
            return view! { <p class="note">{customers::NO_AUTHORIZATION}</p> }.into_any();
        }
        view! { <AuthorizationTable authorizations=page.items/> }.into_any()
    };
    view! {
        <section class="section" aria-labelledby="authorizations">
            <header><h2 id="authorizations">{shell::AUTHORIZATIONS}</h2></header>
            {load(list, 3, table)}
        </section>
    }
}

fn show(customer: CustomerView, reports: Reports, again: Callback<()>) -> AnyView {
    let crumbs = vec![(shell::CUSTOMERS.to_owned(), "/customers".to_owned())];
    let place = customer.domain.clone().unwrap_or_else(|| customer.tenant.to_string());
    let sub = view! { {customers::sub(customer.sets, &place)} }.into_any();
    let check = customer.confirmed_at.is_none().then(|| {
        let whose = CustomerRef {
            id: customer.id,
            name: customer.name.clone(),
            domain: customer.domain.clone(),
            tenant: customer.tenant,
        };
        view! { <TenantCheck customer=whose on_confirmed=again/> }
    });
    // The log belongs to the organization as a whole.
    let reads_log = session::has_role(|role| role != MemberRole::Technician);
    let activity = format!("/activity?customer={}", customer.id);
    view! {
        <PageHead title=customer.name.clone() heading=customer.name.clone() crumbs tenant=customer.tenant sub>
            {move || reads_log.get().then(|| view! { <ButtonLink attr:data-test="to-activity" href=activity.clone()>{audit::OF_CUSTOMER}</ButtonLink> })}
        </PageHead>
        {check}
        <Unwell connections=customer.connections.clone()/>
        <Tenant customer=customer.clone() on_change=again/>
        <Apps customer=customer.id on_undone=again/>
        <Connections connections=customer.connections.clone() report=reports.disconnected wanted=reports.wanted on_change=again/>
        <Authorizations customer=customer.id/>
        <Contact customer=customer.clone()/>
        <Restores customer=customer.id connections=customer.connections.clone()/>
        <KillSwitchForm customer=customer.id name=customer.name.clone() report=reports.killed on_change=again/>
        <RemoveCustomer customer=customer.id name=customer.name/>
    }
    .into_any()
}
