//! Remedies in plain words: from what Microsoft or a rule said to a title, a text and the next step (J3, B3).

use crate::microsoft::{error_ids::MicrosoftIds as CheckedIds, grants::error::GrantError, graph::GraphError};
use shared::{
    api::problem::{Help, HelpAction, MicrosoftIds},
    rules::aadsts,
};

/// A remedy of our own.
pub fn own(code: &str, title: &str, text: &str, action: HelpAction) -> Help {
    Help { code: code.to_owned(), title: title.to_owned(), text: text.to_owned(), action, ids: MicrosoftIds::default() }
}

/// The same ids, as the wire has them.
pub fn ids(checked: Option<&CheckedIds>) -> MicrosoftIds {
    checked.map_or_else(MicrosoftIds::default, |checked| MicrosoftIds {
        aadsts: checked.aadsts,
        trace_id: checked.trace_id.map(|id| id.to_string()),
        correlation_id: checked.correlation_id.map(|id| id.to_string()),
        timestamp: checked.timestamp.clone(),
    })
}

/// The remedy for an AADSTS number.
pub fn for_code(ids: MicrosoftIds) -> Help {
    let code = ids.aadsts.unwrap_or(0);
    let help = aadsts::help_for(code);
    Help {
        code: if code == 0 { "microsoft_refused".to_owned() } else { format!("aadsts_{code}") },
        title: help.title.clone(),
        text: help.help.clone(),
        action: action(help.action),
        ids,
    }
}

fn action(action: aadsts::Action) -> HelpAction {
    match action {
        aadsts::Action::SignInAgain => HelpAction::SignInAgain,
        aadsts::Action::OtherAccount => HelpAction::OtherAccount,
        aadsts::Action::AskAdministrator => HelpAction::AskAdministrator,
        aadsts::Action::ContactSupport => HelpAction::ContactSupport,
        aadsts::Action::Wait => HelpAction::Wait,
        aadsts::Action::ChangeDevice => HelpAction::ChangeDevice,
        _ => HelpAction::Retry,
    }
}

/// The remedy when a grant failed.
pub fn for_grant(error: &GrantError) -> Help {
    let ids = ids(error.ids());
    let with = |help: Help| Help { ids: ids.clone(), ..help };
    match error {
        GrantError::ClaimsChallenge { .. } => with(own(
            "claims_needed",
            "Microsoft asks for one more proof",
            "This organization's rules want a stronger sign-in for this. Continue, and Microsoft asks for it. Nothing has changed so far.",
            HelpAction::SignInAgain,
        )),
        GrantError::OurFault { .. } => with(own(
            "set_up_wrong",
            "This installation's registration at Microsoft is not right",
            "You did nothing wrong, and nothing has changed. Pass these ids to whoever runs this installation.",
            HelpAction::ContactSupport,
        )),
        GrantError::WrongAnswer(_) => with(own(
            "answer_discarded",
            "Microsoft's answer did not fit",
            "It was discarded, and nothing has changed. Sign in again; if it happens twice, tell whoever runs this installation.",
            HelpAction::SignInAgain,
        )),
        GrantError::Throttled { .. } | GrantError::Unavailable { .. } => with(own(
            "microsoft_unavailable",
            "Microsoft did not answer in time",
            "Nothing has changed. Try again in a few minutes.",
            HelpAction::Wait,
        )),
        GrantError::ConsentMissing { .. } => with(own(
            "consent_missing",
            "Microsoft wants a consent first",
            "Your sign-in worked. Microsoft now wants to show what the backup may read, and to ask whether that is right.",
            HelpAction::Retry,
        )),
        GrantError::InteractionNeeded { .. } | GrantError::PolicyBlocked { .. } | GrantError::Revoked { .. } => {
            for_code(ids)
        }
    }
}

/// The remedy when a read failed.
pub fn for_graph(error: &GraphError) -> Help {
    let ids = ids(error.ids());
    let (code, title, text, action) = match error {
        GraphError::Throttled { .. } | GraphError::Unavailable { .. } => (
            "microsoft_unavailable",
            "Microsoft did not answer in time",
            "Nothing has changed. Try again in a few minutes.",
            HelpAction::Wait,
        ),
        GraphError::Denied { .. } | GraphError::Unauthorized { .. } => (
            "access_not_proved",
            "The access does not reach the data",
            "Microsoft granted the access, but reading with it was refused, so nothing has changed. Often a licence is missing or a rule of the organization forbids it.",
            HelpAction::AskAdministrator,
        ),
        _ => (
            "access_not_proved",
            "The access could not be proved",
            "A test read did not work, so nothing has changed. Try again; if it happens twice, pass these ids on.",
            HelpAction::Retry,
        ),
    };
    Help { ids, ..own(code, title, text, action) }
}
