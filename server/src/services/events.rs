//! Events: written in the transaction of the change that causes them, sent afterwards (K2, K3, J5).
//!
//! An event is one row for all channels, and one delivery for each channel that wants it; without such a channel nothing is
//! written. `data` holds ids and names that the portal shows, never a secret. To add an event: a type in
//! `shared::api::channels`, a function here, a line in `docs/webhooks.md`.
//!
//! Changes of method have an outbox of their own, the stream that products poll: [`tell_changes`] turns it into events,
//! up to [`SETS`] sets in one, so that five thousand sets that change at once are fifty events.

use super::{ServiceError, backup_sets::customer_ref};
use crate::{
    random::new_uuid,
    state::AppState,
    store::{
        Scoped,
        apps::App,
        authorizations::Authorization,
        backup_sets::{BackupSet, MethodChange},
        connections::Connection,
        customers::Customer,
        events::{Delivery, Event},
        organizations::Untold,
        sign_ins::{SignIn, SignInSet},
        work::{self, NewWork, WorkKind},
    },
};
use serde_json::{Value, json};
use shared::{
    api::{channels::EventType, problem::Help},
    id::{BackupSetId, ConnectionId, CustomerId},
    method::Method,
    time::Timestamp,
};
use std::collections::HashMap;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

/// The most backup sets that one event lists.
pub const SETS: usize = 100;
/// Changes of method told in one transaction.
const CHANGES: u64 = 1000;

/// Something that is to be told.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What.
    pub kind: EventType,
    /// About whom.
    pub customer: Option<CustomerId>,
    /// The warning that it tells of.
    pub notice: Option<Uuid>,
    /// A channel that does not get it.
    pub except: Option<Uuid>,
    /// In words.
    pub title: String,
    /// More words, for mail.
    pub text: String,
    /// For programs.
    pub data: Value,
}

impl NewEvent {
    /// An event about a customer.
    fn of(kind: EventType, customer: &Customer, title: String, text: &str, mut data: Value) -> Self {
        if let Some(object) = data.as_object_mut() {
            object.insert("customer".to_owned(), json!(customer_ref(customer)));
        }
        Self { kind, customer: Some(customer.id), notice: None, except: None, title, text: text.to_owned(), data }
    }
}

/// Writes events and their deliveries into the transaction of the change.
pub async fn emit(app: &AppState, tx: &Scoped, all: Vec<NewEvent>) -> Result<(), ServiceError> {
    if all.is_empty() {
        return Ok(());
    }
    let channels = tx.list_channels().await?;
    let now = app.clock.now_millis();
    let (mut events, mut deliveries, mut works) = (Vec::new(), Vec::new(), Vec::new());
    // Ids of one transaction are a millisecond apart: they sort in the order of what happened.
    for (millis, new) in (now..).zip(all) {
        let id = new_uuid(&*app.random, millis);
        let before = deliveries.len();
        let wanting = channels.iter().filter(|one| Some(one.id) != new.except && one.wants(new.kind, new.customer));
        for channel in wanting {
            let delivery = Delivery {
                created_at: app.now(),
                ..Delivery::new(new_uuid(&*app.random, millis), channel.id, id, now)
            };
            works.push(work_for(app, tx, delivery.id, now));
            deliveries.push(delivery);
        }
        if deliveries.len() > before {
            events.push(Event {
                id,
                kind: new.kind,
                customer: new.customer,
                notice: new.notice,
                title: new.title,
                text: new.text,
                data: new.data.to_string(),
                created_at: app.now(),
            });
        }
    }
    tx.add_events(&events).await?;
    tx.add_deliveries(&deliveries).await?;
    Ok(work::add_new(tx, &works).await?)
}

/// The work of sending a delivery.
pub(super) fn work_for(app: &AppState, tx: &Scoped, delivery: Uuid, due: i64) -> NewWork {
    NewWork { id: app.new_id(), kind: WorkKind::Deliver, organization: tx.organization, subject: delivery, due }
}

/// As RFC 3339 writes it.
pub fn in_utc(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.0).ok().and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

