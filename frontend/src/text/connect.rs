//! Words of the connect page that depend on what is shown. The texts themselves are in `languages/`.

use super::words::{Key, Names, coded, coded_pair, count, fill, keys, number, of, pair_of, say, with};
use super::{join, title};
use crate::api::ApiFailure;
use crate::features::connect::machine::{Note, Phase, State};
use crate::features::connect::stop::Stop;
use shared::api::authorizations::{AuthorizationKind, PermissionView, SetRef, SignInState, StepState, StepView};
use shared::api::connect::ConnectView;
use shared::api::problem::{Help, HelpAction};
use shared::method::Method;
use shared::rules::who::Signer;
use std::borrow::Cow;

/// The four stages.
pub const STAGES: [Key; 4] = [keys::STAGE_SEE, keys::STAGE_SIGN_IN, keys::STAGE_REVIEW, keys::STAGE_WORK];

/// The title in the tab.
pub fn tab_title(state: &State) -> String {
    let Some(view) = &state.view else { return say(keys::TAB_CONNECT).to_owned() };
    let page = match (&state.phase, view.sign_in.state) {
        (Phase::Settled(_) | Phase::Starting(_), SignInState::Waiting) => keys::STAGE_SEE,
        (Phase::Settled(_), SignInState::Done) => keys::TAB_DONE,
        (Phase::Settled(_), SignInState::Working) => keys::STAGE_WORK,
        (Phase::Settled(_), SignInState::Failed | SignInState::Cancelled)
        | (Phase::Stopped(_) | Phase::Doubt(_) | Phase::Unanswered(_), _) => keys::TAB_STOPPED,
        (Phase::Review(_) | Phase::Saving(_) | Phase::Settled(_), _) => keys::STAGE_REVIEW,
        _ => keys::STAGE_SIGN_IN,
    };
    title(say(page), &view.brand)
}

/// An app is set up, renewed or removed; nobody's account is connected.
pub fn is_modern(view: &ConnectView) -> bool {
    view.method == Method::Modern
}

/// A permission's name says that it changes something.
pub fn writes(value: &str) -> bool {
    let has = |part: &[u8]| value.as_bytes().windows(part.len()).any(|word| word == part);
    has(b"Write") || has(b"Migrate")
}

/// What is made in the tenant: an app, or one for backups and one for restores.
pub fn makes(view: &ConnectView) -> Key {
    let writes = view.sign_in.permissions.iter().any(|permission| writes(&permission.value));
    if writes { keys::MAKES_APPS } else { keys::MAKES_APP }
}

/// A method's name.
pub const fn method(method: Method) -> Key {
    match method {
        Method::Basic => keys::BASIC,
        Method::Hybrid => keys::HYBRID,
        Method::Modern => keys::MODERN,
    }
}

/// The heading of what is asked.
pub fn asked_title(view: &ConnectView) -> String {
    let key = match view.kind {
        AuthorizationKind::UpdateConfiguration => keys::ASKED_TITLE_UPDATE,
        AuthorizationKind::Remove if is_modern(view) => keys::ASKED_TITLE_REMOVE,
        AuthorizationKind::Remove => keys::ASKED_TITLE_REMOVE_ACCOUNT,
        _ if is_modern(view) => keys::ASKED_TITLE_MODERN,
        _ => keys::ASKED_TITLE,
    };
    of(key, view)
}

/// Under the heading: why, and what for.
pub fn asked_lede(view: &ConnectView) -> String {
    let sets = &view.sign_in.sets;
    let with_password = sets.iter().filter(|set| set.method == Method::Basic).count();
    let key = match (view.kind, with_password, is_modern(view)) {
        (AuthorizationKind::UpdateConfiguration, ..) => return of(keys::ASKED_LEDE_UPDATE, view),
        (AuthorizationKind::Remove, _, true) => return of(keys::ASKED_LEDE_REMOVE, view),
        (AuthorizationKind::Remove, ..) => return of(keys::ASKED_LEDE_REMOVE_ACCOUNT, view),
        (_, 0, true) => keys::ASKED_LEDE_MODERN_ACCESS,
        (_, 0, false) => keys::ASKED_LEDE_ACCESS,
        (_, _, true) => keys::ASKED_LEDE_MODERN,
        _ => keys::ASKED_LEDE,
    };
    count(key, if with_password == 0 { sets.len() } else { with_password }, Some(view))
}

