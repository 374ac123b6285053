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
mod question;
mod stages;
mod status;
mod steps;

pub use button::{Button, ButtonKind, ButtonLink};
pub use copy::{CopyButton, CopyField};
pub use facts::{Fact, Facts, IdFacts};
pub use failure::FailureNotice;
pub use ghost::{Ghost, GhostLines};
pub use icon::{Art, Icon, Mark};
pub use keymark::Keymark;
pub use method::{MethodPin, Move};
pub use moment::Moment;
pub use notice::Notice;
pub use perms::Perms;
pub use question::{Question, focus};
pub use stages::{Stage, Stages};
pub use status::Status;
pub use steps::Journal;

pub use crate::signs::{StageState, Tone, icon_reference, id_lines};
