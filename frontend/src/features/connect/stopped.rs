//! The pages on which it does not go on by itself: each says what happened, what did not, and the next step.

use super::asked::until;
use super::page::Here;
use super::parts::{
    Button, Ids, PLAIN, PRIMARY, actions, hand_off, heading, icon, keymark, microsoft_ids, perms, request_ids, row,
    section, support,
};
use super::person::Person;
use super::stop::Stop;
use super::work::waiting_for_approval;
use crate::markup::{Tag, of, tag};
use crate::text::connect as words;
use crate::text::words::{self as text, keys, pair, say};
use shared::api::connect::ConnectView;
use shared::api::problem::{Help, HelpAction, MicrosoftIds};

/// The server's code for a person whose roles are not enough.
pub const ROLE_MISSING: &str = "role_missing";

/// What a page needs besides its reason.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// What the server last said.
    pub view: Option<&'a ConnectView>,
    /// Something is on its way.
    pub is_busy: bool,
    /// What was copied a moment ago, and the link to pass on.
    pub here: Here<'a>,
}

/// Stopped on this side.
pub fn stopped(stop: &Stop, around: Surroundings<'_>) -> Vec<Tag> {
    if let (Stop::Told(help), Some(view)) = (stop, around.view)
        && help.code == ROLE_MISSING
    {
        return admin_needed(view, help, around);
    }
    let mut words = words::stop_words(stop, around.view);
    if let Stop::Told(help) = stop {
        words.todo.extend(words::action_todo(help.action, around.view));
    }
    let primary = primary(stop, around.view.is_some());
    let mut buttons: Vec<Tag> =
        primary.map(|(label, press)| Button::new(PRIMARY, press).says(label, around.is_busy)).into_iter().collect();
    if !matches!(stop, Stop::NoLink | Stop::Offline) {
        buttons.push(start_over(around.is_busy));
    }
    let mut page = vec![heading(words.title, words.lede)];
    if let (Stop::WrongTenant(person), Some(view)) = (stop, around.view) {
        page.extend(wrong_tenant(person, view));
    }
    // Microsoft stops whoever is no administrator on its own page, and says here only that nobody agreed (C6).
    let for_administrator = around.view.filter(|view| words::is_modern(view) && is_for_administrator(stop));
    if let Some(view) = for_administrator {
        page.push(hand_off_of(view, around));
        page.push(actions(buttons));
        page.push(roles());
    } else {
        page.extend(todo(words.todo));
        page.push(actions(buttons));
    }
    page.extend(support(ids(stop, around.view), around.here.copied));
    page
}

fn primary(stop: &Stop, has_view: bool) -> Option<(&'static str, &'static str)> {
    match stop {
        Stop::NoLink | Stop::DeadLink(_) | Stop::ForeignAnswer | Stop::Refused(_) => None,
        Stop::Offline | Stop::NoMemory => Some((say(keys::TRY_AGAIN), "over")),
        // Without a view nobody knows for whom: starting over reads it first.
        _ if !has_view => None,
        Stop::WrongTenant(_) | Stop::PersonalAccount | Stop::Guest(_) => Some((say(keys::OTHER_ACCOUNT), "go")),
        Stop::Told(help) => words::action(help.action).map(|label| (label, "go")),
        Stop::Declined { .. } => Some((say(keys::CONTINUE), "go")),
        Stop::MicrosoftOffline | Stop::WrongAnswer(_) => Some((say(keys::SIGN_IN_AGAIN), "go")),
    }
}

fn start_over(is_busy: bool) -> Tag {
    Button::new(PLAIN, "over").icon("again").says(say(keys::START_OVER), is_busy)
}

fn todo(todo: Vec<(String, String)>) -> Option<Tag> {
    let is_empty = todo.is_empty();
    let rows = todo.into_iter().map(|(what, why)| row("arrow", what, why)).collect();
    (!is_empty).then(|| section(say(keys::WHAT_YOU_CAN_DO), vec![of("ol", "perms").all(rows)]))
}

/// What to tell support: only what is there.
fn ids(stop: &Stop, view: Option<&ConnectView>) -> Ids {
    let mut lines = match stop {
        Stop::Declined { ids, .. } => microsoft_ids(ids),
        Stop::Told(help) => microsoft_ids(&help.ids),
        Stop::DeadLink(failure) | Stop::Refused(failure) => {
            request_ids(failure.microsoft().unwrap_or(&MicrosoftIds::default()), failure.request_id())
        }
        Stop::WrongAnswer(check) => vec![(say(keys::CHECK), (*check).to_owned())],
        Stop::WrongTenant(person) => {
            let expected = view.map(|view| (say(keys::EXPECTED_TENANT), view.tenant.text()));
            expected.into_iter().chain([(say(keys::SIGNED_IN_TENANT), person.tenant.text())]).collect()
        }
        _ => Vec::new(),
    };
    if let (false, Some(view)) = (lines.is_empty(), view) {
        lines.push((say(keys::REFERENCE), view.sign_in.id.text()));
    }
    lines
}

fn label(key: text::Key) -> Tag {
    of("span", "label").with(say(key))
}

/// Expected beside found. The key marks help the eye, the words decide.
fn compare(left: Vec<Tag>, right: Vec<Tag>) -> Tag {
    of("div", "compare").with(tag("div").all(left)).with(icon("not-equal")).with(of("div", "wrong").all(right))
}

