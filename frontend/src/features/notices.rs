//! Notices: what the portal warns of, and the channels by which they go out too.

mod channels;
mod list;

pub use channels::Channels;
pub use list::NoticeList;
