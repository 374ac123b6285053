//! What browser and server share: wire types, ids, rules and the browser's OAuth steps.
//!
//! Depends on no other member and does no I/O: no clock, no randomness, no web framework, no SQL.
//! Time and randomness are arguments. Builds for wasm and native.

pub mod api;
pub mod backup_set;
pub mod hash;
pub mod id;
pub mod json;
pub mod language;
pub mod method;
pub mod oauth;
pub mod rules;
pub mod secret;
pub mod text;
pub mod time;
pub mod workload;
