//! The list of backup sets: filters, rows, the choice and what it adds up to; and one set by itself.

mod all;
mod bulk;
pub mod choice;
mod customer_filter;
mod facts;
pub mod filter;
mod method_cell;
mod recommendation;
mod row;
mod split;
mod table;
mod toolbar;
mod workloads;

pub use all::ChooseAll;
pub use bulk::BulkBar;
pub use facts::SetFacts;
pub use recommendation::Recommended;
pub use table::SetTable;
pub use toolbar::{Toolbar, shown};
pub use workloads::WorkloadIcons;

use crate::browser;
use choice::Choice;
use leptos::prelude::*;
use shared::api::backup_sets::BackupSetView;
use shared::method::Method;

const CHOSEN_KEY: &str = "rekey.chosen";

/// The chosen sets, kept by this tab across pages and reloads.
#[derive(Clone, Copy)]
pub struct Chosen(pub RwSignal<Choice>);

/// Where the choice lives as long as the portal does; it is restored when a page first asks for it.
#[derive(Clone)]
pub struct ChoicePlace {
    owner: Option<Owner>,
    chosen: StoredValue<Option<Chosen>>,
}

impl ChoicePlace {
    /// Nobody has asked yet.
    pub fn new() -> Self {
        Self { owner: Owner::current(), chosen: StoredValue::new(None) }
    }
}

impl Default for ChoicePlace {
    fn default() -> Self {
        Self::new()
    }
}

impl Chosen {
    /// The choice of this tab.
    pub fn of_this_tab() -> Option<Self> {
        let ChoicePlace { owner, chosen } = use_context()?;
        if let Some(chosen) = chosen.get_value() {
            return Some(chosen);
        }
        let restored = owner?.with(Self::restored);
        chosen.set_value(Some(restored));
        Some(restored)
    }

    /// As this tab remembers them; from now on every change is remembered.
    fn restored() -> Self {
        let kept = browser::tab::get(CHOSEN_KEY).and_then(|text| serde_json::from_str(&text).ok());
        let chosen = Self(RwSignal::new(kept.unwrap_or_default()));
        Effect::new(move |_| {
            if let Ok(text) = serde_json::to_string(&*chosen.0.read()) {
                browser::tab::set(CHOSEN_KEY, &text);
            }
        });
        chosen
    }

    /// Forgets them all.
    pub fn clear(self) {
        self.0.set(Choice::default());
    }
}

/// The set can move, by one method or the other.
pub fn may_move(set: &BackupSetView) -> bool {
    set.recommendation.hybrid.possible || set.recommendation.modern.possible
}

/// The set can be part of an authorization: it moves, or its access is given anew.
pub fn may_choose(set: &BackupSetView) -> bool {
    may_move(set) || set.method != Method::Basic
}
