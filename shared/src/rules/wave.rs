//! A wave: many sets of many customers planned in one pass, grouped by who must sign in (F6, F10, G1, G2, N4).
//!
//! Sets come one at a time and leave a few bytes each, so that a hundred thousand need neither a hundred thousand
//! queries nor their records in memory. What the caller keeps of a set (`T`) may be nothing at all. For one customer's
//! sets see [`super::plan`], whose rules these are.

use super::{
    manifest::RetirementNotice,
    moves::MoveKind,
    plan::{self, AccountKey, ChosenSet},
    reason::Reason,
    scopes::Permission,
    suitability::{RuleSwitches, suitability},
    who::{self, Signer},
};
use crate::{backup_set::AccountRole, id::CustomerId, method::Method, workload::Workloads};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Which method the sets of a wave are to have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// Each set the one that is recommended for it.
    #[default]
    Recommended,
    /// All hybrid.
    Hybrid,
    /// All modern.
    Modern,
}

impl Aim {
    /// All aims.
    pub const ALL: [Self; 3] = [Self::Recommended, Self::Hybrid, Self::Modern];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::Hybrid => "hybrid",
            Self::Modern => "modern",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|aim| aim.as_str() == text)
    }

    /// The method for one set, or why it stays as it is.
    fn method(self, set: &ChosenSet<'_>, switches: &RuleSwitches) -> Result<Method, Reason> {
        if set.facts.method != Method::Basic {
            return Err(Reason::NoStoredPassword);
        }
        let kind = match self {
            Self::Hybrid => MoveKind::MigrateToHybrid,
            Self::Modern => MoveKind::MigrateToModern,
            Self::Recommended => {
                let answer = suitability(&set.facts, switches);
                match answer.recommended {
                    Some(Method::Hybrid) => MoveKind::MigrateToHybrid,
                    Some(_) => MoveKind::MigrateToModern,
                    None => return Err(answer.reason),
                }
            }
        };
        plan::admit(kind, set, switches)
    }
}

/// What is known beside the sets.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Customers whose tenant nobody has confirmed.
    pub unconfirmed: BTreeSet<CustomerId>,
    /// Accounts with working delegated access, and the permissions it holds.
    pub accounts: BTreeMap<(CustomerId, AccountKey), BTreeSet<String>>,
    /// Customers whose tenant has a working app, and the data it reaches.
    pub apps: BTreeMap<CustomerId, Workloads>,
    /// The installation cannot set up modern.
    pub no_modern: bool,
}

/// One person's sign-in, or none where access exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveSignIn<T> {
    /// The customer.
    pub customer: CustomerId,
    /// The method of its sets.
    pub method: Method,
    /// The account that must sign in, as the first set wrote it; `None` for modern.
    pub account: Option<String>,
    /// Who that is.
    pub signer: Signer,
    /// What the caller kept of its sets, in the order they came.
    pub sets: Vec<T>,
    /// All their workloads.
    pub workloads: Workloads,
    /// The delegated permissions that are not held yet; none for modern.
    pub missing_scopes: Vec<&'static Permission>,
    /// Access exists already: nobody signs in.
    pub already_connected: bool,
    /// An administrator has to approve or to sign in.
    pub needs_administrator: bool,
}

/// The plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WavePlan<T> {
    /// By customer, method and account.
    pub sign_ins: Vec<WaveSignIn<T>>,
    /// How many sets stay as they are, by reason.
    pub refused: BTreeMap<Reason, u64>,
}

/// The numbers of a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaveNumbers {
    /// Sets that move.
    pub sets: u64,
    /// Customers they are of.
    pub customers: u64,
    /// People who have to sign in.
    pub sign_ins: u64,
    /// Tenants in which an administrator has to approve what account holders cannot consent to. Where an administrator
    /// signs in for modern there is nothing more to approve.
    pub approvals: u64,
    /// Sets that move without a sign-in.
    pub without_sign_in: u64,
    /// Sets that stay as they are.
    pub refused: u64,
}

