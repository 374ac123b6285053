//! API keys: make one, see it once, revoke it.

mod limits;
mod made;
mod make;
mod table;

pub use make::MakeKey;
pub use table::KeyTable;
