//! Words of the pages on which the connect page stops, in English: what happened, why, what to do.

use super::is_modern;
use crate::api::ApiFailure;
use crate::features::connect::stop::Stop;
use shared::api::connect::ConnectView;
use shared::api::problem::HelpAction;

/// The words of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub title: String,
    /// Why, and what did not happen.
    pub lede: String,
    /// What to do, each with a reason.
    pub todo: Vec<(String, String)>,
}

impl Words {
    fn new(title: impl Into<String>, lede: impl Into<String>) -> Self {
        Self { title: title.into(), lede: lede.into(), todo: Vec::new() }
    }

    fn todo(mut self, what: impl Into<String>, why: impl Into<String>) -> Self {
        self.todo.push((what.into(), why.into()));
        self
    }
}

/// Heading of what to do.
pub const WHAT_YOU_CAN_DO: &str = "What you can do";
/// Heading of the ids.
pub const FOR_SUPPORT: &str = "For whoever looks into it";
/// Copies the ids.
pub const COPY_ALL: &str = "Copy all";
/// The sign-in in our words.
pub const REFERENCE_ID: &str = "Reference";
/// Which check failed.
pub const CHECK: &str = "Check";
/// The tenant that was expected.
pub const EXPECTED_TENANT: &str = "Expected tenant";
/// The tenant that came.
pub const SIGNED_IN_TENANT: &str = "Signed-in tenant";
/// Details for support.
pub const DETAILS: &str = "Details for support";
/// Above the expected side of a comparison.
pub const LINK_IS_FOR: &str = "This link is for";
/// Above the other side.
pub const YOU_SIGNED_IN_TO: &str = "You signed in to";
/// The other side's name is unknown.
pub const ANOTHER_TENANT: &str = "Another company";
/// Above the expected account.
pub const SETS_BELONG_TO: &str = "These sets belong to";
/// Above the account that signed in.
pub const YOU_SIGNED_IN_AS: &str = "You signed in as";
/// Tries the sign-in again.
pub const SIGN_IN_AGAIN: &str = "Sign in again";
/// Microsoft refused and our server said nothing.
pub const REFUSED_TITLE: &str = "Microsoft did not let this sign-in through";

const NOTHING_STORED: &str = "Nothing was stored, and the backup sets are as they were.";

fn customer(view: Option<&ConnectView>) -> &str {
    view.map_or("the customer", |view| view.customer.as_str())
}

fn asked_by(view: Option<&ConnectView>) -> &str {
    view.map_or("whoever sent you the link", |view| view.asked_by.as_str())
}

/// The words for a reason to stop.
pub fn stop_words(stop: &Stop, view: Option<&ConnectView>) -> Words {
    match stop {
        Stop::NoLink => Words::new(
            "This page needs its link",
            "You opened it without the part that says what it is for. Nothing was changed.",
        )
        .todo("Open the link again, as it was sent to you", "Or start from the portal."),
        Stop::DeadLink(failure) => dead_link(failure),
        Stop::Offline => Words::new(
            "No connection to the server",
            "Nothing was changed by this page. Check the network, then try again.",
        ),
        Stop::MicrosoftOffline => Words::new(
            "Microsoft could not be reached from here",
            format!("You signed in, but this browser could not collect the result. {NOTHING_STORED}"),
        )
        .todo("Sign in again", "A company filter or an extension sometimes blocks the request. Another network or browser helps."),
        Stop::NoMemory => Words::new(
            "This browser keeps nothing for this page",
            "A sign-in needs this tab to remember one thing until you are back from Microsoft. Nothing was changed.",
        )
        .todo("Allow site data for this address, or use another browser", "Private windows and strict settings can forbid it."),
        Stop::ForeignAnswer => Words::new(
            "This answer belongs to no sign-in of this tab",
            "It was used already, comes from another tab, or somebody else made it. Nothing was sent to anyone.",
        )
        .todo("Start over", "A new sign-in begins with your click. The link stays valid."),
        Stop::WrongAnswer(_) => Words::new(
            "The answer does not fit this sign-in",
            format!("This page checks every answer before it sends anything, and this one failed the check. {NOTHING_STORED}"),
        )
        .todo("Sign in again", "If it happens twice, pass the details below to whoever runs this installation."),
        Stop::Declined { at_consent: false, .. } if view.is_some_and(is_modern) => Words::new(
            "Nobody agreed at Microsoft",
            format!(
                "Nothing was stored. If Microsoft asked for an administrator, your account is none of {}: pass this on. If \
                 you are one, continue when you are ready.",
                customer(view)
            ),
        ),
        Stop::Declined { at_consent: false, .. } => Words::new(
            "You cancelled at Microsoft",
            "Nothing was stored. You can go back whenever you are ready.",
        )
        .todo("Continue when you are ready", "The link stays valid.")
        .todo(format!("Not sure? Ask {}", asked_by(view)), "This page changes nothing by waiting."),
        Stop::Declined { at_consent: true, .. } => Words::new(
            "You did not agree at Microsoft",
            "Without your consent the backup gets no access. The backup sets are as they were.",
        )
        .todo("Look at the rights again", "Each one is listed with its reason; all of them only read.")
        .todo(format!("Not sure? Ask {}", asked_by(view)), "The link stays valid."),
        Stop::WrongTenant(_) => Words::new(
            format!("You signed in, but this link is for {}", customer(view)),
            "This page stopped before sending anything. Nothing was stored, in either tenant.",
        ),
        Stop::PersonalAccount => Words::new(
            "That is a personal account",
            format!("Backups of {} need a work or school account. {NOTHING_STORED}", customer(view)),
        )
        .todo("Use your work account", "Microsoft asks you to choose; pick the one of your company."),
        Stop::Guest(person) => Words::new(
            format!("{} is a guest at {}", person.account, customer(view)),
            format!("The access of a guest ends outside of {}’s control, so it cannot carry a backup. {NOTHING_STORED}", customer(view)),
        )
        .todo(format!("Use a member account of {}", customer(view)), "The account itself must live there."),
        Stop::Refused(failure) => {
            Words::new(failure.title(), failure.detail()).todo("Start over", "Nothing is lost; a new sign-in replaces this one.")
        }
        Stop::Told(help) => Words::new(help.title.clone(), help.text.clone()),
    }
}

