//! The preview of an authorization (F6): everything before anybody signs in. Nothing is stored until "Authorize".

use crate::api::{self, ApiFailure};
use crate::components::{Art, Button, ButtonKind, ButtonLink};
use crate::features::authorizations::{OthersUnderWay, PreviewedSignIn, RefusedSets, Summary, TenantCheck, Ways, Wish};
use crate::features::backup_sets::Chosen;
use crate::features::backup_sets::choice::Choice;
use crate::features::page::{PageHead, Trouble, load};
use crate::features::session;
use crate::remote::{Action, Remote};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::text::portal::{authorizations, shell};
use leptos::prelude::*;
use shared::api::apps::Way;
use shared::api::authorizations::{AuthorizationPreview, AuthorizationView, CreateAuthorization};
use shared::id::BackupSetId;
use shared::method::Method;

/// The preview of the chosen sets, or of those that the address names.
#[component]
pub fn Preview() -> impl IntoView {
    let query = use_query_map();
    let chosen = Chosen::of_this_tab();
    let wish = Memo::new(move |_| {
        let read = |choice: &Choice| Wish::read(|name| query.read().get(name), choice);
        chosen.map_or_else(|| read(&Choice::default()), |Chosen(choice)| read(&choice.read_untracked()))
    });
    let preview = Remote::new(move || {
        let body = wish.read().request(&[]);
        async move {
            if body.backup_sets.is_empty() && body.connection.is_none() {
                return Err(ApiFailure::Network);
            }
            api::post::<_, AuthorizationPreview>("/api/v1/authorizations/preview", &body).await
        }
    });
    let again = Callback::new(move |()| preview.refetch());
    let go = StoredValue::new_local(use_navigate());
    let change = Callback::new(move |wish: Wish| {
        let options = NavigateOptions { replace: true, scroll: false };
        go.with_value(|go| go(&wish.address(), options));
    });
    let is_empty = Memo::new(move |_| wish.read().is_empty());
    // An account's sets stay hybrid: there is no other way to choose.
    let is_repair = Memo::new(move |_| wish.read().connection.is_some());
    let page = move || {
        if is_empty.get() {
            return nothing();
        }
        view! {
            {move || head(preview.get().and_then(Result::ok))}
            {move || (!is_repair.get()).then(|| view! { <Ways wish on_change=change/> })}
            {load(preview, 8, move |preview| show(preview, wish.get_untracked(), again))}
        }
        .into_any()
    };
    view! { <div class="page">{page}</div> }
}

fn nothing() -> AnyView {
    view! {
        <div class="empty">
            <Art name="art-empty"/>
            <h1 tabindex="-1">{authorizations::NOTHING_CHOSEN}</h1>
            <p>{authorizations::NOTHING_CHOSEN_WHY}</p>
            <div class="actions"><ButtonLink href="/backup-sets" kind=ButtonKind::Primary>{authorizations::CHOOSE_SETS}</ButtonLink></div>
        </div>
    }
    .into_any()
}

fn head(preview: Option<AuthorizationPreview>) -> impl IntoView {
    let mut crumbs = vec![(shell::BACKUP_SETS.to_owned(), "/backup-sets".to_owned())];
    let tenant = preview.as_ref().map(|preview| preview.customer.tenant);
    let heading = match &preview {
        Some(AuthorizationPreview { sets: 0, customer, .. }) => authorizations::nothing_headline(&customer.name),
        Some(preview) => authorizations::preview_headline(preview.sets, &preview.customer.name),
        None => authorizations::PREVIEW.to_owned(),
    };
    if let Some(AuthorizationPreview { customer, .. }) = preview {
        crumbs.push((customer.name, format!("/customers/{}", customer.id)));
    }
    let sub = view! { {authorizations::PREVIEW_WHY} }.into_any();
    view! { <PageHead title=authorizations::PREVIEW heading crumbs tenant sub/> }
}

fn show(preview: AuthorizationPreview, wish: Wish, again: Callback<()>) -> AnyView {
    let customer = preview.customer.clone();
    let (method, restores, name) = (preview.method, wish.restores, customer.name.clone());
    let sign_ins = preview.sign_ins.iter().cloned().enumerate().map(|(index, sign_in)| {
        view! { <PreviewedSignIn number=index + 1 sign_in method customer=name.clone() restores way=preview.way/> }
    });
    let check = preview.tenant_unconfirmed.then(|| view! { <TenantCheck customer on_confirmed=again/> });
    view! {
        <OthersUnderWay under_way=preview.under_way.clone()/>
        <div class="split">
            <div class="stack loose">
                {check}
                {sign_ins.collect_view()}
                <RefusedSets refused=preview.refused.clone() method/>
            </div>
            <aside class="stack stuck" aria-label=authorizations::SUMMARY>
                <Authorize preview=preview.clone() wish/>
                <Summary preview restores/>
            </aside>
        </div>
    }
    .into_any()
}

/// The action, and why it cannot be pressed when it cannot.
#[component]
fn Authorize(preview: AuthorizationPreview, wish: Wish) -> impl IntoView {
    let chosen = Chosen::of_this_tab();
    let go = StoredValue::new_local(use_navigate());
    // Exactly the sets that were shown and can take part: the refused ones stay as they are.
    let shown: Vec<BackupSetId> =
        preview.sign_ins.iter().flat_map(|sign_in| sign_in.sets.iter().map(|set| set.id)).collect();
    let asked = CreateAuthorization { backup_sets: shown, connection: None, ..wish.request(&[]) };
    let create = Action::new(move |(): &()| {
        let body = asked.clone();
        async move { api::post::<_, AuthorizationView>("/api/v1/authorizations", &body).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(made)) = create.value().get() {
            if let Some(chosen) = chosen {
                chosen.clear();
            }
            session::refresh();
            go.with_value(|go| {
                go(
                    &format!("/authorizations/{}", made.id),
                    NavigateOptions { replace: true, ..NavigateOptions::default() },
                );
            });
        }
    });
    let why_not = if preview.sets == 0 {
        Some(authorizations::NOTHING_POSSIBLE)
    } else {
        preview.tenant_unconfirmed.then_some(authorizations::CONFIRM_FIRST)
    };
    let sign_ins = preview.sign_ins.iter().filter(|sign_in| !sign_in.already_connected).count();
    // Nobody signs in for an app that the customer makes.
    let label = if preview.method == Method::Modern && preview.way == Way::OwnApp && sign_ins > 0 {
        authorizations::authorize_own_app(preview.sets)
    } else {
        authorizations::authorize(preview.sets, sign_ins)
    };
    let failure = move || create.value().get().and_then(Result::err);
    view! {
        <div class="stack tight authorize">
            <Button attr:data-test="authorize" kind=ButtonKind::Primary large=true busy=create.pending() disabled=why_not.is_some() on_press=move |_| { create.dispatch(()); }>
                {move || if create.pending().get() { authorizations::AUTHORIZING.to_owned() } else { label.clone() }}
            </Button>
            {why_not.map(|why| view! { <p class="note">{why}</p> })}
            <ButtonLink href="/backup-sets" kind=ButtonKind::Quiet>{authorizations::CHANGE_CHOICE}</ButtonLink>
        </div>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}
