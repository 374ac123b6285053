//! What happened: all events, on their own page.

mod table;

pub use table::AuditTable;
