//! What an authorization would do (F6): who signs in, which sets change, what is asked for and why; nothing is stored.

use super::Wish;
use crate::api;
use crate::browser;
use crate::components::{
    Button, ButtonKind, ButtonLink, Fact, Facts, Icon, Keymark, MethodPin, Move, Notice, Perms, Tone,
};
use crate::features::backup_sets::Chosen;
use crate::features::page::Trouble;
use crate::remote::Action;
use crate::text::portal::{authorizations, backup_sets, modern};
use crate::text::when;
use leptos::prelude::*;
use shared::api::apps::Way;
use shared::api::authorizations::{RefusedSet, SetRef, SignInPreview, UnderWay};
use shared::api::backup_sets::CustomerRef;
use shared::api::customers::{ConfirmTenant, CustomerView};
use shared::method::Method;
use shared::rules::who::Signer;

/// One person's sign-in.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub fn PreviewedSignIn(
    /// Its place.
    number: usize,
    /// What it covers.
    sign_in: SignInPreview,
    /// What the sets get.
    method: Method,
    /// Whose sets.
    customer: String,
    /// An app for restores is made too.
    restores: bool,
    /// How the app comes to be.
    way: Way,
) -> impl IntoView {
    let SignInPreview { account, signer, sets, permissions, needs_administrator, already_connected } = sign_in;
    let id = format!("sign-in-{number}");
    let labelled = id.clone();
    let modern = signer != Signer::AccountHolder;
    let (heading, who) = match (modern, already_connected) {
        (true, true) => (modern::connected(&customer), modern::WHO_CONNECTED.to_owned()),
        (true, false) if way == Way::OwnApp => (modern::makes_app(&account), modern::WHO_OWN_APP.to_owned()),
        (true, false) => (modern::signs_in(&account), format!("{} {}", signer.text(), modern::WHO_MORE)),
        (false, true) => (authorizations::connected(&account), authorizations::who_connected(&account)),
        (false, false) => (authorizations::holder(&account), authorizations::who(&account)),
    };
    let note = match (modern, restores) {
        (true, true) => modern::NOTE_RESTORE,
        (true, false) => modern::NOTE_READ,
        (false, true) => authorizations::READ_AND_RESTORE,
        (false, false) => authorizations::READ_ONLY,
    };
    let before = sets.first().map_or(Method::Basic, |set| set.method);
    let picture = if before == method {
        view! { <MethodPin method/> }.into_any()
    } else {
        view! { <Move from=before to=method/> }.into_any()
    };
    let approval = (needs_administrator && !already_connected && !modern).then(|| {
        view! { <Notice tone=Tone::Info title=authorizations::NEEDS_ADMINISTRATOR text=authorizations::NEEDS_ADMINISTRATOR_WHY/> }
    });
    let asked = (!permissions.is_empty()).then(|| {
        view! {
            <div class="stack tight">
                <h3>{authorizations::WHAT_FOR}</h3>
                <Perms permissions/>
                <p class="note">{note}</p>
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

/// Authorizations that wait for some of these sets already.
#[component]
pub fn OthersUnderWay(
    /// Which, the newest first.
    under_way: Vec<UnderWay>,
) -> impl IntoView {
    let one = |one: UnderWay| {
        let label = authorizations::open_of(&one.created_by, &when(one.created_at, browser::now()));
        let href = format!("/authorizations/{}", one.id);
        view! {
            <Notice tone=Tone::Warn title=authorizations::under_way(one.sets) text=authorizations::UNDER_WAY_WHY>
                <div class="actions"><ButtonLink attr:data-test="under-way" href>{label}</ButtonLink></div>
            </Notice>
        }
    };
    under_way.into_iter().map(one).collect_view()
}

/// The names of sets.
#[component]
pub fn SetList(sets: Vec<SetRef>) -> impl IntoView {
    let names = sets.into_iter().map(|set| view! { <li>{set.name}</li> }).collect_view();
    view! { <div class="stack tight"><h3>{authorizations::WHAT_CHANGES}</h3><ul class="setlist">{names}</ul></div> }
}

/// More than this many sets make an address too long.
const MOST_NAMED: usize = 40;

/// Sets that cannot take part, each with its reason and what to do instead.
#[component]
pub fn RefusedSets(
    /// Which.
    refused: Vec<RefusedSet>,
    /// The method that they cannot get.
    method: Method,
) -> impl IntoView {
    let chosen = Chosen::of_this_tab();
    let other = other_method(&refused, method);
    let row = move |refused: RefusedSet| {
        let RefusedSet { set, text, instead, .. } = refused;
        let is_split = chosen.is_some_and(|Chosen(choice)| choice.read_untracked().is_split(set.id));
        let split = is_split.then(|| view! { " "<span class="muted">{backup_sets::SPLIT}</span> });
        view! {
            <li class="warn">
                <Icon name="alert"/>
                <div>
                    <b><a href=format!("/backup-sets/{}", set.id)>{set.name}</a></b>
                    <p>{text}{instead.map(|instead| view! { " "<span class="muted">{authorizations::INSTEAD}" "{instead}</span> })}{split}</p>
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
                {other}
            </section>
        }
    })
}

/// The way to a preview of these by the other method. Sets that nothing moves are shown there with their reason.
fn other_method(refused: &[RefusedSet], method: Method) -> Option<impl IntoView + use<>> {
    let basic: Vec<_> = refused.iter().filter(|one| one.set.method == Method::Basic).map(|one| one.set.id).collect();
    let (to, label) = match method {
        Method::Modern => (Method::Hybrid, modern::SEE_HYBRID),
        _ => (Method::Modern, modern::SEE_MODERN),
    };
    (!basic.is_empty() && basic.len() <= MOST_NAMED).then(|| {
        let href = Wish::of(basic, to);
        view! { <div class="actions"><ButtonLink attr:data-test="other-method" href>{label}</ButtonLink></div> }
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
    let confirm = Action::new(move |(): &()| async move {
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
