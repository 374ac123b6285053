//! What an authorization would do (F6): who signs in, which sets change, what is asked for and why; nothing is stored.

use crate::api;
use crate::components::{Button, ButtonKind, Fact, Facts, Icon, Keymark, MethodPin, Move, Notice, Perms, Tone};
use crate::features::page::Trouble;
use crate::text::portal::authorizations;
use leptos::prelude::*;
use shared::api::authorizations::{RefusedSet, SetRef, SignInPreview};
use shared::api::backup_sets::CustomerRef;
use shared::api::customers::{ConfirmTenant, CustomerView};
use shared::method::Method;

/// One person's sign-in.
#[component]
pub fn PreviewedSignIn(
    /// Its place.
    number: usize,
    /// What it covers.
    sign_in: SignInPreview,
    /// What the sets get.
    method: Method,
) -> impl IntoView {
    let SignInPreview { account, sets, permissions, needs_administrator, already_connected, .. } = sign_in;
    let id = format!("sign-in-{number}");
    let labelled = id.clone();
    let (heading, who) = if already_connected {
        (authorizations::connected(&account), authorizations::who_connected(&account))
    } else {
        (authorizations::holder(&account), authorizations::who(&account))
    };
    let before = sets.first().map_or(Method::Basic, |set| set.method);
    let picture = if before == method {
        view! { <MethodPin method/> }.into_any()
    } else {
        view! { <Move from=before to=method/> }.into_any()
    };
    let approval = (needs_administrator && !already_connected).then(|| {
        view! { <Notice tone=Tone::Info title=authorizations::NEEDS_ADMINISTRATOR text=authorizations::NEEDS_ADMINISTRATOR_WHY/> }
    });
    let asked = (!permissions.is_empty()).then(|| {
        view! {
            <div class="stack tight">
                <h3>{authorizations::WHAT_FOR}</h3>
                <Perms permissions/>
                <p class="note">{authorizations::READ_ONLY}</p>
            </div>
        }
    });
    view! {
        <section class="signin" aria-labelledby=labelled data-test="sign-in-preview">
            <header>
                <span class="n" aria-hidden="true">{number}</span>
                <div><h2 id=id>{heading}</h2><p>{authorizations::sets(sets.len())}{picture}</p></div>
            </header>
            <div class="in">
                {approval}
                <SetList sets/>
                <div class="stack tight"><h3>{authorizations::WHO}</h3><p class="muted">{who}</p></div>
                {asked}
            </div>
        </section>
    }
}

/// The names of sets.
#[component]
pub fn SetList(sets: Vec<SetRef>) -> impl IntoView {
    let names = sets.into_iter().map(|set| view! { <li>{set.name}</li> }).collect_view();
    view! { <div class="stack tight"><h3>{authorizations::WHAT_CHANGES}</h3><ul class="setlist">{names}</ul></div> }
}

/// Sets that cannot take part, each with its reason and what to do instead.
#[component]
pub fn RefusedSets(refused: Vec<RefusedSet>) -> impl IntoView {
    let row = |refused: RefusedSet| {
        let RefusedSet { set, text, instead, .. } = refused;
        view! {
            <li class="warn">
                <Icon name="alert"/>
                <div>
                    <b><a href=format!("/backup-sets/{}", set.id)>{set.name}</a></b>
                    <p>{text}{instead.map(|instead| view! { " "<span class="muted">{authorizations::INSTEAD}" "{instead}</span> })}</p>
                </div>
                <MethodPin method=set.method/>
            </li>
        }
    };
    let rows: Vec<_> = refused.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby="refused" data-test="refused">
                <header><h2 id="refused">{authorizations::REFUSED}</h2><span class="note">{authorizations::sets(rows.len())}</span></header>
                <ul class="tasks">{rows.collect_view()}</ul>
            </section>
        }
    })
}

/// The tenant is not confirmed yet: look at it, and confirm it here.
#[component]
pub fn TenantCheck(
    /// Whose.
    customer: CustomerRef,
    /// Called when it is confirmed.
    #[prop(into)]
    on_confirmed: Callback<()>,
) -> impl IntoView {
    let CustomerRef { id, name, domain, tenant } = customer;
    let confirm = Action::new_local(move |(): &()| async move {
        api::post::<_, CustomerView>(&format!("/api/v1/customers/{id}/confirm-tenant"), &ConfirmTenant { tenant }).await
    });
    Effect::new(move |_| {
        if let Some(Ok(_)) = confirm.value().get() {
            on_confirmed.run(());
        }
    });
    let failure = move || confirm.value().get().and_then(Result::err);
    view! {
        <section class="card" aria-labelledby="tenant-check" data-test="tenant-check">
            <div class="stack tight">
                <h2 id="tenant-check" class="titled">{authorizations::CONFIRM_TENANT}<Keymark tenant/></h2>
                <p class="muted">{authorizations::CONFIRM_TENANT_WHY}</p>
            </div>
            <Facts>
                <Fact term=authorizations::CUSTOMER>{name}</Fact>
                <Fact term=authorizations::TENANT small=tenant.to_string()>{domain.unwrap_or_default()}</Fact>
            </Facts>
            <div class="actions">
                <Button attr:data-test="confirm-tenant" kind=ButtonKind::Primary busy=confirm.pending() on_press=move |_| { confirm.dispatch(()); }>
                    {authorizations::CONFIRM_TENANT_BUTTON}
                </Button>
            </div>
            {move || failure().map(|failure| view! { <Trouble failure/> })}
        </section>
    }
}
