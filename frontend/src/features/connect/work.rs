//! After Save: the steps as they happen, an administrator's approval, and the end with its receipt.

use super::parts::{
    Button, PLAIN, PRIMARY, actions, copy, fact, facts, hand_off, heading, icon, journal, moment, notice, perms,
    picture, section,
};
use crate::markup::{Tag, of, tag};
use crate::signs::Tone;
use crate::{browser, text};
use shared::api::authorizations::{AuthorizationKind, StepState, StepView};
use shared::api::connect::{ConnectView, QueueItem};
use text::connect as words;

/// The step that takes back what the set-up was allowed.
const CLEANED: &str = "cleaned";

/// The steps, live.
pub fn working(view: &ConnectView) -> Vec<Tag> {
    let steps = &view.sign_in.steps;
    let done = steps.iter().filter(|step| step.state == StepState::Done).count();
    let progress = tag("progress")
        .attr("max", steps.len().max(1).to_string())
        .attr("value", done.to_string())
        .attr("aria-label", words::STEPS);
    let row = of("div", "row").with(tag("b").with(words::step_of(done, steps.len())));
    vec![
        heading(words::working_title(view), words::working_lede(view)),
        of("div", "meter-line").with(row).with(progress),
        journal(words::STEPS, steps),
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
                open.with(words::OPEN_CONSENT).with(icon("out"))
            }));
            vec![heading(help.title.clone(), help.text.clone())]
        }
        None => vec![heading(words::approval_title(&view.customer), words::APPROVAL_LEDE.to_owned())],
    };
    let class = if own.is_some() { PLAIN } else { PRIMARY };
    buttons.push(Button::new(class, "check").icon("again").says(words::CHECK_AGAIN, is_busy));
    buttons.push(Button::new(PLAIN, "over").says(words::START_OVER, is_busy));
    page.extend(url.map(|url| hand_off(url, words::APPROVAL_NOTE.to_owned(), copied)));
    page.push(notice(Tone::Idle, "clock", words::APPROVAL_WAITING, words::approval_waiting(&view.asked_by)));
    page.push(actions(buttons));
    page.push(section(words::MAY, vec![perms(&view.sign_in.permissions)]));
    page
}

/// The end: what was done, and a receipt to keep.
pub fn done(view: &ConnectView, next: Option<&QueueItem>, copied: Option<&str>) -> Vec<Tag> {
    let sign_in = &view.sign_in;
    let lede = next.map_or_else(|| words::DONE_LEDE.to_owned(), |item| words::done_lede_next(&item.account));
    let finished = tag("p")
        .with(of("span", "status ok").with(words::FINISHED))
        .with(" ")
        .some(sign_in.done_at.map(|at| of("span", "note").with(moment(at))));
    let go_on = next.map(|item| {
        let button = Button::new(PRIMARY, "pick").value(item.id.to_string());
        actions(vec![button.says(words::go_on_with(&item.account), false).with(icon("arrow"))])
    });
    let header = of("header", "stack tight")
        .with(picture("standing", "art-clear"))
        .with(finished)
        .with(tag("h1").attr("tabindex", "-1").with(words::done_title(view)))
        .with(of("p", "lede").with(lede));
    let keep = Button::new(PLAIN, "receipt").icon("download").says(words::SAVE_RECEIPT, false);
    let mut page = vec![header];
    page.extend(go_on);
    page.extend(tested(&sign_in.steps));
    page.extend(clean_up(&sign_in.steps));
    page.extend(left(view));
    page.push(section(words::RECEIPT, vec![facts(receipt_facts(view, copied))]));
    page.push(actions(vec![keep]));
    page
}

fn receipt_facts(view: &ConnectView, copied: Option<&str>) -> Vec<Tag> {
    let at = view.sign_in.done_at.map(browser::date_and_time);
    let mut rows = Vec::new();
    for app in &view.sign_in.apps {
        let id = app.client_id.map(|id| id.to_string());
        let id = id.map(|id| {
            tag("span").with(of("span", "mono").with(id.clone())).with(" ").with(copy(text::COPY, id, copied))
        });
        rows.push(fact(app.name.clone(), tag("span").with(words::CLIENT_ID), id));
        rows.extend(app.not_after.map(|end| fact(words::UNTIL, browser::date_and_time(end), None)));
    }
    rows.push(fact(words::ALLOWED_BY, allowed_by(view), at.map(Tag::from)));
    if view.kind != AuthorizationKind::Remove {
        rows.push(fact(words::MAY_SHORT, may(view), None));
        rows.push(fact(words::TO_END, words::to_end(view), None));
    }
    rows.push(fact(words::REFERENCE, of("span", "mono").with(view.authorization.to_string()), None));
    rows
}

/// Rekey's own access for the set-up is still there.
fn clean_up(steps: &[StepView]) -> Option<Tag> {
    let pending = steps.iter().any(|step| step.code == CLEANED && step.state != StepState::Done);
    let (title, text) = words::PENDING;
    pending.then(|| notice(Tone::Warn, "clock", title, text))
}

/// What an administrator must still delete.
fn left(view: &ConnectView) -> Option<Tag> {
    let left: Vec<String> = view.sign_in.apps.iter().flat_map(|app| app.left.iter().cloned()).collect();
    (!left.is_empty()).then(|| notice(Tone::Warn, "alert", words::LEFT, left.join("; ")))
}

fn tested(steps: &[StepView]) -> Option<Tag> {
    let done = steps.iter().filter(|step| step.state == StepState::Done);
    let rows = done.map(|step| tag("li").with(icon("check")).with(tag("span").with(step.title.clone()))).collect();
    (!steps.is_empty()).then(|| section(words::TESTED, vec![of("ul", "ticks").all(rows)]))
}

fn allowed_by(view: &ConnectView) -> String {
    view.sign_in.signed_in_as.clone().unwrap_or_else(|| view.sign_in.account.clone())
}

fn may(view: &ConnectView) -> String {
    view.sign_in.permissions.iter().map(|permission| permission.title.as_str()).collect::<Vec<_>>().join("; ")
}

/// The receipt as lines of text.
pub fn receipt(view: &ConnectView) -> String {
    let at = view.sign_in.done_at.map(browser::exact).unwrap_or_default();
    let mut lines = vec![
        words::done_title(view),
        format!("{}: {}", words::ALLOWED_BY, allowed_by(view)),
        format!("{}: {}", words::MAY_SHORT, may(view)),
        format!("{}: {at}", words::TIME),
        format!("{}: {}", words::REFERENCE, view.authorization),
        words::to_end(view),
    ];
    for app in &view.sign_in.apps {
        let id = app.client_id.map(|id| id.to_string()).unwrap_or_default();
        lines.push(format!("{}, {}: {id}", app.name, words::CLIENT_ID));
        lines.extend(app.not_after.map(|end| format!("{}: {}", words::UNTIL, browser::exact(end))));
    }
    lines.extend(view.sign_in.sets.iter().map(|set| format!("- {}", set.name)));
    lines.push(String::new());
    lines.join("\n")
}
