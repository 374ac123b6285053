//! Words of the connect page, in English.

mod modern;
mod stop;

pub use modern::*;
pub use stop::*;

use super::{plural, possessive, title};
use crate::features::connect::machine::{Note, Phase, State};
use shared::api::authorizations::{SetRef, SignInState};
use shared::api::connect::ConnectView;
use shared::method::Method;

/// For a screen reader: the panel.
pub const PANEL: &str = "Who asks, and how far you are";
/// For a screen reader: the stages.
pub const STAGES: &str = "Steps";
/// The four stages.
pub const STAGE_TITLES: [&str; 4] =
    ["See what is asked", "Sign in at Microsoft", "Review and save", "Set up and prove"];
/// Goes back to the beginning.
pub const START_OVER: &str = "Start over";
/// While the page is being read.
pub const OPENING: &str = "One moment";
/// While the page is being read, in the tab.
pub const PAGE: &str = "Connect";

/// `Northwind asks for`.
pub fn asks_for(organization: &str) -> String {
    format!("{organization} asks for")
}

/// Where the password is typed.
pub fn password_promise(login_host: &str, brand: &str) -> String {
    format!("You type your password only at {login_host}. {brand} never sees it.")
}

/// Where this page is.
pub fn this_page(host: &str) -> String {
    format!("This page is {host}.")
}

/// The title in the tab.
pub fn tab_title(state: &State) -> String {
    let Some(view) = &state.view else { return PAGE.to_owned() };
    let page = match (&state.phase, view.sign_in.state) {
        (Phase::Settled(_) | Phase::Starting(_), SignInState::Waiting) => STAGE_TITLES[0],
        (Phase::Settled(_), SignInState::Done) => "Done",
        (Phase::Settled(_), SignInState::Working) => STAGE_TITLES[3],
        (Phase::Settled(_), SignInState::Failed | SignInState::Cancelled)
        | (Phase::Stopped(_) | Phase::Doubt(_) | Phase::Unanswered(_), _) => "Stopped",
        (Phase::Review(_) | Phase::Saving(_) | Phase::Settled(_), _) => STAGE_TITLES[2],
        _ => STAGE_TITLES[1],
    };
    title(page, &view.brand)
}

/// An app is set up, renewed or removed; nobody's account is connected.
pub fn is_modern(view: &ConnectView) -> bool {
    view.method == Method::Modern
}

/// A permission's name says that it changes something.
pub fn writes(value: &str) -> bool {
    value.as_bytes().windows(5).any(|word| word == b"Write")
}

// What is asked.

/// The heading.
pub fn asked_title(view: &ConnectView) -> String {
    if is_modern(view) {
        return modern_title(view);
    }
    format!("Let {} back up {}", view.organization, view.sign_in.account)
}

/// Under the heading: why, and what for.
pub fn asked_lede(view: &ConnectView) -> String {
    if is_modern(view) {
        return modern_lede(view);
    }
    let with_password = count(view.sign_in.sets.iter().filter(|set| set.method == Method::Basic));
    let sets = sets(&view.sign_in.sets);
    let account = &view.sign_in.account;
    if with_password == 0 {
        return format!("{sets} of {account} need access. Its owner signs in once, here; no password is stored.");
    }
    format!(
        "{} still {} a stored password, which Microsoft no longer accepts. The owner of {account} signs in once; from then \
         on backups run on that sign-in and on nobody’s password.",
        plural(with_password, "backup set", "backup sets"),
        if with_password == 1 { "uses" } else { "use" },
    )
}

/// `14 backup sets`.
pub fn sets(sets: &[SetRef]) -> String {
    plural(count(sets.iter()), "backup set", "backup sets")
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    items.count().try_into().unwrap_or(u64::MAX)
}

/// Who asks.
pub const ASKED_BY: &str = "Asked by";
/// Which account.
pub const SIGN_IN_AS: &str = "Sign in as";
/// `an account of Contoso (contoso.com)`.
pub fn of_customer(view: &ConnectView) -> String {
    match &view.domain {
        Some(domain) => format!("An account of {} ({domain}). Others are turned away.", view.customer),
        None => format!("An account of {}. Others are turned away.", view.customer),
    }
}
/// How long the link lives.
pub const THIS_LINK: &str = "This link";
/// `Only for Contoso, until …`.
pub fn link_until(customer: &str, until: &str) -> String {
    format!("Only for {customer}, until {until}")
}
/// Heading of the sets.
pub const SETS: &str = "Backup sets";
/// Heading of the permissions.
pub const MAY: &str = "What the backup may do";
/// Heading of what it may not do.
pub const MAY_NOT: &str = "What it may not do";
/// Every permission only reads.
pub const NO_CHANGES: (&str, &str) =
    ("Change or delete anything", "All rights above are read only. A restore asks you again.");
