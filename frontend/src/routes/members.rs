//! Who works here, and who is on the way in.

use crate::api;
use crate::features::members::{InviteMember, Joining, MemberTable};
use crate::features::page::{PageHead, load};
use crate::remote::Remote;
use crate::text::portal::members;
use leptos::prelude::*;
use shared::api::members::{MemberDetail, MemberInvitationView};

/// The page.
#[component]
pub fn Members() -> impl IntoView {
    let people = Remote::new(|| api::get::<Vec<MemberDetail>>("/api/v1/members"));
    let joining = Remote::new(|| api::get::<Vec<MemberInvitationView>>("/api/v1/member-invitations"));
    let again = Callback::new(move |()| {
        people.refetch();
        joining.refetch();
    });
    let invited = Callback::new(move |()| joining.refetch());
    view! {
        <div class="page">
            <PageHead title=members::TITLE heading=members::TITLE sub=view! { {members::SUB} }.into_any()/>
            {load(joining, 1, move |invitations| view! { <Joining invitations on_change=again/> }.into_any())}
            {load(people, 3, move |members| view! { <MemberTable members on_change=again/> }.into_any())}
            <section class="section" aria-labelledby="invite-member">
                <header><h2 id="invite-member">{members::INVITE_TITLE}</h2></header>
                <InviteMember on_made=invited/>
            </section>
        </div>
    }
}