/// Somebody signed in and the access is stored. `sets`: those that the sign-in covers.
pub async fn authorized(
    app: &AppState,
    tx: &Scoped,
    authorization: &Authorization,
    sign_in: &SignIn,
    counts: (usize, usize),
) -> Result<(), ServiceError> {
    let Some(customer) = tx.find_customer(authorization.customer).await? else { return Ok(()) };
    let covered = tx.list_sign_in_sets(&[sign_in.id]).await?;
    let who = sign_in.signed_in_as.clone().unwrap_or_else(|| sign_in.account.clone());
    let (changed, kept) = counts;
    let mut data = data_of(authorization, sign_in, &covered);
    if let Some(object) = data.as_object_mut() {
        object.insert("signed_in_as".to_owned(), json!(who));
        object.insert("connection".to_owned(), json!(sign_in.connection));
        object.insert("changed".to_owned(), json!(changed));
        object.insert("kept".to_owned(), json!(kept));
    }
    super::receipts::plan(app, tx, &customer, authorization, sign_in.id).await?;
    let title = format!("{who} authorized {} of {}", plural(changed, "backup set"), customer.name);
    let text = "The access is stored and was tried. From now on jobs get short-lived tokens.";
    emit(app, tx, vec![NewEvent::of(EventType::Authorized, &customer, title, text, data)]).await
}

/// A sign-in stopped; its sets are as they were.
pub async fn failed(
    app: &AppState,
    tx: &Scoped,
    authorization: &Authorization,
    sign_in: &SignIn,
    problem: &Help,
) -> Result<(), ServiceError> {
    let Some(customer) = tx.find_customer(authorization.customer).await? else { return Ok(()) };
    let covered = tx.list_sign_in_sets(&[sign_in.id]).await?;
    let mut data = data_of(authorization, sign_in, &covered);
    if let Some(object) = data.as_object_mut() {
        let problem = json!({
            "code": problem.code, "title": problem.title, "text": problem.text,
            "aadsts": problem.ids.aadsts, "trace_id": problem.ids.trace_id, "correlation_id": problem.ids.correlation_id,
        });
        object.insert("problem".to_owned(), problem);
    }
    let title = format!("A sign-in for {} stopped: {}", customer.name, problem.title);
    emit(app, tx, vec![NewEvent::of(EventType::AuthorizationFailed, &customer, title, &problem.text, data)]).await
}

/// A member, or the kill switch, called an authorization off.
pub async fn cancelled(
    app: &AppState,
    tx: &Scoped,
    authorization: &Authorization,
    by: &str,
) -> Result<(), ServiceError> {
    let Some(customer) = tx.find_customer(authorization.customer).await? else { return Ok(()) };
    let data = json!({ "authorization": authorization.id, "method": authorization.method, "cancelled_by": by });
    let title = format!("An authorization of {} was called off", customer.name);
    let text = "Its links open nothing any more. Sets that changed before stay as they are.";
    emit(app, tx, vec![NewEvent::of(EventType::AuthorizationCancelled, &customer, title, text, data)]).await
}

fn data_of(authorization: &Authorization, sign_in: &SignIn, covered: &[SignInSet]) -> Value {
    let sets: Vec<_> = covered.iter().take(SETS).map(|set| json!({ "id": set.backup_set, "name": set.name })).collect();
    json!({
        "authorization": authorization.id,
        "sign_in": sign_in.id,
        "kind": authorization.kind,
        "method": authorization.method,
        "account": sign_in.account,
        "backup_sets": sets,
        "backup_sets_total": covered.len(),
    })
}

/// Why a connection is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Microsoft refuses it for good.
    AtMicrosoft,
    /// A member pulled the kill switch.
    KillSwitch,
    /// A fresh switch was taken back.
    Undone,
    /// An administrator removed the app.
    Removed,
    /// One account was disconnected.
    Disconnected,
}

impl Ended {
    const fn as_str(self) -> &'static str {
        match self {
            Self::AtMicrosoft => "ended_at_microsoft",
            Self::KillSwitch => "kill_switch",
            Self::Undone => "undone",
            Self::Removed => "removed",
            Self::Disconnected => "disconnected",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::AtMicrosoft => "Microsoft refuses it. To go on, authorize its backup sets once more.",
            Self::KillSwitch => "A member pulled the kill switch. Its keys are forgotten.",
            Self::Undone => "A fresh switch was taken back. Its keys are forgotten.",
            Self::Removed => "An administrator removed the app from the tenant.",
            Self::Disconnected => {
                "It was disconnected: its token is forgotten. To go on, authorize its backup sets once more."
            }
        }
    }
}