/// The password stays at Microsoft.
pub const NO_PASSWORD: (&str, &str) =
    ("See or keep your password", "You type it at Microsoft. You can end the access there at any time.");
/// Nobody else's data.
pub const NO_OTHERS: (&str, &str) = ("Read what the account cannot read", "It sees what you see, nothing more.");
/// An administrator may be needed.
pub const ADMIN_NOTICE: (&str, &str) = (
    "An administrator may have to approve first",
    "Microsoft’s default rules let only an administrator approve some of these rights. If that is so here, this page says \
     it after you save, and gives you a link to pass on. Nothing is lost.",
);
/// The account is connected already.
pub const CONNECTED_NOTICE: (&str, &str) = (
    "This account is connected already",
    "Whoever asked you can add these sets without you. Signing in again works too and renews the access.",
);
/// Back from Microsoft without an answer.
pub const CAME_BACK_NOTICE: (&str, &str) =
    ("The sign-in was not finished", "Nothing was stored. Continue when you are ready.");
/// Signed in, page left before Save.
pub const FORGOTTEN_NOTICE: (&str, &str) = (
    "Sign in again to go on",
    "This page was loaded again before you saved, so it has forgotten your sign-in. Nothing was stored and nothing is lost.",
);

/// The notice beside the first page.
pub const fn note(note: Note) -> Option<(&'static str, &'static str)> {
    match note {
        Note::None => None,
        Note::CameBack => Some(CAME_BACK_NOTICE),
        Note::Forgotten => Some(FORGOTTEN_NOTICE),
    }
}

/// The main action.
pub const CONTINUE: &str = "Continue to Microsoft";
/// Under the main action.
pub fn opens(login_host: &str) -> String {
    format!("Opens {login_host} in this window. Nothing is stored until you save.")
}
/// Heading of the queue.
pub fn queue_title(count: usize) -> String {
    format!("{count} accounts sign in, one after the other")
}
/// Chooses another sign-in of the queue.
pub const PICK: &str = "Sign in as this one";
/// This sign-in.
pub const THIS_ONE: &str = "This one";

/// How a sign-in of the queue is.
pub const fn queue_state(state: SignInState) -> &'static str {
    match state {
        SignInState::Waiting => "Waiting",
        SignInState::Working => "Being set up",
        SignInState::ConsentNeeded => "Needs consent",
        SignInState::ApprovalNeeded => "Waits for an administrator",
        SignInState::ClaimsNeeded => "Needs more proof",
        SignInState::Failed => "Did not work",
        SignInState::Done => "Done",
        SignInState::Cancelled => "Called off",
    }
}

// On the way.

/// On the way to Microsoft.
pub const LEAVING_TITLE: &str = "On the way to Microsoft";
/// On the way: what to do when nothing happens.
pub fn leaving_lede(login_host: &str) -> String {
    format!("This window opens {login_host}. If it does not, go there again.")
}
/// Goes there again.
pub const LEAVE_AGAIN: &str = "Go to Microsoft";

// Review.

/// The heading.
pub const REVIEW_TITLE: &str = "Check, then save";
/// Under the heading.
pub const REVIEW_LEDE: &str = "Microsoft has confirmed who you are. Nothing has been sent or changed yet.";
/// Another account.
pub const OTHER_ACCOUNT: &str = "Use another account";
/// A tick: the tenant.
pub fn tick_tenant(view: &ConnectView) -> String {
    let tenant = view.domain.clone().unwrap_or_else(|| view.tenant.to_string());
    format!("Tenant {tenant}, the one this link is for")
}
/// A tick: the account.
pub const TICK_ACCOUNT: &str = "The account these backup sets belong to";
/// Instead of the tick.
pub fn tick_other_account(account: &str) -> String {
    format!("Not the account that was asked for, {account}")
}
/// Heading of what will change.
pub const WHEN_YOU_SAVE: &str = "When you save";
/// Under the number of sets.
pub const ALL_TOGETHER: &str = "All together, after the new access is proven. If anything fails, all stay as they are.";
/// What is kept.
pub const KEPT: &str = "Kept";
/// What is kept: the words.
pub const KEPT_WHAT: &str = "Access that Microsoft gives and can take back, sealed. No password.";
/// How it ends.
pub const TO_END: &str = "To end it";
/// How it ends: the words.
pub fn to_end(view: &ConnectView) -> String {
    if is_modern(view) {
        return MODERN_END.to_owned();
    }
    let brand = &view.brand;
    format!("Remove {brand} under “Apps” in your Microsoft account, or ask an administrator. It stops within the hour.")
}
/// Shows the sets.
pub fn show_sets(sets: &[SetRef]) -> String {
    match count(sets.iter()) {
        1 => "Show the set".to_owned(),
        many => format!("Show the {many} sets"),
    }
}
/// Saves.
pub const SAVE: &str = "Save and set up";
/// While saving.
pub const SAVING: &str = "Saving";
/// Goes without saving.
pub const LEAVE: &str = "Leave without saving";
/// Under Save.
pub const SAVE_NOTE: &str = "Takes a few seconds. You may close the window after saving; the work goes on.";

