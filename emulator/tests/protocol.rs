//! The emulator against the checklist of Microsoft's behaviour: one test per item, numbered as in the list.

#[path = "protocol/assertion.rs"]
mod assertion;
#[path = "protocol/authorize.rs"]
mod authorize;
#[path = "protocol/conditional_access.rs"]
mod conditional_access;
#[path = "protocol/consent.rs"]
mod consent;
#[path = "protocol/control.rs"]
mod control;
#[path = "protocol/driver.rs"]
mod driver;
#[path = "protocol/graph.rs"]
mod graph;
#[path = "protocol/mail.rs"]
mod mail;
#[path = "protocol/misbehaviour.rs"]
mod misbehaviour;
#[path = "protocol/objects.rs"]
mod objects;
#[path = "protocol/on_behalf_of.rs"]
mod on_behalf_of;
#[path = "protocol/provisioning.rs"]
mod provisioning;
#[path = "protocol/refresh.rs"]
mod refresh;
#[path = "protocol/setup.rs"]
mod setup;
#[path = "protocol/token.rs"]
mod token;
#[path = "protocol/workload.rs"]
mod workload;
#[path = "protocol/world.rs"]
mod world;
