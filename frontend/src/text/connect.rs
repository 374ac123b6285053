//! Words of the connect page.

/// The tab's title before anything is known.
pub const PAGE: &str = "Connect";
