//! Words of notices.

/// The section of the overview.
pub const SECTION: &str = "Worth a look";
/// Leads to the desk.
pub const ALL_CERTIFICATES: &str = "All certificates";
/// An action.
pub const RENEW: &str = "See the app";
/// An action.
pub const REPAIR: &str = "Repair it";
/// An action.
pub const CLEAN_UP: &str = "Finish it";
/// An action.
pub const TO_KEYS: &str = "See the keys";
/// An action.
pub const TO_ACTIVITY: &str = "See the activity";
/// An action.
pub const TO_CHANNEL: &str = "See its deliveries";
/// An action.
pub const SETTLE: &str = "Seen to";
