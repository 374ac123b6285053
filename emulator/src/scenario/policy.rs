//! What a tenant's administrators decided: consent, Conditional Access, who may register applications.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Tenant-wide settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policies {
    /// What ordinary people may consent to.
    pub user_consent: UserConsent,
    /// The admin consent request workflow: blocked people get a request form (90095) instead of a dead end (90094).
    pub consent_requests_enabled: bool,
    /// Conditional Access rules.
    pub conditional_access: Vec<ConditionalAccess>,
    /// Whether people without an administrator role may register applications.
    pub allowed_to_create_apps: bool,
    /// What credentials applications may have.
    pub app_management: AppManagement,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            user_consent: UserConsent::Microsoft,
            consent_requests_enabled: false,
            conditional_access: Vec::new(),
            allowed_to_create_apps: true,
            app_management: AppManagement::default(),
        }
    }
}

/// The application management policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppManagement {
    /// No certificate may be added.
    pub no_certificates: bool,
    /// The longest lifetime of an added certificate, from its start to its end.
    pub most_certificate_days: Option<i64>,
    /// No client secret may be added.
    pub no_passwords: bool,
    /// Only certificates of trusted authorities may be added: no self-signed ones.
    pub trusted_authorities_only: bool,
}

/// The user-consent setting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserConsent {
    /// Microsoft's recommended list, which changes by date and asks for a verified publisher.
    #[default]
    Microsoft,
    /// The setting before 2025: anything that is not marked for administrators only, publisher verified or not.
    Legacy,
    /// Nobody but administrators.
    None,
}

/// One Conditional Access rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConditionalAccess {
    /// Policy id, named in the claims challenge.
    pub id: Uuid,
    /// Where it applies.
    pub stages: Vec<Stage>,
    /// Client applications it applies to; empty means all.
    pub clients: Vec<Uuid>,
    /// Resources it applies to; empty means all.
    pub resources: Vec<Uuid>,
    /// User names it applies to; empty means all.
    pub people: Vec<String>,
    /// What it asks.
    pub require: Requirement,
    /// The `error` of the token endpoint; `interaction_required` when absent.
    pub error: Option<String>,
}

impl Default for ConditionalAccess {
    fn default() -> Self {
        Self {
            id: Uuid::from_u128(0xca00_0000_0000_4000_8000_0000_0000_0001),
            stages: vec![Stage::Authorize, Stage::OnBehalfOf, Stage::Refresh],
            clients: Vec::new(),
            resources: Vec::new(),
            people: Vec::new(),
            require: Requirement::Mfa,
            error: None,
        }
    }
}

/// A point of the protocol at which Conditional Access is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The sign-in page.
    Authorize,
    /// The on-behalf-of grant.
    OnBehalfOf,
    /// The refresh grant.
    Refresh,
    /// The client credentials grant: Conditional Access for workload identities.
    ClientCredentials,
}

/// What a Conditional Access rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// A second factor in the session (50076, or 50079 when none is registered); comes with claims.
    Mfa,
    /// A fresh step-up that only a sign-in with this policy's claims satisfies (50076 with claims).
    Claims,
    /// No access (53003); comes without claims.
    Block,
    /// A sign-in no older than so many seconds (70043); comes without claims.
    SignInFrequency(i64),
}

impl ConditionalAccess {
    /// Whether the rule is about this client, these resources and this person at this point.
    pub fn concerns(&self, stage: Stage, client: Uuid, resources: &[Uuid], username: &str) -> bool {
        let people = self.people.is_empty() || self.people.iter().any(|name| name.eq_ignore_ascii_case(username));
        let clients = self.clients.is_empty() || self.clients.contains(&client);
        let reached = self.resources.is_empty() || resources.iter().any(|id| self.resources.contains(id));
        self.stages.contains(&stage) && people && clients && reached
    }
}
