//! One person's mail: folders, messages by folder, one message (also as MIME), changes since (`delta`), and writing a
//! message back. Enough for a small backup program to save a folder and keep it up to date.
//!
//! The scenario's invented messages are spread over the folders; tests deliver further ones and remove any
//! (`Emulator::deliver_mail`, `Emulator::remove_mail`). What was delivered ends with the process.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Call;
use super::error::GraphError;
use super::page::{context, page, selected, single};
use super::samples::{Kind, MAIL, MAIL_ROLES, NAMES, Named, SUBJECTS, id, pick, split};
use super::write::{Change, Done};
use crate::clock::iso_timestamp;
use crate::state::State;

const FOLDERS: [&str; 7] = ["Inbox", "Sent Items", "Drafts", "Archive", "Deleted Items", "Projects", "Invoices"];
/// Names that stand for a folder in a path.
const WELL_KNOWN: [&str; 5] = ["inbox", "sentitems", "drafts", "archive", "deleteditems"];
const WHOLE: [&str; 2] = ["Mail.Read", "Mail.ReadWrite"];
const WRITE: [&str; 1] = ["Mail.ReadWrite"];
/// When the newest invented message came; the others came a day apart before it.
const NEWEST_MILLIS: i64 = 1_793_491_200_000;
const DAY_MILLIS: i64 = 86_400_000;

/// What happened to mailboxes since the start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Post {
    letters: Vec<Letter>,
    removed: Vec<Removed>,
    /// Counts changes; what `delta` remembers.
    last: u64,
}

#[derive(Clone, Debug)]
struct Letter {
    owner: Uuid,
    change: u64,
    message: Message,
}

#[derive(Clone, Debug)]
struct Removed {
    owner: Uuid,
    id: String,
    folder: usize,
    change: u64,
}

/// One message.
#[derive(Clone, Debug)]
struct Message {
    id: String,
    folder: usize,
    subject: String,
    body: String,
    from: String,
    at_millis: i64,
    is_read: bool,
}

impl Post {
    /// Puts a message into a folder; the folder goes by its name or well-known name.
    pub(crate) fn deliver(&mut self, owner: Uuid, folder: &str, subject: &str, body: &str, now: i64) -> Option<String> {
        let folder = folder_named(owner, folder)?;
        self.last += 1;
        let message = Message {
            id: id(owner, "delivered", usize::try_from(self.last).unwrap_or(usize::MAX)),
            folder,
            subject: subject.to_owned(),
            body: body.to_owned(),
            from: pick(&NAMES, 0).to_owned(),
            at_millis: now,
            is_read: false,
        };
        let made = message.id.clone();
        self.letters.push(Letter { owner, change: self.last, message });
        Some(made)
    }

    /// Removes a message for good. Says whether it was there.
    pub(crate) fn remove(&mut self, owner: Uuid, samples: (u32, u32), id: &str) -> bool {
        let Some(folder) = self.messages(owner, samples).into_iter().find(|known| known.id == id).map(|m| m.folder)
        else {
            return false;
        };
        self.last += 1;
        self.letters.retain(|letter| letter.owner != owner || letter.message.id != id);
        self.removed.push(Removed { owner, id: id.to_owned(), folder, change: self.last });
        true
    }

    /// All messages of a mailbox with so many folders beyond the inbox and so many invented messages.
    fn messages(&self, owner: Uuid, (folders, messages): (u32, u32)) -> Vec<Message> {
        let gone = |id: &str| self.removed.iter().any(|removed| removed.owner == owner && removed.id == id);
        let beyond = usize::try_from(folders).unwrap_or_default().min(FOLDERS.len() - 1);
        let invented = 0..usize::try_from(messages).unwrap_or_default();
        let mut all: Vec<Message> = invented.map(|index| invent(owner, index, beyond)).collect();
        all.retain(|message| !gone(&message.id));
        all.extend(self.letters.iter().filter(|letter| letter.owner == owner).map(|letter| letter.message.clone()));
        all
    }
}

