//! Customers: the list, the form that adds one, one customer's tenant, sets and connections.

mod connections;
mod form;
mod table;
mod tenant;

pub use connections::{Connections, Unwell};
pub use form::{AddCustomer, Field};
pub use table::CustomerTable;
pub use tenant::Tenant;
