//! After Save: the steps as they happen, an administrator's approval, and the end with its receipt.

use super::machine::may_agree;
use super::parts::{
    Button, PLAIN, PRIMARY, SMALL, actions, copy, decision, draw_heading, fact, facts, hand_off, heading, icon,
    journal, moment, mono, note, notice, notice_of, perms, picture, section, strong, tight,
};
use crate::browser;
use crate::markup::{Tag, of, tag, text as copied};
use crate::signs::Tone;
use crate::text::words::{self as text, keys, said, say};
use crate::text::{add, connect as words, digits, join};
use shared::api::authorizations::{AuthorizationKind, StepState};
use shared::api::connect::{ConnectView, QueueItem};
use shared::id::ClientId;

/// The step that takes back what the set-up was allowed.
const CLEANED: &str = "cleaned";

/// The steps, live.
pub fn working(view: &ConnectView) -> Tag {
    let steps = &view.sign_in.steps;
    let done = steps.iter().filter(|step| step.state == StepState::Done).count();
    let progress = tag("progress")
        .attr("max", digits(steps.len().max(1)))
        .attr("value", digits(done))
        .attr("aria-label", keys::STEPS);
    let title = match view.kind {
        AuthorizationKind::UpdateConfiguration => keys::WORKING_TITLE_UPDATE,
        AuthorizationKind::Remove if words::is_modern(view) => keys::WORKING_TITLE_REMOVE,
        AuthorizationKind::Remove => keys::WORKING_TITLE_REMOVE_ACCOUNT,
        _ if words::is_modern(view) => keys::WORKING_TITLE_MODERN,
        _ => keys::WORKING_TITLE,
    };
    let row = of("div", "row").with(strong(words::step_of(done, steps.len())));
    decision()
        .with(heading(said(title, view), said(keys::WORKING_LEDE, view)))
        .with(of("div", "meter-line").with(row).with(progress))
        .with(journal(view))
}

/// An administrator must approve first: the link to pass on, and a wait that ends by itself.
pub fn approval(view: &ConnectView, is_busy: bool, copied: Option<&str>) -> Tag {
    let url = view.sign_in.approval_url.as_deref();
    let mut buttons = actions();
    let mut page = decision();
    // The administrator's own consent, for an app that is there already (D2).
    let own = view.sign_in.problem.as_ref().filter(|_| words::is_modern(view));
    if let Some(help) = own {
        if let Some(url) = url {
            let open = of("a", PRIMARY).attr("href", url.to_owned()).attr("target", "_blank");
            let open = open.attr("rel", "noopener noreferrer").with(keys::OPEN_CONSENT).with(icon("out"));
            buttons = buttons.with(open);
        }
        let (title, text) = words::help_words(help, Some(view));
        page = page.with(heading(title, text));
    } else {
        page = page.with(heading(said(keys::APPROVAL_TITLE, view), keys::APPROVAL_LEDE));
    }
    let waits = if own.is_some() { keys::CONSENT_WAITING } else { keys::APPROVAL_WAITING };
    let class = if own.is_some() { PLAIN } else { PRIMARY };
    let check = Button::new(class, "check").icon("again").says(keys::CHECK_AGAIN, is_busy);
    let over = Button::new(PLAIN, "over").says(keys::START_OVER, is_busy);
    let page = page
        .some(url.map(|url| hand_off(url, keys::APPROVAL_NOTE.into(), copied)))
        .with(notice_of(Tone::Idle, "clock", waits, view))
        .with(buttons.with(check).with(over))
        .some(may_agree(view).then(|| agree(is_busy)));
    perms(page, keys::MAY, view)
}

/// Where the organization lets its people agree themselves, nobody else is needed.
fn agree(is_busy: bool) -> Tag {
    let go = Button::new(SMALL, "go").says(keys::AGREE_TRY, is_busy);
    tight().with(note(keys::AGREE)).with(actions().with(go))
}

/// Somebody else is awaited, on a page of their own.
pub fn waiting_elsewhere(view: &ConnectView) -> Tag {
    notice_of(Tone::Idle, "clock", keys::ELSEWHERE_WAITING, view)
}

/// The end: what was done, and a receipt to keep.
pub fn done(view: &ConnectView, next: Option<&QueueItem>, copied: Option<&str>) -> Tag {
    let sign_in = &view.sign_in;
    let lede = match next {
        Some(item) => text::with(keys::DONE_LEDE_NEXT, &[("next", &item.account)]).into(),
        None if view.kind == AuthorizationKind::Remove && words::is_modern(view) => said(keys::DONE_LEDE_REMOVE, view),
        None if view.kind == AuthorizationKind::Remove => said(keys::DONE_LEDE_REMOVE_ACCOUNT, view),
        None => keys::DONE_LEDE.into(),
    };
    let finished = tag("p")
        .with(of("span", "status ok").with(keys::FINISHED))
        .with(" ")
        .some(sign_in.done_at.map(|at| of("span", "note").with(moment(at))));
    let header = of("header", "stack tight").with(picture("standing", "art-clear")).with(finished);
    let mut page = decision().with(draw_heading(header, words::done_title(view).into(), lede));
    if let Some(item) = next {
        let label = text::with(keys::GO_ON_WITH, &[("next", &item.account)]);
        let go_on = Button::new(PRIMARY, "pick").value(item.id.text()).says(label, false);
        page = page.with(actions().with(go_on.with(icon("arrow"))));
    }
    let keep = Button::new(PLAIN, "receipt").icon("download").says(keys::SAVE_RECEIPT, false);
    page.some(tested(view))
        .some(clean_up(view, copied))
        .some(left(view))
        .with(section(keys::RECEIPT).with(receipt_facts(view, copied)))
        .with(actions().with(keep))
}