fn invent(owner: Uuid, index: usize, beyond: usize) -> Message {
    // Every other one lies in the inbox, the rest goes round the other folders.
    let folder = if beyond == 0 || index.is_multiple_of(2) { 0 } else { 1 + (index / 2) % beyond };
    let subject = pick(&SUBJECTS, index);
    Message {
        id: id(owner, "message", index),
        folder,
        subject: subject.to_owned(),
        body: format!("{subject}\r\n\r\nThis is message {} of an invented mailbox.\r\n", index + 1),
        from: pick(&NAMES, index).to_owned(),
        at_millis: NEWEST_MILLIS.saturating_sub(i64::try_from(index).unwrap_or_default().saturating_mul(DAY_MILLIS)),
        is_read: !index.is_multiple_of(3),
    }
}

fn folder_named(owner: Uuid, name: &str) -> Option<usize> {
    let by_name = FOLDERS.iter().position(|known| known.eq_ignore_ascii_case(name));
    let by_well_known = || WELL_KNOWN.iter().position(|known| known.eq_ignore_ascii_case(name));
    let by_id = || (0..FOLDERS.len()).find(|index| id(owner, "folder", *index) == name);
    by_name.or_else(by_well_known).or_else(by_id)
}

/// A mailbox that a call names and may reach.
struct Mailbox {
    owner: Uuid,
    username: String,
    /// Folders beyond the inbox, messages.
    samples: (u32, u32),
}

impl Mailbox {
    fn open(state: &State, call: &Call<'_>, scopes: &[&str], roles: &[&str]) -> Result<Self, GraphError> {
        let (named, _) = split(call.path);
        if !call.bearer.may(scopes, roles) {
            return Err(Kind::Exchange.denied());
        }
        let (account, identity) = call.bearer.person(state, named.and_then(Named::user))?;
        Kind::Exchange.check_licence(account.person.services)?;
        let samples = account.person.samples;
        Ok(Self { owner: identity.oid, username: identity.username, samples: (samples.mail_folders, samples.messages) })
    }

    fn folders(&self) -> usize {
        usize::try_from(self.samples.0).unwrap_or_default().saturating_add(1).min(FOLDERS.len())
    }

    fn folder(&self, name: &str) -> Result<usize, GraphError> {
        let known = folder_named(self.owner, name).filter(|index| *index < self.folders());
        known.ok_or_else(missing)
    }
}

fn missing() -> GraphError {
    GraphError::new(StatusCode::NOT_FOUND, "ErrorItemNotFound", "The specified object was not found in the store.")
}

/// Answers a mail path; `None` when the path is somebody else's.
pub(super) fn read(state: &mut State, call: &Call<'_>) -> Option<Result<Value, GraphError>> {
    let (named, rest) = split(call.path);
    named?;
    let segments: Vec<&str> = rest.split('/').collect();
    if !matches!(segments.first(), Some(&("messages" | "mailFolders"))) {
        return None;
    }
    Some(Mailbox::open(state, call, MAIL, MAIL_ROLES).and_then(|mailbox| answer(state, call, &mailbox, &segments)))
}

