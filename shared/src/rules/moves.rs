//! Which changes of method there are at all: Basic to Hybrid, Basic to Modern, and renewals that keep the method.

use crate::method::Method;
use serde::{Deserialize, Serialize};

/// What an authorization does to the method of its sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// Basic becomes Hybrid.
    MigrateToHybrid,
    /// Basic becomes Modern.
    MigrateToModern,
    /// Hybrid or Modern stays what it is and gets fresh access.
    Reauthorize,
    /// Modern stays Modern; certificate and permissions are renewed.
    UpdateConfiguration,
}

/// A change of method that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// A migration starts from Basic only.
    #[error("expected a set on basic: only basic sets migrate, to hybrid or to modern")]
    OnlyFromBasic,
    /// Nothing ever goes to Basic.
    #[error("expected hybrid or modern: no set goes to a stored password")]
    NeverToBasic,
    /// A renewal of this kind does not fit the set's method.
    #[error("expected a set whose method this renewal keeps")]
    NothingToRenew,
}

impl MoveKind {
    /// All kinds.
    pub const ALL: [Self; 4] =
        [Self::MigrateToHybrid, Self::MigrateToModern, Self::Reauthorize, Self::UpdateConfiguration];

    /// The word on the wire and in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MigrateToHybrid => "migrate_to_hybrid",
            Self::MigrateToModern => "migrate_to_modern",
            Self::Reauthorize => "reauthorize",
            Self::UpdateConfiguration => "update_configuration",
        }
    }

    /// Reads the wire word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The method that a set has afterwards, when this kind may start from `from`.
    pub const fn end(self, from: Method) -> Result<Method, MoveError> {
        match (self, from) {
            (Self::MigrateToHybrid, Method::Basic) | (Self::Reauthorize, Method::Hybrid) => Ok(Method::Hybrid),
            (Self::MigrateToModern, Method::Basic)
            | (Self::Reauthorize | Self::UpdateConfiguration, Method::Modern) => Ok(Method::Modern),
            (Self::MigrateToHybrid | Self::MigrateToModern, _) => Err(MoveError::OnlyFromBasic),
            (Self::Reauthorize | Self::UpdateConfiguration, _) => Err(MoveError::NothingToRenew),
        }
    }
}

/// The kind of change that leads from one method to the other, or why there is none.
///
/// From Modern to Modern it is the update of the configuration; [`MoveKind::Reauthorize`] keeps Modern as well, and is
/// chosen by name.
pub const fn may_move(from: Method, to: Method) -> Result<MoveKind, MoveError> {
    match (from, to) {
        (Method::Basic, Method::Hybrid) => Ok(MoveKind::MigrateToHybrid),
        (Method::Basic, Method::Modern) => Ok(MoveKind::MigrateToModern),
        (Method::Hybrid, Method::Hybrid) => Ok(MoveKind::Reauthorize),
        (Method::Modern, Method::Modern) => Ok(MoveKind::UpdateConfiguration),
        (_, Method::Basic) => Err(MoveError::NeverToBasic),
        (Method::Hybrid, Method::Modern) | (Method::Modern, Method::Hybrid) => Err(MoveError::OnlyFromBasic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a05_exactly_two_migrations_start_and_renewals_keep_the_method() {
        use Method::{Basic, Hybrid, Modern};
        let table = [
            (Basic, Basic, Err(MoveError::NeverToBasic)),
            (Basic, Hybrid, Ok(MoveKind::MigrateToHybrid)),
            (Basic, Modern, Ok(MoveKind::MigrateToModern)),
            (Hybrid, Basic, Err(MoveError::NeverToBasic)),
            (Hybrid, Hybrid, Ok(MoveKind::Reauthorize)),
            (Hybrid, Modern, Err(MoveError::OnlyFromBasic)),
            (Modern, Basic, Err(MoveError::NeverToBasic)),
            (Modern, Hybrid, Err(MoveError::OnlyFromBasic)),
            (Modern, Modern, Ok(MoveKind::UpdateConfiguration)),
        ];
        for (from, to, expected) in table {
            assert_eq!(may_move(from, to), expected, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn a05_no_kind_ends_elsewhere_than_it_says() {
        for kind in MoveKind::ALL {
            for from in Method::ALL {
                let end = kind.end(from);
                match kind {
                    MoveKind::MigrateToHybrid => {
                        assert_eq!(end.ok(), (from == Method::Basic).then_some(Method::Hybrid));
                    }
                    MoveKind::MigrateToModern => {
                        assert_eq!(end.ok(), (from == Method::Basic).then_some(Method::Modern));
                    }
                    MoveKind::Reauthorize => assert_eq!(end.ok(), (from != Method::Basic).then_some(from)),
                    MoveKind::UpdateConfiguration => assert_eq!(end.ok(), (from == Method::Modern).then_some(from)),
                }
            }
        }
    }

    #[test]
    fn words_are_read_back() {
        for kind in MoveKind::ALL {
            assert_eq!(MoveKind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.as_str()));
        }
        assert_eq!(MoveKind::parse("migrate_to_basic"), None);
    }
}
