//! Rights as types: a handler that holds one may do what its name says. There is no other way to an organization's data.
//!
//! The organization comes only from the session or the API key (M1), never from a path, a query or a body. A record of
//! another organization is not found. To add a right: a type here with its extractor in `http::caller`.

use crate::{
    audit::Actor,
    services::{ServiceError, sessions::SignedIn},
    store::{Scope, api_keys::ApiKey},
};
use shared::{
    api::session::MemberRole,
    id::{ApiKeyId, OrganizationId},
    time::Timestamp,
};
use uuid::Uuid;

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

    /// Whose data, and which customers of it.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Member(signed_in) => signed_in.scope(),
            Self::Key(organization, key) => key.scope(*organization),
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

/// May read what is in their reach: all customers, or those that a technician or an API key is limited to.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Whose data, and which part of it.
    pub scope: Scope,
    /// By which right: live views look again and again whether it still stands.
    pub by: ReaderBy,
}

/// By which right somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReaderBy {
    /// A member's session.
    Session(Uuid),
    /// An API key.
    Key(ApiKeyId),
}

/// May read what belongs to no single customer: the audit log, keys, members, channels.
#[derive(Debug, Clone)]
pub struct WholeReader {
    /// Whose data.
    pub organization: OrganizationId,
    /// For the audit log.
    pub actor: Actor,
}

/// May change sets and authorizations of the customers in their reach.
#[derive(Debug, Clone)]
pub struct Editor {
    /// Whose data, and which part of it.
    pub scope: Scope,
    /// For the audit log.
    pub actor: Actor,
}

/// May add customers: whoever reaches all of them.
#[derive(Debug, Clone)]
pub struct WholeEditor {
    /// Whose data.
    pub scope: Scope,
    /// For the audit log.
    pub actor: Actor,
}

/// May manage keys and members: an owner or admin who signed in within the last ten minutes.
#[derive(Debug, Clone)]
pub struct Manager {
    /// Whose data.
    pub organization: OrganizationId,
    /// Owner or admin: owners alone decide about owners.
    pub role: MemberRole,
    /// For the audit log.
    pub actor: Actor,
}

impl From<Caller> for Reader {
    fn from(caller: Caller) -> Self {
        let scope = caller.scope();
        let by = match caller {
            Caller::Member(signed_in) => ReaderBy::Session(signed_in.session.id),
            Caller::Key(_, key) => ReaderBy::Key(key.id),
        };
        Self { scope, by }
    }
}

impl TryFrom<Caller> for WholeReader {
    type Error = ServiceError;
    fn try_from(caller: Caller) -> Result<Self, ServiceError> {
        let scope = whole(&caller)?;
        Ok(Self { organization: scope.organization, actor: caller.actor() })
    }
}

impl TryFrom<Caller> for Editor {
    type Error = ServiceError;
    fn try_from(caller: Caller) -> Result<Self, ServiceError> {
        match &caller {
            Caller::Member(signed_in) if signed_in.member.role == MemberRole::Auditor => {
                Err(forbidden("role_insufficient", "An auditor reads only. Ask an owner or admin."))
            }
            // A job's key gets tokens and changes nothing.
            Caller::Key(_, key) if key.purposes.is_some() => Err(key_limited()),
            _ => Ok(Self { scope: caller.scope(), actor: caller.actor() }),
        }
    }
}

impl TryFrom<Caller> for WholeEditor {
    type Error = ServiceError;
    fn try_from(caller: Caller) -> Result<Self, ServiceError> {
        let scope = whole(&caller)?;
        let Editor { actor, .. } = Editor::try_from(caller)?;
        Ok(Self { scope, actor })
    }
}

fn whole(caller: &Caller) -> Result<Scope, ServiceError> {
    let scope = caller.scope();
    match caller {
        // A job's key gets tokens and reads the sets: not who the members are, nor what happened.
        Caller::Key(_, key) if key.purposes.is_some() => Err(key_limited()),
        _ if scope.reach.is_all() => Ok(scope),
        Caller::Member(_) => {
            let detail = "A technician works with chosen customers. Ask an owner or admin.";
            Err(forbidden("role_insufficient", detail))
        }
        Caller::Key(..) => Err(key_limited()),
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
        Ok(Self { organization: caller.organization(), role: signed_in.member.role, actor: caller.actor() })
    }
}

fn key_limited() -> ServiceError {
    forbidden("key_limited", "This API key is limited, and this address is not for limited keys.")
}

pub(crate) fn forbidden(code: &'static str, detail: &str) -> ServiceError {
    ServiceError::Forbidden { code, detail: detail.to_owned() }
}
