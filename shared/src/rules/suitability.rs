//! Which method suits a backup set, which one is recommended, and why (A-01 to, F4, M-12).
//!
//! A recommendation is a suggestion: nothing forces it. It is the narrowest access that reaches all of the set's data:
//! hybrid for one account's own data (it reaches only that and needs no administrator's role), modern for everything
//! else, and hybrid again where Microsoft has no app-only way.

use super::reason::Reason;
use crate::{
    backup_set::{AccountRole, ClientVersion, Covers, Region},
    method::Method,
    workload::{Workload, Workloads},
};
use serde::{Deserialize, Serialize};

/// What the rules need to know about a set.
#[derive(Debug, Clone, Copy)]
pub struct SetFacts<'a> {
    /// Its method now.
    pub method: Method,
    /// The data it holds.
    pub workloads: &'a Workloads,
    /// Whose data it holds.
    pub covers: Covers,
    /// Whether it names an account.
    pub has_account: bool,
    /// The role its account is said to have.
    pub account_role: AccountRole,
    /// The cloud of its tenant.
    pub region: Region,
    /// The version of its backup client, if known.
    pub client_version: Option<ClientVersion>,
}

/// Rules that an operator may switch, each switch an audited change (A-07: "until resolved").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleSwitches {
    /// Personal Sites keep a set from modern.
    pub personal_sites_block_modern: bool,
    /// SharePoint sites keep a set from modern.
    pub sharepoint_sites_block_modern: bool,
    /// The least version of the backup client that can work without a stored password.
    pub least_client_version: ClientVersion,
}

/// As the audit log tells it: `name=value`, separated by blanks.
impl std::fmt::Display for RuleSwitches {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { personal_sites_block_modern, sharepoint_sites_block_modern, least_client_version } = self;
        write!(
            out,
            "personal_sites_block_modern={personal_sites_block_modern} \
             sharepoint_sites_block_modern={sharepoint_sites_block_modern} least_client_version={least_client_version}"
        )
    }
}

impl Default for RuleSwitches {
    fn default() -> Self {
        Self {
            personal_sites_block_modern: true,
            sharepoint_sites_block_modern: false,
            least_client_version: ClientVersion([8, 3, 6, 0]),
        }
    }
}

/// Whether a set may move to one method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It may.
    Possible {
        /// What to know before.
        notes: Vec<Reason>,
    },
    /// It may, once the backup client is updated.
    UpdateFirst {
        /// What to know before.
        notes: Vec<Reason>,
    },
    /// It may not.
    NotSuitable {
        /// The reason that decides.
        reason: Reason,
        /// Further reasons that would remain.
        also: Vec<Reason>,
    },
    /// It has this method already.
    AlreadyThere,
}

impl Verdict {
    /// Whether the move may start now.
    pub const fn is_possible(&self) -> bool {
        matches!(self, Self::Possible { .. })
    }

    /// The reason to show beside a move that may not start now.
    pub const fn refusal(&self) -> Option<Reason> {
        match self {
            Self::Possible { .. } => None,
            Self::UpdateFirst { .. } => Some(Reason::ClientTooOld),
            Self::NotSuitable { reason, .. } => Some(*reason),
            Self::AlreadyThere => Some(Reason::NoStoredPassword),
        }
    }
}

/// *Split the set*: what each part would hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SplitOffer {
    /// Becomes a set of the account's own data, by hybrid.
    pub hybrid_part: Workloads,
    /// Keeps covering what the set covers, by modern.
    pub modern_part: Workloads,
    /// Stays behind on the stored password: no method reaches it.
    pub left_part: Workloads,
}

impl SplitOffer {
    /// The parts that there are; hybrid's first.
    pub fn parts(&self) -> impl Iterator<Item = &Workloads> {
        [&self.hybrid_part, &self.modern_part, &self.left_part].into_iter().filter(|part| !part.is_empty())
    }
}

