//! Words around every page of the portal.

use shared::api::session::MemberRole;

/// For keyboards: past the menu.
pub const SKIP: &str = "Skip to content";
/// Opens the menu on narrow screens.
pub const MENU: &str = "Menu";
/// The region that holds the menu.
pub const NAVIGATION: &str = "Navigation";
/// The menu.
pub const MAIN: &str = "Main";
/// Menu.
pub const OVERVIEW: &str = "Overview";
/// Menu.
pub const BACKUP_SETS: &str = "Backup sets";
/// Menu.
pub const CUSTOMERS: &str = "Customers";
/// The menu.
pub const WAVES: &str = "Waves";
/// Menu.
pub const AUTHORIZATIONS: &str = "Authorizations";
/// Menu.
pub const ACTIVITY: &str = "Activity";
/// Menu.
pub const ORGANIZATION: &str = "Organization";
/// Menu.
pub const CERTIFICATES: &str = "Certificates";
/// Menu.
pub const NOTIFICATIONS: &str = "Notifications";
/// Menu.
pub const INVITATIONS: &str = "Invitations";
/// Menu.
pub const MEMBERS: &str = "Members";
/// Menu.
pub const API_KEYS: &str = "API keys";
/// Menu.
pub const CONSOLES: &str = "Consoles";
/// Ends the session.
pub const SIGN_OUT: &str = "Sign out";
/// Over the trail of pages.
pub const WHERE_YOU_ARE: &str = "Where you are";
/// Under a list.
pub const PAGES: &str = "Pages";
/// Under a list.
pub const PREVIOUS: &str = "Previous";
/// Under a list.
pub const NEXT: &str = "Next";
/// Under a list, when the way back is not known.
pub const FIRST_PAGE: &str = "First page";

/// The page's title in the tab, when nothing is there.
pub const NOT_FOUND_TITLE: &str = "Not found";
/// Nothing is there.
pub const NOT_FOUND: &str = "There is nothing at this address";
/// Why.
pub const NOT_FOUND_WHY: &str = "It was moved or deleted, or you are not allowed to see it. The answer is the same for all three, so that nobody can probe for other people’s customers.";
/// Next step.
pub const TO_OVERVIEW: &str = "Go to the overview";
/// Next step.
pub const TO_BACKUP_SETS: &str = "Search backup sets";
/// The id to quote.
pub const NOT_FOUND_ID: &str = "Think you should see it? Send your administrator this id:";

/// Stores what was changed.
pub const SAVE: &str = "Save";

/// What a member may do, in one word.
pub const fn role_short(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Owner => "Owner",
        MemberRole::Admin => "Admin",
        MemberRole::Technician => "Technician",
        MemberRole::Auditor => "Auditor",
    }
}
/// The code of a page could not be fetched.
pub const CHUNK_TITLE: &str = "This page could not be loaded";
/// Why, and what to do.
pub const CHUNK_WHY: &str = "Nothing was changed. Check the network and try again. If there was an update in the meantime, load the page again.";
/// Next step.
pub const CHUNK_RELOAD: &str = "Load the page again";

/// What a member may do.
pub const fn role(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Owner => "Owner",
        MemberRole::Admin => "Administrator",
        MemberRole::Technician => "Technician",
        MemberRole::Auditor => "Auditor, reads only",
    }
}
