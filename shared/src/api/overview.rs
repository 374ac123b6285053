//! The portal's first screen.

use super::authorizations::AuthorizationView;
use super::backup_sets::CustomerRef;
use super::customers::{CustomerView, MethodCounts};
use serde::{Deserialize, Serialize};

/// The fleet at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Overview {
    /// All sets by method.
    pub sets: MethodCounts,
    /// Customers, in all.
    pub customers: u64,
    /// The first forty customers, those with most stored passwords first.
    pub fleet: Vec<CustomerView>,
    /// Authorizations that wait for somebody, newest first, at most ten.
    pub open: Vec<AuthorizationView>,
    /// Customers with a connection that is not well.
    pub attention: Vec<CustomerView>,
    /// Customers whose sets have left passwords and have no access any more, most sets first, at most ten.
    pub without_access: Vec<WithoutAccess>,
}

/// Sets of a customer that no job can read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WithoutAccess {
    /// Whose.
    pub customer: CustomerRef,
    /// How many.
    pub sets: u64,
}
