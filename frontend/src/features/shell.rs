//! What every first load of the portal brings: the frame with its menu, the first screen, and the way in.
//!
//! A program of its own, of plain markup and without Leptos, which would make it twice as large. Every other page is of
//! the *pages* program (`crate::routes`), which the shell fetches when somebody is about to ask for one; it fills the
//! place that the shell keeps for it. Both follow the history of this tab. `docs/decisions/0009`.
//!
//! [`driver`] does and remembers, [`frame`], [`menu`], [`account`] and [`crate::features::home`] show.

pub mod account;
pub mod driver;
mod frame;
mod menu;
pub mod parts;

pub use driver::start;
