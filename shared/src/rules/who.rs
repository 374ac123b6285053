//! Who must sign in for a method (A-06, F5, C5, M-6; DESIGN §6).
//!
//! Checks by `wids` are advice, so that a person learns early what is missing: roles that are not switched on (PIM) do
//! not show there, and Microsoft's answer to the first privileged call decides.

use crate::{backup_set::AccountRole, method::Method};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A directory role that matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    GlobalAdministrator,
    /// May grant Graph application permissions, and cannot create an application's service principal alone.
    PrivilegedRoleAdministrator,
    /// May create applications and service principals.
    ApplicationAdministrator,
    /// May create applications and service principals.
    CloudApplicationAdministrator,
    /// May create applications, and service principals of its own applications.
    ApplicationDeveloper,
}

impl Role {
    /// All roles that matter here.
    pub const ALL: [Self; 5] = [
        Self::GlobalAdministrator,
        Self::PrivilegedRoleAdministrator,
        Self::ApplicationAdministrator,
        Self::CloudApplicationAdministrator,
        Self::ApplicationDeveloper,
    ];

    /// The role's name as Microsoft writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GlobalAdministrator => "Global Administrator",
            Self::PrivilegedRoleAdministrator => "Privileged Role Administrator",
            Self::ApplicationAdministrator => "Application Administrator",
            Self::CloudApplicationAdministrator => "Cloud Application Administrator",
            Self::ApplicationDeveloper => "Application Developer",
        }
    }

    /// The word in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GlobalAdministrator => "global_administrator",
            Self::PrivilegedRoleAdministrator => "privileged_role_administrator",
            Self::ApplicationAdministrator => "application_administrator",
            Self::CloudApplicationAdministrator => "cloud_application_administrator",
            Self::ApplicationDeveloper => "application_developer",
        }
    }

    /// Reads that word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// The role's template id, the same in every tenant ("Microsoft Entra built-in roles").
    pub const fn template_id(self) -> Uuid {
        Uuid::from_u128(match self {
            Self::GlobalAdministrator => 0x62e9_0394_69f5_4237_9190_0121_7714_5e10,
            Self::PrivilegedRoleAdministrator => 0xe861_1ab8_c189_46e8_94e1_6021_3ab1_f814,
            Self::ApplicationAdministrator => 0x9b89_5d92_2cd3_44c7_9d02_a6ac_2d5e_a5c3,
            Self::CloudApplicationAdministrator => 0x158c_047a_c907_4556_b7ef_4465_51a6_b5f7,
            Self::ApplicationDeveloper => 0xcf1c_38e5_3621_4004_a7cb_8796_24dc_ed7c,
        })
    }

    /// The role with this template id.
    pub fn from_template_id(id: Uuid) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.template_id() == id)
    }

    const fn may_create_applications(self) -> bool {
        matches!(
            self,
            Self::ApplicationAdministrator | Self::CloudApplicationAdministrator | Self::ApplicationDeveloper
        )
    }
}

/// Who has to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// The holder of the set's account; no role.
    AccountHolder,
    /// The holder of the set's account, whose account is itself an administrator; or another administrator.
    AccountHolderAsAdministrator,
    /// An administrator of the tenant; not the ordinary account of the set.
    Administrator,
}

impl Signer {
    /// The sentence of the list of required accounts that is shown before the start.
    pub const fn text(self) -> &'static str {
        match self {
            Self::AccountHolder => "The holder of the account signs in. No administrator's role is needed.",
            Self::AccountHolderAsAdministrator => {
                "The account is said to be a Global Administrator, so its holder may sign in. Any other administrator with the roles named here may do it too."
            }
            Self::Administrator => {
                "An administrator of the tenant signs in once: a Global Administrator, or a Privileged Role Administrator who is also Application Administrator, Cloud Application Administrator or Application Developer."
            }
        }
    }
}

/// Who must sign in to bring a set to `to`, or to renew it there; nobody brings a set to basic.
pub const fn signer(to: Method, account_role: AccountRole) -> Option<Signer> {
    match (to, account_role) {
        (Method::Basic, _) => None,
        (Method::Hybrid, _) => Some(Signer::AccountHolder),
        (Method::Modern, AccountRole::GlobalAdministrator) => Some(Signer::AccountHolderAsAdministrator),
        (Method::Modern, AccountRole::Ordinary) => Some(Signer::Administrator),
    }
}

/// What the roles of a signed-in person amount to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum RoleVerdict {
    /// The method asks for no role.
    NotNeeded,
    /// The roles are enough.
    Enough,
    /// Microsoft did not say which roles the person has: go on, and see what it answers.
    Unknown,
    /// The roles are not enough.
    Missing {
        /// Those the person has, of the ones that matter here.
        has: Vec<Role>,
        /// One of these would complete them.
        needs_one_of: Vec<Role>,
    },
}

