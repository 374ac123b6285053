//! The steps of a set-up, as people see them.

pub use crate::services::save::{complete_step as complete, stop_steps as stop};
use crate::services::save::{proof_code, proof_title};
use shared::{
    api::authorizations::{StepState, StepView},
    rules::scopes::Purpose,
    workload::Workloads,
};

/// The app's name in the tenant.
pub const fn app_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Backup => "Rekey Backup",
        Purpose::Restore => "Rekey Restore",
    }
}

fn step(code: impl Into<String>, title: impl Into<String>, state: StepState) -> StepView {
    StepView { code: code.into(), title: title.into(), state, detail: None }
}

/// The code of a step of one app.
pub fn code(name: &str, purpose: Purpose) -> String {
    format!("{name}_{}", purpose.as_str())
}

/// All steps of setting up apps, right after Save.
pub fn set_up(purposes: &[Purpose], workloads: &Workloads, consent: bool) -> Vec<StepView> {
    let mut steps = begin();
    for purpose in purposes {
        let name = app_name(*purpose);
        let mut add = |kind: &str, title: String| steps.push(step(code(kind, *purpose), title, StepState::Waiting));
        add("certificate", format!("Key and certificate for {name} are made"));
        add("application", format!("{name} is made in the tenant"));
        add("key", "The certificate is registered".to_owned());
        if !consent {
            add("permissions", format!("{name} gets its permissions, and no others"));
        }
    }
    if consent {
        steps.push(step("consented", "Permissions are granted at Microsoft", StepState::Waiting));
    }
    for purpose in purposes {
        steps.push(step(
            code("token", *purpose),
            format!("{} gets a token of its own", app_name(*purpose)),
            StepState::Waiting,
        ));
    }
    steps.extend(workloads.iter().map(|one| step(proof_code(*one), proof_title(*one), StepState::Waiting)));
    steps.push(step("saved", "The backup sets change", StepState::Waiting));
    steps.push(step("cleaned", "Access for the set-up is removed", StepState::Waiting));
    steps
}

/// All steps of proving apps without an administrator's sign-in.
pub fn proof(purposes: &[Purpose], workloads: &Workloads) -> Vec<StepView> {
    let mut steps = vec![step("received", "Save was received", StepState::Done)];
    for purpose in purposes {
        let title = format!("{} gets a token of its own", app_name(*purpose));
        steps.push(step(code("token", *purpose), title, StepState::Waiting));
    }
    steps.extend(workloads.iter().map(|one| step(proof_code(*one), proof_title(*one), StepState::Waiting)));
    steps.push(step("saved", "The backup sets change", StepState::Waiting));
    if let Some(first) = steps.get_mut(1) {
        first.state = StepState::Active;
    }
    steps
}

/// All steps of taking apps away.
pub fn remove(purposes: &[Purpose]) -> Vec<StepView> {
    let mut steps = begin();
    for purpose in purposes {
        let name = app_name(*purpose);
        steps.push(step(code("removed", *purpose), format!("{name} is deleted from the tenant"), StepState::Waiting));
        steps.push(step(code("gone", *purpose), format!("{name} gets no token any more"), StepState::Waiting));
    }
    steps.push(step("saved", "Its keys are forgotten here", StepState::Waiting));
    steps.push(step("cleaned", "Access for the removal is removed", StepState::Waiting));
    steps
}

fn begin() -> Vec<StepView> {
    vec![
        step("received", "Your sign-in was received", StepState::Done),
        step("exchanged", "Microsoft gives access on your behalf, for some minutes", StepState::Active),
    ]
}

/// Marks the step in hand as slow.
pub fn slow(steps: &mut [StepView], detail: &str) {
    if let Some(step) = steps.iter_mut().find(|step| matches!(step.state, StepState::Active | StepState::Slow)) {
        step.state = StepState::Slow;
        step.detail = Some(detail.to_owned());
    }
}

/// Adds a word to a step.
pub fn detail(steps: &mut [StepView], code: &str, detail: String) {
    if let Some(step) = steps.iter_mut().find(|step| step.code == code) {
        step.detail = Some(detail);
    }
}

/// Whether a step is done.
pub fn is_done(steps: &[StepView], code: &str) -> bool {
    steps.iter().any(|step| step.code == code && step.state == StepState::Done)
}

/// Shows that Rekey's own access for the set-up is still in the tenant, and what to do.
pub fn pending(steps: &mut [StepView]) {
    if let Some(step) = steps.iter_mut().find(|step| step.code == "cleaned") {
        step.state = StepState::Failed;
        step.detail = Some(
            "Clean-up pending: an administrator can delete the enterprise applications Rekey Setup Sign-in and Rekey Setup"
                .to_owned(),
        );
    }
}
