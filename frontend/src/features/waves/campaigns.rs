//! What Microsoft ends, with what still depends on it (D9, F11).

use super::Wish;
use crate::browser;
use crate::components::ButtonLink;
use crate::components::Icon;
use crate::text::portal::waves;
use leptos::prelude::*;
use shared::api::waves::RetirementView;

/// The announced ends.
#[component]
pub fn Campaigns(ends: Vec<RetirementView>) -> impl IntoView {
    let now = browser::now();
    let row = move |end: RetirementView| {
        let is_past = end.ends_at <= now;
        let (class, icon) = match (end.sets, is_past) {
            (0, _) => ("", "check"),
            (_, true) => ("danger", "stop"),
            (_, false) => ("warn", "clock"),
        };
        let title = waves::ends(&end.what, &browser::short_day(end.ends_at), is_past);
        let depends =
            if end.sets == 0 { waves::NOTHING_DEPENDS.to_owned() } else { waves::depends(end.sets, end.customers) };
        let plan = Wish { retirement: Some(end.code.clone()), ..Wish::default() }.address();
        let plan = (end.sets > 0)
            .then(|| view! { <ButtonLink attr:data-test=format!("plan-{}", end.code) href=plan>{waves::PLAN_THIS}</ButtonLink> });
        view! {
            <li class=class data-end=end.code>
                <Icon name=icon/>
                <div><b title=end.source>{title}</b><p>{depends}" "<span class="faint">{end.note}</span></p></div>
                {plan}
            </li>
        }
    };
    view! {
        <section class="section" aria-labelledby="ends">
            <header><h2 id="ends">{waves::ENDS}</h2></header>
            <ul class="tasks">{ends.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}