/// A delegated connection is no more.
pub async fn connection_revoked(
    app: &AppState,
    tx: &Scoped,
    connection: &Connection,
    why: Ended,
) -> Result<(), ServiceError> {
    revoked(app, tx, (connection.id, connection.customer), "delegated", &connection.account, why).await
}

/// An app is no more.
pub async fn app_revoked(app: &AppState, tx: &Scoped, one: &App, why: Ended) -> Result<(), ServiceError> {
    revoked(app, tx, (one.id, one.customer), "app_only", &one.display_name, why).await
}

async fn revoked(
    app: &AppState,
    tx: &Scoped,
    (id, customer): (ConnectionId, CustomerId),
    kind: &str,
    name: &str,
    why: Ended,
) -> Result<(), ServiceError> {
    let Some(customer) = tx.find_customer(customer).await? else { return Ok(()) };
    let data = json!({ "connection": { "id": id, "kind": kind, "name": name }, "reason": why.as_str() });
    let title = format!("The access by {name} to {} has ended", customer.name);
    emit(app, tx, vec![NewEvent::of(EventType::Revoked, &customer, title, why.text(), data)]).await
}

/// Tells the next changes of method of an organization. `false`: another node does.
pub async fn tell_changes(app: &AppState, untold: Untold) -> Result<bool, ServiceError> {
    let tx = app.store.write_many(untold.id).await?;
    let changes = tx.list_method_changes(untold.told, CHANGES).await?;
    let Some(last) = changes.last() else { return Ok(false) };
    if !tx.update_told(untold.told, last.sequence).await? {
        return Ok(false);
    }
    if tx.list_channels().await?.iter().any(|one| one.may_want(EventType::MethodChanged)) {
        let events = method_events(&tx, &changes).await?;
        emit(app, &tx, events).await?;
    }
    // Nothing that a decision rests on has changed.
    tx.commit_counts().await?;
    app.changes.work();
    Ok(true)
}

/// Sets of one customer that changed to one method.
type Group<'a> = ((CustomerId, Method), Vec<(&'a MethodChange, &'a BackupSet)>);

/// One event for each customer and method, in the order of the first change, with up to [`SETS`] sets.
async fn method_events(tx: &Scoped, changes: &[MethodChange]) -> Result<Vec<NewEvent>, ServiceError> {
    let ids: Vec<_> = changes.iter().map(|change| change.backup_set).collect();
    let sets: HashMap<BackupSetId, BackupSet> =
        tx.find_backup_sets(&ids).await?.into_iter().map(|set| (set.id, set)).collect();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: HashMap<(CustomerId, Method), usize> = HashMap::new();
    for change in changes {
        let Some(set) = sets.get(&change.backup_set) else { continue };
        let of = (set.customer, change.method);
        let place = places.get(&of).copied();
        let open = place.and_then(|place| groups.get_mut(place)).filter(|(_, group)| group.len() < SETS);
        if let Some((_, group)) = open {
            group.push((change, set));
        } else {
            places.insert(of, groups.len());
            groups.push((of, vec![(change, set)]));
        }
    }
    let customers: Vec<_> = groups.iter().map(|((customer, _), _)| *customer).collect();
    let customers: HashMap<_, _> = tx.find_customers(&customers).await?.into_iter().map(|one| (one.id, one)).collect();
    let event = |((customer, method), group): Group<'_>| {
        let customer = customers.get(&customer)?;
        let sets: Vec<_> = group.iter().map(|(change, set)| set_data(change, set)).collect();
        let title = format!(
            "{} of {} {} {} now",
            plural(sets.len(), "backup set"),
            customer.name,
            if sets.len() == 1 { "is" } else { "are" },
            method.as_str()
        );
        let text = "The backup product can pick the change up; from now on its jobs ask for tokens.";
        let data = json!({ "method": method, "backup_sets": sets });
        Some(NewEvent::of(EventType::MethodChanged, customer, title, text, data))
    };
    Ok(groups.into_iter().filter_map(event).collect())
}

fn set_data(change: &MethodChange, set: &BackupSet) -> Value {
    json!({
        "id": set.id,
        "external_id": change.external_id,
        "name": set.name,
        "sequence": change.sequence,
        "changed_at": in_utc(change.changed_at),
    })
}

/// A count with its word.
fn plural(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_rfc_3339_says() {
        assert_eq!(in_utc(Timestamp(1_795_262_400)), "2026-11-21T12:00:00Z");
    }
}
