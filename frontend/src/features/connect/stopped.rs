//! The pages on which it does not go on by itself: each says what happened, what did not, and the next step.

use super::asked::until;
use super::page::Here;
use super::parts::{
    Button, Ids, PLAIN, PRIMARY, actions, decision, hand_off, heading, heading_of, icon, keymark, microsoft_ids, muted,
    note, perms, request_ids, row, row_of, rows, section, strong, support, tight,
};
use super::person::Person;
use super::stop::Stop;
use super::work::waiting_elsewhere;
use crate::markup::{Tag, of, tag, text as copied};
use crate::text::connect as words;
use crate::text::words::{self as text, Key, keys, said};
use shared::api::authorizations::SignInState;
use shared::api::connect::ConnectView;
use shared::api::problem::{Help, HelpAction, MicrosoftIds};

/// The server's code for a person whose roles are not enough.
pub const ROLE_MISSING: &str = "role_missing";

/// How the server's codes begin for what is held back.
pub const HELD: &str = "wave_";

/// What a page needs besides its reason.
pub struct Surroundings<'a> {
    /// What the server last said.
    pub view: Option<&'a ConnectView>,
    /// Something is on its way.
    pub is_busy: bool,
    /// What was copied a moment ago, and the link to pass on.
    pub here: &'a Here<'a>,
}

/// Stopped on this side.
pub fn stopped(stop: &Stop, around: &Surroundings<'_>) -> Tag {
    if let (Stop::Told(help), Some(view)) = (stop, around.view)
        && help.code == ROLE_MISSING
    {
        return admin_needed(view, help, around);
    }
    let mut words = words::stop_words(stop, around.view);
    if let Stop::Told(help) = stop {
        words.todo.extend(words::action_todo(help.action, around.view));
    }
    let mut buttons = actions();
    if let Some((label, press)) = primary(stop, around.view.is_some()) {
        buttons = buttons.with(Button::new(PRIMARY, press).says(label, around.is_busy));
    }
    if !matches!(stop, Stop::NoLink | Stop::Offline) {
        buttons = buttons.with(start_over(around.is_busy));
    }
    let mut page = decision().with(heading(words.title, words.lede));
    if let (Stop::WrongTenant(person), Some(view)) = (stop, around.view) {
        page = wrong_tenant(page, person, view);
    }
    // Nobody approved in time, or whoever is here may not: the administrator's link is still the way on.
    let is_open = |state| matches!(state, SignInState::Failed | SignInState::ApprovalNeeded);
    let approval = around.view.map(|view| &view.sign_in).filter(|sign_in| is_open(sign_in.state));
    let approval = approval.and_then(|sign_in| sign_in.approval_url.as_deref());
    page = page.some(approval.map(|url| hand_off(url, keys::APPROVAL_NOTE.into(), around.here.copied)));
    // Microsoft stops whoever is no administrator on its own page, and says here only that nobody agreed (C6).
    let for_administrator = around.view.filter(|view| words::is_modern(view) && is_for_administrator(stop));
    page = match for_administrator {
        Some(view) => page.with(hand_off_of(view, around)).with(buttons).with(roles(view)),
        None => page.some(todo(words.todo)).with(buttons),
    };
    page.some(support(ids(stop, around.view), around.here.copied))
}

fn primary(stop: &Stop, has_view: bool) -> Option<(Key, &'static str)> {
    match stop {
        Stop::NoLink | Stop::DeadLink(_) | Stop::ForeignAnswer | Stop::Refused(_) => None,
        Stop::Offline | Stop::NoMemory => Some((keys::TRY_AGAIN, "over")),
        // Without a view nobody knows for whom: starting over reads it first.
        _ if !has_view => None,
        Stop::WrongTenant(_) | Stop::PersonalAccount | Stop::Guest(_) => Some((keys::OTHER_ACCOUNT, "go")),
        Stop::Told(help) => words::action(help.action).map(|label| (label, "go")),
        Stop::Declined { .. } => Some((keys::CONTINUE, "go")),
        Stop::MicrosoftOffline | Stop::WrongAnswer(_) => Some((keys::SIGN_IN_AGAIN, "go")),
    }
}

fn start_over(is_busy: bool) -> Tag {
    Button::new(PLAIN, "over").icon("again").says(keys::START_OVER, is_busy)
}

fn todo(todo: Vec<(String, String)>) -> Option<Tag> {
    if todo.is_empty() {
        return None;
    }
    let mut list = of("ol", "perms");
    for (what, why) in todo {
        list = list.with(row("arrow", what, why));
    }
    Some(section(keys::WHAT_YOU_CAN_DO).with(list))
}

/// What to tell support: only what is there.
fn ids(stop: &Stop, view: Option<&ConnectView>) -> Ids {
    let mut lines = match stop {
        Stop::Declined { ids, .. } => microsoft_ids(ids),
        Stop::Told(help) => microsoft_ids(&help.ids),
        Stop::DeadLink(failure) | Stop::Refused(failure) => {
            request_ids(failure.microsoft().unwrap_or(&MicrosoftIds::default()), failure.request_id())
        }
        Stop::WrongAnswer(check) => vec![(keys::CHECK, (*check).to_owned())],
        Stop::WrongTenant(person) => {
            let mut lines = Vec::new();
            lines.extend(view.map(|view| (keys::EXPECTED_TENANT, view.tenant.text())));
            lines.push((keys::SIGNED_IN_TENANT, person.tenant.text()));
            lines
        }
        _ => Vec::new(),
    };
    if let (false, Some(view)) = (lines.is_empty(), view) {
        lines.push((keys::REFERENCE, view.sign_in.id.text()));
    }
    lines
}

