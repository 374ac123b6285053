//! Words of previews and authorizations.

use crate::text::{number, plural};
use shared::api::apps::Way;
use shared::api::authorizations::{AuthorizationState, SignInState};

/// The page's title in the tab.
pub const TITLE: &str = "Authorizations";
/// Under the headline.
pub const SUB: &str =
    "Each one gets access for chosen backup sets of one customer. A set changes only after a sign-in and Save.";
/// A trail.
pub const PREVIEW: &str = "Preview";
/// Under the preview's headline.
pub const PREVIEW_WHY: &str = "This is a preview. Nothing is stored and nobody has signed in. A set changes only after somebody signs in and saves.";
/// Nothing is chosen.
pub const NOTHING_CHOSEN: &str = "No backup sets are chosen";
/// What to do.
pub const NOTHING_CHOSEN_WHY: &str = "Choose them in the list; the preview then shows who must sign in, and what for.";
/// A button.
pub const CHOOSE_SETS: &str = "Choose backup sets";
/// In a sign-in.
pub const WHAT_CHANGES: &str = "What changes";
/// In a sign-in.
pub const WHO: &str = "Who must sign in";
/// In a sign-in.
pub const WHAT_FOR: &str = "What the backup may do afterwards";
/// In a sign-in.
pub const READ_ONLY: &str = "Read only. Restoring needs more rights; they are asked for when a restore starts.";
/// In a sign-in that prepares restores.
pub const READ_AND_RESTORE: &str =
    "It may write, too. Jobs get a token that writes only while a restore is open that somebody approved.";
/// In a sign-in.
pub const NEEDS_ADMINISTRATOR: &str = "An administrator may have to approve first";
/// In a sign-in.
pub const NEEDS_ADMINISTRATOR_WHY: &str = "Where a tenant keeps Microsoft’s default policy, some of these permissions need an administrator’s approval. If so, the page offers a link to pass on. Approved within the hour, it goes on by itself; later, with one more sign-in.";
/// Some sets are in another authorization.
pub const UNDER_WAY_WHY: &str =
    "Whoever signs in first changes them. A second authorization asks again, perhaps somebody else.";
/// Refused sets.
pub const REFUSED: &str = "These do not take part";
/// Beside the remedy.
pub const INSTEAD: &str = "Instead:";
/// A number.
pub const SETS_CHANGE: &str = "sets change";
/// A number.
pub const SET_CHANGES: &str = "set changes";
/// A number.
pub const SIGN_INS: &str = "sign-ins";
/// A number.
pub const SIGN_IN: &str = "sign-in";
/// A number.
pub const PASSWORDS: &str = "passwords kept";
/// The side column.
pub const SUMMARY: &str = "Summary";
/// A fact.
pub const TENANT: &str = "Tenant";
/// A fact.
pub const CREATED_THERE: &str = "Created there";
/// A fact's value.
pub const CREATED_THERE_HYBRID: &str =
    "No app of the customer’s own. The account’s consent is recorded for this service.";
/// A fact.
pub const ENDS: &str = "Access ends when";
/// A fact's value.
pub const ENDS_HYBRID: &str = "an administrator resets the password or revokes sessions, the consent is taken back, or 90 days pass unused. You are told then.";
/// A fact.
pub const JOBS: &str = "Running jobs";
/// A fact's value.
pub const JOBS_GO_ON: &str = "Not interrupted";
/// The tenant is not confirmed.
pub const CONFIRM_TENANT: &str = "Is this the right tenant?";
/// What to do.
pub const CONFIRM_TENANT_WHY: &str =
    "Every sign-in goes to this tenant and no other. Compare the id with the customer’s before you confirm.";
/// A button.
pub const CONFIRM_TENANT_BUTTON: &str = "Yes, this is their tenant";
/// Beside the disabled button.
pub const CONFIRM_FIRST: &str = "Confirm the tenant first.";
/// Beside the disabled button.
pub const NOTHING_POSSIBLE: &str = "None of the chosen sets can take part.";
/// The independent sign-ins.
pub const INDEPENDENT: &str = "The sign-ins are independent. Do them in any order, on any device.";

