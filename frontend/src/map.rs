//! The portal's addresses: the whole map fits this page.
//!
//! To add a page: a line here, its file in `routes/` with a line there, and a line in the menu (`features::shell::menu`)
//! when people should find it.

/// Whether the menu stands beside a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Frame {
    /// A page for itself.
    #[default]
    Alone,
    /// The menu beside it.
    Menu,
}

/// The first screen.
pub const HOME: &str = "/";
/// One button.
pub const SIGN_IN: &str = "/sign-in";
/// Back from Microsoft.
pub const CALLBACK: &str = "/sign-in/callback";
/// Becoming an owner by a link.
pub const OWNER: &str = "/owner";
/// Becoming a member by an invitation.
pub const JOIN: &str = "/join";
/// The customer's own page.
pub const CONNECTED: &str = "/connected";

/// The map. The first pattern that fits is taken; the first five are the shell's own.
pub static MAP: [(&str, Frame); 26] = [
    ("/", Frame::Menu),
    ("/sign-in", Frame::Alone),
    ("/sign-in/callback", Frame::Alone),
    ("/owner", Frame::Alone),
    ("/join", Frame::Alone),
    ("/connected", Frame::Alone),
    ("/backup-sets", Frame::Menu),
    ("/backup-sets/import", Frame::Menu),
    ("/backup-sets/:id", Frame::Menu),
    ("/authorizations", Frame::Menu),
    ("/authorizations/preview", Frame::Menu),
    ("/authorizations/:id", Frame::Menu),
    ("/waves", Frame::Menu),
    ("/waves/new", Frame::Menu),
    ("/waves/:id", Frame::Menu),
    ("/customers", Frame::Menu),
    ("/customers/:id", Frame::Menu),
    ("/activity", Frame::Menu),
    ("/certificates", Frame::Menu),
    ("/notifications", Frame::Menu),
    ("/notifications/:id", Frame::Menu),
    ("/exposure", Frame::Menu),
    ("/api-keys", Frame::Menu),
    ("/consoles", Frame::Menu),
    ("/invitations", Frame::Menu),
    ("/members", Frame::Menu),
];

/// The pattern and the frame of a place; nothing is there when there is none.
pub fn find(place: &crate::place::Place) -> Option<(&'static str, Frame)> {
    place.matched(MAP.iter().map(|(pattern, _)| *pattern)).route.and_then(|at| MAP.get(at)).copied()
}
