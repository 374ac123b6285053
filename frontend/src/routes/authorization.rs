//! One authorization: its queue of sign-ins, live; at the end the receipt.

use crate::api::{self, ApiFailure, LiveState};
use crate::components::{ButtonKind, ButtonLink, Moment, Notice, Tone};
use crate::features::authorizations::{Cancel, OwnApp, Receipt, SignInCard, progress};
use crate::features::invitations::Invite;
use crate::features::page::{PageHead, load};
use crate::features::session;
use crate::remote::Remote;
use crate::router::use_params_map;
use crate::text::portal::{authorizations, modern, shell, waves};
use leptos::prelude::*;
use shared::api::apps::Way;
use shared::api::authorizations::{AuthorizationKind, AuthorizationState, AuthorizationView, SignInState};
use shared::method::Method;

/// The page of one authorization.
#[component]
pub fn Authorization() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let first = Remote::new(move || {
        let id = id.get();
        async move { api::get::<AuthorizationView>(&format!("/api/v1/authorizations/{id}")).await }
    });
    view! { <div class="page">{load(first, 8, |first| view! { <Live first/> }.into_any())}</div> }
}

/// Follows the authorization from its first state on.
#[component]
fn Live(first: AuthorizationView) -> impl IntoView {
    let open_before = first.state == AuthorizationState::Open;
    let id = first.id;
    let view = RwSignal::new(first);
    let paused = RwSignal::new(false);
    let change = Callback::new(move |newer: AuthorizationView| {
        if view.try_with_untracked(|now| newer.version > now.version) == Some(true) {
            if newer.state != AuthorizationState::Open {
                session::refresh();
            }
            view.set(newer);
        }
    });
    if open_before {
        let told = move |state| {
            let _ = paused.try_set(state == LiveState::Waiting);
            if state == LiveState::Refused(ApiFailure::SignedOut) {
                session::leave_for_sign_in();
            }
        };
        let handle =
            api::live_with(&format!("/api/v1/authorizations/{id}/live"), None, move |newer| change.run(newer), told);
        let handle = StoredValue::new_local(handle);
        on_cleanup(move || handle.dispose());
    }
    let said = Memo::new(move |_| {
        let (done, all) = progress(&view.read());
        if all == 0 { String::new() } else { authorizations::announce(done, all) }
    });
    let state = Memo::new(move |_| view.read().state);
    // The menu counts what is open.
    Effect::new(move |before: Option<AuthorizationState>| {
        let now = state.get();
        if before.is_some_and(|before| before != now) {
            session::refresh();
        }
        now
    });
    // Each card follows its own sign-in, so that news about one does not disturb what happens in another.
    let cards = (0..view.read_untracked().sign_ins.len()).map(|index| card(view, index, change)).collect_view();
    let own_app = Memo::new(move |_| {
        let view = view.read();
        let waits =
            view.sign_ins.iter().any(|sign_in| matches!(sign_in.state, SignInState::Waiting | SignInState::Failed));
        view.way == Way::OwnApp && view.method == Method::Modern && waits && view.state == AuthorizationState::Open
    });
    let customer = view.with_untracked(|view| view.customer.id);
    // A removal brings no set anything: its sign-ins stay to be seen.
    let is_removal = view.with_untracked(|view| view.kind == AuthorizationKind::Remove);
    let receipt = Memo::new(move |_| view.with(|view| (view.sign_ins.clone(), view.method)));
    view! {
        <p class="hide" role="status" data-test="progress">{said}</p>
        {move || paused.get().then(|| view! { <Notice tone=Tone::Warn title=authorizations::PAUSED text=authorizations::PAUSED_WHY/> })}
        {move || head(view.get())}
        <div class="split" data-test="authorization" data-state=move || authorizations::title(state.get())>
            <div class="stack loose">
                <div class="stack loose" hidden=move || !is_removal && state.get() == AuthorizationState::Done>{cards}</div>
                {move || own_app.get().then(|| view! { <OwnApp id customer/> })}
                {move || (!is_removal).then(|| { let (sign_ins, method) = receipt.get(); view! { <Receipt sign_ins method/> } })}
            </div>
            <aside class="stack loose" aria-label=authorizations::SUMMARY>{move || beside(view, state.get(), change)}</aside>
        </div>
    }
}

