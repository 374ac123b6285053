//! Invitations: links for people without an account. Made beside an authorization, listed on a page of their own.

mod made;
mod make;
mod table;

pub use make::Invite;
pub use table::{InvitationTable, Pending};
