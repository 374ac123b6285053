//! From a domain to its tenant, by the public metadata of the domain.
//!
//! The domain is the only text from a person that gets into an address, and only after [`Domain::parse`] (P3).

use super::{
    config::Authority,
    error_ids::{MicrosoftIds, codes},
    http::{Outbound, OutboundError, is_json, retry_after},
    json::parse_object,
};
use http::StatusCode;
use serde_json::{Map, Value};
use shared::id::{PERSONAL_ACCOUNTS, TenantId};
use std::{fmt, sync::Arc, time::Duration};
use url::Url;

/// A domain name of letters, digits, hyphens and dots, two labels or more, lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Domain(String);

impl Domain {
    /// Reads a domain (RFC 1035 §2.3.1 without its case, RFC 1123 §2.1); `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let valid = text.len() <= 253 && text.contains('.') && text.split('.').all(label);
        valid.then_some(Self(text))
    }

    /// The domain, lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why no tenant was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TenantError {
    /// Not a domain.
    #[error("expected a domain such as contoso.com")]
    NotADomain,
    /// Microsoft knows no tenant by this domain.
    #[error("Microsoft knows no organization with this domain")]
    NotFound(MicrosoftIds),
    /// The tenant lives in another Microsoft cloud.
    #[error("this organization lives in another Microsoft cloud")]
    OtherCloud(MicrosoftIds),
    /// The domain of personal accounts.
    #[error("this domain is for personal Microsoft accounts")]
    Personal,
    /// No answer.
    #[error("Microsoft could not be asked: {0}")]
    Unavailable(#[from] OutboundError),
    /// Too many requests, or trouble on Microsoft's side.
    #[error("Microsoft asks to wait or is in trouble")]
    Busy {
        /// How long, if Microsoft said.
        retry_after: Option<Duration>,
    },
    /// An answer that we do not understand.
    #[error("Microsoft's answer was not understood")]
    WrongAnswer(MicrosoftIds),
}

/// Looks tenants up.
pub struct Tenants {
    authority: Authority,
    outbound: Arc<Outbound>,
}

impl Tenants {
    /// Looks up at one authority.
    pub fn new(authority: Authority, outbound: Arc<Outbound>) -> Self {
        Self { authority, outbound }
    }

    /// The tenant that has verified this domain.
    pub async fn find(&self, domain: &str) -> Result<TenantId, TenantError> {
        let domain = Domain::parse(domain).ok_or(TenantError::NotADomain)?;
        let url = self.authority.login_url(&format!("{domain}/v2.0/.well-known/openid-configuration"));
        let answer = self.outbound.get_json(&url).await?;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS || answer.status().is_server_error() {
            return Err(TenantError::Busy { retry_after: retry_after(answer.headers()) });
        }
        if !is_json(answer.headers()) {
            return Err(TenantError::WrongAnswer(MicrosoftIds::default()));
        }
        let body = parse_object(answer.body()).map_err(|_| TenantError::WrongAnswer(MicrosoftIds::default()))?;
        if answer.status() == 200 { self.tenant_of(&body) } else { Err(refusal(&body)) }
    }

    /// The tenant is in the issuer, which must be one of this authority's.
    fn tenant_of(&self, metadata: &Map<String, Value>) -> Result<TenantId, TenantError> {
        let nothing = MicrosoftIds::default;
        let issuer = metadata.get("issuer").and_then(Value::as_str).and_then(|text| Url::parse(text).ok());
        let issuer = issuer.ok_or_else(|| TenantError::WrongAnswer(nothing()))?;
        if issuer.origin().ascii_serialization() != self.authority.login_origin() {
            return Err(TenantError::OtherCloud(nothing()));
        }
        let tenant = issuer.path_segments().and_then(|mut parts| parts.next()).and_then(|part| part.parse().ok());
        let tenant: TenantId = tenant.ok_or_else(|| TenantError::WrongAnswer(nothing()))?;
        if issuer.as_str() != self.authority.issuer(tenant) {
            return Err(TenantError::WrongAnswer(nothing()));
        }
        if tenant == PERSONAL_ACCOUNTS { Err(TenantError::Personal) } else { Ok(tenant) }
    }
}