fn answer(state: &mut State, call: &Call<'_>, mailbox: &Mailbox, segments: &[&str]) -> Result<Value, GraphError> {
    let all = state.post.messages(mailbox.owner, mailbox.samples);
    let shown = |message: &Message| describe(call, mailbox, message);
    let within = |folder: usize| all.iter().filter(move |message| message.folder == folder);
    match segments {
        ["messages"] => Ok(page(state, call, all.len(), |index| all.get(index).map(shown).unwrap_or_default())),
        ["messages", wanted] | ["mailFolders", _, "messages", wanted] if *wanted != "delta" => {
            let message = all.iter().find(|message| message.id == *wanted).ok_or_else(missing)?;
            Ok(single(call, shown(message)))
        }
        ["messages", wanted, "$value"] | ["mailFolders", _, "messages", wanted, "$value"] => {
            if !call.bearer.may(&WHOLE, &WHOLE) {
                return Err(Kind::Exchange.denied());
            }
            let message = all.iter().find(|message| message.id == *wanted).ok_or_else(missing)?;
            Ok(Value::String(mime(mailbox, message)))
        }
        ["mailFolders"] => {
            let of = |index: usize| describe_folder(mailbox, index, &within(index).collect::<Vec<_>>());
            Ok(page(state, call, mailbox.folders(), of))
        }
        ["mailFolders", name] => {
            let index = mailbox.folder(name)?;
            Ok(single(call, describe_folder(mailbox, index, &within(index).collect::<Vec<_>>())))
        }
        ["mailFolders", name, "messages"] => {
            let folder = mailbox.folder(name)?;
            let found: Vec<Value> = within(folder).map(shown).collect();
            Ok(page(state, call, found.len(), |index| found.get(index).cloned().unwrap_or_default()))
        }
        ["mailFolders", name, "messages", "delta"] => {
            let folder = mailbox.folder(name)?;
            let found: Vec<Value> = within(folder).map(shown).collect();
            delta(state, call, mailbox, folder, found)
        }
        _ => Err(GraphError::no_segment(call.path)),
    }
}

/// `…/messages/delta`: everything first, in pages, then what changed since the `deltaLink` was handed out.
///
/// The tokens are `changes.skip`: where the count of changes stood when the round began, and how far its pages are.
fn delta(
    state: &State,
    call: &Call<'_>,
    mailbox: &Mailbox,
    folder: usize,
    all: Vec<Value>,
) -> Result<Value, GraphError> {
    let token = |name: &str| call.query.get(name).map(parse_token).transpose();
    let (since, began, skip) = match (token("$deltatoken")?, token("$skiptoken")?) {
        (_, Some([since, began, skip])) => (since, began, skip),
        (Some([since, ..]), None) => (since, state.post.last, 0),
        (None, None) => (0, state.post.last, 0),
    };
    let fresh = call.query.get("$deltatoken").is_none() && since == 0;
    let items = if fresh { all } else { changes(state, call, mailbox, folder, since) };
    let asked = call.query.get("$top").and_then(|text| text.parse::<usize>().ok());
    let size = asked.unwrap_or(state.switches.graph_page_size).clamp(1, 999);
    let first = usize::try_from(skip).unwrap_or(usize::MAX).min(items.len());
    let last = first.saturating_add(size).min(items.len());
    let (name, next) = if last < items.len() {
        ("@odata.nextLink", format!("$skiptoken={since}.{began}.{last}"))
    } else {
        ("@odata.deltaLink", format!("$deltatoken={began}.0.0"))
    };
    let kept: String =
        ["$select", "$top"].iter().filter_map(|name| Some(format!("{name}={}&", call.query.get(name)?))).collect();
    let page: Vec<Value> =
        items.into_iter().skip(first).take(last - first).map(|value| selected(call, value)).collect();
    Ok(json!({
        "@odata.context": context(call, "Collection(message)"),
        name: format!("{}/v1.0/{}?{kept}{next}", call.base, call.path),
        "value": page,
    }))
}

fn parse_token(text: &str) -> Result<[u64; 3], GraphError> {
    let refuse = || {
        let message = "The sync state generation is not found; continue with a full synchronization.";
        GraphError::new(StatusCode::GONE, "syncStateNotFound", message)
    };
    let numbers: Vec<u64> = text.split('.').filter_map(|part| part.parse().ok()).collect();
    <[u64; 3]>::try_from(numbers).map_err(|_| refuse())
}

fn changes(state: &State, call: &Call<'_>, mailbox: &Mailbox, folder: usize, since: u64) -> Vec<Value> {
    let post = &state.post;
    let added = post
        .letters
        .iter()
        .filter(|letter| letter.owner == mailbox.owner && letter.change > since && letter.message.folder == folder)
        .map(|letter| describe(call, mailbox, &letter.message));
    let gone = post
        .removed
        .iter()
        .filter(|removed| removed.owner == mailbox.owner && removed.change > since && removed.folder == folder)
        .map(|removed| json!({ "id": removed.id, "@removed": { "reason": "deleted" } }));
    added.chain(gone).collect()
}

