//! The steps of a Save, as people see them.

use shared::{
    api::authorizations::{SignInState, StepState, StepView},
    workload::{Workload, Workloads},
};
use std::time::Duration;

fn step(code: &str, title: &str, state: StepState) -> StepView {
    StepView { code: code.to_owned(), title: title.to_owned(), state, detail: None }
}

/// The steps right after Save was received.
pub fn first(workloads: &Workloads) -> Vec<StepView> {
    let mut steps = vec![
        step("received", "Your sign-in was received", StepState::Done),
        step("exchanged", "Microsoft grants lasting access", StepState::Active),
    ];
    steps.extend(rest(workloads));
    steps
}

/// The steps of a removal, right after Save was received.
pub fn removal() -> Vec<StepView> {
    vec![
        step("received", "Your sign-in was received", StepState::Done),
        step("saved", "The access is forgotten", StepState::Active),
    ]
}

/// The steps when a consent was given in between.
pub fn after_consent(workloads: &Workloads) -> Vec<StepView> {
    let mut steps = vec![
        step("received", "Your sign-in was received", StepState::Done),
        step("consented", "Consent was given", StepState::Done),
        step("exchanged", "Microsoft grants lasting access", StepState::Active),
    ];
    steps.extend(rest(workloads));
    steps
}

fn rest(workloads: &Workloads) -> Vec<StepView> {
    let mut steps = vec![step("account", "It is the right account", StepState::Waiting)];
    steps.extend(
        workloads.iter().map(|workload| step(proof_code(*workload), proof_title(*workload), StepState::Waiting)),
    );
    steps.push(step("saved", "The backup sets change", StepState::Waiting));
    steps
}

/// Whether somebody consented since Save.
pub fn has_consent(steps: &[StepView]) -> bool {
    steps.iter().any(|step| step.code == "consented")
}

/// The code of a workload's proof.
pub const fn proof_code(workload: Workload) -> &'static str {
    match workload {
        Workload::Exchange => "proved_exchange",
        Workload::Calendar => "proved_calendar",
        Workload::Contacts => "proved_contacts",
        Workload::Tasks => "proved_tasks",
        Workload::Onedrive => "proved_onedrive",
        Workload::Sharepoint => "proved_sharepoint",
        Workload::PersonalSites => "proved_personal_sites",
        Workload::Onenote => "proved_onenote",
        Workload::Teams => "proved_teams",
        Workload::Groups => "proved_groups",
        Workload::PublicFolders => "proved_public_folders",
    }
}

/// What its proof is called.
pub const fn proof_title(workload: Workload) -> &'static str {
    match workload {
        Workload::Exchange => "Mail can be read",
        Workload::Calendar => "Calendars can be read",
        Workload::Contacts => "Contacts can be read",
        Workload::Tasks => "Tasks can be read",
        Workload::Onedrive => "OneDrive can be read",
        Workload::Sharepoint => "SharePoint sites can be read",
        Workload::PersonalSites => "The personal site can be read",
        Workload::Onenote => "Notebooks can be read",
        Workload::Teams => "Chats can be read",
        Workload::Groups => "Groups can be read",
        Workload::PublicFolders => "Public folders can be read",
    }
}

/// Marks a step as done and the next one as going on.
pub fn complete(steps: &mut [StepView], code: &str) {
    if let Some(step) = steps.iter_mut().find(|step| step.code == code) {
        if step.state == StepState::Slow {
            step.detail = None;
        }
        step.state = StepState::Done;
    }
    if let Some(next) = steps.iter_mut().find(|step| step.state == StepState::Waiting)
        && !steps_active(next)
    {
        next.state = StepState::Active;
    }
}

const fn steps_active(step: &StepView) -> bool {
    matches!(step.state, StepState::Active)
}

/// Marks the step in hand as slow.
pub fn slow(steps: &mut [StepView], wait: Duration) {
    if let Some(step) = steps.iter_mut().find(|step| matches!(step.state, StepState::Active | StepState::Slow)) {
        step.state = StepState::Slow;
        step.detail =
            Some(format!("Slower than usual, but not failed. Asking again in {} seconds", wait.as_secs().max(1)));
    }
}

/// Marks where it stopped.
pub fn stop(steps: &mut [StepView], state: SignInState) {
    let waits = matches!(
        state,
        SignInState::ConsentNeeded | SignInState::ApprovalNeeded | SignInState::ClaimsNeeded | SignInState::Waiting
    );
    if let Some(step) = steps.iter_mut().find(|step| matches!(step.state, StepState::Active | StepState::Slow)) {
        step.state = if waits { StepState::Waiting } else { StepState::Failed };
        step.detail = None;
    }
}
