//! The client credentials grant: an application for itself; roles as granted now, never a refresh token.
//!
//! SharePoint is named by the tenant's own host (`https://contoso.sharepoint.com/.default`); another tenant's is unknown
//! here. Conditional Access for workload identities may refuse the whole (53003).

use serde_json::{Value, json};
use uuid::Uuid;

use super::{TokenRequest, conditional_access, mint};
use crate::authorize::request::Audience;
use crate::errors::AadError;
use crate::misbehaviour::Misbehaviour;
use crate::resources::{SHAREPOINT, ScopeRequest};
use crate::state::State;

pub(super) fn exchange(state: &mut State, request: &TokenRequest<'_>) -> Result<Value, AadError> {
    let Audience::Tenant(tid) = request.audience else {
        let text = "The grant type isn't supported over the /common or /consumers endpoints. Please use the \
                    tenant-specific endpoint.";
        return Err(AadError::new(9_001_023, "invalid_request", text));
    };
    let scope_text = request.params.need("scope")?;
    let proof = request.confidential_proof()?;
    let scope = ScopeRequest::parse(scope_text, request.client.client_id, &state.applications)?;
    let ask = scope.token_resource();
    if !ask.default || !scope.oidc.is_empty() {
        let text = format!(
            "The provided value for scope {scope_text} is not valid. Client credential flows must have a scope value \
             with /.default suffixed to the resource identifier (application ID URI)."
        );
        return Err(AadError::new(1_002_012, "invalid_scope", text));
    }
    let client = request.client.client_id;
    let principal = state
        .service_principal(tid, client)
        .filter(|found| !state.is_new_to_tokens(found.created_millis, request.now))
        .ok_or_else(|| AadError::unknown_application(&client.to_string(), request.tenant_path))?;
    if !principal.enabled {
        let text = format!("Application '{client}'({}) is disabled.", request.client.display_name);
        return Err(AadError::new(7_000_112, "unauthorized_client", text));
    }
    let unknown = || AadError::unknown_resource(&ask.name, &tid.to_string());
    let resource = ask.resource.ok_or_else(unknown)?;
    if state.service_principal(tid, resource).is_none() || !is_host_of(state, tid, &ask.name, resource) {
        return Err(unknown());
    }
    conditional_access::evaluate_workload(state, tid, client, resource)?;
    let api = state.application(resource).cloned().ok_or_else(unknown)?;
    let lifetime = state.switches.access_token_seconds;
    let access_token = mint::application_token(state, request, &api, &ask.name, principal.id, tid, proof);
    let mut body = json!({
        "token_type": "Bearer",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": access_token,
    });
    if state.misbehaviours.take(Misbehaviour::ExpiresInMissing)
        && let Some(members) = body.as_object_mut()
    {
        members.remove("expires_in");
    }
    Ok(body)
}

/// Whether a SharePoint resource named by its host is the tenant's own; `-my` and `-admin` are its other faces.
fn is_host_of(state: &State, tid: Uuid, name: &str, resource: Uuid) -> bool {
    let Some(host) = name.trim_end_matches('/').strip_prefix("https://").filter(|_| resource == SHAREPOINT) else {
        return true;
    };
    state.tenant(tid).is_some_and(|tenant| tenant.is_sharepoint_host(host))
}
