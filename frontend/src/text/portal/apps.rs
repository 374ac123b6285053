//! Words of apps and their certificates.

use crate::text::{number, plural};
use shared::api::apps::{AppState, CertificateState, Way};
use shared::rules::scopes::Purpose;

/// A section.
pub const SECTION: &str = "App";
/// Nothing there.
pub const NONE: &str = "No app is set up in this tenant. Choose sets and the method modern, and an administrator of the tenant sets one up.";
/// A field.
pub const CLIENT_ID: &str = "Application (client) id";
/// A fact.
pub const FOR: &str = "For";
/// A fact.
pub const DATA: &str = "Data";
/// A fact.
pub const SETS: &str = "Backup sets";
/// A fact.
pub const SET_UP: &str = "Set up";
/// A fact.
pub const CHECKED: &str = "Last seen to work";
/// A fact.
pub const FIRST_TOKEN: &str = "First used by a job";
/// A fact's value.
pub const NEVER_USED: &str = "Not yet";
/// A fact.
pub const OBJECT: &str = "Object id";
/// What stays.
pub const LEFT: &str = "Still to delete in Entra";
/// What stays.
pub const LEFT_WHY: &str = "Only an administrator of the tenant can do this. Until then it is half done.";
/// The kill switch was pulled.
pub const OFF: &str = "Switched off: its keys are forgotten here";
/// The kill switch was pulled.
pub const OFF_WHY: &str = "No job gets in by it. Update configuration makes new keys; removing it ends it for good.";

/// Permissions.
pub const PERMISSIONS: &str = "Permissions: what the sets need, against what the tenant grants";
/// A permission.
pub const GRANTED: &str = "Granted";
/// A permission.
pub const MISSING: &str = "Missing";
/// A permission.
pub const NOT_SEEN: &str = "Not seen yet";
/// A permission.
pub const EXTRA: &str = "Not asked for";
/// A permission.
pub const EXTRA_TITLE: &str = "Granted by somebody else";
/// A permission.
pub const EXTRA_WHY: &str = "No set needs it, and nobody asked for it here.";

/// A certificate.
pub const CERTIFICATE: &str = "Certificate";
/// A certificate.
pub const ISSUED: &str = "issued";
/// A certificate.
pub const ENDS: &str = "ends,";
/// A certificate.
pub const RENEWS: &str = "renews itself";
/// A certificate.
pub const BY_HAND: &str = "By an administrator";
/// A certificate.
pub const BY_HAND_WHY: &str = "with Update configuration";
/// A certificate.
pub const THUMBPRINT: &str = "SHA-256";

/// The buttons.
pub const ACTIONS: &str = "What you can do";
/// A button.
pub const UPDATE: &str = "Update configuration";
/// Under the button.
pub const UPDATE_WHY: &str = "Update configuration makes a new certificate and repairs the permissions. An administrator signs in once; jobs go on.";
/// A button.
pub const CHECK: &str = "Check now";
/// A button, going on.
pub const CHECKING: &str = "Checking";
/// A button.
pub const UNDO: &str = "Undo the switch";
/// Asked again.
pub const UNDO_WHY: &str = "The sets go back to their stored password at once, which Microsoft no longer accepts. This is possible until a job has used the app for the first time. The app stays in the tenant until an administrator deletes it.";
/// Asked again.
pub const UNDO_SURE: &str = "Undo it now";
/// A button.
pub const REMOVE: &str = "Remove";
/// Asked again.
pub const REMOVE_WHY: &str = "An administrator of the tenant signs in; then the app is deleted there, and its absence is proved. Jobs of its sets stop. Nothing happens before that sign-in.";
/// Asked again.
pub const REMOVE_SURE: &str = "Prepare the removal";
/// Something is wrong.
pub const REPAIR: &str = "One sign-in repairs this";
/// Something is wrong.
pub const REPAIR_WHY: &str =
    "Press Update configuration, then sign in or pass the link on to an administrator of the tenant.";

