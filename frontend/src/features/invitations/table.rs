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

/// A page of invitations.
#[component]
pub fn InvitationTable(
    /// The invitations.
    invitations: Vec<InvitationView>,
    /// Called when one was taken back.
    #[prop(into)]
    on_change: Callback<()>,
    /// Beside an authorization: its customer need not be named.
    #[prop(optional)]
    compact: bool,
) -> impl IntoView {
    let revoke = Action::new(|id: &String| {
        let path = format!("/api/v1/invitations/{id}/revoke");
        async move { api::post::<_, InvitationView>(&path, &Nothing {}).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(_)) = revoke.value().get() {
            on_change.run(());
        }
    });
    let failure = move || revoke.value().get().and_then(Result::err);
    let row = move |one: InvitationView| {
        let (id, tone, state) = (one.id.to_string(), tone(&one), invitations::state(one.state, one.mail));
        let to = one.recipient.clone().unwrap_or_else(|| invitations::BY_HAND.to_owned());
        let whole = to.clone();
        let place = format!("/authorizations/{}", one.authorization);
        let name = if compact {
            view! { <td class="name clip" title=whole>{to}<span class="why">{one.account}</span></td> }.into_any()
        } else {
            view! {
                <td class="name"><a href=place>{one.customer.name}</a><span class="why">{one.account}</span></td>
                <td class="clip roomy" title=whole>{to}</td>
            }
            .into_any()
        };
        let action = (one.state == InvitationState::Open).then(|| view! {
            <Button attr:data-test="take-back" kind=ButtonKind::Quiet busy=revoke.pending() on_press=move |_| { revoke.dispatch(id.clone()); }>{invitations::TAKE_BACK}</Button>
        });
        let made = (!compact).then(|| view! { <td class="nowrap data roomy"><Moment at=one.created_at/></td> });
        view! {
            <tr data-test="invitation">
                {name}
                <td class="nowrap"><Status tone text=state/></td>
                {made}
                <td class="nowrap"><Moment at=one.expires_at/></td>
                <td class="num">{action}</td>
            </tr>
        }
    };
    let rows = invitations.into_iter().map(row).collect_view();
    let wide = (!compact).then(|| view! { <th scope="col" class="roomy">{invitations::SENT_TO}</th> });
    let made = (!compact).then(|| view! { <th scope="col" class="data roomy">{invitations::MADE}</th> });
    let first = if compact { invitations::SENT_TO } else { invitations::FOR };
    view! {
        <div class="table-wrap" role="region" aria-label=invitations::TABLE tabindex="0">
            <table class="table" data-test="invitations">
                <thead><tr>
                    <th scope="col">{first}</th>
                    {wide}
                    <th scope="col">{invitations::STATE}</th>
                    {made}
                    <th scope="col">{invitations::ENDS}</th>
                    <th scope="col"><span class="hide">{invitations::TAKE_BACK}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}
