//! The form that invites somebody to become a member. The link is shown once.

use super::choose::{Choice, RoleFields};
use crate::api;
use crate::components::{Button, ButtonKind, CopyField, Moment};
use crate::features::customers::Field;
use crate::features::session::Refused;
use crate::remote::Action;
use crate::text::portal::members;
use leptos::prelude::*;
use shared::api::members::{CreateMemberInvitation, MemberInvitationCreated};
use shared::api::session::MemberRole;

/// The form, and the new link in its place until it was copied.
#[component]
pub fn InviteMember(
    /// Called when the list is another.
    #[prop(into)]
    on_made: Callback<()>,
) -> impl IntoView {
    let note = RwSignal::new(String::new());
    let choice = Choice::new(MemberRole::Technician, []);
    let make = Action::new(move |(): &()| {
        let body = CreateMemberInvitation {
            role: choice.role.get_untracked(),
            customers: choice.customers(),
            note: note.get_untracked().trim().to_owned(),
        };
        async move { api::post::<_, MemberInvitationCreated>("/api/v1/member-invitations", &body).await }
    });
    Effect::new(move |_| {
        if let Some(Ok(_)) = make.value().get() {
            note.set(String::new());
            on_made.run(());
        }
    });
    let failure = Signal::derive(move || make.value().get().and_then(Result::err));
    let wrong = Signal::derive(move || {
        failure.get().filter(|failure| failure.field() == Some("note")).map(|failure| failure.detail())
    });
    let elsewhere = move || failure.get().filter(|failure| failure.field() != Some("note"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !make.pending().get_untracked() {
            make.dispatch(());
        }
    };
    let form = move || {
        view! {
            <form class="card form" on:submit=submit novalidate data-test="invite-member-form">
                <Field id="member-note" label=members::NOTE hint=members::NOTE_HINT value=note wrong/>
                <RoleFields choice name="member-role" search="member-customers"/>
                <div class="actions">
                    <Button attr:data-test="invite-member" attr:r#type="submit" kind=ButtonKind::Primary busy=make.pending() on_press=|_| ()>
                        {move || if make.pending().get() { members::MAKING } else { members::INVITE }}
                    </Button>
                </div>
            </form>
        }
    };
    let ready = move |invited: MemberInvitationCreated| {
        view! {
            <section class="card" role="status" data-test="member-invited">
                <div class="stack tight"><h2>{members::LINK_READY}</h2><p class="muted">{members::LINK_WHY}</p></div>
                <CopyField id="member-link" label=members::LINK value=invited.url/>
                <p class="note">{members::LINK_ONCE}" "<Moment at=invited.invitation.expires_at/>"."</p>
                <div class="actions"><Button on_press=move |_| make.clear()>{members::KEPT}</Button></div>
            </section>
        }
    };
    view! {
        {move || match make.value().get().and_then(Result::ok) {
            Some(link) => ready(link).into_any(),
            None => form().into_any(),
        }}
        {move || elsewhere().map(|failure| view! { <Refused failure/> })}
    }
}
