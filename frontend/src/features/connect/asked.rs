//! What is asked: who asks, for which account, which rights and why. Opening this page changes nothing.

use super::machine::Note;
use super::page::Here;
use super::parts::{
    Button, PRIMARY, QUIET, SMALL, actions, copy, decision, fact, facts, heading, icon, moment, note, notice,
    notice_of, perms, row, row_of, rows, section, strong, tight,
};
use super::stopped::{HELD, ROLE_MISSING};
use crate::markup::{Tag, of, tag, text as copied};
use crate::signs::Tone;
use crate::text::words::{self as text, Key, keys, said, say};
use crate::text::{connect as words, join};
use shared::api::authorizations::{AuthorizationKind, SetRef, SignInState};
use shared::api::connect::{ConnectView, QueueItem};
use shared::api::problem::Help;
use shared::id::SignInId;

/// The first page.
pub fn asked(view: &ConnectView, why_again: Note, here: &Here<'_>, is_busy: bool) -> Tag {
    let sign_in = &view.sign_in;
    let who = facts()
        .with(fact(keys::ASKED_BY, said(keys::ASKER, view), Some(moment(view.asked_at))))
        .with(fact(keys::SIGN_IN_AS, strong(words::whom(view)), Some(words::whom_small(view).into())))
        .with(fact(keys::THIS_LINK, until(keys::LINK_UNTIL, view, here), None));
    let go = Button::new(PRIMARY, "go").says(keys::CONTINUE, is_busy).with(icon("arrow"));
    let security = Button::new(QUIET, "security").icon("lock").says(keys::SECURITY, false);
    let mut page = decision()
        .with(heading(words::asked_title(view), words::asked_lede(view)))
        .some(words::note(why_again).map(|key| notice_of(Tone::Idle, "back", key, view)))
        .some(interrupted(view))
        .with(who)
        .some(queue(view, is_busy));
    if sign_in.already_connected {
        page = page.with(notice_of(Tone::Info, "info", keys::CONNECTED_NOTICE, view));
    }
    page = rights(page, view);
    if sign_in.needs_administrator && !words::is_modern(view) {
        page = page.with(notice_of(Tone::Info, "info", keys::ADMIN_NOTICE, view));
    }
    page.some(set_list(&sign_in.sets))
        .with(tight().with(actions().with(go).with(security)).with(note(said(keys::OPENS, view))))
        .some(not_me(view, here))
}

/// A text with the link's end in it.
#[inline(never)]
pub fn until(key: Key, view: &ConnectView, here: &Here<'_>) -> String {
    text::fill(say(key), Some(view), &[("until", here.until)])
}

/// Passes it on to the right person, with words to send (C6).
fn not_me(view: &ConnectView, here: &Here<'_>) -> Option<Tag> {
    let link = here.link?;
    let message = join(&[&until(keys::MESSAGE, view, here), "\n\n", link]);
    let mut buttons = actions().with(copy(keys::COPY, message.clone(), here.copied));
    if here.can_share {
        buttons = buttons.with(Button::new(SMALL, "share").value(message.clone()).says(keys::SHARE, false));
    }
    let message = of("p", "message").attr("aria-label", keys::MESSAGE_LABEL).with(message);
    let lede = if words::is_modern(view) { keys::NOT_ME_LEDE } else { keys::NOT_ME_LEDE_HOLDER };
    let lede = tag("p").with(until(lede, view, here));
    Some(more(keys::NOT_ME.into()).with(lede).with(message).with(buttons))
}

/// A line that opens.
fn more(line: Tag) -> Tag {
    of("details", "more").with(tag("summary").with(icon("right")).with(line))
}

/// A set-up was interrupted: what was made so far is used again. Or it cannot begin now.
pub fn interrupted(view: &ConnectView) -> Option<Tag> {
    let is_held = |help: &Help| help.code.starts_with(HELD);
    // What was missing of whoever tried before is not news for the next one.
    let is_news = |help: &&Help| is_held(help) || (words::is_modern(view) && help.code != ROLE_MISSING);
    view.sign_in.problem.as_ref().filter(is_news).map(|help| {
        let (title, text) = words::help_words(help, Some(view));
        notice(Tone::Warn, if is_held(help) { "clock" } else { "again" }, title, text)
    })
}

/// Adds to a page what is done, which rights come of it, and which do not.
pub fn rights(page: Tag, view: &ConnectView) -> Tag {
    let next = [keys::NEXT_SIGN_IN, keys::NEXT_SAVE];
    let mut page = page.with(section(keys::NEXT).with(said_rows(of("ol", "perms"), "arrow", &next, view)));
    let is_removal = view.kind == AuthorizationKind::Remove;
    if words::is_modern(view) {
        // In the order in which it is done.
        let work: &[Key] =
            if is_removal { &[keys::REMOVES, keys::CLEANS] } else { &[words::makes(view), keys::GRANTS, keys::CLEANS] };
        page = page.with(section(keys::IN_YOUR_TENANT).with(said_rows(rows(), "check", work, view)));
    } else if is_removal {
        let forgotten = said_rows(rows(), "check", &[keys::REMOVES_ACCOUNT], view);
        page = page.with(section(keys::WHEN_YOU_SAVE).with(forgotten));
    }
    if !is_removal {
        page = perms(page, keys::MAY, view).with(section(keys::MAY_NOT).with(may_not(view)));
    }
    page
}

/// Adds rows with texts of two parts.
fn said_rows(list: Tag, symbol: &'static str, keys: &[Key], view: &ConnectView) -> Tag {
    keys.iter().fold(list, |list, key| list.with(row_of(symbol, *key, view)))
}

fn may_not(view: &ConnectView) -> Tag {
    let only_reads = view.sign_in.permissions.iter().all(|permission| !words::writes(&permission.value));
    let no_others = if words::is_modern(view) { keys::NOT_AS_YOU } else { keys::NO_OTHERS };
    let mut list = rows();
    for (key, is_so) in [(keys::NO_CHANGES, only_reads), (keys::NO_PASSWORD, true), (no_others, true)] {
        if is_so {
            list = list.with(row_of("cross", key, view).attr("class", "no"));
        }
    }
    list
}

/// The sets behind a line that opens; none where there are none.
pub fn set_list(sets: &[SetRef]) -> Option<Tag> {
    if sets.is_empty() {
        return None;
    }
    let list = sets.iter().fold(of("ul", "setlist"), |list, set| list.with(tag("li").with(copied(&set.name))));
    Some(more(text::count(keys::SHOW_SETS, sets.len(), None).into()).with(list))
}

/// All sign-ins of the authorization, when there are several.
fn queue(view: &ConnectView, is_busy: bool) -> Option<Tag> {
    if view.queue.len() < 2 {
        return None;
    }
    let mut list = of("ul", "perms queue");
    for item in &view.queue {
        list = list.with(queue_row(item, view.sign_in.id, is_busy));
    }
    Some(section(text::count(keys::QUEUE_TITLE, view.queue.len(), None)).with(list))
}

fn queue_row(item: &QueueItem, current: SignInId, is_busy: bool) -> Tag {
    let is_over = matches!(item.state, SignInState::Done | SignInState::Cancelled);
    let action = if item.id == current {
        Some(keys::THIS_ONE.into())
    } else {
        let pick = || Button::new(SMALL, "pick").value(item.id.text()).says(keys::PICK, is_busy);
        (!is_over).then(pick)
    };
    let symbol = if item.state == SignInState::Done { "check" } else { "key" };
    let row = row(symbol, copied(&item.account), words::queue_state(item.state));
    row.some(action.map(|action| of("span", "state").with(action)))
}
