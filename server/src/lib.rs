//! The Rekey server: API and built web app in one binary.

pub mod clock;
pub mod random;
