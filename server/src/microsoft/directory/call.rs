//! The closed list of calls. Each knows its method, path and body; none takes text from outside.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Value, json};
use shared::{
    id::{ClientId, ObjectId},
    rules::manifest::AppPermission,
    secret::Secret,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A `uniqueName` of ours: `rekey-` and 32 hexadecimal digits, which are 128 random bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueName(String);

impl UniqueName {
    /// From 128 random bits.
    pub fn from_random(bits: u128) -> Self {
        Self(format!("rekey-{bits:032x}"))
    }

    /// Reads a stored one; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("rekey-")?;
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (digits.len() == 32 && digits.bytes().all(hex)).then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What may be done with an administrator's token, or by an app for itself.
#[derive(Debug)]
pub enum Call<'a> {
    /// Make or change the application with this unique name.
    UpsertApplication {
        /// Its name in the tenant.
        display_name: &'a str,
        /// Our name for it.
        unique_name: &'a UniqueName,
        /// What it will be granted, shown on Microsoft's consent page.
        permissions: &'a [&'static AppPermission],
        /// Where Microsoft sends the administrator back to after its own consent page, if it is used.
        redirect_uri: Option<&'a str>,
    },
    /// Read the application with this unique name.
    ApplicationByName(&'a UniqueName),
    /// Read an application.
    Application(ObjectId),
    /// Who owns an application.
    Owners(ObjectId),
    /// Which federated credentials an application has.
    FederatedCredentials(ObjectId),
    /// Take an owner off an application: the administrator whom Microsoft made one.
    RemoveOwner(ObjectId, ObjectId),
    /// Replace the whole list of an application's keys: known ones by id, and a new certificate.
    SetKeys {
        /// The application.
        object: ObjectId,
        /// Keys that stay.
        keep: &'a [Uuid],
        /// The new certificate, DER, and its thumbprint.
        new: Option<(&'a [u8], &'a str)>,
    },
    /// Make the service principal of an application, if it is missing.
    UpsertPrincipal(ClientId),
    /// Read the service principal of an application.
    Principal(ClientId),
    /// What is assigned to a service principal.
    Assignments(ObjectId),
    /// Assign a resource's role to a service principal.
    Assign {
        /// The resource's service principal.
        resource: ObjectId,
        /// Our app's service principal.
        principal: ObjectId,
        /// The role.
        role: Uuid,
    },
    /// Take an assignment away.
    Unassign {
        /// Our app's service principal.
        principal: ObjectId,
        /// The assignment.
        assignment: &'a str,
    },
    /// Delete a service principal.
    DeletePrincipal(ObjectId),
    /// Delete an application.
    DeleteApplication(ObjectId),
    /// Delete for good what lies among the deleted.
    Purge(ObjectId),
    /// Add a key to one's own application, with proof of possession of one that is there.
    AddKey {
        /// The application.
        object: ObjectId,
        /// The new certificate, DER, and its thumbprint.
        new: (&'a [u8], &'a str),
        /// The proof.
        proof: &'a Secret<String>,
    },
    /// Take a key off one's own application.
    RemoveKey {
        /// The application.
        object: ObjectId,
        /// The key.
        key: Uuid,
        /// The proof.
        proof: &'a Secret<String>,
    },
    /// The tenant's root site, for its host.
    RootSite,
}

impl Call<'_> {
    pub(super) const fn method(&self) -> Method {
        match self {
            Self::ApplicationByName(_)
            | Self::Application(_)
            | Self::Owners(_)
            | Self::FederatedCredentials(_)
            | Self::Principal(_)
            | Self::Assignments(_)
            | Self::RootSite => Method::GET,
            Self::UpsertApplication { .. } | Self::SetKeys { .. } | Self::UpsertPrincipal(_) => Method::PATCH,
            Self::Assign { .. } | Self::AddKey { .. } | Self::RemoveKey { .. } => Method::POST,
            Self::RemoveOwner(..)
            | Self::Unassign { .. }
            | Self::DeletePrincipal(_)
            | Self::DeleteApplication(_)
            | Self::Purge(_) => Method::DELETE,
        }
    }

    /// Whether a missing object is made.
    pub(super) const fn creates(&self) -> bool {
        matches!(self, Self::UpsertApplication { .. } | Self::UpsertPrincipal(_))
    }

    pub(super) fn path(&self) -> String {
        const SELECT: &str = "$select=id,appId,keyCredentials,passwordCredentials";
        match self {
            Self::UpsertApplication { unique_name, .. } => {
                format!("v1.0/applications(uniqueName='{}')", unique_name.as_str())
            }
            Self::ApplicationByName(name) => format!("v1.0/applications(uniqueName='{}')?{SELECT}", name.as_str()),
            Self::Application(object) => format!("v1.0/applications/{object}?{SELECT}"),
            Self::Owners(object) => format!("v1.0/applications/{object}/owners?$select=id"),
            Self::FederatedCredentials(object) => format!("v1.0/applications/{object}/federatedIdentityCredentials"),
            Self::RemoveOwner(object, owner) => format!("v1.0/applications/{object}/owners/{owner}/$ref"),
            Self::SetKeys { object, .. } | Self::DeleteApplication(object) => format!("v1.0/applications/{object}"),
            Self::UpsertPrincipal(client) => format!("v1.0/servicePrincipals(appId='{client}')"),
            Self::Principal(client) => {
                format!("v1.0/servicePrincipals(appId='{client}')?$select=id,keyCredentials,passwordCredentials")
            }
            Self::Assignments(principal) => {
                format!("v1.0/servicePrincipals/{principal}/appRoleAssignments?$top=500")
            }
            Self::Assign { resource, .. } => format!("v1.0/servicePrincipals/{resource}/appRoleAssignedTo"),
            Self::Unassign { principal, assignment } => {
                format!("v1.0/servicePrincipals/{principal}/appRoleAssignments/{assignment}")
            }
            Self::DeletePrincipal(object) => format!("v1.0/servicePrincipals/{object}"),
            Self::Purge(object) => format!("v1.0/directory/deletedItems/{object}"),
            Self::AddKey { object, .. } => format!("v1.0/applications/{object}/addKey"),
            Self::RemoveKey { object, .. } => format!("v1.0/applications/{object}/removeKey"),
            Self::RootSite => "v1.0/sites/root?$select=webUrl".to_owned(),
        }
    }

    pub(super) fn body(&self) -> Option<Value> {
        Some(match self {
            Self::UpsertApplication { display_name, permissions, redirect_uri, .. } => json!({
                "displayName": display_name,
                "signInAudience": "AzureADMyOrg",
                "requiredResourceAccess": required(permissions),
                // D6: nobody adds a credential to the service principal beside the application's own.
                "servicePrincipalLockConfiguration": { "isEnabled": true, "allProperties": true },
                "web": { "redirectUris": redirect_uri.iter().collect::<Vec<_>>() },
            }),
            Self::SetKeys { keep, new, .. } => {
                let kept = keep.iter().map(|id| json!({ "keyId": id, "type": TYPE, "usage": "Verify", "key": null }));
                let added = new.iter().map(|(der, name)| key(der, name));
                json!({ "keyCredentials": kept.chain(added).collect::<Vec<_>>() })
            }
            Self::UpsertPrincipal(_) => json!({}),
            Self::Assign { resource, principal, role } => {
                json!({ "principalId": principal, "resourceId": resource, "appRoleId": role })
            }
            Self::AddKey { new: (der, name), proof, .. } => {
                json!({ "keyCredential": key(der, name), "passwordCredential": null, "proof": proof.expose() })
            }
            Self::RemoveKey { key, proof, .. } => json!({ "keyId": key, "proof": proof.expose() }),
            _ => return None,
        })
    }
}

