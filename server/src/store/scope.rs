//! For whom a transaction is made: the organization, and which of its customers. What is out of reach is not found.
//!
//! The reach filters in the queries of `Scoped` themselves, so that no service can forget it. To add a table that belongs to
//! customers: its queries take `Scoped::mine` or look with [`Reach::has`].

use sea_orm::{ColumnTrait, Condition};
use shared::id::{CustomerId, OrganizationId};
use std::sync::Arc;

/// Which customers somebody reaches: all, or chosen ones (H6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach(Option<Arc<[CustomerId]>>);

impl Reach {
    /// All customers, those to come too.
    pub const ALL: Self = Self(None);

    /// These customers alone; `None`: all.
    pub fn only(customers: Option<Vec<CustomerId>>) -> Self {
        Self(customers.map(Into::into))
    }

    /// Whether no customer is out of reach.
    pub const fn is_all(&self) -> bool {
        self.0.is_none()
    }

    /// Whether this customer is in reach.
    pub fn has(&self, customer: CustomerId) -> bool {
        self.0.as_ref().is_none_or(|only| only.contains(&customer))
    }

    /// The customers; `None`: all.
    pub fn customers(&self) -> Option<&[CustomerId]> {
        self.0.as_deref()
    }

    /// As a condition on the column that names the customer. A row without a customer is in reach of nobody with a limit.
    pub(super) fn condition(&self, column: impl ColumnTrait) -> Condition {
        let all = Condition::all();
        match &self.0 {
            Some(only) => all.add(column.is_in(only.iter().map(|id| id.0))),
            None => all,
        }
    }
}

/// An organization and a reach within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Whose data.
    pub organization: OrganizationId,
    /// Which of its customers.
    pub reach: Reach,
}

impl From<OrganizationId> for Scope {
    /// The whole organization.
    fn from(organization: OrganizationId) -> Self {
        Self { organization, reach: Reach::ALL }
    }
}

impl From<&Self> for Scope {
    fn from(scope: &Self) -> Self {
        scope.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn h6_a_reach_has_what_was_chosen() {
        let (one, two) = (CustomerId(Uuid::from_u128(1)), CustomerId(Uuid::from_u128(2)));
        assert!(Reach::ALL.has(one) && Reach::ALL.is_all());
        let reach = Reach::only(Some(vec![one]));
        assert!(reach.has(one) && !reach.has(two) && !reach.is_all());
        assert!(!Reach::only(Some(Vec::new())).has(one), "nothing chosen is nothing, not everything");
    }
}
