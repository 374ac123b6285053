//! The emulator against the checklist of Microsoft's behaviour: one test per item, numbered as in the list.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![expect(missing_docs, reason = "tests")]

#[path = "protocol/authorize.rs"]
mod authorize;
#[path = "protocol/driver.rs"]
mod driver;
#[path = "protocol/world.rs"]
mod world;
