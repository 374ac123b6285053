//! The invented world that the emulator plays: tenants, people, policies and registered applications.
//!
//! A scenario is plain data: read from TOML or built in code. It never changes after the start; what people do afterwards
//! is kept in `State`. To add a thing that Microsoft knows about, add a public field with a default here.

mod application;
mod policy;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

pub use application::{AppRole, Application, CoopMode, ExposedScope, OptionalClaims, RequiredResource};
pub use policy::{AppManagement, ConditionalAccess, Policies, Requirement, Stage, UserConsent};

/// The tenant of all personal Microsoft accounts.
pub const PERSONAL_TENANT: Uuid = Uuid::from_u128(0x9188_040d_6c67_4c5b_b112_36a3_04b6_6dad);

/// Everything the emulator knows when it starts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// A name for log lines and pages.
    pub name: String,
    /// Shows the invented passwords on the sign-in page.
    pub show_passwords: bool,
    /// Organizations, each a directory of people.
    pub tenants: Vec<Tenant>,
    /// Registered applications of all tenants.
    pub applications: Vec<Application>,
    /// Behaviour where the documentation leaves a choice; the defaults are the stricter ones.
    pub switches: Switches,
}

/// One directory.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tenant {
    /// Directory id.
    pub tid: Uuid,
    /// Name on pages and in `GET /organization`.
    pub display_name: String,
    /// The domain marked as default.
    pub default_domain: String,
    /// Further verified domains.
    pub domains: Vec<String>,
    /// Accounts whose home is here.
    pub people: Vec<Person>,
    /// What the tenant's administrators decided.
    pub policies: Policies,
    /// Microsoft services (application ids) this tenant has no subscription for.
    pub absent_resources: Vec<Uuid>,
    /// Host of its SharePoint; made of the `onmicrosoft.com` domain when absent.
    pub sharepoint_host: Option<String>,
}

/// One account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about an account")]
pub struct Person {
    /// User principal name.
    pub username: String,
    /// Password on the sign-in page.
    pub password: String,
    /// Name on pages and in tokens.
    pub display_name: String,
    /// Object id; derived from tenant and user name when absent.
    pub oid: Option<Uuid>,
    /// Base32 secret of a registered authenticator; `None` means nothing is registered.
    pub totp_secret: Option<String>,
    /// Whether every sign-in asks for the second factor.
    pub mfa_enforced: bool,
    /// Directory roles, by template id or display name.
    pub roles: Vec<String>,
    /// Tenants (id or domain) that invited this account.
    pub guest_of: Vec<String>,
    /// A personal account: its home is Microsoft's consumer tenant, not the one it is written under.
    pub personal: bool,
    /// Sign-in is switched off.
    pub disabled: bool,
    /// The password must be changed before signing in.
    pub password_expired: bool,
    /// Which services the account is licensed for.
    pub services: Services,
    /// How much invented content it has.
    pub samples: Samples,
}

impl Person {
    /// An ordinary member with a password and no second factor.
    pub fn new(username: impl Into<String>, password: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self {
            username: username.into(),
            password: password.into(),
            display_name: display_name.into(),
            ..Self::default()
        }
    }
}

/// Licensed services of an account.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent licences, as in Microsoft's service plans")]
pub struct Services {
    /// Exchange Online.
    pub mailbox: bool,
    /// OneDrive and SharePoint.
    pub onedrive: bool,
    /// OneNote.
    pub onenote: bool,
    /// Teams.
    pub teams: bool,
}

impl Default for Services {
    fn default() -> Self {
        Self { mailbox: true, onedrive: true, onenote: true, teams: true }
    }
}

/// Numbers of invented items per workload.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Samples {
    /// Mail folders beyond the inbox.
    pub mail_folders: u32,
    /// Messages.
    pub messages: u32,
    /// Calendars.
    pub calendars: u32,
    /// Events.
    pub events: u32,
    /// Contacts.
    pub contacts: u32,
    /// To-do lists.
    pub task_lists: u32,
    /// Files in the root folder.
    pub files: u32,
    /// Sites the account can see.
    pub sites: u32,
    /// Notebooks.
    pub notebooks: u32,
    /// Chats.
    pub chats: u32,
    /// Teams joined.
    pub teams: u32,
}

impl Default for Samples {
    fn default() -> Self {
        Self {
            mail_folders: 6,
            messages: 25,
            calendars: 2,
            events: 12,
            contacts: 8,
            task_lists: 2,
            files: 14,
            sites: 3,
            notebooks: 1,
            chats: 4,
            teams: 2,
        }
    }
}

