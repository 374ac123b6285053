//! Wrong answers on request: each switch is one thing that a careful client must refuse (or, where noted, accept).

use serde::{Deserialize, Serialize};

/// One way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misbehaviour {
    /// `alg` is `none`, no signature.
    AlgNone,
    /// No `alg` at all.
    AlgMissing,
    /// `HS256`, keyed with the published certificate.
    AlgHs256,
    /// `RS384`: a good signature by another algorithm than the one advertised.
    AlgRs384,
    /// The signature does not verify.
    BadSignature,
    /// No `kid`, although several keys are published.
    KidMissing,
    /// No `kid`, and only one key is published.
    KidMissingOneKey,
    /// A `kid` that is not published.
    KidUnknown,
    /// Another issuer.
    IssuerWrong,
    /// Another audience.
    AudienceWrong,
    /// No audience.
    AudienceMissing,
    /// The right audience as a list of one: valid.
    AudienceList,
    /// The right audience and a second one.
    AudienceSecond,
    /// No `sub`.
    SubjectMissing,
    /// No `iat`.
    IssuedAtMissing,
    /// No `exp`.
    ExpiryMissing,
    /// Already expired.
    Expired,
    /// `exp` is the beginning of time.
    ExpiryWrong,
    /// Not valid yet.
    NotBeforeFuture,
    /// `exp`, `nbf`, `iat` as strings.
    TimesAsStrings,
    /// Another nonce.
    NonceWrong,
    /// No nonce.
    NonceMissing,
    /// Another tenant in `tid`.
    TenantWrong,
    /// Another person in `oid`.
    ObjectIdWrong,
    /// Another client in `azp`.
    AuthorizedPartyWrong,
    /// The key of the token was replaced just before signing.
    RotateBeforeSigning,
    /// Metadata names another issuer.
    DiscoveryIssuerWrong,
    /// Metadata names a JWKS on another host.
    DiscoveryKeysElsewhere,
    /// After a refresh, another issuer.
    RefreshIssuerWrong,
    /// After a refresh, another subject.
    RefreshSubjectWrong,
    /// After on-behalf-of, another person.
    OnBehalfOfPersonWrong,
    /// The authorization response names another issuer.
    ResponseIssuerWrong,
    /// The authorization response has another `state`.
    StateWrong,
    /// The authorization response has no `state`.
    StateMissing,
    /// Accepting consent fails with 650051, as when two people consent at once.
    ConsentRace,
    /// The token response has no `expires_in`.
    ExpiresInMissing,
    /// The token response says `bearer`: valid, types are case-insensitive.
    TokenTypeCase,
    /// The token response says `MAC`.
    TokenTypeWrong,
    /// The token response has no refresh token although `offline_access` was granted.
    RefreshTokenMissing,
    /// The token response's `scope` lacks what was asked.
    ScopeNarrowed,
    /// Graph's `@odata.nextLink` points to another host.
    NextLinkElsewhere,
}

impl Misbehaviour {
    /// Whether it changes a token (after a refresh or not) while it is being made.
    pub(crate) fn is_in_tokens(self, refreshed: bool) -> bool {
        match self {
            Self::RefreshIssuerWrong | Self::RefreshSubjectWrong => refreshed,
            Self::RotateBeforeSigning
            | Self::DiscoveryIssuerWrong
            | Self::DiscoveryKeysElsewhere
            | Self::OnBehalfOfPersonWrong
            | Self::ResponseIssuerWrong
            | Self::StateWrong
            | Self::StateMissing
            | Self::ConsentRace
            | Self::ExpiresInMissing
            | Self::TokenTypeCase
            | Self::TokenTypeWrong
            | Self::RefreshTokenMissing
            | Self::ScopeNarrowed
            | Self::NextLinkElsewhere => false,
            _ => true,
        }
    }
}

/// Which tokens a switch spoils.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spoils {
    /// ID tokens and access tokens.
    #[default]
    Both,
    /// ID tokens.
    Id,
    /// Access tokens.
    Access,
}

/// A switch that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveMisbehaviour {
    /// What goes wrong.
    pub name: Misbehaviour,
    /// In which tokens, for those about tokens.
    #[serde(default)]
    pub token: Spoils,
    /// How often still; for ever when absent.
    #[serde(default)]
    pub times: Option<u32>,
}

impl From<Misbehaviour> for ActiveMisbehaviour {
    fn from(name: Misbehaviour) -> Self {
        Self { name, token: Spoils::Both, times: None }
    }
}

/// All switches that are on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Misbehaviours {
    pub(crate) active: Vec<ActiveMisbehaviour>,
}

impl Misbehaviours {
    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: Misbehaviour) -> bool {
        self.active.iter().any(|known| known.name == name)
    }

    /// Whether a switch is on, and uses it up by one.
    pub(crate) fn take(&mut self, name: Misbehaviour) -> bool {
        self.take_for(name, Spoils::Both)
    }

    /// Like `take`, for one kind of token.
    pub(crate) fn take_for(&mut self, name: Misbehaviour, token: Spoils) -> bool {
        let applies = |known: &ActiveMisbehaviour| {
            known.name == name && (known.token == token || known.token == Spoils::Both || token == Spoils::Both)
        };
        let Some(index) = self.active.iter().position(applies) else { return false };
        let Some(known) = self.active.get_mut(index) else { return false };
        match known.times.as_mut() {
            Some(0) => {
                self.active.remove(index);
                return false;
            }
            Some(1) => {
                self.active.remove(index);
            }
            Some(times) => *times -= 1,
            None => {}
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_with_a_count_runs_out() {
        let mut all = Misbehaviours::default();
        all.active.push(ActiveMisbehaviour { name: Misbehaviour::AlgNone, token: Spoils::Id, times: Some(2) });
        assert!(!all.take_for(Misbehaviour::AlgNone, Spoils::Access));
        assert!(all.take_for(Misbehaviour::AlgNone, Spoils::Id));
        assert!(all.take_for(Misbehaviour::AlgNone, Spoils::Id));
        assert!(!all.take_for(Misbehaviour::AlgNone, Spoils::Id));
    }
}