impl<T> WavePlan<T> {
    /// What it adds up to.
    pub fn numbers(&self) -> WaveNumbers {
        let sets = |wanted: fn(&WaveSignIn<T>) -> bool| {
            self.sign_ins.iter().filter(|one| wanted(one)).map(|one| one.sets.len() as u64).sum()
        };
        let customers = |wanted: fn(&WaveSignIn<T>) -> bool| {
            let found: BTreeSet<_> = self.sign_ins.iter().filter(|one| wanted(one)).map(|one| one.customer).collect();
            found.len() as u64
        };
        WaveNumbers {
            sets: sets(|_| true),
            customers: customers(|_| true),
            sign_ins: self.sign_ins.iter().filter(|one| !one.already_connected).count() as u64,
            approvals: customers(|one| one.method == Method::Hybrid && one.needs_administrator),
            without_sign_in: sets(|one| one.already_connected),
            refused: self.refused.values().sum(),
        }
    }
}

struct Group<T> {
    account: Option<String>,
    role: AccountRole,
    workloads: Workloads,
    sets: Vec<T>,
}

/// Takes sets one at a time. The same set must not come twice.
pub struct Planner<'a, T> {
    aim: Aim,
    switches: &'a RuleSwitches,
    groups: HashMap<(CustomerId, Method, Option<AccountKey>), Group<T>>,
    refused: BTreeMap<Reason, u64>,
}

impl<'a, T> Planner<'a, T> {
    /// An empty plan.
    pub fn new(aim: Aim, switches: &'a RuleSwitches) -> Self {
        Self { aim, switches, groups: HashMap::new(), refused: BTreeMap::new() }
    }

    /// Takes a set in, with what the caller wants to keep of it.
    pub fn add(&mut self, set: &ChosenSet<'_>, kept: T) {
        let to = match self.aim.method(set, self.switches) {
            Ok(to) => to,
            Err(reason) => return self.refuse(reason, 1),
        };
        let account = set.account.filter(|_| to == Method::Hybrid);
        let group = self.groups.entry((set.customer, to, account.map(AccountKey::of))).or_insert_with(|| Group {
            account: account.map(|name| name.trim().to_owned()),
            role: set.facts.account_role,
            workloads: Workloads::new(),
            sets: Vec::new(),
        });
        if !group.workloads.is_superset(set.facts.workloads) {
            group.workloads.extend(set.facts.workloads);
        }
        group.sets.push(kept);
    }

    /// Leaves sets out for a reason that the caller knows.
    pub fn refuse(&mut self, reason: Reason, sets: u64) {
        *self.refused.entry(reason).or_default() += sets;
    }

    /// The customers with sets that move: what has to be known of them is asked once, now.
    pub fn customers(&self) -> BTreeSet<CustomerId> {
        self.groups.keys().map(|(customer, ..)| *customer).collect()
    }

    /// The plan.
    pub fn finish(self, known: &Known) -> WavePlan<T> {
        let mut plan = WavePlan { sign_ins: Vec::with_capacity(self.groups.len()), refused: self.refused };
        let groups: BTreeMap<_, _> = self.groups.into_iter().collect();
        for ((customer, to, account), group) in groups {
            let has_app = known.apps.get(&customer).is_some_and(|reached| reached.is_superset(&group.workloads));
            let refusal = if known.unconfirmed.contains(&customer) {
                Some(Reason::TenantUnconfirmed)
            } else {
                (to == Method::Modern && known.no_modern && !has_app).then_some(Reason::MethodNotAvailable)
            };
            let signer = match (refusal, who::signer(to, group.role)) {
                (None, Some(signer)) => signer,
                (reason, _) => {
                    *plan.refused.entry(reason.unwrap_or(Reason::NothingFits)).or_default() += group.sets.len() as u64;
                    continue;
                }
            };
            let held = account.and_then(|account| known.accounts.get(&(customer, account)));
            let need = plan::need(to, &group.workloads, held, has_app);
            plan.sign_ins.push(WaveSignIn {
                customer,
                method: to,
                account: group.account,
                signer,
                sets: group.sets,
                workloads: group.workloads,
                missing_scopes: need.missing_scopes,
                already_connected: need.already_connected,
                needs_administrator: need.needs_administrator,
            });
        }
        plan
    }
}

/// The announced end with this code.
pub fn retirement(code: &str) -> Option<&'static RetirementNotice> {
    super::manifest::retirements().iter().find(|notice| notice.code == code)
}

#[cfg(test)]
mod tests;
