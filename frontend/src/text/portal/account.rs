//! Words for signing in and out of the portal.

/// The page's title in the tab.
pub const TITLE: &str = "Sign in";
/// Headline.
pub const SIGN_IN: &str = "Sign in";
/// What happens and what does not.
pub const SIGN_IN_WHY: &str =
    "Use the work account that your organization added here. You type your password at Microsoft, never on this page.";
/// The one button.
pub const SIGN_IN_BUTTON: &str = "Sign in with Microsoft";
/// The same, while the browser leaves.
pub const OPENING: &str = "Opening Microsoft";
/// For people who came by a link.
pub const LINK_NOTE: &str = "Came here from a link to authorize backups? You need no account. Open that link again; it goes to the right place.";
/// The page after signing out.
pub const SIGNED_OUT: &str = "You are signed out.";
/// The page when a session ended by itself.
pub const ENDED: &str = "Your session has ended. Sign in again and you come back to the page you were on.";
/// In the foot.
pub const IDLE: &str = "Signed out after 30 minutes without use";

/// Headline of the page between Microsoft and the portal.
pub const FINISHING: &str = "Signing you in";
/// What goes on.
pub const FINISHING_WHY: &str = "Microsoft sent you back. One moment while your sign-in is checked.";
/// Headline when that failed.
pub const FAILED: &str = "The sign-in did not finish";
/// Nothing was waiting for this answer.
pub const NOT_EXPECTED: &str = "This tab is not waiting for a sign-in. That happens when the page is opened twice, in another tab than the one that left for Microsoft, or more than an hour later. Nothing was stored.";
/// The answer did not fit.
pub const DOES_NOT_FIT: &str =
    "The answer does not belong to the sign-in that this tab started, so it was not used. Nothing was stored.";
/// Microsoft could not be reached.
pub const UNREACHABLE: &str = "Microsoft’s sign-in service could not be reached from this browser. Nothing was stored.";
/// The person pressed Cancel.
pub const CANCELLED: &str = "The sign-in was cancelled on Microsoft’s page. Nothing was stored.";
/// Next step.
pub const START_OVER: &str = "Start over";

/// The page's title in the tab.
pub const OWNER_TITLE: &str = "Become the owner";
/// Headline.
pub const OWNER: &str = "Become the owner of this installation";
/// What happens.
pub const OWNER_WHY: &str = "Whoever runs this server made this link for you. Sign in with your work account, and that account becomes the owner: it adds other people, makes API keys and sees everything.";
/// How long.
pub const OWNER_ONCE: &str = "The link works once, for 15 minutes.";
/// The one button.
pub const OWNER_BUTTON: &str = "Sign in and become the owner";
/// Headline when the link lacks its secret.
pub const OWNER_INCOMPLETE: &str = "This link is not complete";
/// Why, and what to do.
pub const OWNER_INCOMPLETE_WHY: &str = "The part after # is missing. Copy the whole line that the command printed, or make a new link with the command owner-link.";

/// Where the password is typed.
pub fn goes_to(host: &str) -> String {
    format!("Opens {host} in this window.")
}

/// Microsoft's own words.
pub fn microsoft_said(error: &str) -> String {
    format!("Microsoft answered: {error}. Nothing was stored.")
}
