//! From chosen sets to sign-ins: the rules of `shared::rules` with what storage knows.

mod modern;

use crate::{
    services::{ServiceError, backup_sets::facts},
    state::AppState,
    store::{Scoped, backup_sets::BackupSet, connections::Connection, customers::Customer},
};
use shared::{
    api::authorizations::{AuthorizationKind, Consenter, CreateAuthorization, PermissionView, RefusedSet, SetRef},
    id::{BackupSetId, ConnectionId},
    method::Method,
    rules::{
        moves::MoveKind,
        plan::{self, AccountKey, ChosenSet, Connected},
        reason::Reason,
        scopes::{self, Consent, Permission},
        who::Signer,
    },
};
use std::collections::{BTreeMap, HashMap};

/// The most sets of one authorization.
pub const MOST_SETS: u64 = 5_000;

/// What would happen.
pub struct Planned {
    /// Whose sets.
    pub customer: Customer,
    /// What is done.
    pub kind: AuthorizationKind,
    /// One entry for each person who must sign in.
    pub sign_ins: Vec<PlannedSignIn>,
    /// Sets that cannot take part.
    pub refused: Vec<RefusedSet>,
}

/// One sign-in.
pub struct PlannedSignIn {
    /// The account whose holder signs in, or an administrator in words.
    pub account: String,
    /// Who that is.
    pub signer: Signer,
    /// The sets it covers.
    pub sets: Vec<BackupSet>,
    /// What is asked for.
    pub permissions: Vec<PermissionView>,
    /// Some permission that is not held yet needs an administrator.
    pub needs_administrator: bool,
    /// A connection that is there already.
    pub connection: Option<ConnectionId>,
}

pub use modern::{administrator_of, app_permission_view, permissions as app_permissions};

/// A permission as it is shown.
pub fn permission_view(permission: &Permission) -> PermissionView {
    PermissionView {
        value: permission.value.clone(),
        title: permission.title.clone(),
        reason: permission.reason.clone(),
        without: permission.without.clone(),
        consent: match permission.consent {
            Consent::User => Consenter::User,
            Consent::Administrator => Consenter::Administrator,
        },
    }
}

/// Plans an authorization.
pub async fn plan(app: &AppState, tx: &Scoped, request: &CreateAuthorization) -> Result<Planned, ServiceError> {
    match request.method {
        Method::Hybrid => {}
        Method::Modern => return modern::plan(app, tx, request).await,
        Method::Basic => {
            return Err(ServiceError::field(
                "method",
                "expected hybrid or modern: no set goes back to a stored password",
            ));
        }
    }
    let (customer, sets) = chosen(tx, request).await?;
    let connections = tx.list_connections(&[customer.id]).await?;
    let kind = if sets.iter().all(|set| set.method == Method::Hybrid) {
        AuthorizationKind::Reauthorize
    } else {
        AuthorizationKind::MigrateToHybrid
    };
    let mut planned = Planned { customer, kind, sign_ins: Vec::new(), refused: Vec::new() };
    let (renewals, migrations): (Vec<_>, Vec<_>) = sets.into_iter().partition(|set| set.method == Method::Hybrid);
    if request.restores && !migrations.is_empty() {
        let expected = "expected sets that are hybrid already: what restores need is asked for when one is wanted";
        return Err(ServiceError::field("restores", expected));
    }
    add_part(app, &mut planned, MoveKind::MigrateToHybrid, &migrations, &connections);
    add_part(app, &mut planned, MoveKind::Reauthorize, &renewals, &connections);
    if request.restores {
        add_restores(&mut planned)?;
    }
    Ok(planned)
}

/// Adds what restores need to the sign-ins of connected accounts (C4).
fn add_restores(planned: &mut Planned) -> Result<(), ServiceError> {
    for sign_in in &mut planned.sign_ins {
        let workloads = sign_in.sets.iter().flat_map(|set| set.workloads.iter().copied()).collect();
        let asked = scopes::asked_scopes(&workloads, true);
        if asked.len() == sign_in.permissions.len() {
            let expected = "expected data that the account's holder can write back; these sets hold none";
            return Err(ServiceError::field("restores", expected));
        }
        sign_in.needs_administrator = scopes::needs_administrator(&asked);
        sign_in.permissions = asked.into_iter().map(permission_view).collect();
    }
    Ok(())
}

