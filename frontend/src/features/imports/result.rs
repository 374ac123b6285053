//! What an import did.

use crate::components::{Art, ButtonKind, ButtonLink};
use crate::text::portal::imports;
use leptos::prelude::*;
use shared::api::imports::ImportView;

/// The receipt of a stored import.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub fn Imported(
    /// The import.
    import: ImportView,
) -> impl IntoView {
    view! {
        <div class="empty" data-test="imported">
            <Art name="art-clear"/>
            <p>{imports::result(import.new, import.changed, import.unchanged, import.bad)}</p>
            <div class="actions">
                <ButtonLink attr:data-test="choose-sets" href="/backup-sets?method=basic" kind=ButtonKind::Primary>{imports::CHOOSE_SETS}</ButtonLink>
                <ButtonLink href="/backup-sets">{imports::SEE_SETS}</ButtonLink>
            </div>
        </div>
    }
}
