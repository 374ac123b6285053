//! A customer's apps: how each is, what it may do, its certificates, and what can be done about it.

mod actions;
mod card;
mod grants;
mod kill_switch;
mod life;

pub use card::Apps;
pub use kill_switch::KillSwitchForm;
pub use life::Life;

use crate::components::Tone;
use shared::api::apps::AppState;

/// How an app's state looks.
pub const fn tone(state: AppState) -> Tone {
    match state {
        AppState::SettingUp => Tone::Live,
        AppState::Working => Tone::Ok,
        AppState::Doubtful => Tone::Warn,
        AppState::NeedsAdministrator | AppState::Off => Tone::Danger,
        AppState::Removed => Tone::Idle,
    }
}
