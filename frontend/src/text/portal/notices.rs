//! Words of notices and of the channels by which they go out.

use shared::api::notices::ChannelKind;

/// The section of the overview.
pub const SECTION: &str = "Worth a look";
/// Leads to the desk.
pub const ALL_CERTIFICATES: &str = "All certificates";
/// An action.
pub const RENEW: &str = "Renew it";
/// An action.
pub const REPAIR: &str = "Repair it";
/// An action.
pub const TO_KEYS: &str = "See the keys";
/// An action.
pub const SETTLE: &str = "Seen to";

/// The page's title in the tab.
pub const TITLE: &str = "Notifications";
/// Under the headline.
pub const SUB: &str = "What the portal warns of goes out by these ways too: certificates that end, access that does not work, permissions that changed.";
/// No channels.
pub const NO_CHANNEL: &str = "Nothing goes out yet. Warnings stand on the overview alone.";
/// A field.
pub const KIND: &str = "Way";
/// A field.
pub const ADDRESS: &str = "Address";
/// A field.
pub const ADDRESS_HINT: &str = "Such as backup@example.com, or https://example.com/hooks/rekey";
/// A button.
pub const ADD: &str = "Add";
/// An action.
pub const REMOVE: &str = "Remove";
/// The table.
pub const TABLE: &str = "Table of notification channels";
/// A column.
pub const LAST: &str = "Last delivery";
/// A column.
pub const SINCE: &str = "Since";
/// A value.
pub const NOTHING_SENT: &str = "Nothing sent yet";
/// The new webhook.
pub const SECRET: &str = "Copy this secret now";
/// The new webhook.
pub const SECRET_WHY: &str =
    "Your server checks with it that a message comes from here (Standard Webhooks). It is shown this once.";
/// The new webhook.
pub const THE_SECRET: &str = "Signing secret";
/// The new webhook.
pub const KEPT: &str = "I have copied it";

/// A way in a word.
pub const fn channel(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Mail => "Mail",
        ChannelKind::Webhook => "Webhook",
    }
}
