//! What an application asked of `/authorize`, checked in the order that decides whether the browser may be sent back.

use serde_json::Value;
use uuid::Uuid;

use crate::errors::AadError;
use crate::params::Params;
use crate::redirect::{Platform, platform_of, with_path};
use crate::resources::ScopeRequest;
use crate::scenario::{Application, CoopMode, PERSONAL_TENANT};
use crate::state::{ChallengeMethod, State};

/// The `{tenant}` of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// One directory.
    Tenant(Uuid),
    /// Any work or school account.
    Organizations,
    /// Any account.
    Common,
    /// Personal accounts.
    Consumers,
}

impl Audience {
    pub(crate) fn read(state: &State, path: &str) -> Result<Self, AadError> {
        match path {
            "common" => Ok(Self::Common),
            "organizations" => Ok(Self::Organizations),
            "consumers" => Ok(Self::Consumers),
            name => match state.tenant_called(name) {
                Some(tenant) => Ok(Self::Tenant(tenant.tid)),
                None if name.eq_ignore_ascii_case(&PERSONAL_TENANT.to_string()) => Ok(Self::Consumers),
                None => Err(AadError::unknown_tenant(name)),
            },
        }
    }
}

/// `prompt`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PromptKind {
    /// Whatever is needed.
    #[default]
    Auto,
    None,
    Login,
    SelectAccount,
    Consent,
}

/// `response_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

/// What the browser shall come back with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// An authorization code.
    Code,
    /// An administrator's consent for everybody; `v1` has no scope in its answer.
    AdminConsent { v1: bool },
}

/// A checked request.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizeRequest {
    pub(crate) purpose: Purpose,
    pub(crate) audience: Audience,
    pub(crate) tenant_path: String,
    pub(crate) client: Uuid,
    pub(crate) client_name: String,
    pub(crate) coop: CoopMode,
    pub(crate) redirect_uri: String,
    pub(crate) platform: Platform,
    pub(crate) response_mode: ResponseMode,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) scope_text: String,
    pub(crate) scope: ScopeRequest,
    pub(crate) prompt: PromptKind,
    pub(crate) login_hint: Option<String>,
    pub(crate) domain_hint: Option<String>,
    pub(crate) challenge: Option<(String, ChallengeMethod)>,
    pub(crate) client_info: bool,
    pub(crate) cp1: bool,
    /// Conditional Access policies named in `claims`.
    pub(crate) policies: Vec<Uuid>,
}

impl AuthorizeRequest {
    /// An outer error is for the page; an inner one goes back to the application.
    pub(crate) fn read(state: &State, path: &str, params: &Params) -> Result<(Self, Option<AadError>), AadError> {
        let audience = Audience::read(state, path)?;
        let application = find_client(state, audience, path, params.need("client_id")?)?;
        let (redirect_uri, platform) = find_redirect(application, params.need("redirect_uri")?)?;
        let mut request = Self {
            purpose: Purpose::Code,
            audience,
            tenant_path: path.to_owned(),
            client: application.client_id,
            client_name: application.display_name.clone(),
            coop: application.coop_enforcement,
            redirect_uri,
            platform,
            response_mode: ResponseMode::Query,
            state: params.get("state").map(str::to_owned),
            nonce: params.get("nonce").map(str::to_owned),
            scope_text: String::new(),
            scope: ScopeRequest::default(),
            prompt: PromptKind::Auto,
            login_hint: params.get("login_hint").map(str::to_owned),
            domain_hint: params.get("domain_hint").map(str::to_owned),
            challenge: None,
            client_info: params.get("client_info") == Some("1"),
            cp1: false,
            policies: Vec::new(),
        };
        let refusal = request.read_rest(state, params).err();
        Ok((request, refusal))
    }

    fn read_rest(&mut self, state: &State, params: &Params) -> Result<(), AadError> {
        self.response_mode = match params.get("response_mode") {
            None | Some("query") => ResponseMode::Query,
            Some("fragment") => ResponseMode::Fragment,
            Some("form_post") => ResponseMode::FormPost,
            Some(other) => return Err(unsupported("response_mode", other)),
        };
        match params.need("response_type")? {
            "code" => {}
            "id_token" | "code id_token" | "id_token code" | "token" | "id_token token" => {
                let text = "response_type 'id_token' is not enabled for the application.";
                return Err(AadError::new(700_054, "unsupported_response_type", text));
            }
            other => return Err(unsupported("response_type", other)),
        }
        self.prompt = match params.get("prompt") {
            None => PromptKind::Auto,
            Some("none") => PromptKind::None,
            Some("login") => PromptKind::Login,
            Some("select_account") => PromptKind::SelectAccount,
            Some("consent") => PromptKind::Consent,
            Some(other) => return Err(unsupported("prompt", other)),
        };
        self.challenge = read_challenge(params)?;
        if self.platform == Platform::Spa && self.challenge.is_none() && state.switches.authorize_requires_pkce {
            return Err(pkce_required());
        }
        (self.cp1, self.policies) = read_claims(params.get("claims"))?;
        params.need("scope")?.clone_into(&mut self.scope_text);
        self.scope = ScopeRequest::parse(&self.scope_text, self.client, &state.applications)?;
        Ok(())
    }
}

