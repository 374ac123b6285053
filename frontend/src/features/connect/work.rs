//! After Save: the steps as they happen, an administrator's approval, and the end with its receipt.

use super::parts::{
    Button, PLAIN, PRIMARY, actions, copy, fact, facts, heading, icon, journal, moment, notice, perms, picture, section,
};
use crate::markup::{Tag, of, tag};
use crate::signs::Tone;
use crate::{browser, text};
use shared::api::authorizations::{StepState, StepView};
use shared::api::connect::{ConnectView, QueueItem};
use text::connect as words;

/// The field with the link to pass on.
pub const APPROVAL_FIELD: &str = "approval";

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
    let link = view.sign_in.approval_url.clone().map(|url| {
        let input =
            of("input", "input mono").attr("id", APPROVAL_FIELD).flag("readonly", true).attr("value", url.clone());
        let input = input.attr("data-press", "select");
        let label = tag("label").attr("for", APPROVAL_FIELD).with(words::APPROVAL_LINK);
        let field = of("div", "copy").with(input).with(copy(text::COPY, url, copied));
        let field = of("div", "field").with(label).with(field);
        of("div", "stack tight").with(field).with(of("p", "note").with(words::APPROVAL_NOTE))
    });
    let check = Button::new(PRIMARY, "check").icon("again").says(words::CHECK_AGAIN, is_busy);
    let over = Button::new(PLAIN, "over").says(words::START_OVER, is_busy);
    let mut page = vec![heading(words::approval_title(&view.customer), words::APPROVAL_LEDE.to_owned())];
    page.extend(link);
    page.push(notice(Tone::Idle, "clock", words::APPROVAL_WAITING, words::approval_waiting(&view.asked_by)));
    page.push(actions(vec![check, over]));
    page.push(section(words::MAY, vec![perms(&view.sign_in.permissions)]));
    page
}

/// The end: what was done, and a receipt to keep.
pub fn done(view: &ConnectView, next: Option<&QueueItem>) -> Vec<Tag> {
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
    page.push(section(words::RECEIPT, vec![facts(receipt_facts(view))]));
    page.push(actions(vec![keep]));
    page
}

fn receipt_facts(view: &ConnectView) -> Vec<Tag> {
    let at = view.sign_in.done_at.map(browser::date_and_time);
    vec![
        fact(words::ALLOWED_BY, allowed_by(view), at.map(Tag::from)),
        fact(words::MAY_SHORT, may(view), None),
        fact(words::TO_END, words::to_end(&view.brand), None),
        fact(words::REFERENCE, of("span", "mono").with(view.authorization.to_string()), None),
    ]
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
        words::to_end(&view.brand),
    ];
    lines.extend(view.sign_in.sets.iter().map(|set| format!("- {}", set.name)));
    lines.push(String::new());
    lines.join("\n")
}