fn describe_folder(mailbox: &Mailbox, index: usize, messages: &[&Message]) -> Value {
    json!({
        "id": id(mailbox.owner, "folder", index),
        "displayName": pick(&FOLDERS, index),
        "parentFolderId": id(mailbox.owner, "root", 0),
        "totalItemCount": messages.len(),
        "unreadItemCount": messages.iter().filter(|message| !message.is_read).count(),
        "childFolderCount": 0,
        "isHidden": false,
    })
}

fn describe(call: &Call<'_>, mailbox: &Mailbox, message: &Message) -> Value {
    let at = iso_timestamp(message.at_millis);
    let mut value = json!({
        "id": message.id,
        "changeKey": id(mailbox.owner, &message.id, 0),
        "subject": message.subject,
        "receivedDateTime": at,
        "sentDateTime": at,
        "createdDateTime": at,
        "lastModifiedDateTime": at,
        "internetMessageId": format!("<{}@partner.example>", message.id),
        "parentFolderId": id(mailbox.owner, "folder", message.folder),
        "isRead": message.is_read,
        "isDraft": false,
        "hasAttachments": false,
        "importance": "normal",
        "from": { "emailAddress": { "name": message.from, "address": "sender@partner.example" } },
        "toRecipients": [{ "emailAddress": { "name": mailbox.username, "address": mailbox.username } }],
    });
    // Whoever may read only the headers does not get the text.
    if let Some(members) = value.as_object_mut().filter(|_| call.bearer.may(&WHOLE, &WHOLE)) {
        let preview: String = message.body.chars().take(255).collect();
        members.insert("bodyPreview".to_owned(), json!(preview));
        members.insert("body".to_owned(), json!({ "contentType": "text", "content": message.body }));
    }
    value
}

fn mime(mailbox: &Mailbox, message: &Message) -> String {
    format!(
        "From: {} <sender@partner.example>\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@partner.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}",
        message.from,
        mailbox.username,
        message.subject,
        iso_timestamp(message.at_millis),
        message.id,
        message.body
    )
}

/// `POST …/messages` and `POST …/mailFolders/{id}/messages`: what a restore does; `DELETE …/messages/{id}`.
pub(super) fn change(state: &mut State, change: &Change<'_>) -> Option<Done> {
    let (named, rest) = split(change.call.path);
    named?;
    let segments: Vec<&str> = rest.split('/').collect();
    let folder = match (change.method, segments.as_slice()) {
        (&Method::POST, ["messages"]) => "drafts",
        (&Method::POST, ["mailFolders", folder, "messages"]) => folder,
        (&Method::DELETE, ["messages", _]) => "",
        _ => return None,
    };
    Some(Mailbox::open(state, change.call, &WRITE, &WRITE).and_then(|mailbox| {
        if let (&Method::DELETE, ["messages", id]) = (change.method, segments.as_slice()) {
            let removed = state.post.remove(mailbox.owner, mailbox.samples, id);
            return if removed { Ok((StatusCode::NO_CONTENT, Value::Null)) } else { Err(missing()) };
        }
        mailbox.folder(folder)?;
        let text = |members: Option<&Map<String, Value>>, name: &str| {
            members.and_then(|members| members.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let subject = text(Some(&change.body), "subject");
        let body = text(change.body.get("body").and_then(Value::as_object), "content");
        let made = state.post.deliver(mailbox.owner, folder, &subject, &body, change.call.now).ok_or_else(missing)?;
        let all = state.post.messages(mailbox.owner, mailbox.samples);
        let message = all.iter().find(|message| message.id == made).ok_or_else(missing)?;
        Ok((StatusCode::CREATED, describe(change.call, &mailbox, message)))
    }))
}
