//! Accounts, how they appear in a tenant (member, guest, not at all), and what a sign-in proved.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::scenario::{PERSONAL_TENANT, Person, Scenario, Tenant};
use crate::state::State;

/// One account at its home.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) home_tid: Uuid,
    pub(crate) oid: Uuid,
    pub(crate) person: Person,
    /// Tokens of public clients from before are dead.
    pub(crate) public_valid_from: i64,
    /// Tokens of confidential clients from before are dead.
    pub(crate) confidential_valid_from: i64,
    /// Wrong passwords in a row, and until when the account is locked.
    pub(crate) wrong_passwords: u32,
    pub(crate) locked_until: i64,
    /// Roles before the last change, and when that was: sign-ins from before carry only what was and still is.
    pub(crate) roles_before: Vec<String>,
    pub(crate) roles_changed: i64,
}

/// An account as one tenant sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) tid: Uuid,
    /// Object id in `tid`.
    pub(crate) oid: Uuid,
    pub(crate) home_tid: Uuid,
    pub(crate) home_oid: Uuid,
    /// The name the person signs in with.
    pub(crate) username: String,
    pub(crate) display_name: String,
    /// Template ids of active directory roles.
    pub(crate) roles: Vec<Uuid>,
}

/// What a sign-in proved, carried along by codes, refresh tokens and (opaquely) access tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SignIn {
    /// Milliseconds, so that a sign-in right after a revocation counts.
    #[serde(rename = "t")]
    pub(crate) auth_millis: i64,
    #[serde(rename = "m")]
    pub(crate) mfa: bool,
    /// Conditional Access policies whose claims this sign-in satisfied.
    #[serde(rename = "p")]
    pub(crate) policies: Vec<Uuid>,
    #[serde(rename = "s")]
    pub(crate) sid: Uuid,
    /// The client declared that it handles claims challenges.
    #[serde(rename = "c")]
    pub(crate) cp1: bool,
}

/// Directory roles by template id.
const ROLES: [(&str, Uuid); 14] = [
    ("Global Administrator", GLOBAL_ADMINISTRATOR),
    ("Privileged Role Administrator", PRIVILEGED_ROLE_ADMINISTRATOR),
    ("Application Administrator", APPLICATION_ADMINISTRATOR),
    ("Cloud Application Administrator", CLOUD_APPLICATION_ADMINISTRATOR),
    ("Application Developer", APPLICATION_DEVELOPER),
    ("Exchange Administrator", Uuid::from_u128(0x2923_2cdf_9323_42fd_ade2_1d09_7af3_e4de)),
    ("SharePoint Administrator", Uuid::from_u128(0xf28a_1f50_f6e7_4571_818b_6a12_f2af_6b6c)),
    ("Teams Administrator", Uuid::from_u128(0x6909_1246_20e8_4a56_aa4d_0660_75b2_a7a8)),
    ("User Administrator", Uuid::from_u128(0xfe93_0be7_5e62_47db_91af_98c3_a49a_38b1)),
    ("Global Reader", Uuid::from_u128(0xf2ef_992c_3afb_46b9_b7cf_a126_ee74_c451)),
    ("Security Administrator", Uuid::from_u128(0x194a_e4cb_b126_40b2_bd5b_6091_b380_977d)),
    ("Privileged Authentication Administrator", Uuid::from_u128(0x7be4_4c8a_adaf_4e2a_84d6_ab26_49e0_8a13)),
    ("Conditional Access Administrator", Uuid::from_u128(0xb1be_1c3e_b65d_4f19_8427_f6fa_0d97_feb9)),
    ("Directory Readers", Uuid::from_u128(0x88d8_e3e3_8f55_4a1e_953a_9b98_98b8_876b)),
];
/// Global Administrator.
pub(crate) const GLOBAL_ADMINISTRATOR: Uuid = Uuid::from_u128(0x62e9_0394_69f5_4237_9190_0121_7714_5e10);
/// Privileged Role Administrator.
pub(crate) const PRIVILEGED_ROLE_ADMINISTRATOR: Uuid = Uuid::from_u128(0xe861_1ab8_c189_46e8_94e1_6021_3ab1_f814);
/// Application Administrator.
pub(crate) const APPLICATION_ADMINISTRATOR: Uuid = Uuid::from_u128(0x9b89_5d92_2cd3_44c7_9d02_a6ac_2d5e_a5c3);
/// Cloud Application Administrator.
pub(crate) const CLOUD_APPLICATION_ADMINISTRATOR: Uuid = Uuid::from_u128(0x158c_047a_c907_4556_b7ef_4465_51a6_b5f7);
/// Application Developer.
pub(crate) const APPLICATION_DEVELOPER: Uuid = Uuid::from_u128(0xcf1c_38e5_3621_4004_a7cb_8796_24dc_ed7c);

/// The template id of a role given by id or name.
fn role_id(text: &str) -> Option<Uuid> {
    let by_name = ROLES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, id)| *id);
    by_name.or_else(|| Uuid::parse_str(text).ok())
}

