//! The daily probe of an app: a token by its certificate, and the roles in it against the manifest (C7, C8, E12, J4).
//!
//! The first failure makes an app doubtful and is tried again an hour later; only then is an administrator needed. What
//! Microsoft cannot answer just now marks nothing.

use super::{
    ServiceError, certificates,
    notices::{self, NewNotice},
    own_keys::help_for,
    renewal::AT_ONCE,
};
use crate::{
    audit::Actor,
    microsoft::grants::{
        app::{SharepointHost, TokenResource},
        error::GrantError,
    },
    state::AppState,
    store::{
        Scope, Scoped,
        apps::App,
        work::{self, NewWork, Work, WorkKind},
    },
};
use shared::{
    api::{
        apps::{AppCheck, AppState as Health},
        notices::NoticeKind,
        problem::{Help, HelpAction},
    },
    id::{ConnectionId, OrganizationId},
    rules::manifest::{self, Resource},
};

/// The time between two probes of an app, at most, in seconds.
const DAY: i64 = 24 * 3600;
/// How long a doubtful app waits for its second try, in seconds.
const SECOND_TRY: i64 = 3600;

/// The time between the probes of one app, in seconds: 75 to 100 % of a day, by the id, so that there is no herd.
fn probe_after(id: ConnectionId) -> i64 {
    let share = i64::from(
        id.0.as_bytes().iter().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into())) % 1000,
    );
    DAY * 3 / 4 + DAY / 4 * share / 1000
}

/// Plans the next probe of an app.
pub async fn plan(app: &AppState, tx: &Scoped, id: ConnectionId) -> Result<(), ServiceError> {
    let due = app.clock.now_millis() + probe_after(id) * 1000;
    let work = NewWork { id: app.new_id(), kind: WorkKind::Probe, organization: tx.organization, subject: id.0, due };
    Ok(work::add(tx, work).await?)
}

/// What a probe saw.
enum Seen {
    /// The roles of fresh tokens, as `graph:Mail.Read`.
    Roles(Vec<String>),
    /// Nothing: Microsoft was busy.
    Busy(Option<std::time::Duration>),
    /// A refusal.
    Refused(Box<Help>),
}

fn is_alive(connection: &App) -> bool {
    connection.removed_at.is_none()
        && matches!(connection.state, Health::Working | Health::Doubtful | Health::NeedsAdministrator)
}

/// One scheduled probe.
pub async fn run(app: &AppState, work: Work) -> Result<(), ServiceError> {
    let id = ConnectionId(work.subject);
    let found = app.store.read(work.organization).await?.find_app(id).await?.filter(is_alive);
    let Some(connection) = found else {
        let tx = app.store.write(work.organization).await?;
        work::finish(&tx, &work).await?;
        return Ok(tx.commit().await?);
    };
    let seen = look(app, work.organization, &connection).await?;
    let tx = app.store.write(work.organization).await?;
    // Its key was opened (S9).
    app.audit().record(&tx, "app.checked", &Actor::Rekey, format!("app:{id}"), "purpose=probe".to_owned()).await?;
    let (stored, seconds, attempts) = match seen {
        Seen::Roles(roles) => (note_success(app, &tx, connection, roles).await?, probe_after(id), 0),
        Seen::Refused(help) => (note_failure(app, &tx, connection, *help).await?, SECOND_TRY, 0),
        Seen::Busy(wait) => {
            let wait = wait.map_or(300, |wait| i64::try_from(wait.as_secs()).unwrap_or(SECOND_TRY));
            (true, wait.clamp(60, SECOND_TRY), work.attempts + 1)
        }
    };
    // After the second failure once a day is enough.
    let over = tx.find_app(id).await?.is_some_and(|one| one.state == Health::NeedsAdministrator);
    let seconds = if over { probe_after(id) } else { seconds };
    let seconds = if stored { seconds } else { AT_ONCE };
    if work::postpone(&tx, &work, app.clock.now_millis() + seconds * 1000, attempts).await? {
        tx.commit().await?;
        app.changes.work();
    }
    Ok(())
}