/// Behaviour that the documentation leaves open, or that tests want to change; all settable at run time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, each one documented on its own")]
pub struct Switches {
    /// Reuse of a rotated confidential-client refresh token revokes the whole family (Microsoft: old ones stay valid).
    pub strict_refresh: bool,
    /// For so long after consent, on-behalf-of still answers 65001.
    pub consent_delay_seconds: i64,
    /// Lifetime reported for access tokens.
    pub access_token_seconds: i64,
    /// Lifetime of access tokens asked for with `cp1`.
    pub cae_token_seconds: i64,
    /// `/authorize` itself refuses a `spa` request without a PKCE challenge.
    pub authorize_requires_pkce: bool,
    /// Token errors carry `Access-Control-Allow-Origin` (reports conflict; the stricter reading is that they do not).
    pub cors_on_token_errors: bool,
    /// Graph's preflight refuses headers other than the well-known ones.
    pub graph_rejects_custom_headers: bool,
    /// Graph answers 401 for tokens of a person whose sessions were revoked even when the client did not declare `cp1`.
    pub graph_revokes_at_once: bool,
    /// For so long after their creation, objects are not everywhere yet (400, 404, lists that lag).
    pub replication_seconds: i64,
    /// For so long after they are made through Graph, the token endpoint knows no new certificate (700027), service
    /// principal (700016) or application permission (absent from `roles`).
    pub token_delay_seconds: i64,
    /// Items per page of Graph collections that do not ask with `$top`.
    pub graph_page_size: usize,
    /// `admin_consent=True` also on denial, as recorded.
    pub admin_consent_true_on_denial: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            strict_refresh: false,
            consent_delay_seconds: 0,
            access_token_seconds: 3599,
            cae_token_seconds: 86_399,
            authorize_requires_pkce: false,
            cors_on_token_errors: false,
            graph_rejects_custom_headers: false,
            graph_revokes_at_once: false,
            replication_seconds: 2,
            token_delay_seconds: 0,
            graph_page_size: 10,
            admin_consent_true_on_denial: true,
        }
    }
}

/// Why a scenario cannot be played.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// The text is not a scenario.
    #[error("scenario: {0}")]
    Syntax(#[from] toml::de::Error),
    /// Two things contradict each other.
    #[error("scenario: {0}")]
    Contradiction(String),
}

impl Scenario {
    /// Reads a scenario file.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// The scenario that the program plays when it is given none.
    pub fn builtin() -> Self {
        Self::from_toml(include_str!("../scenarios/builtin.toml")).unwrap_or_default()
    }

    /// The tenant with this id or verified domain.
    pub fn tenant(&self, id_or_domain: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.is_called(id_or_domain))
    }

    /// Refuses what could never be at Microsoft.
    pub fn check(&self) -> Result<(), ScenarioError> {
        for (index, application) in self.applications.iter().enumerate() {
            if self.applications.iter().take(index).any(|earlier| earlier.client_id == application.client_id) {
                return Err(ScenarioError::Contradiction(format!("application {} twice", application.client_id)));
            }
            application.check().map_err(ScenarioError::Contradiction)?;
        }
        for (index, tenant) in self.tenants.iter().enumerate() {
            let earlier = self.tenants.get(..index).unwrap_or_default();
            if let Some(name) = tenant.names().find(|name| earlier.iter().any(|other| other.is_called(name))) {
                return Err(ScenarioError::Contradiction(format!("tenant {name} twice")));
            }
        }
        Ok(())
    }
}

impl Tenant {
    /// An empty directory with Microsoft's default policies.
    pub fn new(tid: Uuid, display_name: impl Into<String>, default_domain: impl Into<String>) -> Self {
        Self { tid, display_name: display_name.into(), default_domain: default_domain.into(), ..Self::default() }
    }

    /// Whether `name` is this tenant's id or one of its domains.
    pub fn is_called(&self, name: &str) -> bool {
        self.names().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn names(&self) -> impl Iterator<Item = String> + '_ {
        let domains = self.domains.iter().chain([&self.default_domain]).filter(|domain| !domain.is_empty());
        domains.cloned().chain([self.tid.to_string()])
    }

    /// The host of its SharePoint: `contoso.sharepoint.com` for `contoso.onmicrosoft.com`.
    pub fn sharepoint_host(&self) -> String {
        if let Some(host) = &self.sharepoint_host {
            return host.to_ascii_lowercase();
        }
        let initial = self.verified_domains().find_map(|domain| domain.strip_suffix(".onmicrosoft.com"));
        let name = initial.or_else(|| self.default_domain.split('.').next()).unwrap_or_default();
        format!("{}.sharepoint.com", name.to_ascii_lowercase())
    }

    /// Whether `host` is one of its SharePoint's: the sites, the personal sites (`-my`) or the administration (`-admin`).
    pub(crate) fn is_sharepoint_host(&self, host: &str) -> bool {
        let own = self.sharepoint_host();
        let (name, rest) = own.split_once('.').unwrap_or((&own, ""));
        ["", "-my", "-admin"].iter().any(|face| host.eq_ignore_ascii_case(&format!("{name}{face}.{rest}")))
    }

    /// All verified domains, the default one first.
    pub fn verified_domains(&self) -> impl Iterator<Item = &str> {
        let others = self.domains.iter().filter(|domain| **domain != self.default_domain);
        std::iter::once(&self.default_domain).chain(others).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_scenario_is_playable() {
        let scenario = Scenario::builtin();
        assert!(scenario.tenants.len() >= 2 && !scenario.applications.is_empty());
        scenario.check().expect("checks");
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(Scenario::from_toml("surprise = 1").is_err());
    }

    #[test]
    fn a_domain_in_two_tenants_is_refused() {
        let mut scenario = Scenario::default();
        scenario.tenants.push(Tenant::new(Uuid::from_u128(1), "A", "a.example"));
        scenario.tenants.push(Tenant::new(Uuid::from_u128(2), "B", "A.example"));
        assert!(scenario.check().is_err());
    }
}