/// The display name of a role.
pub(crate) fn role_name(id: Uuid) -> String {
    ROLES.iter().find(|(_, known)| *known == id).map_or_else(|| id.to_string(), |(name, _)| (*name).to_owned())
}

impl Account {
    /// All accounts of a scenario.
    pub(crate) fn all(scenario: &Scenario) -> Vec<Self> {
        let of = |tenant: &Tenant| {
            let tid = tenant.tid;
            tenant.people.iter().map(move |person| Self::new(tid, person.clone())).collect::<Vec<_>>()
        };
        scenario.tenants.iter().flat_map(of).collect()
    }

    pub(crate) fn new(tid: Uuid, person: Person) -> Self {
        let home_tid = if person.personal { PERSONAL_TENANT } else { tid };
        let oid = person.oid.unwrap_or_else(|| derived_oid(home_tid, &person.username));
        Self {
            home_tid,
            oid,
            person,
            public_valid_from: i64::MIN,
            confidential_valid_from: i64::MIN,
            wrong_passwords: 0,
            locked_until: i64::MIN,
            roles_before: Vec::new(),
            roles_changed: i64::MIN,
        }
    }

    /// The account as `tenant` sees it; `None` when it is neither member nor guest there.
    pub(crate) fn seen_from(&self, tenant: &Tenant) -> Option<Identity> {
        let member = self.home_tid == tenant.tid;
        let guest = !member && self.person.guest_of.iter().any(|name| tenant.is_called(name));
        (member || guest).then(|| Identity {
            tid: tenant.tid,
            oid: if member { self.oid } else { derived_oid(tenant.tid, &self.person.username) },
            roles: if member { self.roles() } else { Vec::new() },
            ..self.at_home()
        })
    }

    /// The account in its own home tenant.
    pub(crate) fn at_home(&self) -> Identity {
        Identity {
            tid: self.home_tid,
            oid: self.oid,
            home_tid: self.home_tid,
            home_oid: self.oid,
            username: self.person.username.clone(),
            display_name: self.person.display_name.clone(),
            roles: self.roles(),
        }
    }

    fn roles(&self) -> Vec<Uuid> {
        self.person.roles.iter().filter_map(|role| role_id(role)).collect()
    }

    /// The roles of `identity` that a sign-in at that moment carries: activated before it, and still active.
    pub(crate) fn roles_since(&self, auth_millis: i64, identity: &Identity) -> Vec<Uuid> {
        if auth_millis >= self.roles_changed {
            return identity.roles.clone();
        }
        let before: Vec<Uuid> = self.roles_before.iter().filter_map(|role| role_id(role)).collect();
        identity.roles.iter().copied().filter(|role| before.contains(role)).collect()
    }

    /// Everything issued before now is dead, for all clients.
    pub(crate) fn revoke(&mut self, now: i64) {
        self.public_valid_from = now;
        self.confidential_valid_from = now;
    }
}

impl Identity {
    pub(crate) fn is_guest(&self) -> bool {
        self.tid != self.home_tid
    }

    pub(crate) fn is_personal(&self) -> bool {
        self.home_tid == PERSONAL_TENANT
    }

    pub(crate) fn holds(&self, any_of: &[Uuid]) -> bool {
        self.roles.iter().any(|role| any_of.contains(role))
    }

    /// Where the account's password was checked, as in the `idp` claim.
    pub(crate) fn identity_provider(&self) -> String {
        if self.is_personal() { "live.com".to_owned() } else { format!("https://sts.windows.net/{}/", self.home_tid) }
    }

    /// The user principal name in `tid`: guests have a long one.
    pub(crate) fn principal_name(&self, tenant_domain: &str) -> String {
        if self.is_guest() {
            format!("{}#EXT#@{tenant_domain}", self.username.replace('@', "_"))
        } else {
            self.username.clone()
        }
    }
}

fn derived_oid(tid: Uuid, username: &str) -> Uuid {
    Uuid::new_v5(&tid, username.to_ascii_lowercase().as_bytes())
}

impl State {
    pub(crate) fn account_called(&self, username: &str) -> Option<&Account> {
        let wanted = username.trim();
        self.accounts.iter().find(|account| account.person.username.eq_ignore_ascii_case(wanted))
    }

    pub(crate) fn account_mut(&mut self, username: &str) -> Option<&mut Account> {
        let wanted = username.trim();
        self.accounts.iter_mut().find(|account| account.person.username.eq_ignore_ascii_case(wanted))
    }

    pub(crate) fn account(&self, home_tid: Uuid, oid: Uuid) -> Option<&Account> {
        self.accounts.iter().find(|account| account.home_tid == home_tid && account.oid == oid)
    }

    /// The account behind an object id in a tenant.
    pub(crate) fn identity(&self, tid: Uuid, oid: Uuid) -> Option<(&Account, Identity)> {
        let tenant = self.tenant(tid)?;
        let seen = self.accounts.iter().filter_map(|account| Some((account, account.seen_from(tenant)?)));
        seen.into_iter().find(|(_, identity)| identity.oid == oid)
    }
}
