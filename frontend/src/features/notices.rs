//! Notices: what the portal warns of.

mod list;

pub use list::NoticeList;
