//! After Save: the steps as they happen, an administrator's approval, and the end with its receipt.

use super::parts::{
    Button, PLAIN, PRIMARY, actions, copy, fact, facts, hand_off, heading, icon, journal, moment, notice, perms,
    picture, section,
};
use crate::browser;
use crate::markup::{Tag, of, tag};
use crate::signs::Tone;
use crate::text::words::{self as text, keys, pair, say};
use crate::text::{add, connect as words, digits, join};
use shared::api::authorizations::{AuthorizationKind, StepState, StepView};
use shared::api::connect::{ConnectView, QueueItem};

/// The step that takes back what the set-up was allowed.
const CLEANED: &str = "cleaned";

/// The steps, live.
pub fn working(view: &ConnectView) -> Vec<Tag> {
    let steps = &view.sign_in.steps;
    let done = steps.iter().filter(|step| step.state == StepState::Done).count();
    let progress = tag("progress")
        .attr("max", digits(steps.len().max(1)))
        .attr("value", digits(done))
        .attr("aria-label", say(keys::STEPS));
    let title = match view.kind {
        AuthorizationKind::UpdateConfiguration => keys::WORKING_TITLE_UPDATE,
        AuthorizationKind::Remove => keys::WORKING_TITLE_REMOVE,
        _ if words::is_modern(view) => keys::WORKING_TITLE_MODERN,
        _ => keys::WORKING_TITLE,
    };
    let row = of("div", "row").with(tag("b").with(words::step_of(done, steps.len())));
    vec![
        heading(text::of(title, view), text::of(keys::WORKING_LEDE, view)),
        of("div", "meter-line").with(row).with(progress),
        journal(view),
    ]
}

/// An administrator must approve first: the link to pass on, and a wait that ends by itself.
pub fn approval(view: &ConnectView, is_busy: bool, copied: Option<&str>) -> Vec<Tag> {
    let url = view.sign_in.approval_url.clone();
    let mut buttons = Vec::new();
    // The administrator's own consent, for an app that is there already (D2).
    let own = view.sign_in.problem.as_ref().filter(|_| words::is_modern(view));
    let mut page = match own {
        Some(help) => {
            buttons.extend(url.clone().map(|url| {
                let open =
                    of("a", PRIMARY).attr("href", url).attr("target", "_blank").attr("rel", "noopener noreferrer");
                open.with(say(keys::OPEN_CONSENT)).with(icon("out"))
            }));
            {
                let (title, text) = words::help_words(help, Some(view));
                vec![heading(title, text)]
            }
        }
        None => vec![heading(text::of(keys::APPROVAL_TITLE, view), say(keys::APPROVAL_LEDE))],
    };
    let class = if own.is_some() { PLAIN } else { PRIMARY };
    buttons.push(Button::new(class, "check").icon("again").says(say(keys::CHECK_AGAIN), is_busy));
    buttons.push(Button::new(PLAIN, "over").says(say(keys::START_OVER), is_busy));
    page.extend(url.map(|url| hand_off(url, say(keys::APPROVAL_NOTE), copied)));
    page.push(waiting_for_approval(view));
    page.push(actions(buttons));
    page.push(section(say(keys::MAY), vec![perms(view)]));
    page
}

/// Somebody else is awaited.
pub fn waiting_for_approval(view: &ConnectView) -> Tag {
    let (title, text) = text::pair_of(keys::APPROVAL_WAITING, Some(view), &[]);
    notice(Tone::Idle, "clock", title, text)
}