/// A probe now, for a member or a program.
pub async fn check(app: &AppState, scope: &Scope, actor: &Actor, id: ConnectionId) -> Result<AppCheck, ServiceError> {
    for _ in 0..3 {
        let found = app.store.read(scope).await?.find_app(id).await?.ok_or(ServiceError::NotFound)?;
        if !is_alive(&found) {
            let detail = "This app is not in use, so there is nothing to check.";
            return Err(ServiceError::conflict("app_not_in_use", detail));
        }
        let seen = look(app, scope.organization, &found).await?;
        let tx = app.store.write(scope).await?;
        let stored = match seen {
            Seen::Roles(roles) => note_success(app, &tx, found, roles).await?,
            Seen::Refused(help) => note_failure(app, &tx, found, *help).await?,
            Seen::Busy(_) => return Err(ServiceError::MicrosoftUnavailable),
        };
        if !stored {
            continue;
        }
        app.audit().record(&tx, "app.checked", actor, format!("app:{id}"), String::new()).await?;
        let now = tx.find_app(id).await?.ok_or(ServiceError::NotFound)?;
        tx.commit().await?;
        app.changes.work();
        let drift = now.drift();
        return Ok(AppCheck {
            state: now.state,
            checked_at: now.checked_at,
            missing: drift.missing,
            extra: drift.extra,
            help: now.help,
        });
    }
    Err(ServiceError::conflict("changed_meanwhile", "The app changed meanwhile. Check once more."))
}

/// Gets tokens for every resource that the manifest names.
async fn look(app: &AppState, organization: OrganizationId, connection: &App) -> Result<Seen, ServiceError> {
    let current = app.store.read(organization).await?.find_current_certificate(connection.id).await?;
    let Some(current) = current else { return Ok(Seen::Refused(Box::new(no_certificate()))) };
    let mut wanted = vec![(Resource::Graph, TokenResource::Graph)];
    let host = connection.sharepoint_host.as_deref().and_then(SharepointHost::parse);
    if let Some(host) = host.filter(|_| !connection.expected(Resource::Sharepoint).is_empty()) {
        wanted.push((Resource::Sharepoint, TokenResource::Sharepoint(host)));
    }
    let mut words = Vec::new();
    for (resource, asked) in wanted {
        match certificates::token(app, organization, connection, &current, &asked).await? {
            Ok(token) => words.extend(words_of(resource, &token.roles)),
            Err(GrantError::Throttled { retry_after, .. } | GrantError::Unavailable { retry_after, .. }) => {
                return Ok(Seen::Busy(retry_after));
            }
            Err(error) => {
                tracing::warn!(app = %connection.id, %error, "a probe failed");
                return Ok(Seen::Refused(Box::new(help_for(&error))));
            }
        }
    }
    Ok(Seen::Roles(words))
}

