//! Invitations as a table: to whom, where they stand, and the way to take one back.

use crate::api;
use crate::components::{Button, ButtonKind, Moment, Status, Tone};
use crate::features::Nothing;
use crate::features::page::Trouble;
use crate::remote::Action;
use crate::text::portal::invitations;
use leptos::prelude::*;
use shared::api::invitations::{InvitationMail, InvitationState, InvitationView};

const fn tone(one: &InvitationView) -> Tone {
    match (one.state, one.mail) {
        (InvitationState::Open, Some(InvitationMail::Failed)) => Tone::Danger,
        (InvitationState::Open, _) => Tone::Live,
        (InvitationState::Used, _) => Tone::Ok,
        (InvitationState::Expired, _) => Tone::Warn,
        (InvitationState::Revoked, _) => Tone::Idle,
    }
}

type Revoke = Action<String, Result<InvitationView, api::ApiFailure>>;

/// Takes one back, and says so to whoever shows them.
fn revoking(on_change: Callback<()>) -> Revoke {
    let revoke = Action::new(|id: &String| {
        let path = format!("/api/v1/invitations/{id}/revoke");
        async move { api::post::<_, InvitationView>(&path, &Nothing {}).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(_)) = revoke.value().get() {
            on_change.run(());
        }
    });
    revoke
}

fn failure(revoke: Revoke) -> impl IntoView {
    move || revoke.value().get().and_then(Result::err).map(|failure| view! { <Trouble failure/> })
}

fn take_back(one: &InvitationView, revoke: Revoke) -> Option<impl IntoView + use<>> {
    let id = one.id.to_string();
    (one.state == InvitationState::Open).then(|| {
        view! { <Button attr:data-test="take-back" kind=ButtonKind::Quiet busy=revoke.pending() on_press=move |_| { revoke.dispatch(id.clone()); }>{invitations::TAKE_BACK}</Button> }
    })
}

fn recipient(one: &InvitationView) -> String {
    one.recipient.clone().unwrap_or_else(|| invitations::BY_HAND.to_owned())
}

/// Who is invited to one authorization, beside it.
#[component]
pub fn Pending(
    /// The open invitations.
    invitations: Vec<InvitationView>,
    /// Called when one was taken back.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let revoke = revoking(on_change);
    let row = move |one: InvitationView| {
        let (tone, state, to) = (tone(&one), invitations::state(one.state, one.mail), recipient(&one));
        let action = take_back(&one, revoke);
        view! {
            <li data-test="invitation">
                <div><b>{to}</b><small>{one.account}</small><Status tone text=state/><small>{invitations::ENDS}" "<Moment at=one.expires_at/></small></div>
                {action}
            </li>
        }
    };
    view! {
        <ul class="pending" aria-label=invitations::TABLE>{invitations.into_iter().map(row).collect_view()}</ul>
        {failure(revoke)}
    }
}

/// A page of invitations.
#[component]
pub fn InvitationTable(
    /// The invitations.
    invitations: Vec<InvitationView>,
    /// Called when one was taken back.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let revoke = revoking(on_change);
    let row = move |one: InvitationView| {
        let (tone, state, to) = (tone(&one), invitations::state(one.state, one.mail), recipient(&one));
        let action = take_back(&one, revoke);
        let (place, whole) = (format!("/authorizations/{}", one.authorization), to.clone());
        view! {
            <tr data-test="invitation">
                <td class="name"><a href=place>{one.customer.name}</a><span class="why">{one.account}</span></td>
                <td class="clip roomy" title=whole>{to}</td>
                <td class="nowrap"><Status tone text=state/></td>
                <td class="nowrap data roomy"><Moment at=one.created_at/></td>
                <td class="nowrap roomy">{(one.state == InvitationState::Open).then(|| view! { <Moment at=one.expires_at/> })}</td>
                <td class="num">{action}</td>
            </tr>
        }
    };
    let rows = invitations.into_iter().map(row).collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=invitations::TABLE tabindex="0">
            <table class="table" data-test="invitations">
                <thead><tr>
                    <th scope="col">{invitations::FOR}</th>
                    <th scope="col" class="roomy">{invitations::SENT_TO}</th>
                    <th scope="col">{invitations::STATE}</th>
                    <th scope="col" class="data roomy">{invitations::MADE}</th>
                    <th scope="col" class="roomy">{invitations::ENDS}</th>
                    <th scope="col"><span class="hide">{invitations::TAKE_BACK}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {failure(revoke)}
    }
}
