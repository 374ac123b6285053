//! What a key, an app, an account or a member reached since a date: the first question after a break-in (J8, N7).
//!
//! Tokens that were newly made are events of the audit log, each with its backup set; tokens handed out again from memory are
//! counted by connection, key and minute, without the set. A crash of a node loses up to a second of these counts.

use super::{ServiceError, backup_sets::customer_ref};
use crate::{
    state::AppState,
    store::{Scoped, audit::AuditRow, exposure::Issued, token_counts::TokenSum},
};
use shared::{
    api::exposure::{ActionView, ConnectionKind, ExposureReport, ExposureSubject, KeyRef, ReachedView, SubjectKind},
    id::{ApiKeyId, ConnectionId, CustomerId, OrganizationId},
    rules::{manifest::Resource, scopes::Purpose},
    time::Timestamp,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Events read at a time.
const PART: u64 = 1000;

/// Whom it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    kind: SubjectKind,
    id: Uuid,
}

impl Subject {
    /// Reads `api_key:<id>`, `app:<id>`, `connection:<id>` or `member:<id>`.
    pub fn parse(text: &str) -> Result<Self, ServiceError> {
        let read = || {
            let (kind, id) = text.split_once(':')?;
            Some(Self { kind: SubjectKind::parse(kind)?, id: id.parse().ok().filter(|_| id.len() == 36)? })
        };
        let expected = "expected api_key:, app:, connection: or member: and an id";
        read().ok_or_else(|| ServiceError::field("subject", expected))
    }

    /// How the audit log names it as an actor.
    fn actor(self) -> Option<String> {
        match self.kind {
            SubjectKind::ApiKey => Some(format!("key:{}", self.id)),
            SubjectKind::Member => Some(format!("member:{}", self.id)),
            SubjectKind::App | SubjectKind::Connection => None,
        }
    }

    /// The key whose tokens count.
    fn key(self) -> Option<ApiKeyId> {
        (self.kind == SubjectKind::ApiKey).then_some(ApiKeyId(self.id))
    }

    /// The connection whose tokens count.
    fn connection(self) -> Option<ConnectionId> {
        matches!(self.kind, SubjectKind::App | SubjectKind::Connection).then_some(ConnectionId(self.id))
    }
}

/// What is added up: one line of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Line {
    connection: ConnectionId,
    key: ApiKeyId,
    resource: &'static str,
    purpose: &'static str,
}

#[derive(Debug)]
struct Sum {
    tokens: u64,
    first: Timestamp,
    last: Timestamp,
    sets: HashSet<Uuid>,
}

/// Times and counts of one kind of event about one customer.
#[derive(Debug)]
struct Acts {
    count: u64,
    first: Timestamp,
    last: Timestamp,
}

/// The report.
pub async fn find(
    app: &AppState,
    organization: OrganizationId,
    subject: Subject,
    since: Timestamp,
) -> Result<ExposureReport, ServiceError> {
    // What was handed out until now is counted until now.
    super::job_tokens::ledger::flush(app).await?;
    let tx = app.store.read(organization).await?;
    let name = name_of(&tx, subject).await?.ok_or(ServiceError::NotFound)?;
    let mut lines: BTreeMap<Line, Sum> = BTreeMap::new();
    if subject.key().is_some() || subject.connection().is_some() {
        for one in tx.sum_token_counts(subject.key(), subject.connection(), since.0.div_euclid(60)).await? {
            add_counted(&mut lines, one, since);
        }
        add_issued(&tx, subject, since, &mut lines).await?;
    }
    // A new token without its event belongs to the time before.
    lines.retain(|_, sum| sum.tokens > 0);
    let (reached, removed) = reached(&tx, lines).await?;
    let mut report = ExposureReport {
        subject: ExposureSubject { kind: subject.kind, id: subject.id, name },
        since,
        until: app.now(),
        customers: 0,
        connections: 0,
        tokens: 0,
        removed_connections: removed.iter().map(|(line, _)| line.connection).collect::<HashSet<_>>().len() as u64,
        removed_tokens: removed.iter().map(|(_, sum)| sum.tokens).sum(),
        reached,
        actions: actions(&tx, subject, since).await?,
    };
    let customers: HashSet<CustomerId> = report
        .reached
        .iter()
        .map(|one| one.customer.id)
        .chain(report.actions.iter().filter_map(|one| one.customer.as_ref().map(|customer| customer.id)))
        .collect();
    report.customers = customers.len() as u64;
    report.connections = report.reached.iter().map(|one| one.connection).collect::<HashSet<_>>().len() as u64;
    report.tokens = report.reached.iter().map(|one| one.tokens).sum();
    Ok(report)
}