/// The kill switch.
pub const KILL: &str = "Kill switch";
/// The kill switch.
pub const KILL_WHY: &str = "Forgets every key for this tenant at once, without anybody of the customer. For an emergency; afterwards all its sets need a new authorization.";
/// The kill switch.
pub const KILL_OPEN: &str = "Cut off this tenant";
/// A field.
pub const KILL_NAME: &str = "Name of the customer";
/// A field.
pub const KILL_HINT: &str = "Exactly as it stands above";
/// A button.
pub const KILL_NOW: &str = "Forget all keys now";
/// A button, going on.
pub const KILLING: &str = "Forgetting";
/// Done.
pub const KILLED: &str = "All keys for this tenant are forgotten";

/// Asks for the name.
pub fn kill_type(name: &str) -> String {
    format!("Jobs of all sets of {name} stop. Type “{name}” to go on.")
}

/// What was done to one app.
pub fn killed(app: &str, removed: u64, left: u64) -> String {
    let removed = plural(removed, "key was", "keys were");
    match left {
        0 => format!("{app}: {removed} taken off it at Microsoft."),
        left => format!(
            "{app}: {removed} taken off it at Microsoft, {} still there. Nobody has the private halves any more.",
            plural(left, "key is", "keys are")
        ),
    }
}

/// What was done to accounts.
pub fn killed_connections(count: u64) -> String {
    format!(
        "Access of {} ended. Tokens that a job holds already live for up to 90 minutes.",
        plural(count, "account", "accounts")
    )
}

/// An app's state in a word or two.
pub const fn state(state: AppState) -> &'static str {
    match state {
        AppState::SettingUp => "Being set up",
        AppState::Working => "Works",
        AppState::Doubtful => "Did not answer, tried again",
        AppState::NeedsAdministrator => "Needs an administrator",
        AppState::Off => "Switched off",
        AppState::Removed => "Removed",
    }
}

/// What an app is for.
pub const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Backup => "Backup",
        Purpose::Restore => "Restore",
    }
}

/// What that means.
pub const fn purpose_why(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Backup => "Reads, and cannot write.",
        Purpose::Restore => "Writes, and only while a restore that somebody approved is open.",
    }
}

/// How it came to be.
pub const fn way(way: Way) -> &'static str {
    match way {
        Way::SetUp => "Set up from here, for an administrator who signed in",
        Way::Consent => "Made from here; permissions granted on Microsoft’s page",
        Way::OwnApp => "By the customer",
    }
}

/// A certificate that is not in use.
pub const fn certificate(state: CertificateState) -> &'static str {
    match state {
        CertificateState::Made => "Made, not proved yet",
        CertificateState::Current => "In use",
        CertificateState::Previous => "Replaced",
        CertificateState::Removed => "Removed",
    }
}

/// How long it is good.
pub fn days_left(days: i64) -> String {
    match u64::try_from(days) {
        Ok(0) => "Ends today".into(),
        Ok(days) => format!("{} left", plural(days, "day", "days")),
        Err(_) => "Ended".into(),
    }
}

/// A life in words.
pub fn life(spent: i64, whole: i64, renews: Option<&str>) -> String {
    let count = |days: i64| number(days.unsigned_abs());
    let begin = format!("{} of {} days used.", count(spent), count(whole));
    match renews {
        Some(day) => format!("{begin} The app renews it by itself on {day}."),
        None => format!("{begin} An administrator renews it."),
    }
}

/// When a replaced one goes.
pub fn removed_on(day: &str) -> String {
    format!("Taken off the app on {day}, a day after the new one was proved.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l3_the_kill_switch_says_what_it_could_not_do() {
        assert!(killed("Rekey Backup", 1, 0).ends_with("taken off it at Microsoft."));
        assert!(killed("Rekey Backup", 0, 2).contains("2 keys are still there"));
    }

    #[test]
    fn the_end_of_a_certificate_is_said_in_days() {
        assert_eq!(
            [days_left(16), days_left(1), days_left(0), days_left(-3)],
            ["16 days left", "1 day left", "Ends today", "Ended"]
        );
    }
}
