//! APIs: Microsoft's own, and how a `scope` text names an API and its permissions.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::errors::AadError;
use crate::scenario::{Application, Scenario};

/// Microsoft Graph.
pub(crate) const GRAPH: Uuid = Uuid::from_u128(0x0000_0003_0000_0000_c000_0000_0000_0000);
/// Exchange Online.
pub(crate) const EXCHANGE: Uuid = Uuid::from_u128(0x0000_0002_0000_0ff1_ce00_0000_0000_0000);
/// SharePoint Online.
pub(crate) const SHAREPOINT: Uuid = Uuid::from_u128(0x0000_0003_0000_0ff1_ce00_0000_0000_0000);

/// The scopes of OpenID Connect; they belong to no API of the caller.
pub(crate) const OIDC_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Microsoft's own services.
pub(crate) fn first_party() -> Vec<Application> {
    Scenario::from_toml(include_str!("../scenarios/microsoft.toml")).map(|read| read.applications).unwrap_or_default()
}

/// What one request asks of one API.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct ResourceAsk {
    /// How the request named the API; empty for Graph's short names.
    pub(crate) name: String,
    /// The API, if anybody in the world registered it.
    pub(crate) resource: Option<Uuid>,
    /// `.default` was asked.
    pub(crate) default: bool,
    /// Explicit permissions.
    pub(crate) scopes: BTreeSet<String>,
}

/// A parsed `scope` parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct ScopeRequest {
    /// Of `openid`, `profile`, `email`, `offline_access`.
    pub(crate) oidc: BTreeSet<String>,
    /// By API, in the order asked.
    pub(crate) resources: Vec<ResourceAsk>,
}

impl ScopeRequest {
    /// Reads a `scope` text as sent by `client`.
    pub(crate) fn parse(text: &str, client: Uuid, applications: &[Application]) -> Result<Self, AadError> {
        let mut request = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            request.add(word, client, applications)?;
        }
        let mixed = |ask: &ResourceAsk| ask.default && !ask.scopes.is_empty();
        let defaults = request.resources.iter().filter(|ask| ask.default).count();
        if request.resources.iter().any(mixed) || (defaults > 0 && request.resources.len() > 1) {
            return Err(AadError::new(
                70_011,
                "invalid_scope",
                format!(
                    "The provided request must include a 'scope' input parameter. The provided value for the input \
                     parameter 'scope' is not valid. The scope {text} is not valid. .default scope can't be combined \
                     with resource-specific scopes."
                ),
            ));
        }
        Ok(request)
    }

    fn add(&mut self, word: &str, client: Uuid, applications: &[Application]) -> Result<(), AadError> {
        if OIDC_SCOPES.contains(&word) {
            self.oidc.insert(word.to_owned());
            return Ok(());
        }
        let (name, value) = word.rsplit_once('/').unwrap_or(("", word));
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if value.is_empty() || !value.chars().all(allowed) {
            return Err(AadError::invalid_scope(word));
        }
        let resource = resource_named(name, applications);
        if resource == Some(client) && Uuid::parse_str(name).is_err() {
            return Err(AadError::new(
                90_009,
                "invalid_request",
                format!(
                    "Application '{client}' is requesting a token for itself. This scenario is supported only if \
                     resource is specified using the GUID based App Identifier."
                ),
            ));
        }
        let index = self.resources.iter().position(|ask| same_api(ask, name, resource));
        let ask = match index.and_then(|index| self.resources.get_mut(index)) {
            Some(ask) => ask,
            None => self.resources.push_mut(ResourceAsk { name: name.to_owned(), resource, ..ResourceAsk::default() }),
        };
        if value == ".default" {
            ask.default = true;
        } else {
            ask.scopes.insert(value.to_owned());
        }
        Ok(())
    }

    /// Whether an OpenID Connect scope was asked.
    pub(crate) fn has(&self, oidc: &str) -> bool {
        self.oidc.contains(oidc)
    }

    /// The one API that a token is for: the first asked, or Graph when none is named.
    pub(crate) fn token_resource(&self) -> ResourceAsk {
        self.resources
            .first()
            .cloned()
            .unwrap_or_else(|| ResourceAsk { resource: Some(GRAPH), ..ResourceAsk::default() })
    }
}

fn same_api(ask: &ResourceAsk, name: &str, resource: Option<Uuid>) -> bool {
    ask.name == name || (resource.is_some() && ask.resource == resource)
}

/// Finds an API by application id, application ID URI, or the host of a SharePoint tenant.
pub(crate) fn resource_named(name: &str, applications: &[Application]) -> Option<Uuid> {
    if name.is_empty() {
        return Some(GRAPH);
    }
    let bare = name.trim_end_matches('/');
    if let Ok(id) = Uuid::parse_str(bare) {
        return applications.iter().find(|application| application.client_id == id).map(|found| found.client_id);
    }
    let host = bare.strip_prefix("https://").unwrap_or_default();
    if host.ends_with(".sharepoint.com") && !host.contains('/') {
        return Some(SHAREPOINT);
    }
    let by_uri = |application: &&Application| application.identifier_uris.iter().any(|uri| uri == bare);
    applications.iter().find(by_uri).map(|found| found.client_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ScopeRequest, AadError> {
        ScopeRequest::parse(text, Uuid::from_u128(7), &first_party())
    }

    #[test]
    fn graph_is_found_by_short_name_address_and_id() {
        for text in ["User.Read", "https://graph.microsoft.com/User.Read", &format!("{GRAPH}/User.Read")] {
            let request = parse(text).expect("valid");
            assert_eq!(request.token_resource().resource, Some(GRAPH), "{text}");
            assert!(request.token_resource().scopes.contains("User.Read"));
        }
    }

    #[test]
    fn default_with_other_scopes_is_70011() {
        let error = parse("https://graph.microsoft.com/.default https://graph.microsoft.com/Mail.Read");
        assert_eq!(error.expect_err("refused").code, 70_011);
        assert!(parse("openid offline_access https://graph.microsoft.com/.default").is_ok());
    }

    #[test]
    fn every_first_party_service_has_its_permissions() {
        let apps = first_party();
        for id in [GRAPH, EXCHANGE, SHAREPOINT] {
            let app = apps.iter().find(|app| app.client_id == id).expect("present");
            assert!(!app.app_roles.is_empty() && !app.exposed_scopes.is_empty());
        }
    }
}
