//! Authorizations: the preview, the queue of sign-ins, the receipt.

mod cancel;
mod link;
mod own_app;
mod preview;
mod receipt;
mod sign_in;
mod summary;
mod table;
mod ways;
mod wish;

pub use cancel::Cancel;
pub use own_app::OwnApp;
pub use preview::{OthersUnderWay, PreviewedSignIn, RefusedSets, TenantCheck};
pub use receipt::Receipt;
pub use sign_in::SignInCard;
pub use summary::Summary;
pub use table::AuthorizationTable;
pub use ways::Ways;
pub use wish::Wish;

use crate::components::Tone;
use shared::api::authorizations::{AuthorizationState, AuthorizationView, SignInState};

/// How a sign-in's state looks.
pub const fn tone(state: SignInState) -> Tone {
    match state {
        SignInState::Waiting | SignInState::Cancelled => Tone::Idle,
        SignInState::Working => Tone::Live,
        SignInState::ConsentNeeded | SignInState::ApprovalNeeded | SignInState::ClaimsNeeded => Tone::Warn,
        SignInState::Failed => Tone::Danger,
        SignInState::Done => Tone::Ok,
    }
}

/// How an authorization's state looks.
pub const fn state_tone(state: AuthorizationState) -> Tone {
    match state {
        AuthorizationState::Open => Tone::Live,
        AuthorizationState::Done => Tone::Ok,
        AuthorizationState::Cancelled => Tone::Idle,
    }
}

/// How many of its sets have changed, and how many there are.
pub fn progress(authorization: &AuthorizationView) -> (usize, usize) {
    let done = authorization.sign_ins.iter().filter(|sign_in| sign_in.state == SignInState::Done);
    let count = |sets: usize, sign_in: &shared::api::authorizations::SignInView| sets + sign_in.sets.len();
    (done.fold(0, count), authorization.sign_ins.iter().fold(0, count))
}