async fn name_of(tx: &Scoped, subject: Subject) -> Result<Option<String>, ServiceError> {
    let connection = ConnectionId(subject.id);
    Ok(match subject.kind {
        SubjectKind::ApiKey => tx.find_api_key(ApiKeyId(subject.id)).await?.map(|key| key.name),
        SubjectKind::App => tx.find_app(connection).await?.map(|app| app.display_name),
        SubjectKind::Connection => tx.find_connection(connection).await?.map(|one| one.account),
        SubjectKind::Member => {
            let reference = format!("member:{}", subject.id);
            let members = tx.list_members().await?;
            let known = members.into_iter().find(|one| one.id.0 == subject.id).map(|one| one.name);
            match known {
                Some(name) => Some(name),
                // Somebody who is a member no more is asked about most of all.
                None => tx.find_audit_names(std::slice::from_ref(&reference)).await?.remove(&reference),
            }
        }
    })
}

fn add_counted(lines: &mut BTreeMap<Line, Sum>, one: TokenSum, since: Timestamp) {
    let line = Line {
        connection: one.connection,
        key: one.api_key,
        resource: one.resource.as_str(),
        purpose: one.purpose.as_str(),
    };
    let first = Timestamp(one.first_minute.saturating_mul(60)).max(since);
    add(
        lines,
        line,
        u64::try_from(one.count).unwrap_or(0),
        first,
        Timestamp(one.last_minute.saturating_mul(60)).max(since),
        None,
    );
}

fn add(lines: &mut BTreeMap<Line, Sum>, line: Line, tokens: u64, first: Timestamp, last: Timestamp, set: Option<Uuid>) {
    let sum = lines.entry(line).or_insert_with(|| Sum { tokens: 0, first, last, sets: HashSet::new() });
    sum.tokens += tokens;
    (sum.first, sum.last) = (sum.first.min(first), sum.last.max(last));
    sum.sets.extend(set);
}

/// Adds the tokens that were newly made, each an event.
async fn add_issued(
    tx: &Scoped,
    subject: Subject,
    since: Timestamp,
    lines: &mut BTreeMap<Line, Sum>,
) -> Result<(), ServiceError> {
    let mut after = None;
    loop {
        let wanted = Issued { actor: subject.actor(), connection: subject.connection(), since };
        let rows = tx.list_issued_tokens(&wanted, after, PART).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        for row in rows {
            if let Some((line, set)) = read_issued(&row) {
                add(lines, line, 1, row.at, row.at, set);
            }
        }
    }
}

/// `resource=graph purpose=backup connection=<id>` of a `job_token.issued`.
fn read_issued(row: &AuditRow) -> Option<(Line, Option<Uuid>)> {
    let word = |name: &str| row.detail.split(' ').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let line = Line {
        connection: word("connection")?.parse().ok()?,
        key: row.actor.strip_prefix("key:")?.parse().ok()?,
        resource: Resource::parse(word("resource")?)?.as_str(),
        purpose: Purpose::parse(word("purpose")?)?.as_str(),
    };
    let set = row.subject.strip_prefix("backup_set:").and_then(|id| id.parse().ok());
    Some((line, set))
}

/// The lines of connections that are there, and those of removed customers.
async fn reached(
    tx: &Scoped,
    lines: BTreeMap<Line, Sum>,
) -> Result<(Vec<ReachedView>, Vec<(Line, Sum)>), ServiceError> {
    let ids: Vec<_> = lines.keys().map(|line| line.connection).collect::<HashSet<_>>().into_iter().collect();
    let mut connections: HashMap<ConnectionId, (ConnectionKind, CustomerId, String)> = HashMap::new();
    for app in tx.find_apps(&ids).await? {
        connections.insert(app.id, (ConnectionKind::AppOnly, app.customer, app.display_name));
    }
    for one in tx.find_connections(&ids).await? {
        connections.insert(one.id, (ConnectionKind::Delegated, one.customer, one.account));
    }
    let customers: Vec<_> = connections.values().map(|(_, customer, _)| *customer).collect();
    let customers: HashMap<_, _> = tx.find_customers(&customers).await?.into_iter().map(|one| (one.id, one)).collect();
    let keys: HashMap<_, _> = tx.list_api_keys().await?.into_iter().map(|key| (key.id, key.name)).collect();
    let view = |line: &Line, sum: &Sum| {
        let (kind, customer, name) = connections.get(&line.connection)?;
        let name_of_key = keys.get(&line.key).cloned().unwrap_or_default();
        Some(ReachedView {
            customer: customer_ref(customers.get(customer)?),
            connection: line.connection,
            kind: *kind,
            name: name.clone(),
            api_key: KeyRef { id: line.key, name: name_of_key },
            resource: line.resource.to_owned(),
            purpose: line.purpose.to_owned(),
            tokens: sum.tokens,
            backup_sets: sum.sets.len() as u64,
            first_at: sum.first,
            last_at: sum.last,
        })
    };
    let (mut views, mut removed) = (Vec::new(), Vec::new());
    for (line, sum) in lines {
        match view(&line, &sum) {
            Some(shown) => views.push(shown),
            None => removed.push((line, sum)),
        }
    }
    views.sort_by(|one, other| (&one.customer.name, &one.name).cmp(&(&other.customer.name, &other.name)));
    Ok((views, removed))
}

