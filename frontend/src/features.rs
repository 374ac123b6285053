//! What people do here, one module a thing.

pub mod address;
pub mod api_keys;
pub mod audit;
pub mod authorizations;
pub mod backup_sets;
pub mod connect;
pub mod customers;
pub mod home;
pub mod imports;
pub mod page;
pub mod session;

/// An empty JSON object: the body of a request that says all in its address.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Nothing {}