/// The answer for one set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suitability {
    /// Whether it may move to hybrid.
    pub hybrid: Verdict,
    /// Whether it may move to modern.
    pub modern: Verdict,
    /// The method suggested, if the set should move and can.
    pub recommended: Option<Method>,
    /// The method that would be suggested once the backup client is updated.
    pub after_update: Option<Method>,
    /// Why this method, or why none.
    pub reason: Reason,
    /// Why the set should move at all; absent when it need not.
    pub why_move: Option<Reason>,
    /// Two sets instead of one.
    pub split: Option<SplitOffer>,
}

impl Suitability {
    /// The verdict on one method; there is no way to basic.
    pub const fn verdict(&self, to: Method) -> Option<&Verdict> {
        match to {
            Method::Basic => None,
            Method::Hybrid => Some(&self.hybrid),
            Method::Modern => Some(&self.modern),
        }
    }
}

/// Decides for one set.
pub fn suitability(facts: &SetFacts<'_>, switches: &RuleSwitches) -> Suitability {
    if facts.method != Method::Basic {
        let elsewhere = || Verdict::NotSuitable { reason: Reason::OnlyFromBasic, also: Vec::new() };
        let (hybrid, modern) = match facts.method {
            Method::Hybrid => (Verdict::AlreadyThere, elsewhere()),
            _ => (elsewhere(), Verdict::AlreadyThere),
        };
        let reason = Reason::NoStoredPassword;
        return Suitability {
            hybrid,
            modern,
            recommended: None,
            after_update: None,
            reason,
            why_move: None,
            split: None,
        };
    }
    let refused = [refusals(facts, switches, Method::Hybrid), refusals(facts, switches, Method::Modern)];
    let [hybrid_open, modern_open] = [0, 1].map(|way| refused.get(way).is_some_and(Vec::is_empty));
    let (fitting, reason) = recommend(facts, hybrid_open, modern_open);
    let [hybrid_refused, modern_refused] = refused;
    let too_old = is_too_old(facts, switches);
    let split = split_offer(facts, switches);
    let reason = match (fitting, &split) {
        (Some(_), _) if too_old => Reason::ClientTooOld,
        (None, Some(_)) => Reason::SplitReaches,
        _ => reason,
    };
    Suitability {
        hybrid: verdict(hybrid_refused, too_old, || notes(facts, switches, Method::Hybrid)),
        modern: verdict(modern_refused, too_old, || notes(facts, switches, Method::Modern)),
        recommended: fitting.filter(|_| !too_old),
        after_update: fitting.filter(|_| too_old),
        reason,
        why_move: Some(Reason::StoredPasswordsEnded),
        split,
    }
}

fn is_too_old(facts: &SetFacts<'_>, switches: &RuleSwitches) -> bool {
    facts.client_version.is_some_and(|version| version < switches.least_client_version)
}

fn verdict(refused: Vec<Reason>, too_old: bool, notes: impl FnOnce() -> Vec<Reason>) -> Verdict {
    let mut refused = refused.into_iter();
    match refused.next() {
        Some(reason) => Verdict::NotSuitable { reason, also: refused.collect() },
        None if too_old => Verdict::UpdateFirst { notes: notes() },
        None => Verdict::Possible { notes: notes() },
    }
}

fn recommend(facts: &SetFacts<'_>, hybrid: bool, modern: bool) -> (Option<Method>, Reason) {
    match (hybrid, modern) {
        (true, true) => (Some(Method::Hybrid), Reason::OwnDataFitsHybrid),
        (true, false) => (Some(Method::Hybrid), Reason::OnlyHybridReaches),
        (false, true) if facts.covers == Covers::OwnAccount => (Some(Method::Modern), Reason::OnlyModernReaches),
        (false, true) => (Some(Method::Modern), Reason::OtherPeopleNeedModern),
        (false, false) => (None, Reason::NothingFits),
    }
}