// Work.

/// The heading.
pub fn working_title(view: &ConnectView) -> String {
    format!("Setting up {}", if is_modern(view) { &view.customer } else { &view.sign_in.account })
}
/// Under the heading.
pub fn working_lede(view: &ConnectView) -> String {
    format!("Your part is done. You may close this window: the work goes on, and {} sees how it ends.", view.asked_by)
}
/// For a screen reader: the steps.
pub const STEPS: &str = "Steps of the set-up";
/// `Step 3 of 7`.
pub fn step_of(done: usize, all: usize) -> String {
    format!("Step {} of {all}", (done + 1).min(all))
}

/// The heading of the end.
pub fn done_title(view: &ConnectView) -> String {
    if is_modern(view) {
        return modern_done(view);
    }
    let sets = sets(&view.sign_in.sets);
    let need = if view.sign_in.sets.len() == 1 { "needs" } else { "need" };
    format!("{} {sets} no longer {need} a password", possessive(&view.sign_in.account))
}
/// Under the heading of the end.
pub const DONE_LEDE: &str = "You can close this window. Nobody has to sign in again for these sets.";
/// Under the heading, when somebody else follows.
pub fn done_lede_next(account: &str) -> String {
    format!("One more account is waiting: {account}. Whoever owns it signs in next.")
}
/// The time of the end.
pub const FINISHED: &str = "Finished";
/// Heading of the tests.
pub const TESTED: &str = "What was done and tested";
/// Heading of the receipt.
pub const RECEIPT: &str = "Your receipt";
/// Who signed in.
pub const ALLOWED_BY: &str = "Allowed by";
/// What it may do.
pub const MAY_SHORT: &str = "May";
/// The authorization's id.
pub const REFERENCE: &str = "Reference";
/// The time.
pub const TIME: &str = "Time";
/// Goes on with the next account.
pub fn go_on_with(account: &str) -> String {
    format!("Go on with {account}")
}
/// Saves the receipt as a file.
pub const SAVE_RECEIPT: &str = "Save the receipt";
/// The receipt's file name.
pub const RECEIPT_FILE: &str = "receipt.txt";

// An administrator's approval.

/// The heading.
pub fn approval_title(customer: &str) -> String {
    format!("This needs an administrator of {customer}")
}
/// Under the heading.
pub const APPROVAL_LEDE: &str = "You signed in correctly. Only an administrator may approve some of these rights, so pass this \
     on. The backup sets are as they were; your Save carries on by itself once it is approved.";
/// The link's label.
pub const APPROVAL_LINK: &str = "Link for your administrator";
/// Under the link.
pub const APPROVAL_NOTE: &str =
    "Opens Microsoft’s own approval page. Whoever opens it sees who asks and for what before approving.";
/// Asks again.
pub const CHECK_AGAIN: &str = "Check again";
/// Waiting.
pub const APPROVAL_WAITING: &str = "Waiting for an administrator";
/// Waiting: the words.
pub fn approval_waiting(asked_by: &str) -> String {
    format!("This page moves on by itself. You may close it; {asked_by} sees it as well.")
}
/// The page an administrator comes back to.
pub const APPROVED_TITLE: &str = "Thank you";
/// The page an administrator comes back to: the words.
pub fn approved_lede(brand: &str) -> String {
    format!(
        "{brand} now checks with Microsoft what was approved. Whoever asked you sees the result in their own window."
    )
}
/// What to do now.
pub const APPROVED_NEXT: &str = "You can close this window.";
/// The administrator said no.
pub const NOT_APPROVED_TITLE: &str = "Nothing was approved";
/// The administrator said no: the words.
pub const NOT_APPROVED_LEDE: &str = "Microsoft’s page came back without an approval. Nothing changed. To approve after all, open the link you were sent again.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::connect::machine::fixtures::view;

    #[test]
    fn one_set_is_singular() {
        let mut view = view(SignInState::Waiting);
        assert!(asked_lede(&view).starts_with("2 backup sets still use"));
        view.sign_in.sets.truncate(1);
        assert!(asked_lede(&view).starts_with("1 backup set still uses"));
        assert_eq!(done_title(&view), "anna@contoso.com’s 1 backup set no longer needs a password");
        assert_eq!(show_sets(&view.sign_in.sets), "Show the set");
    }

    #[test]
    fn the_last_step_is_not_exceeded() {
        assert_eq!(step_of(0, 7), "Step 1 of 7");
        assert_eq!(step_of(7, 7), "Step 7 of 7");
    }
}