fn head(authorization: AuthorizationView) -> impl IntoView {
    let (done, all) = progress(&authorization);
    let AuthorizationView { customer, kind, method, way, state, created_at, created_by, wave, .. } = authorization;
    let way = if method == Method::Modern { way } else { Way::SetUp };
    let own = (state != AuthorizationState::Cancelled)
        .then(|| modern::headline(kind, method, state == AuthorizationState::Done, &customer.name));
    let heading = own.flatten().unwrap_or_else(|| authorizations::headline(state, done, all, &customer.name, way));
    let words = Some(state).filter(|state| *state == AuthorizationState::Open).and_then(|_| modern::sub(kind, method));
    let words = words.unwrap_or(authorizations::sub(state, way));
    let above = match wave {
        Some(wave) => (waves::WAVE.to_owned(), format!("/waves/{wave}")),
        None => (shell::AUTHORIZATIONS.to_owned(), "/authorizations".to_owned()),
    };
    let crumbs = vec![above, (customer.name.clone(), format!("/customers/{}", customer.id))];
    let made =
        view! { <span class="faint">{authorizations::made_by(&created_by)}", "<Moment at=created_at/>"."</span> };
    let sub = view! { {words}" "{made} }.into_any();
    view! { <PageHead title=authorizations::title(state) heading crumbs tenant=customer.tenant sub/> }
}

/// One filled button a screen: the first sign-in that somebody can go on with has it.
fn is_main(authorization: &AuthorizationView, index: usize) -> bool {
    let rests = |state| {
        matches!(state, SignInState::Done | SignInState::Cancelled | SignInState::Working | SignInState::ApprovalNeeded)
    };
    authorization.sign_ins.iter().position(|sign_in| !rests(sign_in.state)) == Some(index)
}

fn card(view: RwSignal<AuthorizationView>, index: usize, change: Callback<AuthorizationView>) -> impl IntoView {
    let sign_in = Memo::new(move |_| {
        view.with(|view| view.sign_ins.get(index).cloned().map(|sign_in| (sign_in, is_main(view, index))))
    });
    let (id, method, way) = view.with_untracked(|view| (view.id, view.method, view.way));
    let is_removal = view.with_untracked(|view| view.kind == AuthorizationKind::Remove);
    move || {
        sign_in.get().map(|(sign_in, primary)| {
            view! { <SignInCard authorization=id number=index + 1 sign_in method way is_removal primary on_change=change/> }
        })
    }
}

fn beside(
    view: RwSignal<AuthorizationView>,
    state: AuthorizationState,
    change: Callback<AuthorizationView>,
) -> AnyView {
    let (id, customer, modern, way) =
        view.with_untracked(|view| (view.id, view.customer.id, view.method == Method::Modern, view.way));
    if state == AuthorizationState::Open {
        let sign_ins = Signal::derive(move || view.with(|view| view.sign_ins.clone()));
        let link = (way != Way::OwnApp).then(|| view! { <Invite id sign_ins for_administrator=modern/> });
        return view! { {link}<Cancel id on_change=change/> }.into_any();
    }
    let sets = format!("/backup-sets?customer={customer}");
    let app = modern.then(|| {
        view! { <ButtonLink attr:data-test="to-app" href=format!("/customers/{customer}")>{authorizations::TO_APP}</ButtonLink> }
    });
    view! {
        <div class="actions"><ButtonLink href=sets kind=ButtonKind::Primary>{authorizations::TO_SETS}</ButtonLink>{app}</div>
    }
    .into_any()
}