/// Why one workload cannot go one way; `None` when it can.
const fn workload_refusal(workload: Workload, to: Method, switches: &RuleSwitches) -> Option<Reason> {
    match (workload, to) {
        (Workload::PublicFolders, _) => Some(Reason::PublicFoldersHaveNoWay),
        (Workload::Groups, Method::Hybrid) => Some(Reason::GroupsNeedModern),
        (Workload::PersonalSites, Method::Modern) if switches.personal_sites_block_modern => {
            Some(Reason::PersonalSitesWait)
        }
        (Workload::Sharepoint, Method::Modern) if switches.sharepoint_sites_block_modern => {
            Some(Reason::SharepointSitesWait)
        }
        (Workload::Onenote, Method::Modern) => Some(Reason::OnenoteNeedsAPerson),
        _ => None,
    }
}

/// Why the set cannot go one way apart from its workloads, the most decisive first.
fn set_refusals(facts: &SetFacts<'_>, to: Method) -> Vec<Reason> {
    let global = facts.region == Region::Global;
    let candidates = match to {
        Method::Hybrid => [
            (!global, Reason::CloudNotSetUp),
            (facts.covers != Covers::OwnAccount, Reason::CoversOtherPeople),
            (!facts.has_account, Reason::NoAccount),
        ],
        Method::Modern | Method::Basic => {
            [(!global, Reason::ModernOnlyGlobal), (false, Reason::CoversOtherPeople), (false, Reason::NoAccount)]
        }
    };
    candidates.into_iter().filter_map(|(applies, reason)| applies.then_some(reason)).collect()
}

fn refusals(facts: &SetFacts<'_>, switches: &RuleSwitches, to: Method) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if facts.workloads.is_empty() {
        reasons.push(Reason::NoWorkloads);
    }
    reasons.extend(facts.workloads.iter().filter_map(|workload| workload_refusal(*workload, to, switches)));
    reasons.extend(set_refusals(facts, to));
    reasons
}

fn notes(facts: &SetFacts<'_>, switches: &RuleSwitches, to: Method) -> Vec<Reason> {
    let has = |workload| facts.workloads.contains(&workload);
    let hybrid = to == Method::Hybrid;
    let candidates = [
        (facts.client_version.is_none(), Reason::ClientVersionUnknown),
        (
            hybrid && has(Workload::PersonalSites) && switches.personal_sites_block_modern,
            Reason::PersonalSitesWorkaround,
        ),
        (hybrid && has(Workload::Sharepoint), Reason::OnlySitesOfTheAccount),
        (hybrid && has(Workload::Teams), Reason::TeamsCannotBeRestored),
    ];
    candidates.into_iter().filter_map(|(applies, reason)| applies.then_some(reason)).collect()
}

/// Two sets instead of one, when no method takes all of the workloads alone or some of them keep the whole from modern.
///
/// One account's own data goes to hybrid where hybrid can take it, everything else to modern where modern can; what
/// neither takes stays behind. It is an offer only when the parts differ.
fn split_offer(facts: &SetFacts<'_>, switches: &RuleSwitches) -> Option<SplitOffer> {
    if facts.region != Region::Global {
        return None;
    }
    let own = facts.covers == Covers::OwnAccount;
    let mut offer =
        SplitOffer { hybrid_part: Workloads::new(), modern_part: Workloads::new(), left_part: Workloads::new() };
    for workload in facts.workloads {
        let hybrid = facts.has_account && workload_refusal(*workload, Method::Hybrid, switches).is_none();
        let modern = workload_refusal(*workload, Method::Modern, switches).is_none();
        let part = match (hybrid, modern) {
            (true, _) if own => &mut offer.hybrid_part,
            (_, true) => &mut offer.modern_part,
            (true, false) => &mut offer.hybrid_part,
            (false, false) => &mut offer.left_part,
        };
        part.insert(*workload);
    }
    (offer.parts().count() > 1).then_some(offer)
}

#[cfg(test)]
mod tests;