fn refusal(body: &Map<String, Value>) -> TenantError {
    let ids = MicrosoftIds::of_sign_in(body);
    let has = |wanted: &[u32]| codes(body).iter().any(|code| wanted.contains(code));
    if has(&[90_038, 900_432, 900_382]) {
        TenantError::OtherCloud(ids)
    } else if has(&[90_002, 900_021, 900_023, 50_059])
        || body.get("error").and_then(Value::as_str) == Some("invalid_tenant")
    {
        TenantError::NotFound(ids)
    } else {
        TenantError::WrongAnswer(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::microsoft::{
        http::tests::{authority, outbound, serve},
        testing::TENANT,
    };
    use axum::{Json, Router, extract::Path, response::IntoResponse, routing::get};
    use proptest::prelude::*;
    use serde_json::json;

    async fn microsoft() -> Tenants {
        let metadata = |Path(domain): Path<String>, headers: http::HeaderMap| async move {
            let host = headers.get("host").unwrap().to_str().unwrap().to_owned();
            let issuer = match domain.as_str() {
                "contoso.com" => format!("http://{host}/{TENANT}/v2.0"),
                "outlook.com" => format!("http://{host}/{PERSONAL_ACCOUNTS}/v2.0"),
                "gov.example" => format!("https://login.microsoftonline.us/{TENANT}/v2.0"),
                "odd.example" => format!("http://{host}/{TENANT}/v2.0/../../x"),
                "old.example" => format!("http://{host}/{TENANT}/v1.0"),
                "busy.example" => return (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "9")]).into_response(),
                "html.example" => return (StatusCode::OK, "<html>").into_response(),
                "elsewhere.example" => {
                    return (StatusCode::BAD_REQUEST, Json(json!({"error":"invalid_request","error_codes":[90_038]})))
                        .into_response();
                }
                _ => {
                    let body =
                        json!({"error":"invalid_tenant","error_codes":[90_002],"timestamp":"2026-11-21 10:00:00Z"});
                    return (StatusCode::BAD_REQUEST, Json(body)).into_response();
                }
            };
            Json(json!({ "issuer": issuer })).into_response()
        };
        let origin = serve(Router::new().route("/{domain}/v2.0/.well-known/openid-configuration", get(metadata))).await;
        Tenants::new(authority(&origin), outbound(&origin))
    }

    #[tokio::test]
    async fn a_domain_leads_to_its_tenant_or_to_a_clear_error() {
        let tenants = microsoft().await;
        assert_eq!(tenants.find(" Contoso.COM ").await, Ok(TENANT));
        let ids = match tenants.find("nobody.example").await {
            Err(TenantError::NotFound(ids)) => ids,
            other => panic!("{other:?}"),
        };
        assert_eq!(ids.aadsts, Some(90_002));
        assert_eq!(tenants.find("outlook.com").await, Err(TenantError::Personal));
        assert!(matches!(tenants.find("gov.example").await, Err(TenantError::OtherCloud(_))));
        assert!(matches!(tenants.find("elsewhere.example").await, Err(TenantError::OtherCloud(_))));
        let busy = TenantError::Busy { retry_after: Some(Duration::from_secs(9)) };
        assert_eq!(tenants.find("busy.example").await, Err(busy));
        for odd in ["odd.example", "old.example", "html.example"] {
            assert!(matches!(tenants.find(odd).await, Err(TenantError::WrongAnswer(_))), "{odd}");
        }
    }

    #[test]
    fn p3_only_domains_are_domains() {
        for bad in [
            "",
            ".",
            "contoso",
            "common",
            "a..b",
            ".a.b",
            "a.b.",
            "-a.b",
            "a-.b",
            "a_b.c",
            "a b.c",
            "a.b/c",
            "a.b?x",
            "a.b#c",
            "a.b:80",
            "a@b.c",
            "a.b\\c",
            "a.b%2f",
            "bücher.example",
            "a.b\n.c",
            "../a.b",
            "a.b\0",
        ] {
            assert_eq!(Domain::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Domain::parse(&format!("{}.com", "a".repeat(64))), None);
        assert_eq!(Domain::parse(&format!("{}com", "a.".repeat(130))), None);
        assert!(Domain::parse("xn--bcher-kva.example").is_some());
    }

    proptest! {
        #[test]
        fn p3_no_text_leaves_the_path_segment_of_the_domain(text in "\\PC{0,60}") {
            if let Some(domain) = Domain::parse(&text) {
                let authority = authority("http://127.0.0.1:9");
                let url = authority.login_url(&format!("{domain}/v2.0/.well-known/openid-configuration"));
                prop_assert_eq!(url.origin().ascii_serialization(), "http://127.0.0.1:9");
                prop_assert_eq!(url.path(), format!("/{domain}/v2.0/.well-known/openid-configuration"));
                prop_assert!(url.query().is_none() && url.fragment().is_none());
            }
        }
    }
}
