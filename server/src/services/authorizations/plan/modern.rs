//! The plan for modern: one administrator of the tenant signs in for all chosen sets (A-06, A-07, C2, C3, M-6).

use super::{Planned, PlannedSignIn, chosen, refused_view};
use crate::{
    services::{ServiceError, backup_sets::facts},
    state::AppState,
    store::{Scoped, apps::App, backup_sets::BackupSet, customers::Customer},
};
use shared::{
    api::{
        apps::Way,
        authorizations::{AuthorizationKind, Consenter, CreateAuthorization, PermissionView},
    },
    id::{BackupSetId, CustomerId},
    method::Method,
    rules::{
        manifest::{self, AppPermission, Resource},
        moves::MoveKind,
        plan::{self, ChosenSet, Connected},
        scopes::Purpose,
        who::Signer,
    },
    workload::Workloads,
};
use std::collections::HashMap;

/// Plans an authorization for modern.
pub async fn plan(app: &AppState, tx: &Scoped, request: &CreateAuthorization) -> Result<Planned, ServiceError> {
    if app.microsoft.setup.is_none() && request.way != Way::OwnApp {
        return Err(ServiceError::conflict(
            "method_not_available",
            "This installation has no registration for setting up modern. Its operator adds one, or the customer brings an app of its own.",
        ));
    }
    if request.restores && request.way != Way::SetUp {
        let expected = "expected false: an app for restores comes with the way `set_up` alone";
        return Err(ServiceError::field("restores", expected));
    }
    let (customer, sets) = chosen(tx, request).await?;
    let kind = if sets.iter().all(|set| set.method == Method::Modern) {
        AuthorizationKind::UpdateConfiguration
    } else {
        AuthorizationKind::MigrateToModern
    };
    let mut planned = Planned { customer, kind, sign_ins: Vec::new(), refused: Vec::new() };
    let (renewals, migrations): (Vec<_>, Vec<_>) = sets.into_iter().partition(|set| set.method == Method::Modern);
    let connected = connected(tx, &planned.customer, &migrations, request).await?;
    add_part(app, &mut planned, MoveKind::MigrateToModern, &migrations, connected.as_ref(), request.restores);
    add_part(app, &mut planned, MoveKind::UpdateConfiguration, &renewals, None, request.restores);
    Ok(planned)
}

/// The tenant's app, if it holds all that these sets need: then nobody signs in (A-04, F10).
async fn connected(
    tx: &Scoped,
    customer: &Customer,
    sets: &[BackupSet],
    request: &CreateAuthorization,
) -> Result<Option<App>, ServiceError> {
    let workloads: Workloads = sets.iter().flat_map(|set| set.workloads.iter().copied()).collect();
    let holds = |app: &App| app.state.is_alive() && app.workloads.is_superset(&workloads);
    let backup = tx.find_app_of(customer.tenant, Purpose::Backup).await?.filter(|app| holds(app));
    if !request.restores {
        return Ok(backup);
    }
    let restore = tx.find_app_of(customer.tenant, Purpose::Restore).await?.filter(|app| holds(app));
    Ok(backup.filter(|_| restore.is_some()))
}

fn add_part(
    app: &AppState,
    planned: &mut Planned,
    kind: MoveKind,
    sets: &[BackupSet],
    connected: Option<&App>,
    restores: bool,
) {
    let chosen: Vec<_> = sets
        .iter()
        .map(|set| ChosenSet { id: set.id, customer: set.customer, account: set.account.as_deref(), facts: facts(set) })
        .collect();
    let tenants: std::collections::BTreeSet<CustomerId> = connected.iter().map(|app| app.customer).collect();
    let access = Connected { tenants, ..Connected::default() };
    let plan = plan::plan(kind, &chosen, &app.settings.rules, &access);
    let by_id: HashMap<BackupSetId, &BackupSet> = sets.iter().map(|set| (set.id, set)).collect();
    for part in plan.sign_ins {
        let sets: Vec<BackupSet> = part.sets.iter().filter_map(|id| by_id.get(id)).map(|set| (*set).clone()).collect();
        let connection = connected.filter(|_| part.already_connected).map(|app| app.id);
        let account = administrator_of(&planned.customer);
        merge(
            &mut planned.sign_ins,
            PlannedSignIn {
                account,
                signer: part.signer,
                sets,
                permissions: permissions(&part.workloads, restores),
                needs_administrator: connection.is_none(),
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

/// All parts are one administrator's one sign-in.
fn merge(sign_ins: &mut Vec<PlannedSignIn>, part: PlannedSignIn) {
    let Some(one) = sign_ins.first_mut() else { return sign_ins.push(part) };
    one.sets.extend(part.sets);
    let known: Vec<String> = one.permissions.iter().map(|permission| permission.value.clone()).collect();
    one.permissions.extend(part.permissions.into_iter().filter(|permission| !known.contains(&permission.value)));
    one.needs_administrator |= part.needs_administrator;
    one.connection = one.connection.and(part.connection);
    if part.signer == Signer::Administrator {
        one.signer = Signer::Administrator;
    }
}

/// Whom the sign-in is for, in words.
pub fn administrator_of(customer: &Customer) -> String {
    format!("an administrator of {}", customer.domain.as_deref().unwrap_or(&customer.name))
}

/// What the apps of these workloads are granted.
pub fn permissions(workloads: &Workloads, restores: bool) -> Vec<PermissionView> {
    let purposes: &[Purpose] = if restores { &Purpose::ALL } else { &[Purpose::Backup] };
    let all = purposes.iter().flat_map(|purpose| manifest::manifest(workloads, *purpose));
    let mut views: Vec<PermissionView> = Vec::new();
    for permission in all.map(app_permission_view) {
        if !views.iter().any(|view| view.value == permission.value) {
            views.push(permission);
        }
    }
    views
}

/// An application permission as it is shown.
pub fn app_permission_view(permission: &AppPermission) -> PermissionView {
    let value = match permission.resource {
        Resource::Graph => permission.value.clone(),
        Resource::Sharepoint => format!("SharePoint {}", permission.value),
    };
    PermissionView {
        value,
        title: permission.title.clone(),
        reason: permission.reason.clone(),
        without: permission.without.clone(),
        consent: Consenter::Administrator,
    }
}
