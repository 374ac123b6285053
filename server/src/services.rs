//! What the product does, one module a word of the design. Handlers decide who may; services decide what happens.
//!
//! A service checks its input, reads, decides by `shared::rules`, and changes everything in one transaction together
//! with its audit event. To add one: a module here, its verbs as functions that take [`crate::state::AppState`].

pub mod api_keys;
pub mod apps;
pub mod apps_health;
pub mod attempts;
pub mod audit;
pub mod audit_export;
pub mod authorizations;
pub mod backup_sets;
pub mod certificates;
pub mod channels;
pub mod connect;
pub mod connections;
pub mod cursor;
pub mod customer_page;
pub mod customers;
pub mod delegated;
pub mod deliveries;
pub mod desk;
pub mod embed;
pub mod error;
pub mod events;
pub mod exposure;
pub mod heartbeat;
pub mod help;
pub mod imports;
pub mod invitations;
pub mod job_tokens;
pub mod kill_switch;
mod letters;
pub mod member_invitations;
pub mod members;
pub mod notices;
pub mod overview;
pub mod own_keys;
pub mod owner;
pub mod probe;
pub mod receipts;
pub mod reminders;
pub mod renewal;
pub mod reseal;
pub mod restores;
pub mod rules;
pub mod save;
pub mod sessions;
pub mod set_up;
pub mod support;
pub mod text;
pub mod waves;

pub use error::ServiceError;