/// Whom Microsoft's account picker is to show.
pub fn whom(view: &ConnectView) -> String {
    if is_modern(view) { of(keys::ADMINISTRATOR_OF, view) } else { view.sign_in.account.clone() }
}

/// More about whom.
pub fn whom_small(view: &ConnectView) -> String {
    let key = match view.sign_in.signer {
        _ if !is_modern(view) => keys::OF_CUSTOMER,
        Signer::AccountHolder => keys::SIGNER_ACCOUNT_HOLDER,
        Signer::AccountHolderAsAdministrator => keys::SIGNER_ACCOUNT_HOLDER_AS_ADMINISTRATOR,
        Signer::Administrator => keys::SIGNER_ADMINISTRATOR,
    };
    of(key, view)
}

/// The notice beside the first page.
pub const fn note(note: Note) -> Option<Key> {
    match note {
        Note::None => None,
        Note::CameBack => Some(keys::CAME_BACK),
        Note::Forgotten => Some(keys::FORGOTTEN),
    }
}

/// How a sign-in of the queue is.
pub const fn queue_state(state: SignInState) -> Key {
    match state {
        SignInState::Waiting => keys::QUEUE_WAITING,
        SignInState::Working => keys::QUEUE_WORKING,
        SignInState::ConsentNeeded => keys::QUEUE_CONSENT,
        SignInState::ApprovalNeeded => keys::QUEUE_APPROVAL,
        SignInState::ClaimsNeeded => keys::QUEUE_CLAIMS,
        SignInState::Failed => keys::QUEUE_FAILED,
        SignInState::Done => keys::QUEUE_DONE,
        SignInState::Cancelled => keys::QUEUE_CANCELLED,
    }
}

/// `14 backup sets`.
pub fn sets(sets: &[SetRef]) -> String {
    count(keys::SETS, sets.len(), None)
}

/// What a permission allows, and why it is asked, in the language of the page.
pub fn permission(permission: &PermissionView, view: &ConnectView) -> (Cow<'static, str>, Cow<'static, str>) {
    let of = if is_modern(view) { "roles" } else { "scopes" };
    // A key has no spaces: `SharePoint Sites.Read.All` is `SharePoint_Sites.Read.All` there.
    let code = permission.value.replace(' ', "_");
    match coded_pair(of, &code) {
        Some((title, why)) => (title.into(), why.into()),
        None => (permission.title.clone().into(), join(&[&permission.reason, " ", &permission.without]).into()),
    }
}

/// `Rekey Backup`, or both.
pub fn app_names(view: &ConnectView) -> String {
    let writes = view.sign_in.permissions.iter().any(|permission| writes(&permission.value));
    if writes { with(keys::AND, &[("a", APPS[0]), ("b", APPS[1])]) } else { APPS[0].to_owned() }
}

/// The apps' names at Microsoft, the same in every language.
const APPS: [&str; 2] = ["Rekey Backup", "Rekey Restore"];

/// What a step is called.
pub fn step_title(step: &StepView, view: &ConnectView) -> String {
    step_name(
        step,
        match view.kind {
            AuthorizationKind::Remove => "remove.",
            _ if is_modern(view) => "modern.",
            _ => "",
        },
    )
}

/// What a step of this kind of work is called.
pub fn step_name(step: &StepView, of: &str) -> String {
    let (code, app) = match (step.code.strip_suffix("_backup"), step.code.strip_suffix("_restore")) {
        (Some(code), _) => (code, APPS[0]),
        (_, Some(code)) => (code, APPS[1]),
        _ => (step.code.as_str(), ""),
    };
    let own = coded("steps", &join(&[of, code])).or_else(|| coded("steps", code));
    own.map_or_else(|| step.title.clone(), |text| fill(text, None, &[("app", app)]))
}

