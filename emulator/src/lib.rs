//! A stand-in for Microsoft's sign-in service and Graph: the same protocol, the same cryptography, invented people.
//!
//! It knows Microsoft's public protocol and nothing of any product. It must never be kinder than Microsoft: where the
//! documentation leaves a choice, the stricter one is the default and a switch (`Switches`) changes it.
//!
//! Sign-in, Graph and SharePoint share one state behind one lock. What an application of a tenant's own goes through is
//! in `graph` (made, given roles, deleted), `token::client_credentials` (its tokens) and `sharepoint`; what tests do to it
//! behind its back is in `control::directory`.
//!
//! `Emulator::start` plays a `Scenario`; everything that tests change afterwards has a method here and a JSON endpoint
//! under `/_control` (see the README).

mod app;
mod authorize;
mod clock;
mod consent;
mod control;
mod cors;
mod emulator;
mod errors;
mod faults;
mod graph;
mod html;
mod jose;
mod keys;
mod listen;
mod metadata;
mod misbehaviour;
mod params;
mod people;
mod random;
mod redirect;
mod registrations;
mod request_log;
mod resources;
pub mod scenario;
mod sharepoint;
mod state;
mod store;
mod tls;
mod token;
mod totp;
mod watch;

pub use control::changes::{ControlError, PersonChange, TenantGrant};
pub use control::directory::{DirectoryApplication, DirectoryKey, Plant, Taint};
pub use emulator::{Config, Emulator, StartError};
pub use faults::{Drop as DropConnection, Effect, Fault, TokenError};
pub use keys::KeyError;
pub use misbehaviour::{ActiveMisbehaviour, Misbehaviour, Spoils};
pub use request_log::{RequestCounts, RequestRecord, Service};
pub use scenario::Scenario;
pub use state::{ConsentAsk, ConsentRequest, ConsentStatus, Grant, RoleAssignment, ServicePrincipal};
pub use store::StoreError;
pub use tls::TlsError;
