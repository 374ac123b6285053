//! Signed in: who, of which tenant, and what will change. Nothing has been sent yet.

use super::asked::set_list;
use super::parts::{
    Button, PRIMARY, QUIET, SMALL, actions, change, decision, fact, facts, heading, icon, note, section, strong, tight,
};
use super::person::Person;
use crate::markup::{Tag, of, tag, text};
use crate::text::connect as words;
use crate::text::words::{keys, pair, said};
use shared::api::authorizations::AuthorizationKind;
use shared::api::connect::ConnectView;
use shared::method::Method;

/// Check, then save.
pub fn review(view: &ConnectView, person: &Person, is_busy: bool) -> Tag {
    let sets = &view.sign_in.sets;
    let from = sets.iter().map(|set| set.method).min().unwrap_or(Method::Basic);
    let is_modern = words::is_modern(view);
    let mut rows = facts();
    if view.kind == AuthorizationKind::Remove {
        // Of an account nothing changes in the tenant: it is forgotten here.
        let (term, what) = if is_modern {
            (keys::IN_YOUR_TENANT.into(), keys::REMOVES)
        } else {
            (text(&view.sign_in.account), keys::REMOVES_ACCOUNT)
        };
        let (title, why) = pair(what);
        rows = rows.with(fact(term, title, Some(why.into())));
    }
    if !sets.is_empty() {
        let (what, note) = match view.kind {
            AuthorizationKind::Remove => (keys::ACCESS_ENDS.into(), None),
            AuthorizationKind::UpdateConfiguration => (keys::SETS_STAY.into(), None),
            _ => (change(from, view.method), Some(keys::ALL_TOGETHER.into())),
        };
        rows = rows.with(fact(words::sets(sets), what, note));
    }
    if view.kind != AuthorizationKind::Remove {
        if is_modern {
            let app = words::app_names(view);
            rows = rows.with(fact(keys::IN_YOUR_TENANT, app, Some(pair(words::makes(view)).1.into()))).with(fact(
                keys::CERTIFICATE,
                keys::CERTIFICATE_WHAT,
                None,
            ));
        } else {
            rows = rows.with(fact(keys::KEPT, keys::KEPT_WHAT, None));
        }
        rows = rows.with(fact(keys::TO_END, words::to_end(view), None));
    }
    let save = match view.kind {
        _ if is_busy => keys::SAVING,
        AuthorizationKind::UpdateConfiguration => keys::SAVE_UPDATE,
        AuthorizationKind::Remove => keys::SAVE_REMOVE,
        _ => keys::SAVE,
    };
    let save = Button::new(PRIMARY, "save").says(save, is_busy).attr("id", "save");
    let leave = Button::new(QUIET, "over").says(keys::LEAVE, is_busy);
    let save_note = if is_modern { keys::SAVE_NOTE_MODERN } else { keys::SAVE_NOTE };
    decision()
        .with(heading(keys::REVIEW_TITLE, keys::REVIEW_LEDE))
        .with(identity(view, person, is_busy))
        .with(section(keys::WHEN_YOU_SAVE).with(rows).some(set_list(sets)))
        .with(tight().with(actions().with(save).with(leave)).with(note(save_note)))
}

fn identity(view: &ConnectView, person: &Person, is_busy: bool) -> Tag {
    let tick = |symbol, text: Tag| tag("li").with(icon(symbol)).with(tag("span").with(text));
    let account = if words::is_modern(view) {
        None
    } else if person.has_account(&view.sign_in.account) {
        Some(tick("check", keys::TICK_ACCOUNT.into()))
    } else {
        Some(tick("alert", said(keys::TICK_OTHER_ACCOUNT, view)).attr("class", "bad"))
    };
    let who = of("span", "who").with(strong(text(&person.name))).with(of("span", "muted").with(text(&person.account)));
    of("div", "identity")
        .with(of("span", "initials").attr("aria-hidden", "true").with(person.initials()))
        .with(who)
        .with(Button::new(SMALL, "go").says(keys::OTHER_ACCOUNT, is_busy))
        .with(of("ul", "ticks").with(tick("check", said(keys::TICK_TENANT, view))).some(account))
}
