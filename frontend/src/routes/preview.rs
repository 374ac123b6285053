//! The preview of an authorization (F6): everything before anybody signs in. Nothing is stored until "Authorize".

use crate::api;
use crate::components::{Art, Button, ButtonKind, ButtonLink};
use crate::features::authorizations::{PreviewedSignIn, RefusedSets, Summary, TenantCheck};
use crate::features::backup_sets::Chosen;
use crate::features::page::{PageHead, Trouble, load};
use crate::features::session;
use crate::text::portal::{authorizations, shell};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use shared::api::authorizations::{AuthorizationPreview, AuthorizationView, CreateAuthorization};
use shared::id::BackupSetId;
use shared::method::Method;

/// The preview of the chosen sets, or of those that the address names.
#[component]
pub fn Preview() -> impl IntoView {
    let query = use_query_map();
    let chosen = use_context::<Chosen>();
    let sets = Memo::new(move |_| {
        let named: Vec<BackupSetId> =
            query.read().get("sets").unwrap_or_default().split(',').filter_map(|id| id.parse().ok()).collect();
        let chosen = || chosen.map(|Chosen(choice)| choice.read_untracked().ids()).unwrap_or_default();
        if named.is_empty() { chosen() } else { named }
    });
    let preview = LocalResource::new(move || {
        let body = CreateAuthorization::new(sets.get(), Method::Hybrid);
        async move {
            if body.backup_sets.is_empty() {
                return Ok(None);
            }
            api::post::<_, AuthorizationPreview>("/api/v1/authorizations/preview", &body).await.map(Some)
        }
    });
    let again = Callback::new(move |()| preview.refetch());
    view! {
        <div class="page">
            {load(preview, 8, move |preview| match preview {
                Some(preview) => show(preview, sets, again),
                None => nothing(),
            })}
        </div>
    }
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

fn show(preview: AuthorizationPreview, sets: Memo<Vec<BackupSetId>>, again: Callback<()>) -> AnyView {
    let customer = preview.customer.clone();
    let heading = if preview.sets == 0 {
        authorizations::nothing_headline(&customer.name)
    } else {
        authorizations::preview_headline(preview.sets, &customer.name)
    };
    let crumbs = vec![
        (shell::BACKUP_SETS.to_owned(), "/backup-sets".to_owned()),
        (customer.name.clone(), format!("/customers/{}", customer.id)),
    ];
    let method = preview.method;
    let sign_ins = preview.sign_ins.iter().cloned().enumerate().map(|(index, sign_in)| {
        view! { <PreviewedSignIn number=index + 1 sign_in method/> }
    });
    let check =
        preview.tenant_unconfirmed.then(|| view! { <TenantCheck customer=customer.clone() on_confirmed=again/> });
    let sub = view! { {authorizations::PREVIEW_WHY} }.into_any();
    view! {
        <PageHead title=authorizations::PREVIEW heading crumbs tenant=customer.tenant sub/>
        <div class="split">
            <div class="stack loose">
                {check}
                {sign_ins.collect_view()}
                <RefusedSets refused=preview.refused.clone()/>
            </div>
            <aside class="stack stuck" aria-label=authorizations::SUMMARY>
                <Authorize preview=preview.clone() sets/>
                <Summary preview/>
            </aside>
        </div>
    }
    .into_any()
}

/// The action, and why it cannot be pressed when it cannot.
#[component]
fn Authorize(preview: AuthorizationPreview, sets: Memo<Vec<BackupSetId>>) -> impl IntoView {
    let chosen = use_context::<Chosen>();
    let go = StoredValue::new_local(use_navigate());
    // Only the sets that can take part: the refused ones were shown, and stay as they are.
    let refused: Vec<BackupSetId> = preview.refused.iter().map(|refused| refused.set.id).collect();
    let method = preview.method;
    let create = Action::new_local(move |(): &()| {
        let backup_sets = sets.get_untracked().into_iter().filter(|id| !refused.contains(id)).collect();
        let body = CreateAuthorization::new(backup_sets, method);
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
    let label = authorizations::authorize(preview.sets, sign_ins);
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