/// Weighs the `wids` claim (role template ids) for a method; `None` when the claim is absent.
pub fn weigh(to: Method, wids: Option<&[Uuid]>) -> RoleVerdict {
    if to != Method::Modern {
        return RoleVerdict::NotNeeded;
    }
    let Some(wids) = wids else { return RoleVerdict::Unknown };
    let has: Vec<Role> = Role::ALL.into_iter().filter(|role| wids.contains(&role.template_id())).collect();
    let grants = has.contains(&Role::PrivilegedRoleAdministrator);
    let creates = has.iter().any(|role| role.may_create_applications());
    if has.contains(&Role::GlobalAdministrator) || (grants && creates) {
        return RoleVerdict::Enough;
    }
    let completing = |role: &Role| match role {
        Role::GlobalAdministrator => true,
        Role::PrivilegedRoleAdministrator => creates,
        _ => grants,
    };
    RoleVerdict::Missing { needs_one_of: Role::ALL.into_iter().filter(completing).collect(), has }
}

/// The roles that carried a sign-in for modern, of those that its `wids` name (J1); none where Microsoft did not say.
pub fn carried_by(wids: Option<&[Uuid]>) -> Vec<Role> {
    let has = |role: &Role| wids.is_some_and(|wids| wids.contains(&role.template_id()));
    if has(&Role::GlobalAdministrator) {
        return vec![Role::GlobalAdministrator];
    }
    Role::ALL.into_iter().filter(has).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{
        ApplicationAdministrator as Aa, ApplicationDeveloper as Ad, CloudApplicationAdministrator as Caa,
        GlobalAdministrator as Ga, PrivilegedRoleAdministrator as Pra,
    };

    #[test]
    fn a06_the_required_account_follows_from_method_and_role() {
        use AccountRole::{GlobalAdministrator, Ordinary};
        for role in [Ordinary, GlobalAdministrator] {
            assert_eq!(signer(Method::Basic, role), None);
            assert_eq!(signer(Method::Hybrid, role), Some(Signer::AccountHolder), "any account may authorize hybrid");
        }
        assert_eq!(signer(Method::Modern, Ordinary), Some(Signer::Administrator));
        assert_eq!(signer(Method::Modern, GlobalAdministrator), Some(Signer::AccountHolderAsAdministrator));
    }

    #[test]
    fn f5_c5_roles_are_weighed_as_a_table() {
        let enough: &[&[Role]] = &[&[Ga], &[Pra, Aa], &[Pra, Caa], &[Pra, Ad], &[Ga, Pra], &[Aa, Ga]];
        for roles in enough {
            let wids: Vec<_> = roles.iter().map(|role| role.template_id()).collect();
            assert_eq!(weigh(Method::Modern, Some(&wids)), RoleVerdict::Enough, "{roles:?}");
        }
        let missing: &[(&[Role], &[Role])] =
            &[(&[], &[Ga]), (&[Pra], &[Ga, Aa, Caa, Ad]), (&[Aa, Caa, Ad], &[Ga, Pra]), (&[Ad], &[Ga, Pra])];
        for (roles, needs) in missing {
            let mut wids: Vec<_> = roles.iter().map(|role| role.template_id()).collect();
            wids.push(Uuid::from_u128(7));
            let expected = RoleVerdict::Missing { has: roles.to_vec(), needs_one_of: needs.to_vec() };
            assert_eq!(weigh(Method::Modern, Some(&wids)), expected, "{roles:?}");
        }
    }

    #[test]
    fn f5_completing_by_any_named_role_is_enough() {
        for held in [vec![], vec![Pra], vec![Aa], vec![Caa, Ad]] {
            let ids = |roles: &[Role]| roles.iter().map(|role| role.template_id()).collect::<Vec<_>>();
            let RoleVerdict::Missing { needs_one_of, .. } = weigh(Method::Modern, Some(&ids(&held))) else {
                panic!("{held:?} is not enough");
            };
            for role in needs_one_of {
                let more = [held.clone(), vec![role]].concat();
                let verdict = weigh(Method::Modern, Some(&ids(&more)));
                assert_eq!(verdict, RoleVerdict::Enough, "{more:?}");
            }
        }
    }

    #[test]
    fn j1_the_roles_that_carried_a_sign_in_are_named() {
        let ids = |roles: &[Role]| roles.iter().map(|role| role.template_id()).collect::<Vec<_>>();
        assert_eq!(carried_by(Some(&ids(&[Aa, Ga, Pra]))), [Ga], "one is enough");
        assert_eq!(carried_by(Some(&ids(&[Aa, Pra]))), [Pra, Aa]);
        assert!(carried_by(None).is_empty() && carried_by(Some(&[Uuid::nil()])).is_empty());
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
    }

    #[test]
    fn h6_hybrid_never_asks_for_a_role() {
        assert_eq!(weigh(Method::Hybrid, None), RoleVerdict::NotNeeded);
        assert_eq!(weigh(Method::Hybrid, Some(&[])), RoleVerdict::NotNeeded);
        assert_eq!(weigh(Method::Modern, None), RoleVerdict::Unknown);
    }

    #[test]
    fn template_ids_are_microsofts() {
        assert_eq!(Ga.template_id().to_string(), "62e90394-69f5-4237-9190-012177145e10");
        assert_eq!(Pra.template_id().to_string(), "e8611ab8-c189-46e8-94e1-60213ab1f814");
        assert_eq!(Aa.template_id().to_string(), "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3");
        assert_eq!(Caa.template_id().to_string(), "158c047a-c907-4556-b7ef-446551a6b5f7");
        assert_eq!(Ad.template_id().to_string(), "cf1c38e5-3621-4004-a7cb-879624dced7c");
        for role in Role::ALL {
            assert_eq!(Role::from_template_id(role.template_id()), Some(role));
        }
    }
}
