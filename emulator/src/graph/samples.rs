//! Invented content of one person beside mail: calendars, contacts, tasks, drives, notebooks, chats; enough to prove a read.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Call;
use super::error::GraphError;
use super::page::{page, single};
use crate::clock::iso_timestamp;
use crate::scenario::{Samples, Services};
use crate::state::State;

/// Which service holds the content, with its own words for refusals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Exchange,
    Files,
    Notes,
    Teams,
}

/// One readable path below a person.
struct Source {
    path: &'static str,
    kind: Kind,
    scopes: &'static [&'static str],
    roles: &'static [&'static str],
    /// How many there are; `None` for a single object.
    count: Option<fn(&Samples) -> u32>,
    item: fn(Uuid, usize, i64) -> Value,
}

pub(super) const MAIL: &[&str] = &["Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic"];
pub(super) const MAIL_ROLES: &[&str] = &["Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic.All"];
const CALENDARS: &[&str] = &["Calendars.Read", "Calendars.ReadWrite"];
const CONTACTS: &[&str] = &["Contacts.Read", "Contacts.ReadWrite"];
const FILES: &[&str] = &["Files.Read", "Files.ReadWrite", "Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All"];
const SETTINGS: &[&str] = &["MailboxSettings.Read", "MailboxSettings.ReadWrite"];

const SOURCES: [Source; 10] = [
    Source {
        path: "mailboxSettings",
        kind: Kind::Exchange,
        scopes: SETTINGS,
        roles: SETTINGS,
        count: None,
        item: settings,
    },
    Source {
        path: "calendars",
        kind: Kind::Exchange,
        scopes: CALENDARS,
        roles: CALENDARS,
        count: Some(|s| s.calendars),
        item: calendar,
    },
    Source {
        path: "events",
        kind: Kind::Exchange,
        scopes: CALENDARS,
        roles: CALENDARS,
        count: Some(|s| s.events),
        item: event,
    },
    Source {
        path: "contacts",
        kind: Kind::Exchange,
        scopes: CONTACTS,
        roles: CONTACTS,
        count: Some(|s| s.contacts),
        item: contact,
    },
    Source {
        path: "todo/lists",
        kind: Kind::Exchange,
        scopes: &["Tasks.Read", "Tasks.ReadWrite"],
        roles: &["Tasks.Read.All", "Tasks.ReadWrite.All"],
        count: Some(|s| s.task_lists),
        item: task_list,
    },
    Source {
        path: "drive",
        kind: Kind::Files,
        scopes: FILES,
        roles: &["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All"],
        count: None,
        item: drive,
    },
    Source {
        path: "drives",
        kind: Kind::Files,
        scopes: FILES,
        roles: &["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All"],
        count: Some(|_| 1),
        item: drive,
    },
    Source {
        path: "drive/root/children",
        kind: Kind::Files,
        scopes: FILES,
        roles: &["Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All"],
        count: Some(|s| s.files),
        item: file,
    },
    Source {
        path: "onenote/notebooks",
        kind: Kind::Notes,
        scopes: &["Notes.Read", "Notes.ReadWrite", "Notes.Read.All"],
        roles: &[],
        count: Some(|s| s.notebooks),
        item: notebook,
    },
    Source {
        path: "chats",
        kind: Kind::Teams,
        scopes: &["Chat.Read", "Chat.ReadBasic", "Chat.ReadWrite"],
        roles: &["Chat.Read.All", "Chat.ReadBasic.All"],
        count: Some(|s| s.chats),
        item: chat,
    },
];

/// Answers a content path, or says that there is no such path.
pub(super) fn read(state: &mut State, call: &Call<'_>) -> Result<Value, GraphError> {
    let (named, rest) = split(call.path);
    let source = SOURCES
        .iter()
        .find(|source| source.path == rest && named.is_some())
        .ok_or_else(|| GraphError::no_segment(call.path))?;
    if !call.bearer.may(source.scopes, source.roles) {
        return Err(source.kind.denied());
    }
    let (account, identity) = call.bearer.person(state, named.and_then(Named::user))?;
    let (owner, samples) = (identity.oid, account.person.samples);
    source.kind.check_licence(account.person.services)?;
    let now = call.now;
    Ok(match source.count {
        None => single(call, (source.item)(owner, 0, now)),
        Some(count) => {
            let total = usize::try_from(count(&samples)).unwrap_or_default();
            page(state, call, total, |index| (source.item)(owner, index, now))
        }
    })
}

/// Whose content a path is about.
#[derive(Clone, Copy)]
pub(super) enum Named<'a> {
    Me,
    User(&'a str),
}

impl<'a> Named<'a> {
    /// The name in the path, unless it is `me`.
    pub(super) fn user(self) -> Option<&'a str> {
        match self {
            Self::Me => None,
            Self::User(name) => Some(name),
        }
    }
}

/// Splits `me/rest` and `users/{id}/rest`.
pub(super) fn split(path: &str) -> (Option<Named<'_>>, &str) {
    if let Some(rest) = path.strip_prefix("me/") {
        return (Some(Named::Me), rest);
    }
    match path.strip_prefix("users/").and_then(|rest| rest.split_once('/')) {
        Some((name, rest)) => (Some(Named::User(name)), rest),
        None => (None, path),
    }
}

