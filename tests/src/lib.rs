//! What the test binaries of this crate share. One module for each thing that a test needs; nothing here is a test.

pub mod app;
pub mod bench;
pub mod binary;
pub mod browser;
pub mod clock;
pub mod databases;
pub mod demo;
pub mod host;
pub mod mailbox;
pub mod person;
pub mod postgres;
pub mod random;
pub mod receiver;
pub mod records;
