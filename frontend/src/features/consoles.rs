//! Consoles: the origins whose pages may show Rekey in a frame, and what their developers need.

mod add;
mod developers;
mod table;

pub use add::AddConsole;
pub use developers::Developers;
pub use table::ConsoleTable;

use crate::api::ApiFailure;
use crate::features::api_keys::{FRESH, Fresh};
use crate::features::page::Trouble;
use leptos::prelude::*;

/// Why a change was not made; a sign-in that is too old leads to a fresh one.
fn failed(failure: ApiFailure) -> AnyView {
    if failure.code() == FRESH { view! { <Fresh/> }.into_any() } else { view! { <Trouble failure/> }.into_any() }
}
