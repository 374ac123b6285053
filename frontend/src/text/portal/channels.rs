//! Words of the channels by which events go out, and of their delivery logs.

use crate::text::{number, plural, when};
use shared::api::channels::{ChannelKind, ChannelView, DeliveryState, DeliveryView, EventType};
use shared::time::Timestamp;

/// The page's title in the tab.
pub const TITLE: &str = "Notifications";
/// Under the headline.
pub const SUB: &str = "What happens here is told to people by mail and to programs by signed webhooks. Warnings stand on the overview, too.";
/// No channels.
pub const NONE: &str = "Nothing goes out yet. Warnings stand on the overview alone.";
/// A field.
pub const KIND: &str = "Way";
/// A field.
pub const ADDRESS: &str = "Address";
/// A field.
pub const ADDRESS_HINT: &str = "Such as backup@example.com, or https://example.com/hooks/backup";
/// A field, where there is no mail.
pub const ADDRESS_HINT_WEBHOOK: &str = "Such as https://example.com/hooks/backup";
/// There is no mail.
pub const NO_MAIL: &str =
    "A webhook: this installation sends no mail. Whoever runs it can set that up ([mail] of its configuration).";
/// A button.
pub const ADD: &str = "Add";
/// The table.
pub const TABLE: &str = "Table of notification channels";
/// A column.
pub const LAST: &str = "Last delivery";
/// A column.
pub const SINCE: &str = "Since";
/// A value.
pub const NOTHING_SENT: &str = "Nothing sent yet";
/// The new secret.
pub const SECRET: &str = "Copy this secret now";
/// The new secret.
pub const SECRET_WHY: &str =
    "Your server checks with it that a message comes from here (Standard Webhooks). It is shown this once.";
/// The new secret.
pub const THE_SECRET: &str = "Signing secret";
/// The new secret.
pub const KEPT: &str = "I have copied it";

/// What goes there.
pub const CHOICE: &str = "Events and customers";
/// What goes there.
pub const EVENTS: &str = "What goes there?";
/// What goes there.
pub const CHOSEN: &str = "Chosen events";
/// Whose.
pub const CUSTOMERS: &str = "About whom?";
/// Whose.
pub const CUSTOMERS_NOTE: &str = "Events about nobody in particular, such as an API key, stay away.";
/// Something must be chosen.
pub const CHOOSE_ONE: &str = "Choose at least one of each.";
/// A button.
pub const SAVE: &str = "Save";
/// It is saved.
pub const SAVED: &str = "Saved. It counts from the next event on.";

/// A channel fails.
pub const FAILING: &str = "It does not take what is sent";
/// A channel fails: what to do.
pub const FAILING_WHY: &str = "Each delivery is tried for a day, then given up and kept for 30 days. Put the other side right, then send again what failed. Nothing is removed by itself.";
/// An action.
pub const TEST: &str = "Send a test";
/// The log.
pub const LOG: &str = "Deliveries";
/// The log.
pub const LOG_NOTE: &str = "30 days. What the other side wrote is not kept.";
/// The log.
pub const LOG_TABLE: &str = "Table of deliveries";
/// A column.
pub const EVENT: &str = "Event";
/// A column.
pub const HAPPENED: &str = "When";
/// A column.
pub const OUTCOME: &str = "Outcome";
/// A column.
pub const TRIES: &str = "Tries";
/// A choice.
pub const ALL: &str = "All";
/// A choice.
pub const FAILED: &str = "Given up";
/// An action.
pub const AGAIN: &str = "Send again";
/// An action.
pub const ALL_AGAIN: &str = "Send all that failed again";
/// Nothing in the log.
pub const LOG_EMPTY: &str = "Nothing went out yet. Send a test to see whether it arrives.";
/// Nothing in the log of what failed.
pub const NONE_FAILED: &str = "Nothing was given up.";

/// The secret.
pub const ROTATION: &str = "Signing secret";
/// The secret.
pub const ROTATION_WHY: &str = "A new secret is shown once. For 24 hours messages carry two signatures, one by each, so that your server can change over in its own time; then the old one is forgotten.";
/// An action.
pub const ROTATE: &str = "Change the secret";
/// Both sign.
pub const BOTH_SIGN: &str = "The secret before signs, too, until it is forgotten";
/// The end.
pub const END: &str = "Remove this channel";
/// The end.
pub const END_WHY: &str = "What is on its way is not sent, and the secret is forgotten.";
/// An action.
pub const REMOVE: &str = "Remove";
/// An action, asked again.
pub const REMOVE_SURE: &str = "Remove now";

