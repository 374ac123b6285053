//! API keys as a table.

use crate::api;
use crate::components::{Button, ButtonKind, Moment, Status, Tone, focus};
use crate::features::Nothing;
use crate::features::exposure::exposure_link;
use crate::features::session::Refused;
use crate::remote::Action;
use crate::text::portal::api_keys;
use leptos::prelude::*;
use shared::api::api_keys::ApiKeyView;
use shared::id::ApiKeyId;

/// The button that asks once more: it takes the focus of the one whose place it takes.
const SURE: &str = "revoke-sure";

/// All keys.
#[component]
pub fn KeyTable(
    /// The keys.
    keys: Vec<ApiKeyView>,
    /// Called when one was revoked.
    #[prop(into)]
    on_change: Callback<()>,
) -> impl IntoView {
    let asked = RwSignal::new(None::<ApiKeyId>);
    let revoke = Action::new(|id: &ApiKeyId| {
        let path = format!("/api/v1/api-keys/{id}/revoke");
        async move { api::post::<_, serde_json::Value>(&path, &Nothing {}).await.map(drop) }
    });
    Effect::new(move |_| {
        if let Some(Ok(())) = revoke.value().get() {
            asked.set(None);
            on_change.run(());
        }
    });
    let failure = move || revoke.value().get().and_then(Result::err);
    let action = move |id: ApiKeyId| {
        if asked.get() == Some(id) {
            view! { <Button id=SURE attr:data-test="revoke-sure" kind=ButtonKind::Danger busy=revoke.pending() on_press=move |_| { revoke.dispatch(id); }>{api_keys::REVOKE_SURE}</Button> }.into_any()
        } else {
            view! { <Button attr:data-test="revoke" kind=ButtonKind::Quiet on_press=move |_| { asked.set(Some(id)); focus(SURE); }>{api_keys::REVOKE}</Button> }.into_any()
        }
    };
    let row = |key: ApiKeyView| {
        let id = key.id;
        let (tone, state) =
            if key.revoked_at.is_some() { (Tone::Idle, api_keys::REVOKED) } else { (Tone::Ok, api_keys::ACTIVE) };
        let limits = api_keys::limits(key.purposes.as_deref(), key.customers.as_ref().map(Vec::len));
        let used = key.last_used_at.map_or_else(|| api_keys::NEVER.into_any(), |at| view! { <Moment at/> }.into_any());
        let end = if let Some(at) = key.revoked_at {
            view! { <span class="faint"><Moment at/></span> }.into_any()
        } else {
            (move || action(id)).into_any()
        };
        view! {
            <tr>
                <td class="name">{key.name}<span class="why">{limits}</span>{exposure_link(&format!("api_key:{id}"))}</td>
                <td class="nowrap"><Status tone text=state/></td>
                <td class="nowrap data"><Moment at=key.created_at/></td>
                <td class="nowrap roomy">{used}</td>
                <td class="num">{end}</td>
            </tr>
        }
    };
    let rows = keys.into_iter().map(row).collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=api_keys::TABLE tabindex="0">
            <table class="table" data-test="keys">
                <thead><tr>
                    <th scope="col">{api_keys::COLUMN_NAME}</th>
                    <th scope="col">{api_keys::STATE}</th>
                    <th scope="col" class="data">{api_keys::MADE}</th>
                    <th scope="col" class="roomy">{api_keys::USED}</th>
                    <th scope="col"><span class="hide">{api_keys::REVOKE}</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {move || failure().map(|failure| view! { <Refused failure/> })}
    }
}
