//! Members: who works here, what they may do, and the invitations by which people join.

mod choose;
mod invite;
mod joining;
mod table;

pub use invite::InviteMember;
pub use joining::Joining;
pub use table::MemberTable;
