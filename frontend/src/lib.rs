//! The web app: what the two entry points, portal and connect page, share, and the features they are made of.
//!
//! `routes -> features -> components`. Only [`browser`] and [`api`] call the browser's own functions; all wording is in [`text`].
//! A new screen: a module in `features`, its words in `text`, a line in the entry point that shows it.

pub mod api;
pub mod browser;
#[cfg(feature = "portal")]
pub mod components;
pub mod features;
pub mod held;
pub mod map;
pub mod markup;
pub mod place;
#[cfg(feature = "portal")]
pub mod remote;
#[cfg(feature = "portal")]
pub mod router;
#[cfg(feature = "portal")]
pub mod routes;
pub mod signs;
pub mod text;