fn dead_link(failure: &ApiFailure) -> Words {
    // Unknown, expired, used and revoked look alike on purpose; anything else says itself.
    let words = if failure.status() == Some(404) {
        Words::new(
            "This link no longer works",
            "It has expired, was replaced, or is not complete. Nothing was changed.",
        )
    } else {
        Words::new(failure.title(), failure.detail())
    };
    words.todo(
        "Ask for a new link",
        "Links live for a short time and are for one purpose; whoever sent it can make another.",
    )
}

/// Another account than the one that was asked for.
pub fn doubt_words(account: &str, view: &ConnectView) -> Words {
    Words::new(
        format!("You signed in as {account}, but these sets belong to {}", view.sign_in.account),
        "Nothing has been sent or changed yet.",
    )
}

/// After the comparison.
pub fn doubt_hint(view: &ConnectView) -> String {
    format!(
        "This happens when the browser already knows another account. Microsoft asks you to choose; pick {}. If both names \
         are the same account, go on: the server checks it.",
        view.sign_in.account
    )
}
/// Goes on although the names differ.
pub fn go_on_as(account: &str) -> String {
    format!("Go on as {account}")
}
/// After the comparison of tenants.
pub fn wrong_tenant_hint(view: &ConnectView) -> String {
    let ending = view.domain.as_deref().map(|domain| format!(" It usually ends in {domain}.")).unwrap_or_default();
    format!(
        "This happens when the browser already knows another account. Microsoft asks you to choose; pick {}.{ending}",
        view.sign_in.account
    )
}

/// Save was sent and no answer came.
pub fn unanswered_words() -> Words {
    Words::new(
        "No answer came after you saved",
        "It may have arrived or not. Trying again is safe: it is counted once.",
    )
}

/// Microsoft wants the holder's consent.
pub fn consent_words(view: &ConnectView) -> Words {
    Words::new(
        "Microsoft asks for your consent once",
        format!(
            "You are signed in and your Save is kept. Microsoft now shows its own page with the rights below; agree there \
             and {} goes on by itself.",
            view.brand
        ),
    )
}

/// Microsoft wants more proof.
pub fn claims_words(view: &ConnectView) -> Words {
    Words::new(
        "Microsoft wants one more proof that it is you",
        format!(
            "{}’s rules ask for it, usually a second factor. Sign in once more; your Save carries on after that.",
            view.customer
        ),
    )
}

/// Called off.
pub fn cancelled_words(view: &ConnectView) -> Words {
    Words::new(
        "This was called off",
        format!("{} does not need this sign-in any more. The backup sets are as they were.", view.asked_by),
    )
}

/// What a remedy's button says; `None` where nobody here can do anything.
pub const fn action(action: HelpAction) -> Option<&'static str> {
    match action {
        HelpAction::SignInAgain => Some(SIGN_IN_AGAIN),
        HelpAction::OtherAccount => Some(super::OTHER_ACCOUNT),
        HelpAction::Retry | HelpAction::Wait | HelpAction::ChangeDevice | HelpAction::AskAdministrator => {
            Some(crate::text::TRY_AGAIN)
        }
        HelpAction::ContactSupport => None,
    }
}

/// What a remedy asks of people, beside its button.
pub fn action_todo(action: HelpAction, view: Option<&ConnectView>) -> Option<(String, String)> {
    let until = "The link stays valid.".to_owned();
    match action {
        HelpAction::AskAdministrator => Some((
            format!("Ask an administrator of {}", customer(view)),
            "They find this sign-in in Entra under Sign-in logs with the ids below.".to_owned(),
        )),
        HelpAction::ChangeDevice => Some(("Try again from a company computer or the office network".to_owned(), until)),
        HelpAction::Wait => Some(("Wait a few minutes, then try again".to_owned(), until)),
        HelpAction::ContactSupport => {
            Some(("Tell whoever runs this installation".to_owned(), "The ids below help them to find it.".to_owned()))
        }
        HelpAction::SignInAgain | HelpAction::OtherAccount | HelpAction::Retry => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::connect::machine::fixtures::{person, view};
    use shared::api::authorizations::SignInState;

    #[test]
    fn every_stop_says_what_happened_and_what_to_do_without_a_view_too() {
        let view = view(SignInState::Waiting);
        let network = ApiFailure::Network;
        for stop in [
            Stop::NoLink,
            Stop::DeadLink(network.clone()),
            Stop::Offline,
            Stop::MicrosoftOffline,
            Stop::NoMemory,
            Stop::ForeignAnswer,
            Stop::WrongAnswer("nonce"),
            Stop::Declined { at_consent: false, ids: shared::api::problem::MicrosoftIds::default() },
            Stop::Declined { at_consent: true, ids: shared::api::problem::MicrosoftIds::default() },
            Stop::WrongTenant(person("x@fabrikam.com")),
            Stop::PersonalAccount,
            Stop::Guest(person("g@fabrikam.com")),
            Stop::Refused(network),
        ] {
            for view in [None, Some(&view)] {
                let words = stop_words(&stop, view);
                assert!(words.title.len() > 10 && words.lede.len() > 20, "{stop:?}");
                assert!(!words.title.contains('!') && !words.lede.contains("please"), "{stop:?}");
            }
        }
    }
}
