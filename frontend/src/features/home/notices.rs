//! What the portal warns of, each with what to do: go there, or say that it is seen to.

use super::{Home, leads, press};
use crate::features::shell::parts::{self, DANGER, WARN, button, moment, task, trouble};
use crate::markup::{Tag, of, tag};
use crate::text::portal::notices;
use shared::api::notices::{NoticeKind, NoticeView};

/// A notice's colour and picture.
const fn sign(notice: &NoticeView) -> (&'static str, &'static str) {
    match (notice.kind, notice.stage) {
        (NoticeKind::CertificateEnds, ..=30) => (DANGER, "certificate"),
        (NoticeKind::CertificateEnds, _) => (WARN, "certificate"),
        (NoticeKind::ConnectionTrouble, _) => (DANGER, "stop"),
        (NoticeKind::Drift | NoticeKind::CleanUpPending, _) => (WARN, "alert"),
        (NoticeKind::KeyBreadth, _) => (WARN, "code"),
        (NoticeKind::ChannelFailing, _) => (WARN, "send"),
    }
}

/// Where to go about it.
fn place(notice: &NoticeView) -> (String, &'static str) {
    match (notice.kind, &notice.customer) {
        (NoticeKind::ChannelFailing, _) => (format!("/notifications/{}", notice.subject), notices::TO_CHANNEL),
        // Nobody's connection: this installation's own registration.
        (NoticeKind::ConnectionTrouble, None) => ("/activity".to_owned(), notices::TO_ACTIVITY),
        (NoticeKind::KeyBreadth, _) | (_, None) => ("/api-keys".to_owned(), notices::TO_KEYS),
        (NoticeKind::ConnectionTrouble, Some(customer)) => {
            (format!("/customers/{}?connection={}", customer.id, notice.subject), notices::REPAIR)
        }
        (NoticeKind::CertificateEnds, Some(customer)) => (format!("/customers/{}", customer.id), notices::RENEW),
        (NoticeKind::CleanUpPending, Some(customer)) => (format!("/customers/{}", customer.id), notices::CLEAN_UP),
        (_, Some(customer)) => (format!("/customers/{}", customer.id), notices::REPAIR),
    }
}

/// The open notices, when there are any.
pub fn section(state: &Home, copied: Option<&str>) -> Option<Tag> {
    let page = match state.notices.as_ref()? {
        Err(failure) => return Some(trouble(failure, Some(press::NOTICES), copied)),
        Ok(page) => page,
    };
    let rows: Vec<Tag> = page.items.iter().map(|notice| row(notice, state.is_settling)).collect();
    let all = tag("a").attr("href", "/certificates").with(notices::ALL_CERTIFICATES);
    let failed = state.unsettled.as_ref().map(|failure| trouble(failure, None, copied));
    (!rows.is_empty())
        .then(|| parts::section("notices", notices::SECTION, Some(all)).with(of("ul", "tasks").all(rows)).some(failed))
}

fn row(notice: &NoticeView, is_busy: bool) -> Tag {
    let (class, icon) = sign(notice);
    let (href, label) = place(notice);
    let since = of("span", "faint").with(moment(notice.created_at));
    let settle = button("button quiet", press::SETTLE, is_busy)
        .attr("data-test", "settle")
        .attr("data-value", notice.id.to_string())
        .with(notices::SETTLE);
    let why = tag("p").with(notice.text.clone()).with(" ").with(since);
    let on = of("div", "actions").with(leads(href, label)).with(settle);
    task(class, icon, notice.title.clone(), why, on).attr("data-test", "notice")
}
