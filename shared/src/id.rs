//! Ids: a newtype for each kind of record, so that one cannot be passed for another.
//!
//! Ours are UUIDs of version 7 (RFC 9562), made by the server. Microsoft's (`TenantId`, `ObjectId`, `ClientId`) are GUIDs.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// The text was not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an id such as 0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                // Without the padding that `Uuid` can do and nobody asks for, which would cost the connect page its code.
                f.write_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}({})", stringify!($name), self.0) }
        }
        impl FromStr for $name {
            type Err = IdError;
            /// Accepts the hyphenated form only, in either case.
            fn from_str(text: &str) -> Result<Self, IdError> {
                if text.len() != 36 { return Err(IdError); }
                Uuid::try_parse(text).map(Self).map_err(|_| IdError)
            }
        }
        impl From<$name> for Uuid { fn from(id: $name) -> Uuid { id.0 } }
    )*};
}

ids! {
    /// An MSP, or one company: the top of our tenancy.
    OrganizationId;
    /// A person of an organization.
    MemberId;
    /// Whose data is backed up.
    CustomerId;
    /// The record a backup product works from.
    BackupSetId;
    /// One piece of work: access for chosen backup sets of one customer by one method.
    AuthorizationId;
    /// One person's sign-in within an authorization.
    SignInId;
    /// One PKCE transaction in one browser tab.
    AttemptId;
    /// What lets jobs in afterwards.
    ConnectionId;
    /// An uploaded list of backup sets, previewed and not yet confirmed.
    ImportId;
    /// An API key of an organization.
    ApiKeyId;
    /// A certificate of an app.
    CertificateId;
    /// A journal: the steps of setting up or cleaning up a tenant.
    JournalId;
    /// A restore that a member approved.
    RestoreId;
    /// A wave: one migration of many sets of many customers.
    WaveId;
    /// A window that a console's frame opened.
    PopupId;
    /// A Microsoft Entra tenant (`tid`).
    TenantId;
    /// An account's object id in its tenant (`oid`).
    ObjectId;
    /// An application's client id (`appid`, `azp`).
    ClientId;
}

/// The tenant of Microsoft's personal accounts.
pub const PERSONAL_ACCOUNTS: TenantId = TenantId(Uuid::from_u128(0x9188_040d_6c67_4c5b_b112_36a3_04b6_6dad));
