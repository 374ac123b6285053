//! All wording, one file for each part and language. Features name it; they never write words of their own.
//!
//! The product's name is a parameter (`brand`). Voice: sentence case, short words, what happened, why, what to do.

pub mod connect;
mod en;
pub mod portal;
mod when;

pub use en::*;
pub use when::{span, when};