fn label(key: Key) -> Tag {
    of("span", "label").with(key)
}

/// Expected beside found. The key marks help the eye, the words decide.
fn compare(left: Tag, right: Tag) -> Tag {
    of("div", "compare").with(left).with(icon("not-equal")).with(right)
}

/// Adds what was expected and what was found.
fn wrong_tenant(page: Tag, person: &Person, view: &ConnectView) -> Tag {
    let left = tag("div")
        .with(label(keys::LINK_IS_FOR))
        .with(strong(copied(&view.customer)))
        .with(keymark(view.tenant, true))
        .with(of("span", "muted").with(copied(view.domain.as_deref().unwrap_or_default())));
    let right = of("div", "wrong")
        .with(label(keys::YOU_SIGNED_IN_TO))
        .with(strong(keys::ANOTHER_TENANT))
        .with(keymark(person.tenant, true))
        .with(tag("span").with(copied(&person.account)));
    let hint = text::with(keys::WRONG_TENANT_HINT, &[("whom", &words::whom(view))]);
    page.with(compare(left, right)).with(muted(hint))
}

/// Another account of the right tenant.
pub fn doubt(view: &ConnectView, person: &Person, is_busy: bool) -> Tag {
    let names: text::Names<'_> = &[("person", &person.account)];
    let left = tag("div").with(label(keys::SETS_BELONG_TO)).with(strong(copied(&view.sign_in.account)));
    let right = of("div", "wrong")
        .with(label(keys::YOU_SIGNED_IN_AS))
        .with(strong(copied(&person.account)))
        .with(tag("span").with(copied(&person.name)));
    let other = Button::new(PRIMARY, "go").says(keys::OTHER_ACCOUNT, is_busy);
    let go_on = Button::new(PLAIN, "go_on").says(text::with(keys::GO_ON_AS, names), is_busy);
    decision()
        .with(heading_of(keys::DOUBT, Some(view), names))
        .with(compare(left, right))
        .with(muted(said(keys::DOUBT_HINT, view)))
        .with(actions().with(other).with(go_on).with(start_over(is_busy)))
}

/// Save was sent and no answer came: the same token again is safe.
pub fn unanswered() -> Tag {
    let again = Button::new(PRIMARY, "save").says(keys::TRY_AGAIN, false);
    decision().with(heading_of(keys::UNANSWERED, None, &[])).with(actions().with(again).with(start_over(false)))
}

/// The consent leg, explained before it is walked.
pub fn consent(view: &ConnectView, is_busy: bool) -> Tag {
    let go = Button::new(PRIMARY, "go").says(keys::CONTINUE, is_busy);
    let buttons = actions().with(go).with(start_over(is_busy));
    perms(decision().with(heading_of(keys::CONSENT, Some(view), &[])), keys::MAY, view)
        .with(tight().with(buttons).with(note(said(keys::OPENS, view))))
}

/// Microsoft wants more proof.
pub fn claims(view: &ConnectView, is_busy: bool, copied: Option<&str>) -> Tag {
    let go = Button::new(PRIMARY, "go").says(keys::SIGN_IN_AGAIN, is_busy);
    let ids = view.sign_in.problem.as_ref().map(|help| microsoft_ids(&help.ids)).unwrap_or_default();
    decision()
        .with(heading_of(keys::CLAIMS, Some(view), &[]))
        .with(actions().with(go).with(start_over(is_busy)))
        .some(support(ids, copied))
}

/// The server tried and it did not work; the sets are as they were.
pub fn failed(view: &ConnectView, around: &Surroundings<'_>) -> Tag {
    let help = view.sign_in.problem.clone().unwrap_or_else(|| Help {
        code: "unknown".to_owned(),
        title: text::say(keys::REFUSED_TITLE).to_owned(),
        text: String::new(),
        action: HelpAction::SignInAgain,
        ids: MicrosoftIds::default(),
    });
    stopped(&Stop::Told(Box::new(help)), around)
}

fn is_for_administrator(stop: &Stop) -> bool {
    match stop {
        Stop::Declined { .. } => true,
        Stop::Told(help) => help.action == HelpAction::AskAdministrator,
        _ => false,
    }
}

/// The link to pass on, or where to get one.
fn hand_off_of(view: &ConnectView, around: &Surroundings<'_>) -> Tag {
    match around.here.link {
        _ if view.link_used => muted(said(keys::HAND_OFF_NEW, view)),
        Some(link) => hand_off(link, until(keys::HAND_OFF_NOTE, view, around.here).into(), around.here.copied),
        None => muted(said(keys::HAND_OFF_ASK, view)),
    }
}

/// Which roles are enough.
fn roles(view: &ConnectView) -> Tag {
    let list = rows().with(row_of("key", keys::ROLE_GLOBAL, view)).with(row_of("key", keys::ROLE_SECOND, view));
    section(keys::ROLES).with(list)
}

/// Another person must do it (C6): who that can be, what Microsoft said, and the link to pass on.
fn admin_needed(view: &ConnectView, help: &Help, around: &Surroundings<'_>) -> Tag {
    let other = Button::new(PRIMARY, "go").says(keys::OTHER_ACCOUNT, around.is_busy);
    decision()
        .with(heading(said(keys::APPROVAL_TITLE, view), words::help_words(help, Some(view)).1))
        .with(hand_off_of(view, around))
        .with(waiting_elsewhere(view))
        .with(actions().with(other).with(start_over(around.is_busy)))
        .with(roles(view))
        .some(support(microsoft_ids(&help.ids), around.here.copied))
}

/// Called off: nothing to do.
pub fn cancelled(view: &ConnectView) -> Tag {
    decision().with(heading_of(keys::CANCELLED, Some(view), &[]))
}
