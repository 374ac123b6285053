//! Which sign-ins chosen sets need: one for each account (hybrid) or each tenant (modern), none where access exists
//! already (A-04, F6, F10, G2).
//!
//! The same function makes the preview in the browser and the authorization on the server. It stores nothing.

use super::{
    moves::MoveKind,
    reason::Reason,
    scopes::{self, Permission, Purpose},
    suitability::{RuleSwitches, SetFacts, Verdict, suitability},
    who::{self, Signer},
};
use crate::{
    id::{BackupSetId, CustomerId},
    method::Method,
    workload::Workloads,
};
use std::collections::{BTreeMap, BTreeSet};

/// An account's name made comparable: Microsoft does not tell upper from lower case in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey(String);

impl AccountKey {
    /// The key of a name as somebody wrote it.
    pub fn of(name: &str) -> Self {
        Self(name.trim().to_lowercase())
    }

    /// The comparable form, for a column that is searched by it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A set that somebody chose.
#[derive(Debug, Clone, Copy)]
pub struct ChosenSet<'a> {
    /// Its id.
    pub id: BackupSetId,
    /// Its customer.
    pub customer: CustomerId,
    /// Its account's name, if it has one.
    pub account: Option<&'a str>,
    /// What the rules need to know.
    pub facts: SetFacts<'a>,
}

/// The access that exists already.
#[derive(Debug, Clone, Default)]
pub struct Connected {
    /// Accounts with working delegated access, and the permissions it holds.
    pub accounts: BTreeMap<(CustomerId, AccountKey), BTreeSet<String>>,
    /// Customers whose tenant has working app-only access.
    pub tenants: BTreeSet<CustomerId>,
}

/// One sign-in, and the sets it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSignIn {
    /// The customer.
    pub customer: CustomerId,
    /// The account that must sign in, as the first set wrote it; `None` for modern.
    pub account: Option<String>,
    /// Who must sign in.
    pub signer: Signer,
    /// The sets it covers, in the order chosen.
    pub sets: Vec<BackupSetId>,
    /// All their workloads.
    pub workloads: Workloads,
    /// The delegated permissions asked for, for backup; empty for modern.
    pub scopes: Vec<&'static Permission>,
    /// Those of them that existing access does not hold; all of them where there is none.
    pub missing_scopes: Vec<&'static Permission>,
    /// Access exists already: nobody signs in, Save is enough. Permissions that it lacks are asked for at Save.
    pub already_connected: bool,
    /// An administrator has to approve or to sign in, by Microsoft's default policy.
    pub needs_administrator: bool,
}

/// A chosen set that stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedSet {
    /// Its id.
    pub id: BackupSetId,
    /// Why.
    pub reason: Reason,
}

/// The preview: what would happen, before anybody signs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The sign-ins, by customer and account.
    pub sign_ins: Vec<PlannedSignIn>,
    /// Sets that cannot take part.
    pub refused: Vec<RefusedSet>,
}

impl Plan {
    /// How many people have to sign in.
    pub fn open_sign_ins(&self) -> usize {
        self.sign_ins.iter().filter(|sign_in| !sign_in.already_connected).count()
    }
}

/// Groups chosen sets into sign-ins; a set chosen twice counts once.
pub fn plan(kind: MoveKind, chosen: &[ChosenSet<'_>], switches: &RuleSwitches, connected: &Connected) -> Plan {
    let mut groups: BTreeMap<(CustomerId, Method, Option<AccountKey>), Vec<&ChosenSet<'_>>> = BTreeMap::new();
    let mut refused = Vec::new();
    let mut seen = BTreeSet::new();
    for set in chosen.iter().filter(|set| seen.insert(set.id)) {
        match admit(kind, set, switches) {
            Ok(to) => {
                let account = set.account.filter(|_| to == Method::Hybrid).map(AccountKey::of);
                groups.entry((set.customer, to, account)).or_default().push(set);
            }
            Err(reason) => refused.push(RefusedSet { id: set.id, reason }),
        }
    }
    let sign_ins = groups
        .into_iter()
        .filter_map(|((customer, to, account), sets)| sign_in(kind, customer, to, account, &sets, connected))
        .collect();
    Plan { sign_ins, refused }
}

/// The method the set ends with, or why it cannot take part.
pub(super) fn admit(kind: MoveKind, set: &ChosenSet<'_>, switches: &RuleSwitches) -> Result<Method, Reason> {
    let renewal = matches!(kind, MoveKind::Reauthorize | MoveKind::UpdateConfiguration);
    let refusal = if renewal { Reason::NothingToRenew } else { Reason::OnlyFromBasic };
    let to = kind.end(set.facts.method).map_err(|_| refusal)?;
    if to == Method::Hybrid && set.account.is_none_or(|account| account.trim().is_empty()) {
        return Err(Reason::NoAccount);
    }
    if renewal {
        return Ok(to);
    }
    suitability(&set.facts, switches).verdict(to).and_then(Verdict::refusal).map_or(Ok(to), Err)
}

fn sign_in(
    kind: MoveKind,
    customer: CustomerId,
    to: Method,
    account: Option<AccountKey>,
    sets: &[&ChosenSet<'_>],
    connected: &Connected,
) -> Option<PlannedSignIn> {
    let first = sets.first()?;
    let workloads: Workloads = sets.iter().flat_map(|set| set.facts.workloads).copied().collect();
    let hybrid = to == Method::Hybrid;
    // Renewing is signing in again: the existing access is what has ended.
    let migrates = matches!(kind, MoveKind::MigrateToHybrid | MoveKind::MigrateToModern);
    let held = account.and_then(|account| connected.accounts.get(&(customer, account))).filter(|_| migrates);
    let has_app = migrates && connected.tenants.contains(&customer);
    let need = need(to, &workloads, held, has_app);
    Some(PlannedSignIn {
        customer,
        account: first.account.filter(|_| hybrid).map(|name| name.trim().to_owned()),
        signer: who::signer(to, first.facts.account_role)?,
        sets: sets.iter().map(|set| set.id).collect(),
        workloads,
        scopes: need.scopes,
        missing_scopes: need.missing_scopes,
        already_connected: need.already_connected,
        needs_administrator: need.needs_administrator,
    })
}

/// What one sign-in has to bring.
pub(super) struct Need {
    /// The delegated permissions, for backup; none for modern.
    pub scopes: Vec<&'static Permission>,
    /// Those of them that existing access does not hold.
    pub missing_scopes: Vec<&'static Permission>,
    /// Access exists already.
    pub already_connected: bool,
    /// An administrator has to approve or to sign in.
    pub needs_administrator: bool,
}

/// Compares what data need with what is held: the permissions of an account, or an app of the tenant.
pub(super) fn need(to: Method, workloads: &Workloads, held: Option<&BTreeSet<String>>, has_app: bool) -> Need {
    let hybrid = to == Method::Hybrid;
    let scopes = if hybrid { scopes::delegated_scopes(workloads, Purpose::Backup) } else { Vec::new() };
    let is_held = |permission: &&Permission| held.is_some_and(|held| held.contains(&permission.value));
    let missing_scopes: Vec<_> = scopes.iter().copied().filter(|permission| !is_held(permission)).collect();
    let already_connected = if hybrid { held.is_some() } else { has_app };
    let needs_administrator = if hybrid { scopes::needs_administrator(&missing_scopes) } else { !already_connected };
    Need { scopes, missing_scopes, already_connected, needs_administrator }
}

#[cfg(test)]
mod tests;
