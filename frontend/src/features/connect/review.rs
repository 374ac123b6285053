//! Signed in: who, of which tenant, and what will change. Nothing has been sent yet.

use super::asked::set_list;
use super::parts::{Button, PRIMARY, QUIET, SMALL, actions, change, fact, facts, heading, icon, section};
use super::person::Person;
use crate::markup::{Tag, of, tag};
use crate::text::connect as words;
use crate::text::words::{self as text, keys, pair, say};
use shared::api::authorizations::AuthorizationKind;
use shared::api::connect::ConnectView;
use shared::method::Method;

/// Check, then save.
pub fn review(view: &ConnectView, person: &Person, is_busy: bool) -> Vec<Tag> {
    let sets = &view.sign_in.sets;
    let from = sets.iter().map(|set| set.method).min().unwrap_or(Method::Basic);
    let is_modern = words::is_modern(view);
    let mut rows = Vec::new();
    if view.kind == AuthorizationKind::Remove {
        let (title, text) = pair(keys::REMOVES);
        rows.push(fact(say(keys::IN_YOUR_TENANT), title, Some(text.into())));
    }
    if !sets.is_empty() {
        let (what, note) = match view.kind {
            AuthorizationKind::Remove => (say(keys::ACCESS_ENDS).into(), None),
            AuthorizationKind::UpdateConfiguration => (say(keys::SETS_STAY).into(), None),
            _ => (change(from, view.method), Some(say(keys::ALL_TOGETHER).into())),
        };
        rows.push(fact(words::sets(sets), what, note));
    }
    if view.kind != AuthorizationKind::Remove {
        if is_modern {
            let app = words::app_names(view);
            rows.push(fact(say(keys::IN_YOUR_TENANT), app, Some(pair(keys::MAKES_APP).1.into())));
            rows.push(fact(say(keys::CERTIFICATE), say(keys::CERTIFICATE_WHAT), None));
        } else {
            rows.push(fact(say(keys::KEPT), say(keys::KEPT_WHAT), None));
        }
        rows.push(fact(say(keys::TO_END), words::to_end(view), None));
    }
    let note = say(if is_modern { keys::SAVE_NOTE_MODERN } else { keys::SAVE_NOTE });
    let mut inside = vec![facts(rows)];
    if !sets.is_empty() {
        inside.push(set_list(sets));
    }
    let save = match view.kind {
        _ if is_busy => keys::SAVING,
        AuthorizationKind::UpdateConfiguration => keys::SAVE_UPDATE,
        AuthorizationKind::Remove => keys::SAVE_REMOVE,
        _ => keys::SAVE,
    };
    let save = Button::new(PRIMARY, "save").says(say(save), is_busy);
    let leave = Button::new(QUIET, "over").says(say(keys::LEAVE), is_busy);
    vec![
        heading(say(keys::REVIEW_TITLE), say(keys::REVIEW_LEDE)),
        identity(view, person, is_busy),
        section(say(keys::WHEN_YOU_SAVE), inside),
        of("div", "stack tight").with(actions(vec![save.attr("id", "save"), leave])).with(of("p", "note").with(note)),
    ]
}

fn identity(view: &ConnectView, person: &Person, is_busy: bool) -> Tag {
    let tick = |symbol, text: Tag| tag("li").with(icon(symbol)).with(tag("span").with(text));
    let account = if words::is_modern(view) {
        None
    } else if person.has_account(&view.sign_in.account) {
        Some(tick("check", say(keys::TICK_ACCOUNT).into()))
    } else {
        Some(tick("alert", text::of(keys::TICK_OTHER_ACCOUNT, view).into()).attr("class", "bad"))
    };
    let who = of("span", "who")
        .with(tag("b").with(person.name.clone()))
        .with(of("span", "muted").with(person.account.clone()));
    of("div", "identity")
        .with(of("span", "initials").attr("aria-hidden", "true").with(person.initials()))
        .with(who)
        .with(Button::new(SMALL, "go").says(say(keys::OTHER_ACCOUNT), is_busy))
        .with(of("ul", "ticks").with(tick("check", text::of(keys::TICK_TENANT, view).into())).some(account))
}
