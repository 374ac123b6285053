//! Invitations for everybody in a wave who waits for one. Their secrets are shown once and kept nowhere.

use crate::api;
use crate::browser;
use crate::components::{Button, ButtonKind, CopyButton};
use crate::features::page::Trouble;
use crate::features::sends_mail;
use crate::remote::Action;
use crate::text::portal::waves;
use leptos::prelude::*;
use shared::api::waves::{InviteWave, WaveInvitation, WaveInvitations};
use shared::id::WaveId;

/// The buttons and what they made.
#[component]
pub fn Links(
    /// Which wave.
    id: WaveId,
    /// How many people wait for a link.
    #[prop(into)]
    waiting: Signal<u64>,
) -> impl IntoView {
    let make = Action::new(move |send: &bool| {
        let body = InviteWave { send: *send, hours: None };
        async move { api::post::<_, WaveInvitations>(&format!("/api/v1/waves/{id}/invitations"), &body).await }
    });
    let busy = make.pending();
    let failure = move || make.value().get().and_then(Result::err);
    let mails = sends_mail();
    let buttons = move || {
        (waiting.get() > 0).then(|| {
            let send = mails.get().then(|| {
                view! { <Button attr:data-test="send-invitations" icon="mail" busy on_press=move |_| { make.dispatch(true); }>{waves::SEND}</Button> }
            });
            view! {
                <div class="actions">
                    {send}
                    <Button attr:data-test="make-invitations" kind=ButtonKind::Quiet icon="link" busy on_press=move |_| { make.dispatch(false); }>{waves::LINKS}</Button>
                </div>
            }
        })
    };
    view! {
        {buttons}
        <div role="status">{move || make.value().get().and_then(Result::ok).map(|made| shown(&made))}</div>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}

fn shown(made: &WaveInvitations) -> AnyView {
    let later = made
        .mail_after
        .map(|at| view! { <p class="note" data-test="mail-after">{waves::mail_after(at, browser::now())}</p> });
    if made.invitations.is_empty() {
        if let Some(later) = later {
            return later.into_any();
        }
        return view! { <p class="note">{waves::LINKS_NONE}</p> }.into_any();
    }
    let line = |one: &WaveInvitation| format!("{}\t{}\t{}", one.customer.name, one.account, one.url);
    let all: Vec<_> = made.invitations.iter().map(line).collect();
    let rows = made.invitations.iter().map(|one| {
        let sent = one.sent_to.as_deref().map(|to| view! { <small class="faint">{waves::sent_to(to)}</small> });
        view! {
            <li>
                <span><b>{one.customer.name.clone()}</b>" "{one.account.clone()}" "{sent}</span>
                <CopyButton value=one.url.clone() what=one.account.clone()/>
            </li>
        }
    });
    let more = (made.more && later.is_none()).then(|| view! { <p class="note">{waves::LINKS_MORE}</p> });
    view! {
        <section class="card stack tight" aria-labelledby="links-made" data-test="links">
            <h3 id="links-made">{waves::LINKS_MADE}</h3>
            <p class="note">{waves::LINKS_ONCE}</p>
            <ul class="handed">{rows.collect_view()}</ul>
            {more}
            {later}
            <div class="actions"><CopyButton value=all.join("\n") label=waves::COPY_LINKS/></div>
        </section>
    }
    .into_any()
}
