//! The origins that may show Rekey, as a table; each can be removed.

use crate::api;
use crate::browser;
use crate::components::{Button, ButtonKind, Moment};
use crate::features::Nothing;
use crate::features::session::Refused;
use crate::remote::Action;
use crate::text::portal::consoles;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::embed::EmbedOriginView;

/// An origin's id, as addresses say it.
type OriginId = String;

/// The status of a thing that is not there.
const NOT_FOUND: u16 = 404;

/// All origins.
#[component]
pub fn ConsoleTable(
    /// All of them; a removed one leaves.
    origins: RwSignal<Vec<EmbedOriginView>>,
) -> impl IntoView {
    let asked = RwSignal::new(None::<OriginId>);
    let remove = Action::new(|id: &OriginId| {
        let (path, id) = (format!("/api/v1/embed-origins/{id}/remove"), id.clone());
        async move {
            match api::post::<_, EmbedOriginView>(&path, &Nothing {}).await {
                // Somebody else was faster.
                Err(failure) if failure.status() != Some(NOT_FOUND) => Err(failure),
                _ => Ok(id),
            }
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(id)) = remove.value().get() {
            asked.set(None);
            origins.update(|all| all.retain(|one| one.id.to_string() != id));
            to_headline();
        }
    });
    let rows = move || origins.get().into_iter().map(|one| row(one, asked, remove)).collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=consoles::TABLE tabindex="0">
            <table class="table" data-test="consoles">
                <thead><tr>
                    <th scope="col">{consoles::ORIGIN}</th>
                    <th scope="col" class="data">{consoles::ADDED}</th>
                    <th scope="col"><span class="hide">{consoles::REMOVE}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// The pressed button is gone: the focus goes to the headline, which says how many are left.
fn to_headline() {
    spawn_local(async {
        browser::sleep(0).await;
        browser::focus_heading();
    });
}

type Removing = Action<OriginId, Result<OriginId, api::ApiFailure>>;

fn row(one: EmbedOriginView, asked: RwSignal<Option<OriginId>>, remove: Removing) -> impl IntoView {
    let EmbedOriginView { id, origin, created_at, created_by } = one;
    let id = id.to_string();
    let is_asked = {
        let id = id.clone();
        Memo::new(move |_| asked.read().as_ref() == Some(&id))
    };
    let ask = {
        let id = id.clone();
        move |_| {
            remove.clear();
            asked.update(|asked| *asked = (asked.as_ref() != Some(&id)).then(|| id.clone()));
        }
    };
    let by = (!created_by.is_empty()).then(|| view! { <span class="why">{consoles::added_by(&created_by)}</span> });
    let expanded = move || if is_asked.get() { "true" } else { "false" };
    let (what, why) = (origin.clone(), consoles::remove_why(&origin));
    view! {
        <tr data-test="console">
            <td class="name"><span class="mono thumbprint">{origin}</span>{by}</td>
            <td class="nowrap data"><Moment at=created_at/></td>
            <td class="num">
                <Button attr:data-test="remove-console" attr:aria-expanded=expanded kind=ButtonKind::Quiet on_press=ask>
                    {consoles::REMOVE}<span class="hide">" "{what}</span>
                </Button>
            </td>
        </tr>
        {move || is_asked.get().then(|| view! { <Sure id=id.clone() why=why.clone() remove/> })}
    }
}

/// What a removal ends, and the button that does it.
#[component]
fn Sure(
    /// Of which origin.
    id: OriginId,
    /// What it ends.
    why: String,
    /// Removes.
    remove: Removing,
) -> impl IntoView {
    let failure = move || remove.value().get().and_then(Result::err);
    view! {
        <tr class="edit"><td colspan="3">
            <div class="stack">
                <p class="thumbprint">{why}</p>
                <div class="actions"><Button attr:data-test="remove-console-sure" kind=ButtonKind::Danger busy=remove.pending() on_press=move |_| { remove.dispatch(id.clone()); }>{consoles::REMOVE_SURE}</Button></div>
                {move || failure().map(|failure| view! { <Refused failure/> })}
            </div>
        </td></tr>
    }
}