/// A way in a word.
pub const fn kind(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Mail => "Mail",
        ChannelKind::Webhook => "Webhook",
    }
}

/// What goes there unless something was chosen.
pub const fn defaults(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Mail => "Warnings",
        ChannelKind::Webhook => "Everything",
    }
}

/// An event in plain words.
pub const fn event(kind: EventType) -> &'static str {
    match kind {
        EventType::Authorized => "A sign-in is done",
        EventType::AuthorizationFailed => "A sign-in stopped",
        EventType::AuthorizationCancelled => "An authorization was called off",
        EventType::MethodChanged => "Backup sets changed their method",
        EventType::ExpiresSoon => "A certificate ends soon",
        EventType::NeedsAttention => "Access needs somebody",
        EventType::Drift => "Permissions were changed",
        EventType::Revoked => "Access has ended",
        EventType::KeyBreadth => "A key reaches far more than before",
        EventType::ChannelFailing => "Another channel fails",
        EventType::Ping => "A test",
    }
}

/// The place without what is long about it.
pub fn place(channel: &ChannelView) -> String {
    let rest = channel.address.split_once("://").map_or(channel.address.as_str(), |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest).to_owned()
}

/// The headline: a fact.
pub fn headline(channel: &ChannelView) -> String {
    let place = place(channel);
    match (&channel.failing_since, &channel.last_delivery) {
        (Some(_), _) => format!("{place} takes nothing"),
        (None, Some(last)) if last.state == DeliveryState::Delivered => format!("{place} takes what is sent"),
        (None, Some(_)) => format!("Something is on its way to {place}"),
        (None, None) => format!("Nothing went to {place} yet"),
    }
}

/// What goes to a channel, in few words.
pub fn scope(channel: &ChannelView) -> String {
    let events = if channel.events == channel.kind.defaults() {
        defaults(channel.kind).to_owned()
    } else {
        plural(channel.events.len() as u64, "kind of event", "kinds of events")
    };
    match &channel.customers {
        None => format!("{events}, all customers"),
        Some(customers) => format!("{events}, {}", plural(customers.len() as u64, "customer", "customers")),
    }
}

/// What became of a delivery.
pub fn outcome(one: &DeliveryView, now: Timestamp) -> String {
    let took = one.last_duration.map(|millis| format!(" in {} ms", number(millis.into()))).unwrap_or_default();
    let problem = one.last_problem.as_deref().unwrap_or("no answer");
    match (one.state, one.last_status) {
        (DeliveryState::Delivered, Some(status)) => format!("Delivered: {status}{took}"),
        (DeliveryState::Delivered, None) => "Delivered".to_owned(),
        (DeliveryState::Waiting, _) if one.tried_at.is_none() => "On its way".to_owned(),
        (DeliveryState::Waiting, _) => {
            let next = one.next_try_at.map(|at| format!(", again {}", when(at, now))).unwrap_or_default();
            format!("Not yet: {problem}{next}")
        }
        (DeliveryState::Failed, _) => format!("Given up: {problem}"),
    }
}

/// So many go out again.
pub fn replayed(count: u64) -> String {
    if count == 0 {
        "Nothing was given up.".to_owned()
    } else {
        format!("{} sent again.", plural(count, "delivery", "deliveries"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(address: &str) -> ChannelView {
        let view = serde_json::json!({
            "id": "0190a0b1-2c3d-7e4f-8a9b-0c1d2e3f4a5b", "kind": "webhook", "address": address,
            "events": ChannelKind::Webhook.defaults(), "customers": null, "created_by": "Maya", "created_at": 0,
            "failing_since": null, "previous_secret_until": null, "last_delivery": null,
        });
        serde_json::from_value(view).expect("a channel")
    }

    #[test]
    fn k2_a_channel_is_said_in_words() {
        let one = channel("https://hooks.example.com/rekey?token=1");
        assert_eq!(headline(&one), "Nothing went to hooks.example.com yet");
        assert_eq!(scope(&one), "Everything, all customers");
        let failing = ChannelView { failing_since: Some(Timestamp(1)), events: vec![EventType::Drift], ..one };
        assert_eq!(headline(&failing), "hooks.example.com takes nothing");
        assert_eq!(scope(&failing), "1 kind of event, all customers");
        assert_eq!(place(&channel("desk@example.com")), "desk@example.com");
    }
}