/// The chosen sets, all there and all of one customer.
async fn chosen(tx: &Scoped, request: &CreateAuthorization) -> Result<(Customer, Vec<BackupSet>), ServiceError> {
    if let Some(id) = request.connection {
        return of_account(tx, request, id).await;
    }
    let field = |expected: &str| ServiceError::field("backup_sets", expected);
    let mut ids = request.backup_sets.clone();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() || ids.len() as u64 > MOST_SETS {
        return Err(field("expected 1 to 5,000 sets"));
    }
    let mut sets = tx.find_backup_sets(&ids).await?;
    if sets.len() != ids.len() {
        return Err(field("expected sets that exist; at least one does not"));
    }
    sets.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    let customer = sets.first().map(|set| set.customer).ok_or(ServiceError::NotFound)?;
    if sets.iter().any(|set| set.customer != customer) {
        return Err(field("expected sets of one customer; choose one customer at a time"));
    }
    let customer = tx.find_customer(customer).await?.ok_or(ServiceError::NotFound)?;
    Ok((customer, sets))
}

/// The hybrid sets of one account: those that use its connection, and those from which its access was taken (C8, L5).
async fn of_account(
    tx: &Scoped,
    request: &CreateAuthorization,
    id: ConnectionId,
) -> Result<(Customer, Vec<BackupSet>), ServiceError> {
    let field = |expected: &str| ServiceError::field("connection", expected);
    if !request.backup_sets.is_empty() || request.method != Method::Hybrid {
        return Err(field("expected it alone, without backup_sets, and with the method hybrid"));
    }
    let connection = tx.find_connection(id).await?.ok_or_else(|| field("expected a connection that exists"))?;
    let sets = tx.list_sets_of_account(&connection, MOST_SETS).await?;
    if sets.is_empty() {
        return Err(field("expected an account that hybrid sets belong to; this one has none any more"));
    }
    let customer = tx.find_customer(connection.customer).await?.ok_or(ServiceError::NotFound)?;
    Ok((customer, sets))
}

fn add_part(app: &AppState, planned: &mut Planned, kind: MoveKind, sets: &[BackupSet], connections: &[Connection]) {
    let chosen: Vec<_> = sets
        .iter()
        .map(|set| ChosenSet { id: set.id, customer: set.customer, account: set.account.as_deref(), facts: facts(set) })
        .collect();
    let alive = |connection: &&Connection| connection.state.is_alive();
    let accounts = connections.iter().filter(alive).map(|connection| {
        let scopes = connection.scopes.split(' ').map(str::to_owned).collect();
        ((connection.customer, AccountKey::of(&connection.account)), scopes)
    });
    let connected = Connected { accounts: accounts.collect::<BTreeMap<_, _>>(), ..Connected::default() };
    let plan = plan::plan(kind, &chosen, &app.settings.rules, &connected);
    let by_id: HashMap<BackupSetId, &BackupSet> = sets.iter().map(|set| (set.id, set)).collect();
    for part in plan.sign_ins {
        let Some(account) = part.account else { continue };
        let key = AccountKey::of(&account);
        let connection = connections
            .iter()
            .filter(alive)
            .find(|connection| part.already_connected && AccountKey::of(&connection.account) == key)
            .map(|connection| connection.id);
        let sets: Vec<BackupSet> = part.sets.iter().filter_map(|id| by_id.get(id)).map(|set| (*set).clone()).collect();
        let permissions = part.scopes.iter().map(|permission| permission_view(permission)).collect();
        merge(
            &mut planned.sign_ins,
            PlannedSignIn {
                account,
                signer: part.signer,
                sets,
                permissions,
                needs_administrator: part.needs_administrator,
                connection,
            },
        );
    }
    for refused in plan.refused {
        if let Some(set) = by_id.get(&refused.id) {
            planned.refused.push(refused_view(set, refused.reason));
        }
    }
}

/// One account signs in once, whether its sets migrate or are renewed.
fn merge(sign_ins: &mut Vec<PlannedSignIn>, part: PlannedSignIn) {
    let key = AccountKey::of(&part.account);
    match sign_ins.iter_mut().find(|one| AccountKey::of(&one.account) == key) {
        Some(one) => {
            one.sets.extend(part.sets);
            let known: Vec<String> = one.permissions.iter().map(|permission| permission.value.clone()).collect();
            one.permissions
                .extend(part.permissions.into_iter().filter(|permission| !known.contains(&permission.value)));
            one.needs_administrator |= part.needs_administrator;
            // A renewal means that the access has ended: somebody signs in.
            one.connection = one.connection.and(part.connection);
        }
        None => sign_ins.push(part),
    }
}

fn refused_view(set: &BackupSet, reason: Reason) -> RefusedSet {
    RefusedSet {
        set: SetRef { id: set.id, name: set.name.clone(), method: set.method },
        code: reason.code().to_owned(),
        text: reason.text().to_owned(),
        instead: Some(reason.instead().to_owned()).filter(|text| !text.is_empty()),
    }
}