const TYPE: &str = "AsymmetricX509Cert";

/// A public certificate as Graph takes it; never a private key (P8).
fn key(der: &[u8], name: &str) -> Value {
    json!({ "type": TYPE, "usage": "Verify", "key": STANDARD.encode(der), "displayName": name })
}

fn required(permissions: &[&'static AppPermission]) -> Value {
    let mut by_resource: BTreeMap<Uuid, Vec<Value>> = BTreeMap::new();
    for permission in permissions {
        let role = json!({ "id": permission.id, "type": "Role" });
        by_resource.entry(permission.resource.app_id()).or_default().push(role);
    }
    let entry = |(resource, roles)| json!({ "resourceAppId": resource, "resourceAccess": roles });
    by_resource.into_iter().map(entry).collect()
}

/// Microsoft's ids of assignments are base64url text.
pub(super) fn is_assignment_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=100).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p3_only_our_own_names_and_guids_get_into_a_path() {
        let name = UniqueName::from_random(7);
        assert_eq!(name.as_str(), "rekey-00000000000000000000000000000007");
        assert_eq!(UniqueName::parse(name.as_str()), Some(name));
        for bad in
            ["", "rekey-", "rekey-0000000000000000000000000000000G", "x", "rekey-0000')/owners?x='00000000000000000"]
        {
            assert_eq!(UniqueName::parse(bad), None, "{bad}");
        }
        for bad in ["", "a/b", "a?b", "a'b", "a%2f", &"a".repeat(101)] {
            assert!(!is_assignment_id(bad), "{bad}");
        }
    }

    #[test]
    fn e9_keys_that_stay_are_named_so_that_a_patch_does_not_wipe_them() {
        let keep = [Uuid::from_u128(1)];
        let call = Call::SetKeys { object: ObjectId(Uuid::nil()), keep: &keep, new: Some((b"der", "name")) };
        let keys = call.body().unwrap()["keyCredentials"].clone();
        assert_eq!(keys.as_array().unwrap().len(), 2);
        assert_eq!(keys[0]["keyId"], keep[0].to_string());
        assert!(keys[0]["key"].is_null());
        assert_eq!(keys[1]["displayName"], "name");
    }
}