/// The roles of a token as they are stored, `graph:Mail.Read`. A role that could not stand in a list is left out.
pub fn words_of(resource: Resource, roles: &[String]) -> Vec<String> {
    let is_word = |role: &&String| !role.is_empty() && role.len() <= 120 && !role.contains(char::is_whitespace);
    let mut words: Vec<_> =
        roles.iter().filter(is_word).take(500).map(|role| format!("{}:{role}", resource.as_str())).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// A good probe. `false`: the app changed meanwhile, and the transaction must be dropped.
async fn note_success(app: &AppState, tx: &Scoped, connection: App, roles: Vec<String>) -> Result<bool, ServiceError> {
    let recovered = connection.state != Health::Working;
    let help = connection.help.clone().filter(|_| !recovered);
    let changed =
        App { state: Health::Working, checked_at: Some(app.now()), failed_at: None, help, roles, ..connection.clone() };
    if !tx.update_app(&changed, connection.version).await? {
        return Ok(false);
    }
    let subject = format!("app:{}", connection.id);
    if recovered {
        app.audit().record(tx, "app.recovered", &Actor::Rekey, subject.clone(), String::new()).await?;
    }
    notices::resolve(app, tx, NoticeKind::ConnectionTrouble, connection.id.0).await?;
    note_drift(app, tx, &changed, subject).await?;
    Ok(true)
}

/// Raises what is not as it should be, once; what somebody settled by hand stays settled until it changes.
async fn note_drift(app: &AppState, tx: &Scoped, connection: &App, subject: String) -> Result<(), ServiceError> {
    let now = connection.drift();
    let known = tx.find_notice_of(NoticeKind::Drift, connection.id.0, 0).await?;
    if now.is_none() {
        if let Some(known) = known {
            tx.remove_notice(known.id).await?;
            app.audit().record(tx, "app.drift_over", &Actor::Rekey, subject, String::new()).await?;
        }
        return Ok(());
    }
    let customer = tx.find_customer(connection.customer).await?.map_or_else(String::new, |one| one.name);
    let text = drift_text(&customer, &now);
    if let Some(known) = known {
        if known.text == text {
            return Ok(());
        }
        tx.remove_notice(known.id).await?;
    }
    let notice = NewNotice {
        kind: NoticeKind::Drift,
        customer: Some(connection.customer),
        subject: connection.id.0,
        stage: 0,
        title: format!("The permissions of {} in {customer} were changed", connection.display_name),
        text,
    };
    notices::raise(app, tx, notice).await?;
    let detail = format!("missing={} extra={}", now.missing.len(), now.extra.len());
    Ok(app.audit().record(tx, "app.drifted", &Actor::Rekey, subject, detail).await?)
}

fn drift_text(customer: &str, drift: &manifest::Drift) -> String {
    let mut text = Vec::new();
    if !drift.missing.is_empty() {
        text.push(format!("Missing: {}. What needs them fails.", drift.missing.join(", ")));
    }
    if !drift.extra.is_empty() {
        text.push(format!("Not needed: {}. Nobody asked for them here.", drift.extra.join(", ")));
    }
    text.push(format!("An administrator of {customer} puts it right: Update configuration."));
    text.join(" ")
}

/// A refusal: doubtful at first; an administrator is needed when it is refused again an hour later. `false`: the app
/// changed meanwhile, and the transaction must be dropped.
pub(super) async fn note_failure(
    app: &AppState,
    tx: &Scoped,
    connection: App,
    help: Help,
) -> Result<bool, ServiceError> {
    let now = app.now();
    if connection.failed_at.is_some_and(|first| now.since(first) >= SECOND_TRY) {
        return needs_administrator(app, tx, connection, help).await;
    }
    let version = connection.version;
    let was = connection.state;
    let state = if was == Health::NeedsAdministrator { was } else { Health::Doubtful };
    let detail = format!("code={}", help.code);
    let changed = App { state, failed_at: connection.failed_at.or(Some(now)), help: Some(help), ..connection };
    if !tx.update_app(&changed, version).await? {
        return Ok(false);
    }
    if was != state {
        app.audit().record(tx, "app.doubtful", &Actor::Rekey, format!("app:{}", changed.id), detail).await?;
    }
    Ok(true)
}

/// The app needs an administrator, and everybody hears of it. `false`: the app changed meanwhile.
pub(super) async fn needs_administrator(
    app: &AppState,
    tx: &Scoped,
    connection: App,
    help: Help,
) -> Result<bool, ServiceError> {
    let (version, was) = (connection.version, connection.state);
    let changed = App {
        state: Health::NeedsAdministrator,
        failed_at: connection.failed_at.or(Some(app.now())),
        help: Some(help.clone()),
        ..connection
    };
    if !tx.update_app(&changed, version).await? {
        return Ok(false);
    }
    if was != Health::NeedsAdministrator {
        let customer = tx.find_customer(changed.customer).await?.map_or_else(String::new, |one| one.name);
        let notice = NewNotice {
            kind: NoticeKind::ConnectionTrouble,
            customer: Some(changed.customer),
            subject: changed.id.0,
            stage: 0,
            title: format!("{} no longer works for {customer}", changed.display_name),
            text: format!("{}. {}", help.title, help.text),
        };
        notices::raise(app, tx, notice).await?;
        let (subject, detail) = (format!("app:{}", changed.id), format!("code={}", help.code));
        app.audit().record(tx, "app.needs_administrator", &Actor::Rekey, subject, detail).await?;
    }
    Ok(true)
}

fn no_certificate() -> Help {
    super::help::own(
        "certificate_missing",
        "There is no certificate for this app",
        "An administrator of the tenant signs in once: Update configuration.",
        HelpAction::AskAdministrator,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn probes_are_spread_over_a_quarter_of_a_day_and_never_rarer_than_daily() {
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..1000_u128 {
            let after = probe_after(ConnectionId(Uuid::from_u128(number * 0x1234_5678_9abc)));
            assert!((DAY * 3 / 4..=DAY).contains(&after));
            seen.insert(after / 600);
        }
        assert!(seen.len() > 20, "{}", seen.len());
    }

    #[test]
    fn c8_roles_are_stored_as_words() {
        let roles = ["Mail.Read", "Mail.Read", "", "two words"].map(str::to_owned);
        assert_eq!(words_of(Resource::Graph, &roles), ["graph:Mail.Read"]);
    }
}
