//! What is asked: who asks, for which account, which rights and why. Opening this page changes nothing.

use super::machine::Note;
use super::page::Here;
use super::parts::{
    Button, PRIMARY, QUIET, SMALL, actions, copy, fact, facts, heading, icon, moment, notice, perms, row, section,
};
use super::stopped::ROLE_MISSING;
use crate::markup::{Tag, of, tag};
use crate::signs::Tone;
use crate::text::words::{self as text, keys, pair, say};
use crate::text::{connect as words, join};
use shared::api::authorizations::{AuthorizationKind, SetRef, SignInState};
use shared::api::connect::{ConnectView, QueueItem};
use shared::id::SignInId;

/// The first page.
pub fn asked(view: &ConnectView, note: Note, here: Here<'_>, is_busy: bool) -> Vec<Tag> {
    let sign_in = &view.sign_in;
    let note = words::note(note).map(|(title, text)| notice(Tone::Idle, "back", title, text));
    let is_modern = words::is_modern(view);
    let info = |(title, text)| notice(Tone::Info, "info", title, text);
    let who = vec![
        fact(say(keys::ASKED_BY), text::of(keys::ASKER, view), Some(moment(view.asked_at))),
        fact(say(keys::SIGN_IN_AS), tag("b").with(words::whom(view)), Some(words::whom_small(view).into())),
        fact(say(keys::THIS_LINK), until(keys::LINK_UNTIL, view, here), None),
    ];
    let go = Button::new(PRIMARY, "go").says(say(keys::CONTINUE), is_busy).with(icon("arrow"));
    let opens = of("p", "note").with(text::of(keys::OPENS, view));
    let mut page = vec![heading(words::asked_title(view), words::asked_lede(view))];
    page.extend(note);
    page.extend(interrupted(view));
    page.push(facts(who));
    page.extend(queue(view, is_busy));
    page.extend(sign_in.already_connected.then(|| info(pair(keys::CONNECTED_NOTICE))));
    page.extend(rights(view));
    page.extend((sign_in.needs_administrator && !is_modern).then(|| info(pair(keys::ADMIN_NOTICE))));
    if !sign_in.sets.is_empty() {
        page.push(set_list(&sign_in.sets));
    }
    let security = Button::new(QUIET, "security").icon("lock").says(say(keys::SECURITY), false);
    page.push(of("div", "stack tight").with(actions(vec![go, security])).with(opens));
    page.extend(not_me(view, here));
    page
}

/// A text with the link's end in it.
pub fn until(key: text::Key, view: &ConnectView, here: Here<'_>) -> String {
    text::fill(say(key), Some(view), &[("until", here.until)])
}

/// Passes it on to the right person, with words to send (C6).
fn not_me(view: &ConnectView, here: Here<'_>) -> Option<Tag> {
    let link = here.link?;
    let message = join(&[&until(keys::MESSAGE, view, here), "\n\n", link]);
    let mut buttons = vec![copy(say(keys::COPY), message.clone(), here.copied)];
    if here.can_share {
        buttons.push(Button::new(SMALL, "share").value(message.clone()).says(say(keys::SHARE), false));
    }
    let message = of("p", "message").attr("aria-label", say(keys::MESSAGE_LABEL)).with(message);
    let summary = tag("summary").with(icon("right")).with(say(keys::NOT_ME));
    let lede = tag("p").with(until(keys::NOT_ME_LEDE, view, here));
    Some(of("details", "more").with(summary).with(lede).with(message).with(actions(buttons)))
}

/// A set-up was interrupted: what was made so far is used again.
pub fn interrupted(view: &ConnectView) -> Option<Tag> {
    // What was missing of whoever tried before is not news for the next one.
    let problem = view.sign_in.problem.as_ref().filter(|help| words::is_modern(view) && help.code != ROLE_MISSING);
    problem.map(|help| {
        let (title, text) = words::help_words(help, Some(view));
        notice(Tone::Warn, "again", title, text)
    })
}

/// What is done, which rights come of it, and which do not.
pub fn rights(view: &ConnectView) -> Vec<Tag> {
    let next = [keys::NEXT_SIGN_IN, keys::NEXT_SAVE].map(|key| {
        let (what, why) = text::pair_of(key, Some(view), &[]);
        row("arrow", what, why)
    });
    let mut sections = vec![section(say(keys::NEXT), vec![of("ol", "perms").all(next.into())])];
    if words::is_modern(view) {
        sections.push(section(say(keys::IN_YOUR_TENANT), vec![in_your_tenant(view)]));
    }
    if view.kind != AuthorizationKind::Remove {
        sections.push(section(say(keys::MAY), vec![perms(view)]));
        sections.push(section(say(keys::MAY_NOT), vec![may_not(view)]));
    }
    sections
}

/// What is done, in the order in which it is done.
fn in_your_tenant(view: &ConnectView) -> Tag {
    let is_removal = view.kind == AuthorizationKind::Remove;
    let first: &[text::Key] = if is_removal { &[keys::REMOVES] } else { &[keys::MAKES_APP, keys::GRANTS] };
    of("ul", "perms").all(first.iter().chain(&[keys::CLEANS]).map(|key| said("check", *key)).collect())
}

fn said(icon: &'static str, key: text::Key) -> Tag {
    let (what, why) = pair(key);
    row(icon, what, why)
}

fn may_not(view: &ConnectView) -> Tag {
    let only_reads = view.sign_in.permissions.iter().all(|permission| !words::writes(&permission.value));
    let no_changes = Some(keys::NO_CHANGES).filter(|_| only_reads);
    let no_others = if words::is_modern(view) { keys::NOT_AS_YOU } else { keys::NO_OTHERS };
    let rows = no_changes.into_iter().chain([keys::NO_PASSWORD, no_others]);
    of("ul", "perms").all(rows.map(|key| said("cross", key).attr("class", "no")).collect())
}

/// The sets behind a line that opens.
pub fn set_list(sets: &[SetRef]) -> Tag {
    let rows = sets.iter().map(|set| tag("li").with(set.name.clone())).collect();
    of("details", "more")
        .with(tag("summary").with(icon("right")).with(text::count(keys::SHOW_SETS, sets.len(), None)))
        .with(of("ul", "setlist").all(rows))
}

/// All sign-ins of the authorization, when there are several.
fn queue(view: &ConnectView, is_busy: bool) -> Option<Tag> {
    let rows = view.queue.iter().map(|item| queue_row(item, view.sign_in.id, is_busy)).collect();
    (view.queue.len() > 1).then(|| {
        section(text::count(keys::QUEUE_TITLE, view.queue.len(), None), vec![of("ul", "perms queue").all(rows)])
    })
}

fn queue_row(item: &QueueItem, current: SignInId, is_busy: bool) -> Tag {
    let is_over = matches!(item.state, SignInState::Done | SignInState::Cancelled);
    let state = of("span", "state");
    let action = if item.id == current {
        Some(state.with(say(keys::THIS_ONE)))
    } else {
        let pick = || Button::new(SMALL, "pick").value(item.id.text()).says(say(keys::PICK), is_busy);
        (!is_over).then(|| state.with(pick()))
    };
    let symbol = if item.state == SignInState::Done { "check" } else { "key" };
    row(symbol, item.account.clone(), words::queue_state(item.state)).some(action)
}
