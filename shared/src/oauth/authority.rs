//! Where sign-ins go: the authority, the tenant in its paths, and the addresses it may return to.

use crate::{id::TenantId, text::join};

/// An address that is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not `https://host`, nor `http://` with a loopback host.
    #[error("expected https://host, or http:// with a loopback host, in lower case and without user name")]
    Origin,
    /// More than an origin.
    #[error("expected an origin without path, query or fragment")]
    NotAnOrigin,
    /// Not a redirect address.
    #[error("expected an address with a path of at most 256 characters, without query or fragment")]
    Redirect,
}

/// Splits an address into origin and the rest, and accepts `https` anywhere, `http` on loopback only.
fn split_origin(text: &str) -> Result<(&str, &str), AddressError> {
    let (host_start, is_plain) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(_), _) => ("https://".len(), false),
        (_, Some(_)) => ("http://".len(), true),
        _ => return Err(AddressError::Origin),
    };
    let after = text.get(host_start..).unwrap_or_default();
    let is_end = |byte: u8| matches!(byte, b'/' | b'?' | b'#' | b'\\');
    let end = after.bytes().position(is_end).unwrap_or(after.len());
    let (host_port, rest) = (after.get(..end).unwrap_or_default(), after.get(end..).unwrap_or_default());
    let colon = host_port.bytes().rposition(|byte| byte == b':');
    let host = match colon.and_then(|at| Some((host_port.get(..at)?, host_port.get(at + 1..)?))) {
        Some((host, port)) if !port.bytes().any(|byte| byte == b']') => {
            port.parse::<u16>().ok().filter(|port| *port != 0).ok_or(AddressError::Origin)?;
            host
        }
        _ => host_port,
    };
    let is_loopback = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
    let is_name = !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
    if !(is_loopback || is_name && !is_plain) {
        return Err(AddressError::Origin);
    }
    Ok((text.get(..host_start + end).unwrap_or_default(), rest))
}

/// Microsoft's sign-in service of one cloud, such as `https://login.microsoftonline.com`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Authority(String);

impl Authority {
    /// Accepts an origin: `https`, or `http` on loopback.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        match split_origin(text)? {
            (origin, "" | "/") => Ok(Self(origin.to_owned())),
            _ => Err(AddressError::NotAnOrigin),
        }
    }

    /// The origin, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The issuer of version-2 tokens of a tenant.
    pub fn issuer(&self, tenant: TenantId) -> String {
        self.address(&tenant.text(), "/v2.0")
    }

    pub(super) fn authorize(&self, tenant: SignInTenant) -> String {
        self.address(&tenant.text(), "/oauth2/v2.0/authorize?")
    }

    /// The token endpoint.
    pub fn token(&self, tenant: SignInTenant) -> String {
        self.address(&tenant.text(), "/oauth2/v2.0/token")
    }

    pub(super) fn admin_consent(&self, tenant: TenantId) -> String {
        self.address(&tenant.text(), "/v2.0/adminconsent?")
    }

    fn address(&self, tenant: &str, path: &str) -> String {
        join(&[&self.0, "/", tenant, path])
    }
}

/// Which accounts may sign in: those of one tenant, or any work or school account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInTenant {
    /// Accounts of this tenant.
    Only(TenantId),
    /// Work and school accounts of any tenant: for a first leg, while the tenant is unknown.
    Organizations,
}

impl SignInTenant {
    /// Whether an account of this tenant may come back.
    pub fn admits(self, tenant: TenantId) -> bool {
        match self {
            Self::Only(expected) => expected == tenant,
            Self::Organizations => true,
        }
    }

    /// How it stands in an address.
    pub fn text(self) -> String {
        match self {
            Self::Only(tenant) => tenant.text(),
            Self::Organizations => "organizations".to_owned(),
        }
    }
}

/// One of our registered return addresses (security.md B5: from configuration, never from input).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Accepts an absolute address with a plain path.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (_, path) = split_origin(text)?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
        let is_path = path.starts_with('/') && path.bytes().all(is_plain);
        if !is_path || path.as_bytes().windows(2).any(|two| two == b"//" || two == b"..") || text.len() > 256 {
            return Err(AddressError::Redirect);
        }
        Ok(Self(text.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_https_or_loopback_origins() {
        for good in [
            "https://login.microsoftonline.com",
            "https://login.partner.microsoftonline.cn/",
            "https://localhost:8443",
            "http://127.0.0.1:4000",
            "http://localhost:4000",
            "http://[::1]:4000",
        ] {
            assert_eq!(Authority::parse(good).map(|a| a.0), Ok(good.trim_end_matches('/').to_owned()));
        }
        for bad in [
            "",
            "login.microsoftonline.com",
            "http://login.microsoftonline.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "https://",
            "https://:443",
            "https://a@b.example",
            "https://login.example:0",
            "https://login.example:99999",
            "https://LOGIN.example",
            "https://login.example/tenant",
            "https://login.example?x",
            "https://login.example#x",
            "https://login.example\\evil",
            "https://login example",
            "javascript:alert(1)",
        ] {
            assert!(Authority::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn b5_return_addresses_are_plain() {
        for good in ["https://rekey.example/connect/callback", "http://127.0.0.1:8080/connect/callback"] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "https://rekey.example",
            "https://rekey.example//evil.example",
            "https://rekey.example/a/../b",
            "https://rekey.example/a?return=x",
            "https://rekey.example/a#b",
            "https://rekey.example/%2f",
            "https://rekey.example@evil.example/a",
            "https://rekey.example\\evil/a",
            "http://rekey.example/a",
            "/connect/callback",
            "https://rekey.example/a\tb",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }
}
