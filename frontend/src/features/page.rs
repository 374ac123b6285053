//! What every page of the portal has: a headline that takes the keyboard's focus, a title in the tab, and parts that load.
//!
//! A page shows its headline with [`PageHead`] and its data with [`load`]; a failed change is shown with [`Trouble`].

mod head;
mod load;
mod pager;
mod search;

pub use head::{Brand, Crumb, PageHead, arrive};
pub use load::{NothingHere, Trouble, load};
pub use pager::{Pager, Trail};
pub use search::SearchField;
