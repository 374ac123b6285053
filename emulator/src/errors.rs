//! Errors in Microsoft's shapes: the JSON of the token endpoint, the parameters of a redirect, the page.
//!
//! Texts follow the public error table; clients must branch on `error`, `suberror` and `claims`, never on the text.

use std::borrow::Cow;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::clock::error_timestamp;
use crate::random;

/// One refusal of the sign-in service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AadError {
    /// The number after `AADSTS`.
    pub(crate) code: u32,
    /// OAuth's `error`.
    pub(crate) error: Cow<'static, str>,
    /// The sentence after the number.
    pub(crate) text: String,
    /// HTTP status at the token endpoint.
    pub(crate) status: u16,
    pub(crate) suberror: Option<&'static str>,
    /// `error_subcode` of a redirect.
    pub(crate) subcode: Option<&'static str>,
    /// Claims challenge as JSON text.
    pub(crate) claims: Option<String>,
}

impl AadError {
    pub(crate) fn new(code: u32, error: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        let error = error.into();
        let status = if error == "invalid_client" { 401 } else { 400 };
        Self { code, error, text: text.into(), status, suberror: None, subcode: None, claims: None }
    }

    pub(crate) fn suberror(mut self, suberror: &'static str) -> Self {
        self.suberror = Some(suberror);
        self
    }

    pub(crate) fn subcode(mut self, subcode: &'static str) -> Self {
        self.subcode = Some(subcode);
        self
    }

    pub(crate) fn claims(mut self, claims: String) -> Self {
        self.claims = Some(claims);
        self
    }

    /// A required parameter is absent (900144).
    pub(crate) fn missing(parameter: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{parameter}'.");
        Self::new(900_144, "invalid_request", text)
    }

    /// A tenant that does not exist (90002).
    pub(crate) fn unknown_tenant(name: &str) -> Self {
        let text = format!(
            "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud. Check with your subscription administrator, this may happen if there are no active \
             subscriptions for the tenant."
        );
        Self::new(90_002, "invalid_request", text)
    }

    /// An application that the directory does not know (700016).
    pub(crate) fn unknown_application(client: &str, directory: &str) -> Self {
        let text = format!(
            "Application with identifier '{client}' was not found in the directory '{directory}'. This can happen if \
             the application has not been installed by the administrator of the tenant or consented to by any user \
             in the tenant. You may have sent your authentication request to the wrong tenant."
        );
        Self::new(700_016, "unauthorized_client", text)
    }

    /// No consent (65001).
    pub(crate) fn no_consent(client: Uuid, name: &str) -> Self {
        let text = format!(
            "The user or administrator has not consented to use the application with ID '{client}' named '{name}'. \
             Send an interactive authorization request for this user and resource."
        );
        Self::new(65_001, "invalid_grant", text).suberror("consent_required")
    }

    /// A resource that the tenant lacks (500011).
    pub(crate) fn unknown_resource(name: &str, tenant: &str) -> Self {
        let text = format!(
            "The resource principal named {name} was not found in the tenant named {tenant}. This can happen if the \
             application has not been installed by the administrator of the tenant or consented to by any user in \
             the tenant. You might have sent your authentication request to the wrong tenant."
        );
        Self::new(500_011, "invalid_resource", text)
    }

    /// A service that the tenant has not subscribed to (650052).
    pub(crate) fn no_subscription(name: &str) -> Self {
        let text = format!(
            "The app is trying to access a service '{name}' that your organization lacks a service principal for. \
             Contact your IT Admin to review the configuration of your service subscriptions or consent to the \
             application in order to create the required service principal."
        );
        Self::new(650_052, "invalid_client", text)
    }

    /// A scope that cannot be (70011).
    pub(crate) fn invalid_scope(scope: &str) -> Self {
        let text = format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
             'scope' is not valid. The scope {scope} is not valid."
        );
        Self::new(70_011, "invalid_scope", text)
    }
}

/// The ids that Microsoft puts under every error.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "Microsoft's own names")]
pub(crate) struct Trace {
    pub(crate) trace_id: Uuid,
    pub(crate) correlation_id: Uuid,
    pub(crate) timestamp: String,
}

impl Trace {
    /// A new trace; the correlation id is the client's own when it sent one.
    pub(crate) fn new(now_millis: i64, client_request_id: Option<&str>) -> Self {
        Self {
            trace_id: random::guid(),
            correlation_id: client_request_id.and_then(|id| Uuid::parse_str(id).ok()).unwrap_or_else(random::guid),
            timestamp: error_timestamp(now_millis),
        }
    }

    /// `error_description`.
    pub(crate) fn describe(&self, error: &AadError) -> String {
        format!(
            "AADSTS{}: {}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {}",
            error.code, error.text, self.trace_id, self.correlation_id, self.timestamp
        )
    }

    /// The JSON body of the token endpoint.
    pub(crate) fn json(&self, error: &AadError, error_page: &str) -> Value {
        let mut body = json!({
            "error": error.error,
            "error_description": self.describe(error),
            "error_codes": [error.code],
            "timestamp": self.timestamp,
            "trace_id": self.trace_id,
            "correlation_id": self.correlation_id,
            "error_uri": format!("{error_page}?code={}", error.code),
        });
        if let Some(members) = body.as_object_mut() {
            if let Some(suberror) = error.suberror {
                members.insert("suberror".to_owned(), json!(suberror));
            }
            if let Some(claims) = &error.claims {
                members.insert("claims".to_owned(), json!(claims));
            }
        }
        body
    }
}
