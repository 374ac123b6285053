//! Choosing what matches on every page, not only on this one.

use super::choice::MOST;
use super::filter::Filter;
use super::{Chosen, may_move};
use crate::api::{self, ApiFailure};
use crate::components::{Button, ButtonKind};
use crate::features::page::Trouble;
use crate::remote::Action;
use crate::text::portal::backup_sets;
use leptos::prelude::*;
use shared::api::backup_sets::BackupSetView;
use shared::api::page::Page;

/// All sets that match and can move, as many as one authorization takes.
async fn matching(filter: Filter) -> Result<Vec<BackupSetView>, ApiFailure> {
    let mut found = Vec::new();
    let mut filter = filter.first_page();
    loop {
        let page: Page<BackupSetView> = api::get(&filter.long_request()).await?;
        found.extend(page.items.into_iter().filter(may_move));
        filter.cursor = page.next;
        if filter.cursor.is_none() || found.len() >= MOST {
            return Ok(found);
        }
    }
}

/// The button under a list of several pages.
#[component]
pub fn ChooseAll(filter: Filter) -> impl IntoView {
    let chosen = Chosen::of_this_tab();
    let choose = Action::new(move |(): &()| {
        let filter = filter.clone();
        async move {
            let sets = matching(filter).await?;
            if let Some(Chosen(choice)) = chosen {
                choice.update(|choice| sets.iter().for_each(|set| choice.set(set, true)));
            }
            Ok::<_, ApiFailure>(())
        }
    });
    let failure = move || choose.value().get().and_then(Result::err);
    view! {
        <p class="more-rows">
            <Button attr:data-test="choose-all" kind=ButtonKind::Quiet busy=choose.pending() on_press=move |_| { choose.dispatch(()); }>
                {move || if choose.pending().get() { backup_sets::CHOOSING } else { backup_sets::CHOOSE_ALL }}
            </Button>
        </p>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}
