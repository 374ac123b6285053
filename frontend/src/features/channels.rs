//! Channels: where events go besides the portal; what goes there, and what became of each.

mod add;
mod choice;
mod log;
mod manage;
mod secret;
mod table;

pub use add::AddChannel;
pub use choice::ChoiceForm;
pub use log::DeliveryLog;
pub use manage::{Failing, Removal, Rotation};
pub use table::ChannelTable;
