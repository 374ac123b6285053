//! Customers: the list, the form that adds one, one customer's tenant, sets and connections.

mod checks;
mod connections;
mod contact;
mod disconnect;
pub mod filter;
mod form;
mod picker;
mod remove;
mod rename;
mod table;
mod tenant;
mod toolbar;

pub use checks::CustomerChecks;
pub use connections::{Connections, Unwell};
pub use contact::Contact;
pub use form::{AddCustomer, Field};
pub use picker::CustomerPicker;
pub use remove::RemoveCustomer;
pub use rename::Rename;
pub use table::CustomerTable;
pub use tenant::Tenant;
pub use toolbar::FleetToolbar;

use crate::components::Tone;
use shared::api::customers::Health;

/// How a customer's state looks.
pub const fn health_tone(health: Health) -> Tone {
    match health {
        Health::NeedsSomebody => Tone::Danger,
        Health::EndsSoon => Tone::Warn,
        Health::NotConnected => Tone::Idle,
        Health::SetUpOpen => Tone::Live,
        Health::Ok => Tone::Ok,
    }
}
