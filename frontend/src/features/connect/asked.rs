//! What is asked: who asks, for which account, which rights and why. Opening this page changes nothing.

use super::machine::Note;
use super::parts::{Button, PRIMARY, SMALL, actions, fact, facts, heading, icon, moment, notice, perms, row, section};
use super::stopped::ROLE_MISSING;
use crate::markup::{Tag, of, tag};
use crate::signs::Tone;
use crate::text;
use shared::api::authorizations::{AuthorizationKind, SetRef, SignInState};
use shared::api::connect::{ConnectView, QueueItem};
use shared::id::SignInId;
use text::connect as words;

/// The first page.
pub fn asked(view: &ConnectView, note: Note, until: &str, is_busy: bool) -> Vec<Tag> {
    let sign_in = &view.sign_in;
    let note = words::note(note).map(|(title, text)| notice(Tone::Idle, "back", title, text));
    let is_modern = words::is_modern(view);
    let small = if is_modern { sign_in.signer.text().into() } else { words::of_customer(view).into() };
    let whom = if is_modern { words::administrator_of(view) } else { sign_in.account.clone() };
    let info = |(title, text)| notice(Tone::Info, "info", title, text);
    let who = vec![
        fact(words::ASKED_BY, format!("{}, {}", view.asked_by, view.organization), Some(moment(view.asked_at))),
        fact(words::SIGN_IN_AS, tag("b").with(whom), Some(small)),
        fact(words::THIS_LINK, words::link_until(&view.customer, until), None),
    ];
    let go = Button::new(PRIMARY, "go").says(words::CONTINUE, is_busy).with(icon("arrow"));
    let opens = of("p", "note").with(words::opens(&view.login_host));
    let mut page = vec![heading(words::asked_title(view), words::asked_lede(view))];
    page.extend(note);
    page.extend(interrupted(view));
    page.push(facts(who));
    page.extend(queue(view, is_busy));
    page.extend(sign_in.already_connected.then(|| info(words::CONNECTED_NOTICE)));
    page.extend(rights(view));
    page.extend((sign_in.needs_administrator && !is_modern).then(|| info(words::ADMIN_NOTICE)));
    if !sign_in.sets.is_empty() {
        page.push(set_list(&sign_in.sets));
    }
    page.push(of("div", "stack tight").with(actions(vec![go])).with(opens));
    page
}

/// A set-up was interrupted: what was made so far is used again.
pub fn interrupted(view: &ConnectView) -> Option<Tag> {
    // What was missing of whoever tried before is not news for the next one.
    let problem = view.sign_in.problem.as_ref().filter(|help| words::is_modern(view) && help.code != ROLE_MISSING);
    problem.map(|help| notice(Tone::Warn, "again", help.title.clone(), help.text.clone()))
}

/// What is done, which rights come of it, and which do not.
pub fn rights(view: &ConnectView) -> Vec<Tag> {
    let mut sections = Vec::new();
    if words::is_modern(view) {
        sections.push(section(words::IN_YOUR_TENANT, vec![in_your_tenant(view)]));
    }
    if view.kind != AuthorizationKind::Remove {
        sections.push(section(words::MAY, vec![perms(&view.sign_in.permissions)]));
        sections.push(section(words::MAY_NOT, vec![may_not(view)]));
    }
    sections
}

/// What is done, in the order in which it is done.
fn in_your_tenant(view: &ConnectView) -> Tag {
    let made = (words::MAKES_APP, words::MAKES_APP_WHY);
    let first = if view.kind == AuthorizationKind::Remove { vec![words::REMOVES] } else { vec![made, words::GRANTS] };
    let rows = first.into_iter().chain([words::CLEANS]).map(|(what, why)| row("check", what, why));
    of("ul", "perms").all(rows.collect())
}

fn may_not(view: &ConnectView) -> Tag {
    let only_reads = view.sign_in.permissions.iter().all(|permission| !words::writes(&permission.value));
    let no_changes = Some(words::NO_CHANGES).filter(|_| only_reads);
    let no_others = if words::is_modern(view) { words::NOT_AS_YOU } else { words::NO_OTHERS };
    let rows = no_changes.into_iter().chain([words::NO_PASSWORD, no_others]);
    of("ul", "perms").all(rows.map(|(what, why)| row("cross", what, why).attr("class", "no")).collect())
}

/// The sets behind a line that opens.
pub fn set_list(sets: &[SetRef]) -> Tag {
    let rows = sets.iter().map(|set| tag("li").with(set.name.clone())).collect();
    of("details", "more")
        .with(tag("summary").with(icon("right")).with(words::show_sets(sets)))
        .with(of("ul", "setlist").all(rows))
}

/// All sign-ins of the authorization, when there are several.
fn queue(view: &ConnectView, is_busy: bool) -> Option<Tag> {
    let rows = view.queue.iter().map(|item| queue_row(item, view.sign_in.id, is_busy)).collect();
    (view.queue.len() > 1)
        .then(|| section(words::queue_title(view.queue.len()), vec![of("ul", "perms queue").all(rows)]))
}

fn queue_row(item: &QueueItem, current: SignInId, is_busy: bool) -> Tag {
    let is_over = matches!(item.state, SignInState::Done | SignInState::Cancelled);
    let state = of("span", "state");
    let action = if item.id == current {
        Some(state.with(words::THIS_ONE))
    } else {
        let pick = || Button::new(SMALL, "pick").value(item.id.to_string()).says(words::PICK, is_busy);
        (!is_over).then(|| state.with(pick()))
    };
    let symbol = if item.state == SignInState::Done { "check" } else { "key" };
    row(symbol, item.account.clone(), words::queue_state(item.state)).some(action)
}
