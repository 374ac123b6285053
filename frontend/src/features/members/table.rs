//! Members as a table, each with what they may do.

use super::choose::{Choice, RoleFields};
use crate::api;
use crate::components::{Button, ButtonKind, focus};
use crate::features::Nothing;
use crate::features::session::Refused;
use crate::remote::Action;
use crate::text::portal::{members, shell};
use leptos::prelude::*;
use shared::api::members::{MemberDetail, UpdateMember};
use shared::id::MemberId;

/// The button that asks once more: it takes the focus of the one whose place it takes.
const SURE: &str = "remove-member-sure";

/// All members.
#[component]
pub fn MemberTable(
    /// The members.
    members: Vec<MemberDetail>,
    /// Called when one changed.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let open = RwSignal::new(None::<MemberId>);
    let rows = members
        .into_iter()
        .map(|member| {
            let id = member.id;
            let edited = member.clone();
            let may = members::may(member.role, member.customers.len());
            view! {
                <tr data-test="member">
                    <td class="name">{member.name}<span class="why">{member.username}</span></td>
                    <td>{may}</td>
                    <td class="num">
                        <Button attr:data-test="edit-member" kind=ButtonKind::Quiet on_press=move |_| open.update(|open| *open = (*open != Some(id)).then_some(id))>{members::CHANGE}</Button>
                    </td>
                </tr>
                {move || (open.get() == Some(id)).then(|| view! { <tr class="edit"><td colspan="3"><Edit member=edited.clone() on_change/></td></tr> })}
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=members::TABLE tabindex="0">
            <table class="table" data-test="members">
                <thead><tr>
                    <th scope="col">{members::NAME}</th>
                    <th scope="col">{members::MAY_COLUMN}</th>
                    <th scope="col"><span class="hide">{members::CHANGE}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Edit(member: MemberDetail, on_change: Callback<()>) -> impl IntoView {
    let id = member.id;
    let choice = Choice::new(member.role, member.customers);
    let save = Action::new(move |(): &()| {
        let body = UpdateMember { role: choice.role.get_untracked(), customers: choice.customers() };
        async move { api::post::<_, MemberDetail>(&format!("/api/v1/members/{id}"), &body).await.map(drop) }
    });
    let sure = RwSignal::new(false);
    let remove = Action::new(move |(): &()| async move {
        api::post::<_, ()>(&format!("/api/v1/members/{id}/remove"), &Nothing {}).await
    });
    Effect::new(move |_| {
        if matches!(save.value().get(), Some(Ok(()))) || matches!(remove.value().get(), Some(Ok(()))) {
            on_change.run(());
        }
    });
    let failure =
        move || save.value().get().and_then(Result::err).or_else(|| remove.value().get().and_then(Result::err));
    let removal = move || {
        if sure.get() {
            view! { <Button id=SURE attr:data-test="remove-member-sure" kind=ButtonKind::Danger busy=remove.pending() on_press=move |_| { remove.dispatch(()); }>{members::REMOVE_SURE}</Button> }.into_any()
        } else {
            view! { <Button attr:data-test="remove-member" kind=ButtonKind::Quiet on_press=move |_| { sure.set(true); focus(SURE); }>{members::REMOVE}</Button> }.into_any()
        }
    };
    view! {
        <div class="stack">
            <RoleFields choice name="edit-role" search="edit-customers"/>
            <div class="actions">
                <Button attr:data-test="save-member" kind=ButtonKind::Primary busy=save.pending() on_press=move |_| { save.dispatch(()); }>{shell::SAVE}</Button>
                {removal}
            </div>
            {move || sure.get().then(|| view! { <p class="note" role="status">{members::REMOVE_KEYS}" "<a href="/api-keys">{members::REMOVE_KEYS_LINK}</a></p> })}
            {move || failure().map(|failure| view! { <Refused failure/> })}
        </div>
    }
}