/// What the subject did, or what was done with it: events by customer and kind.
async fn actions(tx: &Scoped, subject: Subject, since: Timestamp) -> Result<Vec<ActionView>, ServiceError> {
    let subjects = match subject.connection() {
        Some(id) => vec![format!("app:{id}"), format!("connection:{id}")],
        None => Vec::new(),
    };
    let mut found: BTreeMap<(Option<CustomerId>, String), Acts> = BTreeMap::new();
    let mut after = None;
    loop {
        let rows = tx.list_acts(subject.actor().as_deref(), &subjects, since, after, PART).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        let about: HashSet<String> = rows.iter().map(|row| row.subject.clone()).collect();
        let customers = tx.find_customers_of_subjects(&about).await?;
        for row in rows {
            let place = (customers.get(&row.subject).copied(), row.event);
            let acts = found.entry(place).or_insert(Acts { count: 0, first: row.at, last: row.at });
            acts.count += 1;
            (acts.first, acts.last) = (acts.first.min(row.at), acts.last.max(row.at));
        }
    }
    let ids: Vec<_> = found.keys().filter_map(|(customer, _)| *customer).collect::<HashSet<_>>().into_iter().collect();
    let customers: HashMap<_, _> = tx.find_customers(&ids).await?.into_iter().map(|one| (one.id, one)).collect();
    let mut views: Vec<_> = found
        .into_iter()
        .map(|((customer, event), acts)| ActionView {
            customer: customer.and_then(|id| customers.get(&id)).map(customer_ref),
            event,
            count: acts.count,
            first_at: acts.first,
            last_at: acts.last,
        })
        .collect();
    let name = |one: &ActionView| one.customer.as_ref().map(|customer| customer.name.clone());
    views.sort_by_key(|one| (name(one), one.event.clone()));
    Ok(views)
}

/// The report as CSV (RFC 4180), one table for both parts. Text that a spreadsheet would run begins with an apostrophe.
pub fn csv(report: &ExposureReport) -> String {
    let mut text = String::from(
        "what,customer,tenant,connection,connection_name,api_key,resource,purpose,event,count,backup_sets,first_at,last_at\r\n",
    );
    let time = super::events::in_utc;
    for one in &report.reached {
        row(
            &mut text,
            &[
                "tokens",
                &one.customer.name,
                &one.customer.tenant.to_string(),
                &one.connection.to_string(),
                &one.name,
                &one.api_key.name,
                &one.resource,
                &one.purpose,
                "",
                &one.tokens.to_string(),
                &one.backup_sets.to_string(),
                &time(one.first_at),
                &time(one.last_at),
            ],
        );
    }
    for one in &report.actions {
        let (customer, tenant) = one
            .customer
            .as_ref()
            .map_or_else(Default::default, |customer| (customer.name.clone(), customer.tenant.to_string()));
        let (count, first, last) = (one.count.to_string(), time(one.first_at), time(one.last_at));
        row(&mut text, &["events", &customer, &tenant, "", "", "", "", "", &one.event, &count, "", &first, &last]);
    }
    text
}

fn row(text: &mut String, fields: &[&str]) {
    let fields: Vec<_> = fields.iter().map(|field| csv_field(field)).collect();
    text.push_str(&fields.join(","));
    text.push_str("\r\n");
}

fn csv_field(field: &str) -> String {
    let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let quoted = field.contains(['"', ',', '\r', '\n']);
    let text = format!("{guard}{}", field.replace('"', "\"\""));
    if quoted { format!("\"{text}\"") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j8_subjects_are_read_and_nothing_else_is() {
        let id = "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b";
        for kind in ["api_key", "app", "connection", "member"] {
            assert!(Subject::parse(&format!("{kind}:{id}")).is_ok());
        }
        for bad in ["", id, "api_key", "api_key:", "organization:0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b", "app:1"] {
            assert!(Subject::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn j8_a_spreadsheet_runs_nothing() {
        assert_eq!(csv_field("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(csv_field("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(csv_field("Contoso"), "Contoso");
    }
}
