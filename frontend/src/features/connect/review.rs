//! Signed in: who, of which tenant, and what will change. Nothing has been sent yet.

use super::asked::set_list;
use super::parts::{Button, PRIMARY, QUIET, SMALL, actions, change, fact, facts, heading, icon, section};
use super::person::Person;
use crate::markup::{Tag, of, tag};
use crate::text;
use shared::api::authorizations::AuthorizationKind;
use shared::api::connect::ConnectView;
use shared::method::Method;
use text::connect as words;

/// Check, then save.
pub fn review(view: &ConnectView, person: &Person, is_busy: bool) -> Vec<Tag> {
    let sets = &view.sign_in.sets;
    let from = sets.iter().map(|set| set.method).min().unwrap_or(Method::Basic);
    let is_modern = words::is_modern(view);
    let mut rows = Vec::new();
    if !sets.is_empty() {
        rows.push(fact(words::sets(sets), change(from, view.method), Some(words::ALL_TOGETHER.into())));
    }
    if view.kind != AuthorizationKind::Remove {
        if is_modern {
            let app = words::app_names(view);
            rows.push(fact(words::IN_YOUR_TENANT, app, Some(words::MAKES_APP_WHY.into())));
            rows.push(fact(words::CERTIFICATE, words::CERTIFICATE_WHAT, None));
        } else {
            rows.push(fact(words::KEPT, words::KEPT_WHAT, None));
        }
        rows.push(fact(words::TO_END, words::to_end(view), None));
    }
    let note = if is_modern { words::MODERN_SAVE_NOTE } else { words::SAVE_NOTE };
    let mut inside = vec![facts(rows)];
    if !sets.is_empty() {
        inside.push(set_list(sets));
    }
    let save = Button::new(PRIMARY, "save").says(if is_busy { words::SAVING } else { words::SAVE }, is_busy);
    let leave = Button::new(QUIET, "over").says(words::LEAVE, is_busy);
    vec![
        heading(words::REVIEW_TITLE.to_owned(), words::REVIEW_LEDE.to_owned()),
        identity(view, person, is_busy),
        section(words::WHEN_YOU_SAVE, inside),
        of("div", "stack tight").with(actions(vec![save.attr("id", "save"), leave])).with(of("p", "note").with(note)),
    ]
}

fn identity(view: &ConnectView, person: &Person, is_busy: bool) -> Tag {
    let tick = |symbol, text: Tag| tag("li").with(icon(symbol)).with(tag("span").with(text));
    let account = if words::is_modern(view) {
        None
    } else if person.has_account(&view.sign_in.account) {
        Some(tick("check", words::TICK_ACCOUNT.into()))
    } else {
        Some(tick("alert", words::tick_other_account(&view.sign_in.account).into()).attr("class", "bad"))
    };
    let who = of("span", "who")
        .with(tag("b").with(person.name.clone()))
        .with(of("span", "muted").with(person.account.clone()));
    of("div", "identity")
        .with(of("span", "initials").attr("aria-hidden", "true").with(person.initials()))
        .with(who)
        .with(Button::new(SMALL, "go").says(words::OTHER_ACCOUNT, is_busy))
        .with(of("ul", "ticks").with(tick("check", words::tick_tenant(view).into())).some(account))
}