impl Kind {
    /// The refusal for want of a permission.
    pub(super) fn denied(self) -> GraphError {
        let (code, message) = match self {
            Self::Exchange => ("ErrorAccessDenied", "Access is denied. Check credentials and try again."),
            Self::Files => ("accessDenied", "Access denied"),
            Self::Notes => {
                ("40004", "The OAuth token provided does not have the necessary scopes to complete the request.")
            }
            Self::Teams => ("Forbidden", "Missing scope permissions on the request."),
        };
        GraphError::new(StatusCode::FORBIDDEN, code, message)
    }

    /// Refuses when the account has no licence for it.
    pub(super) fn check_licence(self, services: Services) -> Result<(), GraphError> {
        let (licensed, code, message) = match self {
            Self::Exchange => (
                services.mailbox,
                "MailboxNotEnabledForRESTAPI",
                "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
            ),
            Self::Files => (services.onedrive, "ResourceNotFound", "User's mysite not found."),
            Self::Notes => {
                (services.onenote, "30108", "OneDrive for Business for this user account cannot be retrieved.")
            }
            Self::Teams => (services.teams, "NotFound", "No licence information found for the user."),
        };
        if licensed { Ok(()) } else { Err(GraphError::new(StatusCode::NOT_FOUND, code, message)) }
    }
}

/// The id of an invented item.
pub(super) fn id(owner: Uuid, kind: &str, index: usize) -> String {
    format!("AAMk{}", Uuid::new_v5(&owner, format!("{kind}{index}").as_bytes()).simple())
}

fn day(now: i64, index: usize) -> String {
    iso_timestamp(now.saturating_sub(i64::try_from(index).unwrap_or_default().saturating_mul(86_400_000)))
}

pub(super) const SUBJECTS: [&str; 5] =
    ["Minutes of Monday", "Invoice 2291", "Your delivery", "Lunch?", "Contract, second draft"];
pub(super) const NAMES: [&str; 6] = ["Jo Park", "Sam Field", "Ida Holm", "Max Stern", "Noor Aziz", "Lee Brook"];

/// One of a list, going round.
pub(super) fn pick(list: &[&'static str], index: usize) -> &'static str {
    list.get(index % list.len().max(1)).copied().unwrap_or_default()
}

fn settings(_: Uuid, _: usize, _: i64) -> Value {
    json!({ "timeZone": "W. Europe Standard Time", "language": { "locale": "en-GB" }, "userPurpose": "user", "dateFormat": "dd/MM/yyyy" })
}

fn calendar(owner: Uuid, index: usize, _: i64) -> Value {
    json!({ "id": id(owner, "calendar", index), "name": if index == 0 { "Calendar" } else { "Holidays" }, "canEdit": true, "isDefaultCalendar": index == 0 })
}

fn event(owner: Uuid, index: usize, now: i64) -> Value {
    let at = json!({ "dateTime": day(now, index), "timeZone": "UTC" });
    json!({ "id": id(owner, "event", index), "subject": pick(&SUBJECTS, index + 1), "start": at, "end": at })
}

fn contact(owner: Uuid, index: usize, _: i64) -> Value {
    json!({ "id": id(owner, "contact", index), "displayName": pick(&NAMES, index), "emailAddresses": [] })
}

fn task_list(owner: Uuid, index: usize, _: i64) -> Value {
    json!({ "id": id(owner, "tasks", index), "displayName": if index == 0 { "Tasks" } else { "Errands" }, "isOwner": true, "wellknownListName": if index == 0 { "defaultList" } else { "none" } })
}

fn drive(owner: Uuid, _: usize, _: i64) -> Value {
    json!({ "id": format!("b!{}", Uuid::new_v5(&owner, b"drive").simple()), "driveType": "business", "name": "OneDrive", "quota": { "total": 1_099_511_627_776_i64, "used": 48_318_382, "state": "normal" } })
}

fn file(owner: Uuid, index: usize, now: i64) -> Value {
    json!({ "id": id(owner, "file", index), "name": format!("Document {}.docx", index + 1), "size": 20_480 + 512 * index, "lastModifiedDateTime": day(now, index), "file": { "mimeType": "application/vnd.openxmlformats-officedocument.wordprocessingml.document" } })
}

fn notebook(owner: Uuid, index: usize, now: i64) -> Value {
    json!({ "id": format!("1-{}", Uuid::new_v5(&owner, format!("notebook{index}").as_bytes())), "displayName": format!("Notebook {}", index + 1), "isDefault": index == 0, "lastModifiedDateTime": day(now, index) })
}

fn chat(owner: Uuid, index: usize, now: i64) -> Value {
    json!({ "id": format!("19:{}@thread.v2", Uuid::new_v5(&owner, format!("chat{index}").as_bytes()).simple()), "topic": null, "chatType": "oneOnOne", "createdDateTime": day(now, index) })
}