fn wrong_tenant(person: &Person, view: &ConnectView) -> [Tag; 2] {
    let left = vec![
        label(keys::LINK_IS_FOR),
        tag("b").with(view.customer.clone()),
        keymark(view.tenant, true),
        of("span", "muted").with(view.domain.clone().unwrap_or_default()),
    ];
    let right = vec![
        label(keys::YOU_SIGNED_IN_TO),
        tag("b").with(say(keys::ANOTHER_TENANT)),
        keymark(person.tenant, true),
        tag("span").with(person.account.clone()),
    ];
    let hint = text::with(keys::WRONG_TENANT_HINT, &[("whom", &words::whom(view))]);
    [compare(left, right), of("p", "muted").with(hint)]
}

/// Another account of the right tenant.
pub fn doubt(view: &ConnectView, person: &Person, is_busy: bool) -> Vec<Tag> {
    let names: text::Names<'_> = &[("person", &person.account)];
    let (title, lede) = text::pair_of(keys::DOUBT, Some(view), names);
    let left = vec![label(keys::SETS_BELONG_TO), tag("b").with(view.sign_in.account.clone())];
    let right = vec![
        label(keys::YOU_SIGNED_IN_AS),
        tag("b").with(person.account.clone()),
        tag("span").with(person.name.clone()),
    ];
    let other = Button::new(PRIMARY, "go").says(say(keys::OTHER_ACCOUNT), is_busy);
    let go_on = Button::new(PLAIN, "go_on").says(text::with(keys::GO_ON_AS, names), is_busy);
    vec![
        heading(title, lede),
        compare(left, right),
        of("p", "muted").with(text::of(keys::DOUBT_HINT, view)),
        actions(vec![other, go_on, start_over(is_busy)]),
    ]
}

/// Save was sent and no answer came: the same token again is safe.
pub fn unanswered() -> Vec<Tag> {
    let (title, lede) = pair(keys::UNANSWERED);
    let again = Button::new(PRIMARY, "save").says(say(keys::TRY_AGAIN), false);
    vec![heading(title, lede), actions(vec![again, start_over(false)])]
}

/// The consent leg, explained before it is walked.
pub fn consent(view: &ConnectView, is_busy: bool) -> Vec<Tag> {
    let (title, lede) = text::pair_of(keys::CONSENT, Some(view), &[]);
    let go = Button::new(PRIMARY, "go").says(say(keys::CONTINUE), is_busy);
    let note = of("p", "note").with(text::of(keys::OPENS, view));
    vec![
        heading(title, lede),
        section(say(keys::MAY), vec![perms(view)]),
        of("div", "stack tight").with(actions(vec![go, start_over(is_busy)])).with(note),
    ]
}

/// Microsoft wants more proof.
pub fn claims(view: &ConnectView, is_busy: bool, copied: Option<&str>) -> Vec<Tag> {
    let (title, lede) = text::pair_of(keys::CLAIMS, Some(view), &[]);
    let go = Button::new(PRIMARY, "go").says(say(keys::SIGN_IN_AGAIN), is_busy);
    let mut page = vec![heading(title, lede), actions(vec![go, start_over(is_busy)])];
    let ids = view.sign_in.problem.as_ref().map(|help| microsoft_ids(&help.ids)).unwrap_or_default();
    page.extend(support(ids, copied));
    page
}

/// The server tried and it did not work; the sets are as they were.
pub fn failed(view: &ConnectView, around: Surroundings<'_>) -> Vec<Tag> {
    let help = view.sign_in.problem.clone().unwrap_or_else(|| Help {
        code: "unknown".to_owned(),
        title: say(keys::REFUSED_TITLE).to_owned(),
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
fn hand_off_of(view: &ConnectView, around: Surroundings<'_>) -> Tag {
    match around.here.link {
        Some(link) => hand_off(link.to_owned(), until(keys::HAND_OFF_NOTE, view, around.here), around.here.copied),
        None => of("p", "muted").with(text::of(keys::HAND_OFF_ASK, view)),
    }
}

/// Which roles are enough.
fn roles() -> Tag {
    let rows = [keys::ROLE_GLOBAL, keys::ROLE_SECOND].map(|key| {
        let (what, why) = pair(key);
        row("key", what, why)
    });
    section(say(keys::ROLES), vec![of("ul", "perms").all(rows.into())])
}

/// Another person must do it (C6): who that can be, what Microsoft said, and the link to pass on.
fn admin_needed(view: &ConnectView, help: &Help, around: Surroundings<'_>) -> Vec<Tag> {
    let other = Button::new(PRIMARY, "go").says(say(keys::OTHER_ACCOUNT), around.is_busy);
    let mut page = vec![
        heading(text::of(keys::APPROVAL_TITLE, view), words::help_words(help, Some(view)).1),
        hand_off_of(view, around),
        waiting_for_approval(view),
        actions(vec![other, start_over(around.is_busy)]),
        roles(),
    ];
    page.extend(support(microsoft_ids(&help.ids), around.here.copied));
    page
}

/// Called off: nothing to do.
pub fn cancelled(view: &ConnectView) -> Vec<Tag> {
    let (title, lede) = text::pair_of(keys::CANCELLED, Some(view), &[]);
    vec![heading(title, lede)]
}