fn receipt_facts(view: &ConnectView, copied_now: Option<&str>) -> Tag {
    let mut rows = facts();
    for app in &view.sign_in.apps {
        let id = app.client_id.map(|id| {
            let copy = copy(keys::COPY, id.text(), copied_now);
            tag("span").with(mono(id.text())).with(" ").with(copy)
        });
        rows = rows.with(fact(copied(&app.name), tag("span").with(keys::CLIENT_ID), id));
        if let Some(end) = app.not_after {
            rows = rows.with(fact(keys::CERTIFICATE_UNTIL, browser::date_and_time(end), None));
        }
    }
    let at = view.sign_in.done_at.map(|at| browser::date_and_time(at).into());
    rows = rows.with(fact(keys::ALLOWED_BY, copied(allowed_by(view)), at));
    if view.kind != AuthorizationKind::Remove {
        rows = rows.with(fact(keys::MAY_SHORT, may(view), None)).with(fact(keys::TO_END, words::to_end(view), None));
    }
    rows.with(fact(keys::REFERENCE, mono(view.authorization.text()), None))
}

/// Rekey's own access for the set-up is still there.
fn is_pending(view: &ConnectView) -> bool {
    view.sign_in.steps.iter().any(|step| step.code == CLEANED && step.state != StepState::Done)
}

/// What that means, and what to delete where.
fn clean_up(view: &ConnectView, copied_now: Option<&str>) -> Option<Tag> {
    if !is_pending(view) {
        return None;
    }
    let mut rows = facts();
    for (name, id) in registrations(view) {
        let copy = copy(keys::COPY, id.clone(), copied_now);
        rows = rows.with(fact(copied(name), mono(id).with(" ").with(copy), None));
    }
    Some(tag("div").with(notice_of(Tone::Warn, "clock", keys::PENDING, view)).with(rows))
}

/// The registrations of a set-up, by their names in Entra.
fn registrations(view: &ConnectView) -> [(&'static str, String); 2] {
    [("Rekey Setup Sign-in", view.page_client.text()), ("Rekey Setup", view.api_client.text())]
}

/// What an administrator must still delete.
fn left(view: &ConnectView) -> Option<Tag> {
    let mut left = String::new();
    for app in &view.sign_in.apps {
        for what in &app.left {
            add(&mut left, "; ", what);
        }
    }
    (!left.is_empty()).then(|| notice(Tone::Warn, "alert", keys::LEFT, left))
}

fn tested(view: &ConnectView) -> Option<Tag> {
    let steps = &view.sign_in.steps;
    if steps.is_empty() {
        return None;
    }
    let mut list = of("ul", "ticks");
    for step in steps.iter().filter(|step| step.state == StepState::Done) {
        list = list.with(tag("li").with(icon("check")).with(tag("span").with(words::step_title(step, view))));
    }
    Some(section(keys::TESTED).with(list))
}

fn allowed_by(view: &ConnectView) -> &str {
    view.sign_in.signed_in_as.as_deref().unwrap_or(&view.sign_in.account)
}

fn may(view: &ConnectView) -> String {
    let mut all = String::new();
    for permission in &view.sign_in.permissions {
        add(&mut all, "; ", &words::permission(permission, view).0);
    }
    all
}

/// The receipt as lines of text.
pub fn receipt(view: &ConnectView) -> String {
    let at = view.sign_in.done_at.map(browser::exact).unwrap_or_default();
    let mut text = words::done_title(view);
    let mut line = |term: &str, what: &str| text.push_str(&join(&["\n", term, ": ", what]));
    line(say(keys::ALLOWED_BY), allowed_by(view));
    line(say(keys::MAY_SHORT), &may(view));
    line(say(keys::TIME), &at);
    line(say(keys::REFERENCE), &view.authorization.text());
    line(say(keys::TO_END), &words::to_end(view));
    for app in &view.sign_in.apps {
        let id = app.client_id.map(ClientId::text).unwrap_or_default();
        line(&app.name, &id);
        if let Some(end) = app.not_after {
            line(say(keys::CERTIFICATE_UNTIL), &browser::exact(end));
        }
    }
    if is_pending(view) {
        let (title, why) = words::pending(view);
        line(&title, &why);
        for (name, id) in registrations(view) {
            line(name, &id);
        }
    }
    for set in &view.sign_in.sets {
        line("-", &set.name);
    }
    text.push('\n');
    text
}