pub(crate) fn pkce_required() -> AadError {
    let text = "Proof Key for Code Exchange is required for cross-origin authorization code redemption.";
    AadError::new(9_002_325, "invalid_request", text)
}

fn unsupported(parameter: &str, value: &str) -> AadError {
    let text = format!("The value '{value}' of the parameter '{parameter}' is not supported.");
    let error = if parameter == "response_type" { "unsupported_response_type" } else { "invalid_request" };
    AadError::new(90_023, error, text)
}

/// Finds the application and checks that this audience may use it; refusals are shown, never redirected.
pub(crate) fn find_client<'a>(
    state: &'a State,
    audience: Audience,
    path: &str,
    client_id: &str,
) -> Result<&'a Application, AadError> {
    let unknown = || AadError::unknown_application(client_id, path);
    let id = Uuid::parse_str(client_id).map_err(|_| unknown())?;
    let application = state.application(id).filter(|found| !found.first_party).ok_or_else(unknown)?;
    match audience {
        Audience::Tenant(tid) => {
            let present = application.multi_tenant || state.service_principal(tid, id).is_some();
            present.then_some(application).ok_or_else(unknown)
        }
        _ if !application.multi_tenant => Err(AadError::new(
            50_194,
            "invalid_request",
            format!(
                "Application '{id}'({}) is not configured as a multi-tenant application. Usage of the /common \
                 endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint \
                 or configure the application to be multi-tenant.",
                application.display_name
            ),
        )),
        _ => Ok(application),
    }
}

/// Finds the registered redirect URI.
pub(crate) fn find_redirect(application: &Application, given: &str) -> Result<(String, Platform), AadError> {
    match platform_of(application, given) {
        Some(platform) => Ok((with_path(given), platform)),
        None => Err(AadError::new(
            50_011,
            "invalid_request",
            format!(
                "The redirect URI '{given}' specified in the request does not match the redirect URIs configured for \
                 the application '{}'. Make sure the redirect URI sent in the request matches one added to your \
                 application in the Azure portal.",
                application.client_id
            ),
        )),
    }
}

fn read_challenge(params: &Params) -> Result<Option<(String, ChallengeMethod)>, AadError> {
    let Some(challenge) = params.get("code_challenge") else { return Ok(None) };
    let method = match params.get("code_challenge_method") {
        None | Some("plain") => ChallengeMethod::Plain,
        Some("S256") => ChallengeMethod::S256,
        Some(other) => return Err(unsupported("code_challenge_method", other)),
    };
    let fits = match method {
        ChallengeMethod::S256 => challenge.len() == 43,
        ChallengeMethod::Plain => (43..=128).contains(&challenge.len()),
    };
    if fits {
        Ok(Some((challenge.to_owned(), method)))
    } else {
        let text = "Size not allowed for code_challenge parameter.";
        Err(AadError::new(501_491, "invalid_request", text))
    }
}

/// Reads the `claims` parameter: whether `cp1` is declared, and which policies a challenge named.
pub(crate) fn read_claims(text: Option<&str>) -> Result<(bool, Vec<Uuid>), AadError> {
    let Some(text) = text else { return Ok((false, Vec::new())) };
    let claims: Value = serde_json::from_str(text).ok().filter(Value::is_object).ok_or_else(|| {
        AadError::new(9_002_313, "invalid_request", "Invalid request. The 'claims' parameter is not valid JSON.")
    })?;
    let strings = |pointer: &str| -> Vec<String> {
        let values = claims.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let cp1 = strings("/access_token/xms_cc/values").iter().any(|value| value.eq_ignore_ascii_case("cp1"));
    let policies = strings("/access_token/polids/values").iter().filter_map(|id| Uuid::parse_str(id).ok()).collect();
    Ok((cp1, policies))
}
