//! Tokens of an app itself: client credentials with its own certificate (RFC 6749 §4.4, RFC 7523 §2.2).

use super::{
    Grants, LONGEST_LIFE,
    error::{GrantError, OurFault, WrongAnswer},
    exchange::Exchange,
};
use crate::microsoft::{assertion, certificate::SigningCertificate, json::parse_object};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth2::{Scope, TokenResponse, basic::BasicTokenType};
use serde_json::{Map, Value};
use shared::{
    id::{ClientId, TenantId},
    secret::Secret,
};
use std::time::Duration;

/// The resource that an app's token is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TokenResource {
    /// Microsoft Graph.
    Graph,
    /// A tenant's SharePoint, by its host, such as `contoso.sharepoint.com`.
    Sharepoint(SharepointHost),
}

/// A tenant's SharePoint host: letters, digits and hyphens before a fixed ending (P3).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SharepointHost(String);

impl SharepointHost {
    /// Reads a host such as `contoso.sharepoint.com`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.strip_suffix(".sharepoint.com")?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let good = (1..=63).contains(&name.len()) && name.bytes().all(plain);
        good.then(|| Self(text.to_owned()))
    }

    /// The host.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An app's token.
#[derive(Debug)]
pub struct AppToken {
    /// For the resource asked for.
    pub access_token: Secret<String>,
    /// How long it is good.
    pub expires_in: Duration,
    /// The application permissions that it carries, as its `roles` say.
    pub roles: Vec<String>,
}

impl Grants {
    /// A token of the app `client` of `tenant`, proved by its certificate.
    ///
    /// The token is the resource's, not ours to verify. What is read of it (`tid`, `appid`, `roles`) came from Microsoft
    /// over TLS, and decides only whether this token is used.
    pub async fn app_token(
        &self,
        tenant: TenantId,
        client: ClientId,
        certificate: &SigningCertificate,
        resource: &TokenResource,
    ) -> Result<AppToken, GrantError> {
        let fault = |_| GrantError::our_fault(OurFault::Assertion);
        let signer = assertion::Signer { authority: &self.authority, client, certificate };
        let assertion = signer.sign(tenant, self.clock.now(), self.request_id()).map_err(fault)?;
        let exchange = Exchange {
            outbound: self.outbound.clone(),
            client,
            endpoint: self.authority.token_endpoint(tenant),
            assertion,
            request_id: self.request_id(),
        };
        let scope = match resource {
            TokenResource::Graph => self.authority.graph_scope(".default"),
            TokenResource::Sharepoint(host) => format!("https://{}/.default", host.as_str()),
        };
        let answer = self.gated(tenant, client, exchange.client_credentials(Scope::new(scope))).await?;
        let wrong = GrantError::WrongAnswer;
        if *answer.token_type() != BasicTokenType::Bearer {
            return Err(wrong(WrongAnswer::TokenType));
        }
        let token = Secret::new(answer.access_token().secret().clone());
        let claims = claims(&token).ok_or_else(|| wrong(WrongAnswer::Shape))?;
        let is = |name: &str, id: uuid::Uuid| {
            claims.get(name).and_then(Value::as_str).is_some_and(|text| text.eq_ignore_ascii_case(&id.to_string()))
        };
        if !is("tid", tenant.0) || !(is("appid", client.0) || is("azp", client.0)) {
            return Err(wrong(WrongAnswer::OtherAccount));
        }
        let expires_in = answer.expires_in().filter(|life| !life.is_zero() && *life <= LONGEST_LIFE);
        let roles = claims.get("roles").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(AppToken {
            access_token: token,
            expires_in: expires_in.ok_or_else(|| wrong(WrongAnswer::Life))?,
            roles: roles.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }
}

/// The claims of a token that is not ours to verify.
pub(super) fn claims(token: &Secret<String>) -> Option<Map<String, Value>> {
    let payload = token.expose().split('.').nth(1)?;
    parse_object(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p3_a_sharepoint_host_is_a_host_and_nothing_more() {
        assert_eq!(SharepointHost::parse("contoso.sharepoint.com").unwrap().as_str(), "contoso.sharepoint.com");
        for bad in [
            "",
            ".sharepoint.com",
            "contoso.sharepoint.com.evil.example",
            "evil.example/contoso.sharepoint.com",
            "a.b.sharepoint.com",
            "a@b.sharepoint.com",
            "Contoso.sharepoint.com",
            "contoso.sharepoint.de",
        ] {
            assert!(SharepointHost::parse(bad).is_none(), "{bad}");
        }
    }
}
