//! Job tokens: short-lived Microsoft access tokens for backup and restore jobs (DESIGN §7).

use crate::{rules::manifest::Resource, rules::scopes::Purpose, time::Timestamp};
use serde::{Deserialize, Serialize};

/// Asks for a job token of a backup set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateJobToken {
    /// For which of Microsoft's services.
    pub resource: Resource,
    /// For reading or for writing back. Writing back needs an open restore.
    pub purpose: Purpose,
}

/// A job token. It is Microsoft's, good for 60 to 90 minutes; an app's token reaches the whole tenant.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobToken {
    /// For the `Authorization: Bearer` header of requests to Microsoft.
    pub access_token: String,
    /// After this it is dead; ask again some minutes before.
    pub expires_at: Timestamp,
    /// Where to send requests: the origin of Graph or of the tenant's SharePoint.
    pub base_url: String,
    /// The tenant that it opens.
    pub tenant: crate::id::TenantId,
    /// The account that it acts for; `None` for an app's token.
    pub account: Option<String>,
    /// The permissions that it carries.
    pub permissions: Vec<String>,
}