/// The main action, going on.
pub const AUTHORIZING: &str = "Preparing";
/// Back.
pub const CHANGE_CHOICE: &str = "Change the choice";
/// A sign-in's action.
pub const SIGN_IN_NOW: &str = "Sign in now";
/// A sign-in's action.
pub const CONTINUE: &str = "Continue at Microsoft";
/// A sign-in's action.
pub const AGAIN: &str = "Sign in again";
/// A sign-in's action, going on.
pub const OPENING: &str = "Opening";
/// A sign-in's action.
pub const SAVE: &str = "Save";
/// A sign-in's action, going on.
pub const SAVING: &str = "Saving";
/// Ends the whole.
pub const CANCEL: &str = "Cancel authorization";
/// Ends the whole, asked again.
pub const CANCEL_SURE: &str = "Yes, cancel it";
/// Ends the whole.
pub const CANCEL_WHY: &str = "Open links stop working. Sets that changed stay changed.";
/// Does not end it.
pub const KEEP: &str = "Keep it";
/// The receipt.
pub const RECEIPT: &str = "Receipt";
/// For a screen reader: its table.
pub const RECEIPT_TABLE: &str = "Table of what changed";
/// The receipt.
pub const SIGNED_IN_AS: &str = "Signed in as";
/// Steps.
pub const STEPS: &str = "Steps";
/// The approval.
pub const APPROVAL: &str = "Link for the administrator";
/// The approval.
pub const APPROVAL_WHY: &str = "Send it to an administrator of the tenant. Microsoft is asked again every few minutes, for about an hour after the sign-in, and the work goes on by itself once they have approved.";
/// The approval, when an app that is there already waits for its permissions.
pub const APPROVAL_WHY_APP: &str = "Open it, or send it to an administrator of the tenant. Microsoft is asked again every few minutes, for a day, and the work goes on by itself once the permissions are granted.";
/// The approval, when nobody waits for it any more.
pub const APPROVAL_LATE: &str = "It still works: send it to an administrator of the tenant. After they have approved, the sign-in is done once more.";
/// Live updates stopped.
pub const PAUSED: &str = "Live updates are paused";
/// Live updates stopped.
pub const PAUSED_WHY: &str = "The connection dropped. It comes back by itself; the work goes on meanwhile.";
/// Filters.
pub const FILTER: &str = "State";
/// A filter.
pub const ALL: &str = "All";
/// Nothing there.
pub const EMPTY: &str = "No authorizations yet";
/// Nothing there.
pub const EMPTY_WHY: &str = "You make one by choosing backup sets and looking at the preview.";
/// Nothing matches.
pub const EMPTY_STATE: &str = "No authorization is in this state";
/// A column.
pub const CUSTOMER: &str = "Customer";
/// A column.
pub const WHAT: &str = "What changes";
/// A column.
pub const STATE: &str = "State";
/// A column.
pub const MADE: &str = "Made";
/// The table.
pub const TABLE: &str = "Table of authorizations";
/// A button.
pub const TO_SETS: &str = "See the backup sets";
/// A button.
pub const TO_APP: &str = "See the app";
/// A column of the receipt.
pub const WHEN: &str = "When";
/// A column of the receipt.
pub const BEFORE_AFTER: &str = "Before and after";

/// The preview's headline.
pub fn preview_headline(sets: u64, customer: &str) -> String {
    format!("Authorize {} of {customer}", plural(sets, "backup set", "backup sets"))
}

/// Nothing can change.
pub fn nothing_headline(customer: &str) -> String {
    format!("None of the chosen sets of {customer} can change now")
}

/// A sign-in's headline.
pub fn holder(account: &str) -> String {
    format!("The holder of {account} signs in")
}

/// A sign-in's headline when it is done.
pub fn signed_in(account: &str) -> String {
    format!("The holder of {account} signed in")
}

/// A sign-in's headline when only Save is needed.
pub fn connected(account: &str) -> String {
    format!("{account} is connected already")
}

/// Under a sign-in's headline.
pub fn sets(count: usize) -> String {
    plural(count as u64, "set", "sets")
}

/// Sets are in an open authorization already.
pub fn under_way(sets: u64) -> String {
    if sets == 1 {
        "1 set is being authorized already".to_owned()
    } else {
        format!("{} sets are being authorized already", number(sets))
    }
}

/// The way to it.
pub fn open_of(by: &str, when: &str) -> String {
    format!("Open the one that {by} began {when}")
}

/// Who must sign in, in a sentence.
pub fn who(account: &str) -> String {
    format!(
        "{account} itself, on Microsoft’s page, with MFA where the tenant asks for it. No administrator role is needed."
    )
}

/// Who must sign in, when nobody must.
pub fn who_connected(account: &str) -> String {
    format!("Nobody. {account} signed in for other sets before; these only have to be saved.")
}

/// The action, counted.
pub fn authorize(sets: u64, sign_ins: usize) -> String {
    if sign_ins == 0 {
        format!("Authorize {}", plural(sets, "set", "sets"))
    } else {
        format!("Authorize {} with {}", plural(sets, "set", "sets"), plural(sign_ins as u64, "sign-in", "sign-ins"))
    }
}

/// The action where the customer makes the app: nobody signs in here.
pub fn authorize_own_app(sets: u64) -> String {
    format!("Go on with {} and an app of the customer’s", plural(sets, "set", "sets"))
}

/// An authorization's headline.
pub fn headline(state: AuthorizationState, done: usize, all: usize, customer: &str, way: Way) -> String {
    let sets = plural(all as u64, "backup set", "backup sets");
    match state {
        AuthorizationState::Done if all == 1 => format!("1 backup set of {customer} changed"),
        AuthorizationState::Done => format!("All {sets} of {customer} changed"),
        AuthorizationState::Cancelled if done == 0 => format!("Cancelled: no set of {customer} changed"),
        AuthorizationState::Cancelled => format!("Cancelled: {} of {sets} of {customer} changed", number(done as u64)),
        AuthorizationState::Open if done == 0 && way == Way::OwnApp => {
            format!("{sets} of {customer} {} for the customer’s app", if all == 1 { "waits" } else { "wait" })
        }
        AuthorizationState::Open if done == 0 => {
            format!("{sets} of {customer} {} for a sign-in", if all == 1 { "waits" } else { "wait" })
        }
        AuthorizationState::Open => format!("{} of {sets} of {customer} changed", number(done as u64)),
    }
}

