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

/// The digits after which a hyphen stands, as pairs.
const HYPHENS: [usize; 4] = [4, 6, 8, 10];

/// Reads the hyphenated form and no other, in either case. `Uuid`'s own reading of all its forms would cost the connect
/// page more than all ids together.
#[inline(never)]
pub(crate) fn parse(text: &str) -> Option<Uuid> {
    let mut letters = text.bytes();
    let mut bytes = [0; 16];
    for (at, byte) in bytes.iter_mut().enumerate() {
        if HYPHENS.contains(&at) && letters.next()? != b'-' {
            return None;
        }
        for _ in 0..2 {
            *byte = *byte << 4 | digit(letters.next()?)?;
        }
    }
    if letters.next().is_none() { Some(Uuid::from_bytes(bytes)) } else { None }
}

fn digit(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The hyphenated form, in lower case.
#[inline(never)]
pub(crate) fn text(id: Uuid) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in id.as_bytes().iter().enumerate() {
        if HYPHENS.contains(&at) {
            text.push('-');
        }
        push_hex(&mut text, *byte);
    }
    text
}

/// Adds a byte as two hexadecimal digits, in lower case.
#[inline(never)]
pub(crate) fn push_hex(text: &mut String, byte: u8) {
    for nibble in [byte >> 4, byte & 15] {
        text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
                parse(text).map(Self).ok_or(IdError)
            }
        }
        impl $name {
            /// As `to_string`, without the formatting code of the standard library, for the connect page.
            pub fn text(self) -> String {
                text(self.0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_hyphenated_form_is_read() {
        let id = "0190A0B1-2c3d-7e4f-8a9b-0c1d2e3f4a5b";
        assert_eq!(parse(id), id.parse().ok());
        for other in [
            "",
            "0190a0b12c3d7e4f8a9b0c1d2e3f4a5b",
            "{0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b}",
            "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5",
            "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b0",
            "0190a0b1-2c3d-7e4f-8a9b0-c1d2e3f4a5b",
            "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5é",
            "+190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_id_is_written_and_read_as_elsewhere(number in any::<u128>()) {
            let id = Uuid::from_u128(number);
            prop_assert_eq!(text(id), id.to_string());
            prop_assert_eq!(parse(&text(id)), Some(id));
        }
    }
}
