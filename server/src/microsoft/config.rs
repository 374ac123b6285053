//! Where Microsoft is and who we are there.
//!
//! Only a tenant's GUID is ever put into an address (P3); the one exception is the domain of `tenant`, checked there.

use super::certificate::{CertificateError, SigningCertificate};
use shared::{
    id::{ClientId, TenantId},
    secret::Secret,
};
use url::{Host, Url};

/// Microsoft Graph's resource id in the worldwide cloud, with which its scopes are named.
pub const GRAPH_RESOURCE: &str = "https://graph.microsoft.com";

/// The address is not one that we may speak to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an https origin such as https://login.microsoftonline.com (http only for a loopback address)")]
pub struct AuthorityError;

/// One Microsoft cloud: its sign-in service and its Graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    login: Url,
    graph: Url,
    issuer_base: String,
    graph_resource: String,
}

impl Authority {
    /// Reads the two origins; http is for loopback addresses only.
    pub fn new(login: &str, graph: &str) -> Result<Self, AuthorityError> {
        let (login, graph) = (origin(login)?, origin(graph)?);
        let issuer_base = login.as_str().trim_end_matches('/').to_owned();
        Ok(Self { login, graph, issuer_base, graph_resource: GRAPH_RESOURCE.to_owned() })
    }

    /// The sign-in service's origin, without a slash at the end.
    pub fn login_origin(&self) -> &str {
        self.login.as_str().trim_end_matches('/')
    }

    /// Graph's origin, without a slash at the end.
    pub fn graph_origin(&self) -> &str {
        self.graph.as_str().trim_end_matches('/')
    }

    /// The issuer that a tenant's version-2 tokens must name, exactly.
    pub fn issuer(&self, tenant: TenantId) -> String {
        format!("{}/{tenant}/v2.0", self.issuer_base)
    }

    /// The issuer as the metadata for all tenants names it, with its literal placeholder.
    pub fn issuer_template(&self) -> String {
        format!("{}/{{tenantid}}/v2.0", self.issuer_base)
    }

    /// Where all tenants' metadata is.
    pub fn metadata_url(&self) -> Url {
        self.login_url("organizations/v2.0/.well-known/openid-configuration")
    }

    /// Where a tenant's tokens come from.
    pub fn token_endpoint(&self, tenant: TenantId) -> Url {
        self.login_url(&format!("{tenant}/oauth2/v2.0/token"))
    }

    /// Where a person of the tenant signs in.
    pub fn authorize_endpoint(&self, tenant: TenantId) -> Url {
        self.login_url(&format!("{tenant}/oauth2/v2.0/authorize"))
    }

    /// Where a tenant's administrator approves.
    pub fn admin_consent_endpoint(&self, tenant: TenantId) -> Url {
        self.login_url(&format!("{tenant}/v2.0/adminconsent"))
    }

    /// The full name of a Graph permission, as the `scope` parameter wants it.
    pub fn graph_scope(&self, permission: &str) -> String {
        format!("{}/{permission}", self.graph_resource)
    }

    /// The short name of a scope of Graph, whichever way it was written; `None` for another resource's.
    pub fn graph_permission<'a>(&self, scope: &'a str) -> Option<&'a str> {
        match scope.strip_prefix(self.graph_resource.as_str()) {
            Some(rest) => rest.strip_prefix('/').filter(|name| !name.is_empty() && !name.contains('/')),
            None => Some(scope).filter(|name| !name.is_empty() && !name.contains('/')),
        }
    }

    /// The address of a Graph read; `path` is written by us and begins with the version.
    pub(super) fn graph_url(&self, path: &str) -> Url {
        self.graph.join(path).unwrap_or_else(|_| self.graph.clone())
    }

    /// The address of a directory call; `path` is made by `directory::Call` and nobody else.
    pub(super) fn directory_url(&self, path: &str) -> Url {
        self.graph.join(path).unwrap_or_else(|_| self.graph.clone())
    }

    /// An address below the sign-in service, from text that only we or a strict check made.
    pub(super) fn login_url(&self, path: &str) -> Url {
        self.login.join(path).unwrap_or_else(|_| self.login.clone())
    }

    pub(super) fn origins(&self) -> [&Url; 2] {
        [&self.login, &self.graph]
    }
}