/// A word more about a step. Where the language has words of its own for steps, so has it for what slows them.
pub fn step_detail(step: &StepView) -> Option<String> {
    let detail = step.detail.as_ref()?;
    if coded("steps", "received").is_none() {
        return Some(detail.clone());
    }
    let code = match step.state {
        StepState::Slow => "slow_detail",
        StepState::Failed => "pending_detail",
        _ if step.code.starts_with("proved_") => "none_detail",
        _ if step.code.starts_with("removed_") => "removed_detail",
        _ if step.code.starts_with("gone_") => "gone_detail",
        _ => return Some(detail.clone()).filter(|_| step.code.starts_with("key_")),
    };
    coded("steps", code).map(ToOwned::to_owned)
}

/// How it ends.
pub fn to_end(view: &ConnectView) -> String {
    of(if is_modern(view) { keys::TO_END_MODERN } else { keys::TO_END_HYBRID }, view)
}

/// Access for the set-up is left: the title, and what happens about it.
pub fn pending(view: &ConnectView) -> (String, String) {
    pair_of(keys::PENDING, Some(view), &[])
}

/// `Step 3 of 7`.
pub fn step_of(done: usize, all: usize) -> String {
    with(keys::STEP_OF, &[("n", &number((done + 1).min(all))), ("all", &number(all))])
}

/// The heading of the end.
pub fn done_title(view: &ConnectView) -> String {
    let key = match view.kind {
        AuthorizationKind::UpdateConfiguration => return of(keys::DONE_TITLE_UPDATE, view),
        AuthorizationKind::Remove if is_modern(view) => return of(keys::DONE_TITLE_REMOVE, view),
        AuthorizationKind::Remove => return of(keys::DONE_TITLE_REMOVE_ACCOUNT, view),
        _ if is_modern(view) => keys::DONE_TITLE_MODERN,
        _ => keys::DONE_TITLE,
    };
    count(key, view.sign_in.sets.len(), Some(view))
}

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

impl From<(String, String)> for Words {
    fn from((title, lede): (String, String)) -> Self {
        Self { title, lede, todo: Vec::new() }
    }
}

/// The words for a reason to stop.
pub fn stop_words(stop: &Stop, view: Option<&ConnectView>) -> Words {
    let person = match stop {
        Stop::WrongTenant(person) | Stop::Guest(person) => person.account.as_str(),
        _ => "",
    };
    let names: Names<'_> = &[("person", person)];
    let (words, todo) = match stop {
        Stop::NoLink => (keys::NO_LINK, Some(keys::NO_LINK_TODO)),
        Stop::DeadLink(failure) if failure.status() == Some(404) => (keys::DEAD_LINK, Some(keys::DEAD_LINK_TODO)),
        Stop::Offline => (keys::OFFLINE, None),
        Stop::MicrosoftOffline => (keys::MICROSOFT_OFFLINE, Some(keys::MICROSOFT_OFFLINE_TODO)),
        Stop::NoMemory => (keys::NO_MEMORY, Some(keys::NO_MEMORY_TODO)),
        Stop::ForeignAnswer => (keys::FOREIGN_ANSWER, Some(keys::FOREIGN_ANSWER_TODO)),
        Stop::WrongAnswer(_) => (keys::WRONG_ANSWER, Some(keys::WRONG_ANSWER_TODO)),
        Stop::Declined { at_consent: false, .. } if view.is_some_and(is_modern) => (keys::DECLINED_MODERN, None),
        Stop::Declined { at_consent: false, .. } => (keys::DECLINED, Some(keys::DECLINED_TODO)),
        Stop::Declined { at_consent: true, .. } => (keys::CONSENT_DECLINED, Some(keys::CONSENT_DECLINED_TODO)),
        Stop::WrongTenant(_) => (keys::WRONG_TENANT, None),
        Stop::PersonalAccount => (keys::PERSONAL_ACCOUNT, Some(keys::PERSONAL_ACCOUNT_TODO)),
        Stop::Guest(_) => (keys::GUEST, Some(keys::GUEST_TODO)),
        Stop::DeadLink(failure) | Stop::Refused(failure) => {
            let is_dead = matches!(stop, Stop::DeadLink(_));
            let todo = if is_dead { keys::DEAD_LINK_TODO } else { keys::REFUSED_TODO };
            return Words { todo: vec![pair_of(todo, view, names)], ..failure_words(failure) };
        }
        Stop::Told(help) => return help_words(help, view).into(),
    };
    let mut words = Words::from(pair_of(words, view, names));
    words.todo.extend(todo.map(|key| pair_of(key, view, names)));
    if matches!(stop, Stop::Declined { .. }) && todo.is_some() {
        words.todo.push(pair_of(keys::NOT_SURE, view, names));
    }
    words
}

