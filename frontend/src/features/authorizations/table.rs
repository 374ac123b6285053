//! Authorizations as a table.

use super::{progress, state_tone};
use crate::components::{Keymark, MethodPin, Moment, Status};
use crate::text::portal::{authorizations, modern};
use leptos::prelude::*;
use shared::api::apps::Way;
use shared::api::authorizations::{AuthorizationState, AuthorizationView, SignInState};
use shared::method::Method;

/// A page of authorizations.
#[component]
pub fn AuthorizationTable(authorizations: Vec<AuthorizationView>) -> impl IntoView {
    let rows = authorizations.into_iter().map(row).collect_view();
    view! {
        <div class="table-wrap" role="region" aria-label=authorizations::TABLE tabindex="0">
            <table class="table rows" role="table" data-test="authorizations">
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col" class="mark-cell"><span class="hide">{authorizations::TENANT}</span></th>
                    <th role="columnheader" scope="col">{authorizations::CUSTOMER}</th>
                    <th role="columnheader" scope="col">{authorizations::STATE}</th>
                    <th role="columnheader" scope="col" class="data">{authorizations::WHAT}</th>
                    <th role="columnheader" scope="col" class="only-wide">{authorizations::MADE}</th>
                </tr></thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
}

/// How the app comes to be; it says nothing of hybrid.
fn way_of(authorization: &AuthorizationView) -> Way {
    if authorization.method == Method::Modern { authorization.way } else { Way::SetUp }
}

/// The most pressing word about an authorization.
fn state(authorization: &AuthorizationView) -> (crate::components::Tone, String) {
    let waits = authorization.sign_ins.iter().find(|sign_in| {
        matches!(
            sign_in.state,
            SignInState::Failed
                | SignInState::ApprovalNeeded
                | SignInState::ConsentNeeded
                | SignInState::ClaimsNeeded
                | SignInState::Working
        )
    });
    if let Some(sign_in) = waits.filter(|_| authorization.state == AuthorizationState::Open) {
        return (
            super::tone(sign_in.state),
            authorizations::sign_in_state(sign_in.state, way_of(authorization)).to_owned(),
        );
    }
    let (done, all) = progress(authorization);
    let text = match authorization.state {
        AuthorizationState::Open if all > 0 => authorizations::announce(done, all),
        state => authorizations::state(state).to_owned(),
    };
    (state_tone(authorization.state), text)
}

fn row(authorization: AuthorizationView) -> impl IntoView {
    let (tone, text) = state(&authorization);
    let (_, sets) = progress(&authorization);
    let what = modern::what(authorization.kind).map_or_else(
        || authorizations::what(sets, authorization.sign_ins.len(), way_of(&authorization)),
        str::to_owned,
    );
    view! {
        <tr role="row" data-authorization=authorization.id.to_string()>
            <td role="cell" class="mark-cell"><Keymark tenant=authorization.customer.tenant/></td>
            <td role="cell" class="name"><a href=format!("/authorizations/{}", authorization.id)>{authorization.customer.name}</a></td>
            <td role="cell" class="nowrap"><Status tone text/></td>
            <td role="cell" class="data nowrap">{what}" "<MethodPin method=authorization.method/></td>
            <td role="cell" class="only-wide nowrap faint"><Moment at=authorization.created_at/>", "{authorization.created_by}</td>
        </tr>
    }
}