/// Reads an address that is an origin and nothing more.
fn origin(text: &str) -> Result<Url, AuthorityError> {
    let url = Url::parse(text).map_err(|_| AuthorityError)?;
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if bare && safe && url.host().is_some() { Ok(url) } else { Err(AuthorityError) }
}

/// Whether the address is this machine's own.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A confidential registration of ours.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Its client id.
    pub client_id: ClientId,
    /// Its certificate, PEM.
    pub certificate_pem: String,
    /// The private key of the certificate, PEM (PKCS #8 or PKCS #1).
    pub private_key_pem: Secret<String>,
}

impl Registration {
    /// Reads certificate and key, and checks that they belong together.
    pub fn load(&self) -> Result<SigningCertificate, CertificateError> {
        SigningCertificate::from_pem(&self.certificate_pem, &self.private_key_pem)
    }
}

/// The pair of registrations that set up modern (§3). They never name the other pair.
#[derive(Debug, Clone)]
pub struct SetupPair {
    /// Rekey Setup Sign-in: the page that administrators sign in through.
    pub page: ClientId,
    /// Rekey Setup: the API that its tokens are for, and that acts for the administrator for minutes.
    pub api: Registration,
}

/// What the server needs to know of Microsoft.
#[derive(Debug, Clone)]
pub struct MicrosoftConfig {
    /// The cloud.
    pub authority: Authority,
    /// Rekey Sign-in: the page that people sign in through.
    pub sign_in: ClientId,
    /// Rekey Access: the API that the page's tokens are for.
    pub access: Registration,
    /// Rekey Setup Sign-in and Rekey Setup, if this installation sets up modern.
    pub setup: Option<SetupPair>,
    /// A certificate authority to trust besides the system's, PEM.
    pub extra_ca_pem: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    #[test]
    fn http_is_for_loopback_only() {
        for good in
            ["https://login.microsoftonline.com", "http://127.0.0.1:8400", "http://localhost:1", "http://[::1]:9/"]
        {
            assert!(Authority::new(good, good).is_ok(), "{good}");
        }
        let bad = [
            "http://login.microsoftonline.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "https://user@login.microsoftonline.com",
            "https://login.microsoftonline.com/common",
            "https://login.microsoftonline.com/?x=1",
            "https://login.microsoftonline.com/#x",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "login.microsoftonline.com",
            "",
        ];
        for text in bad {
            assert_eq!(Authority::new(text, "https://graph.microsoft.com"), Err(AuthorityError), "{text}");
            assert_eq!(Authority::new("https://login.microsoftonline.com", text), Err(AuthorityError), "{text}");
        }
    }

    #[test]
    fn graph_scopes_have_a_long_and_a_short_name() {
        let authority = Authority::new("https://login.microsoftonline.com", "https://graph.microsoft.com").unwrap();
        assert_eq!(authority.graph_scope("Mail.Read"), "https://graph.microsoft.com/Mail.Read");
        assert_eq!(authority.graph_permission("https://graph.microsoft.com/Mail.Read"), Some("Mail.Read"));
        assert_eq!(authority.graph_permission("Mail.Read"), Some("Mail.Read"));
        assert_eq!(authority.graph_permission("https://graph.microsoft.com.evil.example/Mail.Read"), None);
        assert_eq!(authority.graph_permission("https://outlook.office.com/Mail.Read"), None);
    }

    proptest! {
        #[test]
        fn p3_only_a_guid_gets_into_a_path(bytes in any::<u128>()) {
            let authority = Authority::new("https://login.microsoftonline.com", "https://graph.microsoft.com").unwrap();
            let tenant = TenantId(Uuid::from_u128(bytes));
            let url = authority.token_endpoint(tenant);
            prop_assert_eq!(url.origin().ascii_serialization(), "https://login.microsoftonline.com");
            prop_assert_eq!(url.path(), format!("/{tenant}/oauth2/v2.0/token"));
            prop_assert!(url.query().is_none());
        }
    }
}
