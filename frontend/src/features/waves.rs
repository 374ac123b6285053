//! Waves: the plan before, the page during and after, and what Microsoft ends.

mod actions;
mod campaigns;
mod form;
mod items;
mod links;
mod numbers;
mod plan;
mod progress;
mod table;
mod wish;

pub use actions::Actions;
pub use campaigns::Campaigns;
pub use form::StartForm;
pub use items::Items;
pub use links::Links;
pub use numbers::{Numbers, Stay};
pub use plan::PlanTable;
pub use progress::Progress;
pub use table::WaveTable;
pub use wish::Wish;

use crate::components::Tone;
use shared::api::waves::{WaveItemState, WaveState};

/// How a wave's state looks.
pub const fn tone(state: WaveState) -> Tone {
    match state {
        WaveState::Open => Tone::Live,
        WaveState::Paused => Tone::Warn,
        WaveState::Done => Tone::Ok,
        WaveState::Planned | WaveState::Cancelled => Tone::Idle,
    }
}

/// How an item's state looks.
pub const fn item_tone(state: WaveItemState) -> Tone {
    match state {
        WaveItemState::Failed => Tone::Danger,
        WaveItemState::NeedsSomebody => Tone::Warn,
        WaveItemState::InProgress | WaveItemState::Queued => Tone::Live,
        WaveItemState::WaitingForLink | WaveItemState::LinkSent | WaveItemState::Paused | WaveItemState::Cancelled => {
            Tone::Idle
        }
        WaveItemState::Done => Tone::Ok,
    }
}
