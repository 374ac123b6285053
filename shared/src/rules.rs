//! What may happen, decided by pure functions: the server decides with them, the browser explains with them beforehand.
//!
//! Nothing here reads a clock, a network or a store. Facts that may change (permissions, who may consent, help texts)
//! are data files under `shared/data`, embedded and parsed once on first use, so that a page that never asks for them
//! does not carry them. To add a rule: give its outcome a [`reason::Reason`] first, then decide with it, then add the
//! row to the table of tests beside it.

pub mod aadsts;
pub mod manifest;
pub mod moves;
pub mod plan;
pub mod reason;
pub mod scopes;
pub mod suitability;
pub mod wave;
pub mod who;
