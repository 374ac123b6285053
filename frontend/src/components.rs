//! What both entry points are built from. Native elements first; class names are those of `styles/`.
//!
//! A component takes its words as arguments. To add one: a file here, its rules in `styles/`, a line below.

mod button;
mod copy;
mod facts;
mod failure;
mod ghost;
mod icon;
mod keymark;
mod method;
mod moment;
mod notice;
mod perms;
mod stages;
mod status;
mod steps;

pub use button::{Button, ButtonKind, ButtonLink};
pub use copy::{CopyButton, CopyField};
pub use facts::{Fact, Facts, IdFacts, id_lines};
pub use failure::FailureNotice;
pub use ghost::{Ghost, GhostLines};
pub use icon::{Art, Icon, Mark, reference as icon_reference};
pub use keymark::{BOW as KEY_BOW, Keymark, blade as key_blade};
pub use method::{MethodPin, Move};
pub use moment::Moment;
pub use notice::Notice;
pub use perms::Perms;
pub use stages::{Stage, StageState, Stages};
pub use status::{Status, Tone};
pub use steps::Journal;
