//! What happened: the newest events on the overview, all of them on their own page.

mod recent;
mod table;

pub use recent::Recent;
pub use table::AuditTable;