/// The end: what was done, and a receipt to keep.
pub fn done(view: &ConnectView, next: Option<&QueueItem>, copied: Option<&str>) -> Vec<Tag> {
    let sign_in = &view.sign_in;
    let lede = next.map_or_else(
        || match view.kind {
            AuthorizationKind::Remove => text::of(keys::DONE_LEDE_REMOVE, view),
            _ => say(keys::DONE_LEDE).to_owned(),
        },
        |item| text::with(keys::DONE_LEDE_NEXT, &[("next", &item.account)]),
    );
    let finished = tag("p")
        .with(of("span", "status ok").with(say(keys::FINISHED)))
        .with(" ")
        .some(sign_in.done_at.map(|at| of("span", "note").with(moment(at))));
    let go_on = next.map(|item| {
        let button = Button::new(PRIMARY, "pick").value(item.id.text());
        actions(vec![button.says(text::with(keys::GO_ON_WITH, &[("next", &item.account)]), false).with(icon("arrow"))])
    });
    let header = of("header", "stack tight")
        .with(picture("standing", "art-clear"))
        .with(finished)
        .with(tag("h1").attr("tabindex", "-1").with(words::done_title(view)))
        .with(of("p", "lede").with(lede));
    let keep = Button::new(PLAIN, "receipt").icon("download").says(say(keys::SAVE_RECEIPT), false);
    let mut page = vec![header];
    page.extend(go_on);
    page.extend(tested(view));
    page.extend(clean_up(&sign_in.steps));
    page.extend(left(view));
    page.push(section(say(keys::RECEIPT), vec![facts(receipt_facts(view, copied))]));
    page.push(actions(vec![keep]));
    page
}

fn receipt_facts(view: &ConnectView, copied: Option<&str>) -> Vec<Tag> {
    let at = view.sign_in.done_at.map(browser::date_and_time);
    let mut rows = Vec::new();
    for app in &view.sign_in.apps {
        let id = app.client_id.map(|id| id.text());
        let id = id.map(|id| {
            tag("span").with(of("span", "mono").with(id.clone())).with(" ").with(copy(say(keys::COPY), id, copied))
        });
        rows.push(fact(app.name.clone(), tag("span").with(say(keys::CLIENT_ID)), id));
        rows.extend(app.not_after.map(|end| fact(say(keys::CERTIFICATE_UNTIL), browser::date_and_time(end), None)));
    }
    rows.push(fact(say(keys::ALLOWED_BY), allowed_by(view), at.map(Tag::from)));
    if view.kind != AuthorizationKind::Remove {
        rows.push(fact(say(keys::MAY_SHORT), may(view), None));
        rows.push(fact(say(keys::TO_END), words::to_end(view), None));
    }
    rows.push(fact(say(keys::REFERENCE), of("span", "mono").with(view.authorization.text()), None));
    rows
}

/// Rekey's own access for the set-up is still there.
fn clean_up(steps: &[StepView]) -> Option<Tag> {
    let pending = steps.iter().any(|step| step.code == CLEANED && step.state != StepState::Done);
    let (title, text) = pair(keys::PENDING);
    pending.then(|| notice(Tone::Warn, "clock", title, text))
}

/// What an administrator must still delete.
fn left(view: &ConnectView) -> Option<Tag> {
    let mut left = String::new();
    for app in &view.sign_in.apps {
        for what in &app.left {
            add(&mut left, "; ", what);
        }
    }
    (!left.is_empty()).then(|| notice(Tone::Warn, "alert", say(keys::LEFT), left))
}

fn tested(view: &ConnectView) -> Option<Tag> {
    let steps = &view.sign_in.steps;
    let done = steps.iter().filter(|step| step.state == StepState::Done);
    let rows =
        done.map(|step| tag("li").with(icon("check")).with(tag("span").with(words::step_title(step, view)))).collect();
    (!steps.is_empty()).then(|| section(say(keys::TESTED), vec![of("ul", "ticks").all(rows)]))
}

fn allowed_by(view: &ConnectView) -> String {
    view.sign_in.signed_in_as.clone().unwrap_or_else(|| view.sign_in.account.clone())
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
    line(say(keys::ALLOWED_BY), &allowed_by(view));
    line(say(keys::MAY_SHORT), &may(view));
    line(say(keys::TIME), &at);
    line(say(keys::REFERENCE), &view.authorization.text());
    line(say(keys::TO_END), &words::to_end(view));
    for app in &view.sign_in.apps {
        let id = app.client_id.map(|id| id.text()).unwrap_or_default();
        line(&app.name, &id);
        if let Some(end) = app.not_after {
            line(say(keys::CERTIFICATE_UNTIL), &browser::exact(end));
        }
    }
    for set in &view.sign_in.sets {
        line("-", &set.name);
    }
    text.push('\n');
    text
}