/// Why a request failed: what happened, and why.
pub fn failure(failure: &ApiFailure) -> (String, String) {
    let words = failure_words(failure);
    (words.title, words.lede)
}

/// Why a request failed.
fn failure_words(failure: &ApiFailure) -> Words {
    let said = match failure {
        ApiFailure::Problem(problem) => {
            match coded_pair("refusals", &problem.code).or_else(|| coded_pair("remedies", &problem.code)) {
                Some((title, text)) => (fill(title, None, &[]), fill(text, None, &[])),
                None => (problem.title.clone(), problem.detail.clone()),
            }
        }
        ApiFailure::SignedOut | ApiFailure::Network => pair_of(keys::OFFLINE, None, &[]),
    };
    said.into()
}

/// A remedy of the server's, in the language of the page.
pub fn help_words(help: &Help, view: Option<&ConnectView>) -> (String, String) {
    let code = help.code.strip_prefix("aadsts_").unwrap_or(&help.code);
    let Some((title, text)) = coded_pair("remedies", code) else { return (help.title.clone(), help.text.clone()) };
    (fill(title, view, &[]), fill(text, view, &[]))
}

/// What a remedy's button says; `None` where nobody here can do anything.
pub const fn action(action: HelpAction) -> Option<Key> {
    match action {
        HelpAction::SignInAgain => Some(keys::SIGN_IN_AGAIN),
        HelpAction::OtherAccount => Some(keys::OTHER_ACCOUNT),
        HelpAction::Retry | HelpAction::Wait | HelpAction::ChangeDevice | HelpAction::AskAdministrator => {
            Some(keys::TRY_AGAIN)
        }
        HelpAction::ContactSupport => None,
    }
}

/// What a remedy asks of people, beside its button.
pub fn action_todo(action: HelpAction, view: Option<&ConnectView>) -> Option<(String, String)> {
    let key = match action {
        HelpAction::AskAdministrator => keys::TODO_ADMINISTRATOR,
        HelpAction::ChangeDevice => keys::TODO_DEVICE,
        HelpAction::Wait => keys::TODO_WAIT,
        HelpAction::ContactSupport => keys::TODO_SUPPORT,
        HelpAction::SignInAgain | HelpAction::OtherAccount | HelpAction::Retry => return None,
    };
    Some(pair_of(key, view, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::connect::machine::fixtures::{person, view};

    #[test]
    fn one_set_is_singular() {
        let mut view = view(SignInState::Waiting);
        assert!(asked_lede(&view).starts_with("2 backup sets still use"));
        view.sign_in.sets.truncate(1);
        assert!(asked_lede(&view).starts_with("1 backup set still uses"));
        assert_eq!(done_title(&view), "anna@contoso.com’s backup set no longer needs a password");
        assert_eq!(count(keys::SHOW_SETS, 1, None), "Show the set");
    }

    #[test]
    fn the_last_step_is_not_exceeded() {
        assert_eq!(step_of(0, 7), "Step 1 of 7");
        assert_eq!(step_of(7, 7), "Step 7 of 7");
    }

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
