//! Directory objects: people, the organization, roles, service principals and delegated grants.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Call;
use super::error::GraphError;
use super::page::{page, single};
use crate::clock::iso_timestamp;
use crate::people::{Account, Identity, role_name};
use crate::scenario::Application;
use crate::state::{ServicePrincipal, State};

type Answer = Result<Value, GraphError>;

const READ_SELF: [&str; 4] = ["User.Read", "User.ReadWrite", "User.Read.All", "Directory.Read.All"];
const READ_PEOPLE: [&str; 5] =
    ["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const READ_ORGANIZATION: [&str; 5] =
    ["User.Read", "Organization.Read.All", "Directory.Read.All", "User.Read.All", "Organization.ReadWrite.All"];
const READ_APPLICATIONS: [&str; 4] =
    ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

/// Answers a directory path; `None` when the path is somebody else's.
pub(super) fn read(state: &mut State, call: &Call<'_>) -> Option<Answer> {
    let answer = match call.path {
        "me" => me(state, call),
        "me/memberOf"
        | "me/transitiveMemberOf"
        | "me/memberOf/microsoft.graph.directoryRole"
        | "me/transitiveMemberOf/microsoft.graph.directoryRole" => roles(state, call),
        "organization" => organization(state, call),
        "users" => users(state, call),
        "servicePrincipals" => service_principals(state, call),
        "oauth2PermissionGrants" | "me/oauth2PermissionGrants" => grants(state, call),
        path => return by_id(state, call, path),
    };
    Some(answer)
}

fn by_id(state: &mut State, call: &Call<'_>, path: &str) -> Option<Answer> {
    if let Some((selector, "owners")) = super::write::select(path, "servicePrincipals") {
        return Some(owners(state, call, &selector));
    }
    if let Some(rest) = path.strip_prefix("servicePrincipals(appId='") {
        let id = Uuid::parse_str(rest.strip_suffix("')")?).ok()?;
        return Some(service_principal(state, call, |known| known.app_id == id, rest));
    }
    if let Some(id) = path.strip_prefix("servicePrincipals/").and_then(|text| Uuid::parse_str(text).ok()) {
        return Some(service_principal(state, call, |known| known.id == id, path));
    }
    let name = path.strip_prefix("users/").filter(|name| !name.contains('/'))?;
    Some(user(state, call, name))
}

fn need(call: &Call<'_>, scopes: &[&str]) -> Result<(), GraphError> {
    if call.bearer.may(scopes, scopes) { Ok(()) } else { Err(GraphError::denied()) }
}

fn describe(state: &State, account: &Account, identity: &Identity) -> Value {
    let domain = state.tenant(identity.tid).map_or_else(String::new, |tenant| tenant.default_domain.clone());
    json!({
        "id": identity.oid,
        "displayName": identity.display_name,
        "userPrincipalName": identity.principal_name(&domain),
        "mail": identity.username,
        "givenName": identity.display_name.split(' ').next(),
        "surname": identity.display_name.split(' ').next_back(),
        "accountEnabled": !account.person.disabled,
        "userType": if identity.is_guest() { "Guest" } else { "Member" },
        "jobTitle": null,
        "businessPhones": [],
        "preferredLanguage": null,
    })
}

fn me(state: &State, call: &Call<'_>) -> Answer {
    let (account, identity) = call.bearer.person(state, None)?;
    need(call, &READ_SELF)?;
    Ok(single(call, describe(state, account, &identity)))
}

fn user(state: &State, call: &Call<'_>, name: &str) -> Answer {
    need(call, &READ_PEOPLE)?;
    let (account, identity) = call.bearer.person(state, Some(name))?;
    Ok(single(call, describe(state, account, &identity)))
}

fn users(state: &mut State, call: &Call<'_>) -> Answer {
    need(call, &READ_PEOPLE)?;
    let tenant = state.tenant(call.bearer.tid).ok_or_else(|| GraphError::not_found("users"))?;
    let seen = state.accounts.iter().filter_map(|account| Some((account, account.seen_from(tenant)?)));
    let all: Vec<Value> = seen.map(|(account, identity)| describe(state, account, &identity)).collect();
    Ok(listed(state, call, &all))
}

fn roles(state: &mut State, call: &Call<'_>) -> Answer {
    need(call, &READ_SELF)?;
    let (_, identity) = call.bearer.person(state, None)?;
    let describe = |id: &Uuid| {
        json!({
            "@odata.type": "#microsoft.graph.directoryRole",
            "id": Uuid::new_v5(&identity.tid, id.as_bytes()),
            "displayName": role_name(*id),
            "roleTemplateId": id,
            "description": null,
        })
    };
    let all: Vec<Value> = identity.roles.iter().map(describe).collect();
    Ok(listed(state, call, &all))
}

fn listed(state: &mut State, call: &Call<'_>, all: &[Value]) -> Value {
    page(state, call, all.len(), |index| all.get(index).cloned().unwrap_or_default())
}

fn organization(state: &mut State, call: &Call<'_>) -> Answer {
    need(call, &READ_ORGANIZATION)?;
    let tenant = state.tenant(call.bearer.tid).ok_or_else(|| GraphError::not_found("organization"))?;
    let domains: Vec<Value> = tenant
        .verified_domains()
        .map(|name| {
            json!({
                "name": name,
                "isDefault": name == tenant.default_domain,
                "isInitial": name.ends_with(".onmicrosoft.com"),
                "type": "Managed",
                "capabilities": "Email, OfficeCommunicationsOnline",
            })
        })
        .collect();
    let one = json!({
        "id": tenant.tid,
        "displayName": tenant.display_name,
        "verifiedDomains": domains,
        "tenantType": "AAD",
        "countryLetterCode": "NL",
        "technicalNotificationMails": [],
    });
    Ok(listed(state, call, &[one]))
}

/// Every live service principal of the tenant, Microsoft's own included.
fn principals(state: &State, tid: Uuid) -> Vec<(ServicePrincipal, &Application)> {
    let present = state
        .applications
        .iter()
        .filter_map(|application| Some((state.service_principal(tid, application.client_id)?, application)));
    present.collect()
}

fn describe_principal(principal: &ServicePrincipal, application: &Application) -> Value {
    let scopes: Vec<Value> = application
        .exposed_scopes
        .iter()
        .map(|scope| {
            json!({
                "id": application.scope_id(scope),
                "value": scope.value,
                "type": if scope.admin_only { "Admin" } else { "User" },
                "isEnabled": true,
                "adminConsentDisplayName": scope.description,
            })
        })
        .collect();
    let roles: Vec<Value> = application
        .app_roles
        .iter()
        .map(|role| {
            json!({
                "id": application.role_id(role),
                "value": role.value,
                "allowedMemberTypes": ["Application"],
                "isEnabled": true,
            })
        })
        .collect();
    json!({
        "id": principal.id,
        "appId": principal.app_id,
        "displayName": application.display_name,
        "accountEnabled": principal.enabled,
        "keyCredentials": [],
        "passwordCredentials": super::key_credentials::describe_passwords(&principal.passwords),
        "appOwnerOrganizationId": application.home_tenant,
        "servicePrincipalType": "Application",
        "servicePrincipalNames": application.identifier_uris.iter().cloned()
            .chain([application.client_id.to_string()]).collect::<Vec<_>>(),
        "createdDateTime": iso_timestamp(principal.created_millis),
        "oauth2PermissionScopes": scopes,
        "appRoles": roles,
        "verifiedPublisher": {
            "displayName": application.publisher.as_ref().filter(|_| application.publisher_verified),
        },
    })
}

fn service_principal(state: &State, call: &Call<'_>, is_it: impl Fn(&ServicePrincipal) -> bool, name: &str) -> Answer {
    need(call, &READ_APPLICATIONS)?;
    let seen = |known: &ServicePrincipal| is_it(known) && !state.is_young(known.created_millis, call.now);
    let found = principals(state, call.bearer.tid).into_iter().find(|(known, _)| seen(known));
    let (principal, application) = found.ok_or_else(|| GraphError::not_found(name.trim_end_matches("')")))?;
    Ok(single(call, describe_principal(&principal, application)))
}

fn owners(state: &mut State, call: &Call<'_>, selector: &super::write::Selector) -> Answer {
    need(call, &READ_APPLICATIONS)?;
    let app_id = super::principals::app_id(state, call.bearer.tid, selector);
    let known = app_id.and_then(|app_id| state.service_principal(call.bearer.tid, app_id));
    let owners = known.ok_or_else(|| GraphError::not_found(call.path))?.owners;
    let all: Vec<Value> = owners.iter().map(|id| json!({ "@odata.type": "#microsoft.graph.user", "id": id })).collect();
    Ok(listed(state, call, &all))
}

fn service_principals(state: &mut State, call: &Call<'_>) -> Answer {
    need(call, &READ_APPLICATIONS)?;
    let (name, value) = filter(call, &["appId", "displayName"])?.unwrap_or_default();
    let all: Vec<Value> = principals(state, call.bearer.tid)
        .iter()
        .map(|(principal, application)| describe_principal(principal, application))
        .filter(|described| name.is_empty() || described.get(&name).and_then(Value::as_str) == Some(value.as_str()))
        .collect();
    Ok(listed(state, call, &all))
}

/// Reads `$filter=name eq 'value'`; anything more is refused, not ignored.
pub(super) fn filter(call: &Call<'_>, names: &[&str]) -> Result<Option<(String, String)>, GraphError> {
    let Some(text) = call.query.get("$filter") else { return Ok(None) };
    let parsed = text.split_once(" eq ").and_then(|(name, value)| {
        let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
        (names.contains(&name) && !value.contains('\'')).then(|| (name.to_owned(), value.to_owned()))
    });
    let refuse = || GraphError::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", "Unsupported query.");
    parsed.map(Some).ok_or_else(refuse)
}

fn grants(state: &mut State, call: &Call<'_>) -> Answer {
    let own = call.path.starts_with("me/");
    if !(own && call.bearer.may(&READ_SELF, &[])) {
        need(call, &["DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"])?;
    }
    let (name, value) = filter(call, &["clientId", "principalId", "resourceId", "consentType"])?.unwrap_or_default();
    let tid = call.bearer.tid;
    let id_of = |app_id| state.service_principal(tid, app_id).map(|principal| principal.id);
    let all: Vec<Value> = state
        .grants
        .iter()
        .filter(|grant| grant.tid == tid && (!own || grant.principal == Some(call.bearer.oid)))
        .map(|grant| {
            json!({
                "id": grant.id,
                "clientId": id_of(grant.client),
                "consentType": if grant.principal.is_some() { "Principal" } else { "AllPrincipals" },
                "principalId": grant.principal,
                "resourceId": id_of(grant.resource),
                "scope": grant.scopes.iter().cloned().collect::<Vec<_>>().join(" "),
            })
        })
        .filter(|described| name.is_empty() || described.get(&name).and_then(Value::as_str) == Some(value.as_str()))
        .collect();
    Ok(listed(state, call, &all))
}
