//! Consoles: the origins whose pages may show Rekey in a frame, and what their developers need.

mod add;
mod developers;
mod table;

pub use add::AddConsole;
pub use developers::Developers;
pub use table::ConsoleTable;
