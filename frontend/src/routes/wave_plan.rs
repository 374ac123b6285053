//! The plan of a wave (F6, G1, G2): who would sign in for what, before anybody is asked. Nothing is stored until "Start".

use crate::api::{self, ApiFailure};
use crate::components::{Art, ButtonKind, ButtonLink};
use crate::features::backup_sets::Chosen;
use crate::features::backup_sets::choice::Choice;
use crate::features::page::{PageHead, load};
use crate::features::waves::{Numbers, PlanTable, StartForm, Stay, Wish};
use crate::remote::Remote;
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::text::portal::{shell, waves};
use leptos::prelude::*;
use shared::api::waves::{WavePreview, WaveSelection};
use shared::rules::wave::Aim;

/// The plan.
#[component]
pub fn WavePlan() -> impl IntoView {
    let query = use_query_map();
    let chosen = Chosen::of_this_tab();
    let wish = Memo::new(move |_| Wish::read(|name| query.read().get(name)));
    let selection = move || {
        let asked = |choice: &Choice| wish.read().selection(choice);
        chosen.map_or_else(|| asked(&Choice::default()), |Chosen(choice)| asked(&choice.read_untracked()))
    };
    let preview = Remote::new(move || {
        let body = selection();
        async move {
            if is_empty(&body) {
                return Err(ApiFailure::Network);
            }
            api::post::<_, WavePreview>("/api/v1/waves/preview", &body).await
        }
    });
    let nothing = Memo::new(move |_| is_empty(&selection()));
    let page = move || {
        if nothing.get() {
            return empty();
        }
        let heading = move || {
            preview
                .get()
                .and_then(Result::ok)
                .map_or(waves::PLAN.to_owned(), |plan| waves::plan_headline(&plan.numbers))
        };
        view! {
            {move || head(heading())}
            <Aims wish/>
            {load(preview, 8, move |preview| show(preview, selection(), wish.read_untracked().chosen, chosen))}
        }
        .into_any()
    };
    view! { <div class="page wide">{page}</div> }
}

fn is_empty(selection: &WaveSelection) -> bool {
    selection.backup_sets.is_empty() && selection.filter.is_none() && selection.retirement.is_none()
}

fn head(heading: String) -> impl IntoView {
    let crumbs = vec![(shell::WAVES.to_owned(), "/waves".to_owned())];
    let sub = view! { {waves::PLAN_WHY} }.into_any();
    view! { <PageHead title=waves::PLAN heading crumbs sub/> }
}

fn empty() -> AnyView {
    view! {
        <div class="empty">
            <Art name="art-empty"/>
            <h1 tabindex="-1">{waves::NOTHING_CHOSEN}</h1>
            <p>{waves::NOTHING_CHOSEN_WHY}</p>
            <div class="actions"><ButtonLink href="/backup-sets?method=basic" kind=ButtonKind::Primary>{waves::CHOOSE}</ButtonLink></div>
        </div>
    }
    .into_any()
}

/// The methods to plan for.
#[component]
fn Aims(wish: Memo<Wish>) -> impl IntoView {
    let go = StoredValue::new_local(use_navigate());
    let choose = move |aim: Aim| {
        let address = Wish { aim, ..wish.get_untracked() }.address();
        let options = NavigateOptions { replace: true, scroll: false };
        go.with_value(|go| go(&address, options));
    };
    let one = move |aim: Aim| {
        let checked = move || wish.read().aim == aim;
        view! {
            <label data-test=format!("aim-{}", aim.as_str())>
                <input type="radio" name="aim" prop:checked=checked on:change=move |_| choose(aim)/>{waves::aim(aim)}
            </label>
        }
    };
    view! {
        <fieldset class="plain-field"><legend class="hide">{waves::AIM}</legend>
            <div class="segments aims">{Aim::ALL.map(one).into_iter().collect_view()}</div>
        </fieldset>
    }
}

fn show(preview: WavePreview, selection: WaveSelection, by_choice: bool, chosen: Option<Chosen>) -> AnyView {
    let made = Callback::new(move |()| {
        if let Some(chosen) = chosen.filter(|_| by_choice) {
            chosen.clear();
        }
    });
    let (numbers, refused) = (preview.numbers, preview.refused.clone());
    let table = (numbers.sets > 0).then(|| view! { <PlanTable preview/> });
    view! {
        <Numbers numbers/>
        <div class="split">
            <div class="stack loose">{table}<Stay refused/></div>
            <aside class="stack stuck" aria-label=waves::START><StartForm selection numbers on_made=made/></aside>
        </div>
    }
    .into_any()
}