/// Under the headline.
pub const fn sub(state: AuthorizationState, way: Way) -> &'static str {
    match state {
        AuthorizationState::Open if matches!(way, Way::OwnApp) => {
            "An administrator of the customer makes the app in Entra; then its id is entered here. Nobody signs in here."
        }
        AuthorizationState::Open => {
            "Whoever holds an account signs in at Microsoft, checks what will change, and saves. This page follows by itself."
        }
        AuthorizationState::Done => "The next backup runs without a stored password. This page is the receipt.",
        AuthorizationState::Cancelled => "Nothing more happens here. Choose the sets again to start anew.",
    }
}

/// The title in the tab.
pub const fn title(state: AuthorizationState) -> &'static str {
    match state {
        AuthorizationState::Open => "Authorization",
        AuthorizationState::Done => "Receipt",
        AuthorizationState::Cancelled => "Cancelled",
    }
}

/// A state in a word or two.
pub const fn state(state: AuthorizationState) -> &'static str {
    match state {
        AuthorizationState::Open => "Open",
        AuthorizationState::Done => "Done",
        AuthorizationState::Cancelled => "Cancelled",
    }
}

/// A sign-in's state in a word or two.
pub const fn sign_in_state(state: SignInState, way: Way) -> &'static str {
    match state {
        SignInState::Waiting if matches!(way, Way::OwnApp) => "Waits for the app",
        SignInState::Waiting => "Waits for the sign-in",
        SignInState::Working => "Saving",
        SignInState::ConsentNeeded => "Waits for consent",
        SignInState::ApprovalNeeded => "Waits for an administrator",
        SignInState::ClaimsNeeded => "Must sign in again",
        SignInState::Failed => "Stopped",
        SignInState::Done => "Done",
        SignInState::Cancelled => "Cancelled",
    }
}

/// What an authorization waits for, as a task.
pub fn waits(customer: &str, state: SignInState, account: &str, way: Way) -> String {
    match state {
        SignInState::Waiting if way == Way::OwnApp => format!("{customer}: the app of their own is not connected yet"),
        SignInState::Failed => format!("{customer}: the sign-in of {account} stopped"),
        SignInState::ApprovalNeeded => format!("{customer}: an administrator must approve"),
        SignInState::ConsentNeeded | SignInState::ClaimsNeeded => {
            format!("{customer}: {account} must sign in once more")
        }
        _ => format!("{customer}: {account} has not signed in yet"),
    }
}

/// What an authorization waits for, in a sentence.
pub fn waits_why(sets_covered: usize, more: usize) -> String {
    let sets = plural(sets_covered as u64, "set", "sets");
    match more {
        0 if sets_covered == 0 => "Nothing changes in the tenant before somebody signs in and saves.".into(),
        0 => format!("It covers {sets}. They are as before until somebody saves."),
        more => format!(
            "It covers {sets}, and {} more. They are as before until somebody saves.",
            plural(more as u64, "sign-in waits", "sign-ins wait")
        ),
    }
}

/// Made by whom.
pub fn made_by(name: &str) -> String {
    format!("Made by {name}")
}

/// For the live region.
pub fn announce(done: usize, all: usize) -> String {
    format!("{} of {} changed", number(done as u64), plural(all as u64, "set", "sets"))
}

/// What a filter says.
pub fn what(sets: usize, accounts: usize, way: Way) -> String {
    if way == Way::OwnApp {
        return format!("{}, the customer’s own app", plural(sets as u64, "set", "sets"));
    }
    format!("{}, {}", plural(sets as u64, "set", "sets"), plural(accounts as u64, "sign-in", "sign-ins"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d2_where_the_customer_makes_the_app_nobody_is_said_to_sign_in() {
        let open = AuthorizationState::Open;
        let said = |way| {
            [
                headline(open, 0, 3, "Contoso", way),
                sub(open, way).to_owned(),
                sign_in_state(SignInState::Waiting, way).to_owned(),
                what(3, 1, way),
            ]
        };
        assert_eq!(said(Way::SetUp)[0], "3 backup sets of Contoso wait for a sign-in");
        assert_eq!(said(Way::SetUp)[3], "3 sets, 1 sign-in");
        assert_eq!(said(Way::OwnApp)[0], "3 backup sets of Contoso wait for the customer’s app");
        for text in said(Way::OwnApp).into_iter().chain([authorize_own_app(3)]) {
            assert!(!text.contains("sign-in"), "{text}");
        }
        assert_eq!(headline(open, 0, 1, "Contoso", Way::SetUp), "1 backup set of Contoso waits for a sign-in");
    }
}
