//! One sign-in of an authorization: who, how far, what is next.

use super::link::SignInNow;
use super::preview::SetList;
use super::tone;
use crate::api;
use crate::components::{
    Button, ButtonKind, CopyButton, IdFacts, Journal, MethodPin, Move, Notice, Status, Tone, id_lines,
};
use crate::features::Nothing;
use crate::features::page::Trouble;
use crate::remote::Action;
use crate::text::portal::{authorizations, modern};
use leptos::prelude::*;
use shared::api::apps::Way;
use shared::api::authorizations::{AuthorizationView, SignInState, SignInView};
use shared::api::problem::Help;
use shared::id::{AuthorizationId, SignInId};
use shared::method::Method;
use shared::rules::who::Signer;

/// The words of the button that goes on with a sign-in, when one does.
const fn next_step(sign_in: &SignInView) -> Option<&'static str> {
    match sign_in.state {
        SignInState::Waiting => Some(authorizations::SIGN_IN_NOW),
        SignInState::ConsentNeeded => Some(authorizations::CONTINUE),
        SignInState::ClaimsNeeded | SignInState::Failed => Some(authorizations::AGAIN),
        SignInState::Working | SignInState::ApprovalNeeded | SignInState::Done | SignInState::Cancelled => None,
    }
}

/// One sign-in.
#[component]
pub fn SignInCard(
    /// Which authorization.
    authorization: AuthorizationId,
    /// Its place in the queue.
    number: usize,
    /// How it is.
    sign_in: SignInView,
    /// What the sets get.
    method: Method,
    /// How the app comes to be, for modern.
    way: Way,
    /// It takes access away: no set moves.
    is_removal: bool,
    /// Its action is the main one of the page.
    primary: bool,
    /// Called with the authorization after Save.
    #[prop(into)]
    on_change: Callback<AuthorizationView>,
) -> impl IntoView {
    let id = format!("sign-in-{number}");
    let labelled = id.clone();
    let only_save = sign_in.already_connected && matches!(sign_in.state, SignInState::Waiting | SignInState::Failed);
    let is_modern = sign_in.signer != Signer::AccountHolder;
    let heading = match sign_in.state {
        SignInState::Cancelled => modern::capital(&sign_in.account),
        SignInState::Done if sign_in.signed_in_as.is_some() && is_modern => modern::signed_in(&sign_in.account),
        SignInState::Done if sign_in.signed_in_as.is_some() => authorizations::signed_in(&sign_in.account),
        _ if sign_in.already_connected && is_modern => modern::WHO_CONNECTED.to_owned(),
        _ if sign_in.already_connected => authorizations::connected(&sign_in.account),
        _ if is_modern && way == Way::OwnApp => modern::makes_app(&sign_in.account),
        _ if is_modern => modern::signs_in(&sign_in.account),
        _ => authorizations::holder(&sign_in.account),
    };
    // Nobody signs in for an app that the customer makes.
    let may_sign_in = way != Way::OwnApp;
    let action = if only_save {
        Some(view! { <SaveNow authorization sign_in=sign_in.id primary on_change/> }.into_any())
    } else {
        next_step(&sign_in)
            .filter(|_| may_sign_in)
            .map(|label| view! { <SignInNow id=authorization label primary/> }.into_any())
    };
    let signed_in_as = sign_in
        .signed_in_as
        .clone()
        .map(|name| view! { <p class="small muted">{authorizations::SIGNED_IN_AS}" "<b>{name}</b></p> });
    let steps = sign_in.steps.clone();
    // What is done stands in the receipt below.
    let is_done = sign_in.state == SignInState::Done;
    let has_steps = !steps.is_empty() && !is_done;
    let why = match sign_in.state {
        SignInState::ApprovalNeeded if is_modern => authorizations::APPROVAL_WHY_APP,
        SignInState::ApprovalNeeded => authorizations::APPROVAL_WHY,
        _ => authorizations::APPROVAL_LATE,
    };
    let before = sign_in.sets.first().map_or(Method::Basic, |set| set.method);
    let picture = match (before == method, sign_in.state) {
        // Its access is given anew, and the method stays.
        (true, state) if is_removal || state != SignInState::Done => view! { <MethodPin method/> }.into_any(),
        (true, _) => view! { <Move from=Method::Basic to=method/> }.into_any(),
        (false, _) => view! { <Move from=before to=method/> }.into_any(),
    };
    view! {
        <section class="signin" aria-labelledby=labelled data-test="sign-in-card" data-state=authorizations::sign_in_state(sign_in.state, way)>
            <header>
                <span class="n" aria-hidden="true">{number}</span>
                <div>
                    <h2 id=id>{heading}</h2>
                    <p>{authorizations::sets(sign_in.sets.len())}{picture}<Status tone=tone(sign_in.state) text=authorizations::sign_in_state(sign_in.state, way)/></p>
                </div>
                <div>{action}</div>
            </header>
            <div class="in">
                {sign_in.problem.clone().map(|help| view! { <Remedy help/> })}
                {sign_in.approval_url.clone().map(|url| view! { <Approval url why/> })}
                {signed_in_as}
                {has_steps.then(|| view! { <Journal label=authorizations::STEPS steps=Signal::stored(steps)/> })}
                {(!is_done && !sign_in.sets.is_empty()).then(|| view! { <SetList sets=sign_in.sets/> })}
            </div>
        </section>
    }
}

/// Save without a sign-in: the account is connected already.
#[component]
fn SaveNow(
    authorization: AuthorizationId,
    sign_in: SignInId,
    primary: bool,
    on_change: Callback<AuthorizationView>,
) -> impl IntoView {
    let save = Action::new(move |(): &()| async move {
        api::post::<_, AuthorizationView>(
            &format!("/api/v1/authorizations/{authorization}/sign-ins/{sign_in}/save"),
            &Nothing {},
        )
        .await
    });
    Effect::new(move |_| {
        if let Some(Ok(view)) = save.value().get() {
            on_change.run(view);
        }
    });
    let failure = move || save.value().get().and_then(Result::err);
    let kind = if primary { ButtonKind::Primary } else { ButtonKind::Plain };
    view! {
        <Button attr:data-test="save" kind busy=save.pending() on_press=move |_| { save.dispatch(()); }>
            {move || if save.pending().get() { authorizations::SAVING } else { authorizations::SAVE }}
        </Button>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}

/// What went wrong last, with the remedy and the ids to copy (J3).
#[component]
fn Remedy(help: Help) -> impl IntoView {
    let lines = id_lines(&help.ids, None);
    let copied = lines.iter().map(|(label, id)| format!("{label}: {id}")).collect::<Vec<_>>().join("\n");
    let ids =
        (!lines.is_empty()).then(|| view! { <IdFacts lines/><div class="actions"><CopyButton value=copied/></div> });
    view! { <Notice tone=Tone::Warn title=help.title text=help.text>{ids}</Notice> }
}

/// The link for the administrator whose approval is awaited, or still missing (C6).
#[component]
fn Approval(url: String, why: &'static str) -> impl IntoView {
    view! {
        <div class="stack tight">
            <h3>{authorizations::APPROVAL}</h3>
            <div class="copy">
                <span class="input mono" data-test="approval-link">{url.clone()}</span>
                <CopyButton value=url what=authorizations::APPROVAL/>
            </div>
            <p class="note">{why}</p>
        </div>
    }
}
