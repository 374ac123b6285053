//! An application registration, as far as the sign-in service and the token endpoint care.

use base64::Engine as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One registration in its home tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent settings of a registration, named as in its manifest")]
pub struct Application {
    /// Application (client) id.
    pub client_id: Uuid,
    /// Name on the consent page.
    pub display_name: String,
    /// The tenant that owns the registration.
    pub home_tenant: Uuid,
    /// Publisher's name.
    pub publisher: Option<String>,
    /// Whether Microsoft verified the publisher.
    pub publisher_verified: bool,
    /// `AzureADMultipleOrgs` instead of `AzureADMyOrg`.
    pub multi_tenant: bool,
    /// Personal accounts may sign in, too.
    pub personal_accounts: bool,
    /// Redirect URIs of the single-page platform.
    pub spa_redirect_uris: Vec<String>,
    /// Redirect URIs of the web platform.
    pub web_redirect_uris: Vec<String>,
    /// Redirect URIs of the mobile and desktop platform.
    pub public_redirect_uris: Vec<String>,
    /// Public certificates, PEM or base64 of the DER form.
    pub certificates: Vec<String>,
    /// Client secrets.
    pub secrets: Vec<String>,
    /// Application ID URIs.
    pub identifier_uris: Vec<String>,
    /// Delegated permissions it offers.
    pub exposed_scopes: Vec<ExposedScope>,
    /// Application permissions it offers.
    pub app_roles: Vec<AppRole>,
    /// The static permission list.
    pub required_resource_access: Vec<RequiredResource>,
    /// Clients whose prompt includes this API's own static list.
    pub known_client_applications: Vec<Uuid>,
    /// 1 or 2: the format of access tokens for this API.
    pub requested_access_token_version: u8,
    /// Optional claims.
    pub optional_claims: OptionalClaims,
    /// `All` or `DirectoryRole` add `wids`.
    pub group_membership_claims: Option<String>,
    /// Cross-Origin-Opener-Policy on sign-in pages.
    pub coop_enforcement: CoopMode,
    /// The instance property lock: tenants cannot add credentials to their service principal.
    pub instance_lock: bool,
    /// One of Microsoft's own services: present in every tenant that has the subscription.
    pub first_party: bool,
}

impl Default for Application {
    fn default() -> Self {
        Self {
            client_id: Uuid::nil(),
            display_name: String::new(),
            home_tenant: Uuid::nil(),
            publisher: None,
            publisher_verified: false,
            multi_tenant: false,
            personal_accounts: false,
            spa_redirect_uris: Vec::new(),
            web_redirect_uris: Vec::new(),
            public_redirect_uris: Vec::new(),
            certificates: Vec::new(),
            secrets: Vec::new(),
            identifier_uris: Vec::new(),
            exposed_scopes: Vec::new(),
            app_roles: Vec::new(),
            required_resource_access: Vec::new(),
            known_client_applications: Vec::new(),
            requested_access_token_version: 2,
            optional_claims: OptionalClaims::default(),
            group_membership_claims: None,
            coop_enforcement: CoopMode::Off,
            instance_lock: false,
            first_party: false,
        }
    }
}

/// A delegated permission.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExposedScope {
    /// The word in `scp`.
    pub value: String,
    /// Permission id; derived when nil.
    pub id: Uuid,
    /// Only administrators may consent.
    pub admin_only: bool,
    /// What the consent page says.
    pub description: String,
}

/// An application permission.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppRole {
    /// The word in `roles`.
    pub value: String,
    /// Permission id; derived when nil.
    pub id: Uuid,
}

/// One resource of the static permission list.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequiredResource {
    /// Application id of the API.
    pub resource: Uuid,
    /// Delegated permissions, by value.
    pub scopes: Vec<String>,
    /// Application permissions, by value.
    pub roles: Vec<String>,
}

/// Optional claims by token type.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptionalClaims {
    /// In ID tokens: `acct`, `login_hint`, `sid`, `email`, `upn`, ….
    pub id_token: Vec<String>,
    /// In access tokens for this API: `xms_cc`, `idtyp`, `acct`, ….
    pub access_token: Vec<String>,
}

/// Cross-Origin-Opener-Policy of the sign-in pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoopMode {
    /// No header.
    #[default]
    Off,
    /// `Cross-Origin-Opener-Policy-Report-Only`.
    ReportOnly,
    /// `Cross-Origin-Opener-Policy: same-origin`.
    Enforce,
}

impl Application {
    /// The DER forms of the registered certificates.
    pub fn certificate_ders(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.certificates.iter().filter_map(|text| certificate_der(text))
    }

    /// Whether it has any credential.
    pub fn is_confidential(&self) -> bool {
        !self.certificates.is_empty() || !self.secrets.is_empty()
    }

    /// The id of an offered delegated permission.
    pub fn scope_id(&self, scope: &ExposedScope) -> Uuid {
        derived_id(self.client_id, scope.id, &scope.value)
    }

    /// The id of an offered application permission.
    pub fn role_id(&self, role: &AppRole) -> Uuid {
        derived_id(self.client_id, role.id, &role.value)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if let Some(bad) = self.certificates.iter().position(|text| certificate_der(text).is_none()) {
            return Err(format!("application {}: certificate number {bad} cannot be read", self.client_id));
        }
        let all = [&self.spa_redirect_uris, &self.web_redirect_uris, &self.public_redirect_uris];
        match all.into_iter().flatten().find(|uri| !crate::redirect::may_be_registered(uri)) {
            Some(uri) => Err(format!("application {}: redirect URI {uri} cannot be registered", self.client_id)),
            None => Ok(()),
        }
    }
}

fn derived_id(application: Uuid, given: Uuid, value: &str) -> Uuid {
    if given.is_nil() { Uuid::new_v5(&application, value.as_bytes()) } else { given }
}

/// Reads a certificate from PEM or from the base64 of its DER form.
fn certificate_der(text: &str) -> Option<Vec<u8>> {
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).flat_map(str::chars).collect();
    let compact: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(compact).ok()?;
    x509_parser::parse_x509_certificate(&der).ok().map(|_| ())?;
    Some(der)
}
