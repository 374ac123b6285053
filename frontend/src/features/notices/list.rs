//! What the portal warns of, each with what to do: go there, or say that it is seen to.

use crate::api;
use crate::components::{Button, ButtonKind, ButtonLink, Icon, Moment};
use crate::features::page::{Trouble, load};
use crate::remote::{Action, Remote};
use crate::text::portal::notices;
use leptos::prelude::*;
use shared::api::notices::{NoticeKind, NoticeView};
use shared::api::page::Page;

/// A notice's colour and picture.
fn picture(notice: &NoticeView) -> (&'static str, &'static str) {
    match (notice.kind, notice.stage) {
        (NoticeKind::CertificateEnds, ..=30) => ("danger", "certificate"),
        (NoticeKind::CertificateEnds, _) => ("warn", "certificate"),
        (NoticeKind::ConnectionTrouble, _) => ("danger", "stop"),
        (NoticeKind::Drift, _) => ("warn", "alert"),
        (NoticeKind::KeyBreadth, _) => ("warn", "code"),
        (NoticeKind::ChannelFailing, _) => ("warn", "send"),
    }
}

/// Where to go about it.
fn place(notice: &NoticeView) -> (String, &'static str) {
    match (notice.kind, &notice.customer) {
        (NoticeKind::ChannelFailing, _) => (format!("/notifications/{}", notice.subject), notices::TO_CHANNEL),
        // Nobody's connection: this installation's own registration.
        (NoticeKind::ConnectionTrouble, None) => ("/activity".to_owned(), notices::TO_ACTIVITY),
        (NoticeKind::KeyBreadth, _) | (_, None) => ("/api-keys".to_owned(), notices::TO_KEYS),
        (NoticeKind::CertificateEnds, Some(customer)) => (format!("/customers/{}", customer.id), notices::RENEW),
        (_, Some(customer)) => (format!("/customers/{}", customer.id), notices::REPAIR),
    }
}

/// The open notices, when there are any.
#[component]
pub fn NoticeList() -> impl IntoView {
    let list = Remote::new(|| api::read::<Page<NoticeView>>("/api/v1/notices?limit=20"));
    let again = Callback::new(move |()| list.refetch());
    load(list, 0, move |page| {
        if page.items.is_empty() {
            ().into_any()
        } else {
            view! { <Section notices=page.items on_change=again/> }.into_any()
        }
    })
}

#[component]
fn Section(notices: Vec<NoticeView>, #[prop(into)] on_change: Callback<()>) -> impl IntoView {
    let settle = Action::new(|id: &String| {
        let path = format!("/api/v1/notices/{id}/resolve");
        async move { api::act::<NoticeView>(&path).await }
    });
    Effect::new(move |_| {
        if matches!(settle.value().get(), Some(Ok(_))) {
            on_change.run(());
        }
    });
    let failure = move || settle.value().get().and_then(Result::err);
    let row = move |notice: NoticeView| {
        let (class, icon) = picture(&notice);
        let (href, label) = place(&notice);
        let id = notice.id.to_string();
        view! {
            <li class=class data-test="notice">
                <Icon name=icon/>
                <div><b>{notice.title}</b><p>{notice.text}" "<span class="faint"><Moment at=notice.created_at/></span></p></div>
                <div class="actions">
                    <ButtonLink href>{label}</ButtonLink>
                    <Button attr:data-test="settle" kind=ButtonKind::Quiet busy=settle.pending() on_press=move |_| { settle.dispatch(id.clone()); }>{notices::SETTLE}</Button>
                </div>
            </li>
        }
    };
    let rows = notices.into_iter().map(row).collect_view();
    view! {
        <section class="section" aria-labelledby="notices">
            <header><h2 id="notices">{notices::SECTION}</h2><a href="/certificates">{notices::ALL_CERTIFICATES}</a></header>
            <ul class="tasks">{rows}</ul>
            {move || failure().map(|failure| view! { <Trouble failure/> })}
        </section>
    }
}
