//! Rights as types: a handler that holds one may do what its name says. There is no other way to an organization's data.
//!
//! The organization comes only from the session or the API key (M1), never from a path, a query or a body. A record of
//! another organization is not found. To add a right: a type here with its extractor in `http::caller`.

use crate::{
    audit::Actor,
    services::{ServiceError, sessions::SignedIn},
    store::api_keys::ApiKey,
};
use shared::{
    api::session::MemberRole,
    id::{CustomerId, OrganizationId},
    time::Timestamp,
};

/// Who asks.
#[derive(Debug, Clone)]
pub enum Caller {
    /// A member with a session.
    Member(SignedIn),
    /// A program with an API key.
    Key(OrganizationId, ApiKey),
}

impl Caller {
    /// Whose data they may reach.
    pub const fn organization(&self) -> OrganizationId {
        match self {
            Self::Member(signed_in) => signed_in.organization,
            Self::Key(organization, _) => *organization,
        }
    }

    /// How the audit log names them.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Member(signed_in) => Actor::Member(signed_in.member.id, signed_in.member.name.clone()),
            Self::Key(_, key) => Actor::Key(key.id, key.name.clone()),
        }
    }
}

/// Which customers' records somebody reaches: all, or those that an API key is limited to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach(Option<Vec<CustomerId>>);

impl Reach {
    /// What a key reaches.
    pub fn of(key: &ApiKey) -> Self {
        Self(key.customers.clone())
    }

    /// Whether records of this customer are among them. A record out of reach is not found, like an absent one.
    pub fn has(&self, customer: CustomerId) -> bool {
        self.0.as_ref().is_none_or(|only| only.contains(&customer))
    }

    /// The customers; `None`: all.
    pub fn within(&self) -> Option<&[CustomerId]> {
        self.0.as_deref()
    }
}

/// May read some records: for routes that look at [`Reach`]. All others take [`Reader`], which limited keys never are.
#[derive(Debug, Clone)]
pub struct PartReader {
    /// Whose data.
    pub organization: OrganizationId,
    /// Which part of it.
    pub reach: Reach,
}

/// May read everything.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Whose data.
    pub organization: OrganizationId,
    /// The session, if a person reads: live views look whether it still stands.
    pub signed_in: Option<SignedIn>,
}

/// May change customers, sets and authorizations.
#[derive(Debug, Clone)]
pub struct Editor {
    /// Whose data.
    pub organization: OrganizationId,
    /// For the audit log.
    pub actor: Actor,
}

/// May manage keys and members: an owner or admin who signed in within the last ten minutes.
#[derive(Debug, Clone)]
pub struct Manager {
    /// Whose data.
    pub organization: OrganizationId,
    /// For the audit log.
    pub actor: Actor,
}

impl From<Caller> for PartReader {
    fn from(caller: Caller) -> Self {
        let organization = caller.organization();
        match caller {
            Caller::Member(_) => Self { organization, reach: Reach::default() },
            Caller::Key(_, key) => Self { organization, reach: Reach::of(&key) },
        }
    }
}

impl TryFrom<Caller> for Reader {
    type Error = ServiceError;
    fn try_from(caller: Caller) -> Result<Self, ServiceError> {
        let organization = caller.organization();
        match caller {
            Caller::Member(signed_in) => Ok(Self { organization, signed_in: Some(signed_in) }),
            Caller::Key(_, key) if key.customers.is_some() => Err(key_limited()),
            Caller::Key(..) => Ok(Self { organization, signed_in: None }),
        }
    }
}

impl TryFrom<Caller> for Editor {
    type Error = ServiceError;
    fn try_from(caller: Caller) -> Result<Self, ServiceError> {
        if let Caller::Member(signed_in) = &caller
            && signed_in.member.role == MemberRole::Auditor
        {
            return Err(forbidden("role_insufficient", "An auditor reads only. Ask an owner or admin."));
        }
        if let Caller::Key(_, key) = &caller
            && (key.customers.is_some() || key.purposes.is_some())
        {
            return Err(key_limited());
        }
        Ok(Self { organization: caller.organization(), actor: caller.actor() })
    }
}

impl Manager {
    /// Decides at a time, because the sign-in must be fresh.
    pub fn new(caller: &Caller, now: Timestamp) -> Result<Self, ServiceError> {
        let Caller::Member(signed_in) = caller else {
            return Err(forbidden("member_needed", "An API key cannot do this. A member signs in."));
        };
        if !matches!(signed_in.member.role, MemberRole::Owner | MemberRole::Admin) {
            return Err(forbidden("role_insufficient", "Only an owner or admin may do this."));
        }
        if !signed_in.is_fresh(now) {
            return Err(forbidden("sign_in_stale", "Sign in once more: this needs a sign-in of the last ten minutes."));
        }
        Ok(Self { organization: caller.organization(), actor: caller.actor() })
    }
}

fn key_limited() -> ServiceError {
    forbidden("key_limited", "This API key is limited, and this address is not for limited keys.")
}

fn forbidden(code: &'static str, detail: &str) -> ServiceError {
    ServiceError::Forbidden { code, detail: detail.to_owned() }
}
