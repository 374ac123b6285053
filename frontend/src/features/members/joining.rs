//! People on their way in: who was invited, who signed in and waits to be confirmed.

use crate::api;
use crate::components::{Button, ButtonKind, Fact, Facts, Moment, Status, Tone};
use crate::features::Nothing;
use crate::features::session::Refused;
use crate::remote::Action;
use crate::text::portal::{members, shell};
use leptos::prelude::*;
use shared::api::members::{ClaimView, ConfirmMember, MemberDetail, MemberInvitationState, MemberInvitationView};

/// Open and claimed invitations. The one to look at is who signed in: that account becomes the member.
#[component]
pub fn Joining(
    /// All invitations.
    invitations: Vec<MemberInvitationView>,
    /// Called when one was confirmed or taken back.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let waiting: Vec<_> = invitations
        .into_iter()
        .filter(|one| matches!(one.state, MemberInvitationState::Open | MemberInvitationState::Claimed))
        .collect();
    if waiting.is_empty() {
        return ().into_any();
    }
    let cards = waiting.into_iter().map(|one| view! { <One one on_change/> }).collect_view();
    view! {
        <section class="section" aria-labelledby="joining">
            <header><h2 id="joining">{members::JOINING}</h2></header>
            {cards}
        </section>
    }
    .into_any()
}

#[component]
fn One(one: MemberInvitationView, on_change: Callback<()>) -> impl IntoView {
    let id = one.id.to_string();
    let revoke = {
        let path = format!("/api/v1/member-invitations/{id}/revoke");
        Action::new(move |(): &()| {
            let path = path.clone();
            async move { api::post::<_, MemberInvitationView>(&path, &Nothing {}).await.map(drop) }
        })
    };
    let confirm = Action::new(move |body: &ConfirmMember| {
        let (path, body) = (format!("/api/v1/member-invitations/{id}/confirm"), body.clone());
        async move { api::post::<_, MemberDetail>(&path, &body).await.map(drop) }
    });
    Effect::new(move |_| {
        if matches!(revoke.value().get(), Some(Ok(()))) || matches!(confirm.value().get(), Some(Ok(()))) {
            on_change.run(());
        }
    });
    let failure =
        move || confirm.value().get().and_then(Result::err).or_else(|| revoke.value().get().and_then(Result::err));
    let claim = one.claimed_by.clone();
    let (tone, state) = match claim {
        Some(_) => (Tone::Warn, members::CONFIRM_THEM),
        None => (Tone::Live, members::NOT_YET),
    };
    let who = claim.clone().map(|claim| view! { <Who claim/> });
    let yes = claim.map(|ClaimView { tenant, object, .. }| {
        let body = ConfirmMember { tenant, object };
        view! { <Button attr:data-test="confirm-member" kind=ButtonKind::Primary busy=confirm.pending() on_press=move |_| { confirm.dispatch(body.clone()); }>{members::CONFIRM}</Button> }
    });
    view! {
        <article class="card" data-test="joining">
            <div class="stack tight">
                <h3>{one.note}</h3>
                <p class="small muted">{shell::role(one.role)}", "{members::invited_by(&one.created_by)}", "<Moment at=one.created_at/></p>
                <Status tone text=state/>
            </div>
            {who}
            <div class="actions">
                {yes}
                <Button attr:data-test="revoke-member-invitation" kind=ButtonKind::Quiet busy=revoke.pending() on_press=move |_| { revoke.dispatch(()); }>{members::TAKE_BACK}</Button>
            </div>
            {move || failure().map(|failure| view! { <Refused failure/> })}
        </article>
    }
}

/// The account that signed in, by what cannot be chosen freely: the tenant and the object.
#[component]
fn Who(claim: ClaimView) -> impl IntoView {
    let ClaimView { name, username, tenant, object, .. } = claim;
    view! {
        <Facts>
            <Fact term=members::SIGNED_IN_AS>{name}" "<small>{username}</small></Fact>
            <Fact term=members::TENANT><span class="mono small">{tenant.to_string()}</span></Fact>
            <Fact term=members::OBJECT><span class="mono small">{object.to_string()}</span></Fact>
        </Facts>
        <p class="note">{members::COMPARE}</p>
    }
}
