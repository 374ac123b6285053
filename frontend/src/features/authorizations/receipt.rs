//! The receipt: each set before and after, who signed in, when.

use crate::components::{Moment, Move};
use crate::text::portal::{authorizations, backup_sets};
use leptos::prelude::*;
use shared::api::authorizations::{SignInState, SignInView};
use shared::method::Method;

/// The sets of the sign-ins that are done.
#[component]
pub fn Receipt(
    /// All sign-ins.
    sign_ins: Vec<SignInView>,
    /// What the sets got.
    method: Method,
) -> impl IntoView {
    let done = sign_ins.into_iter().filter(|sign_in| sign_in.state == SignInState::Done);
    let rows = done.flat_map(|sign_in| {
        let who = sign_in.signed_in_as.unwrap_or(sign_in.account);
        let done_at = sign_in.done_at;
        sign_in.sets.into_iter().map(move |set| (set, who.clone(), done_at))
    });
    let row = |(set, who, done_at): (shared::api::authorizations::SetRef, String, Option<shared::time::Timestamp>)| {
        // The view holds the method of now; before it was the stored password, or the same when access was renewed.
        let from = if set.method == method { Method::Basic } else { set.method };
        view! {
            <tr role="row">
                <td role="cell" class="name clip"><a href=format!("/backup-sets/{}", set.id) title=set.name.clone()>{set.name.clone()}</a></td>
                <td role="cell" class="nowrap"><Move from to=method/></td>
                <td role="cell" class="clip mono only-wide" title=who.clone()>{who.clone()}</td>
                <td role="cell" class="nowrap faint roomy">{done_at.map(|at| view! { <Moment at/> })}</td>
            </tr>
        }
    };
    let rows: Vec<_> = rows.map(row).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="section" aria-labelledby="receipt" data-test="receipt">
                <header><h2 id="receipt">{authorizations::RECEIPT}</h2></header>
                <div class="table-wrap" role="region" aria-label=authorizations::RECEIPT_TABLE tabindex="0">
                    <table class="table" role="table">
                        <thead role="rowgroup"><tr role="row">
                            <th role="columnheader" scope="col">{backup_sets::NAME}</th>
                            <th role="columnheader" scope="col">{authorizations::BEFORE_AFTER}</th>
                            <th role="columnheader" scope="col" class="only-wide">{authorizations::SIGNED_IN_AS}</th>
                            <th role="columnheader" scope="col" class="roomy">{authorizations::WHEN}</th>
                        </tr></thead>
                        <tbody role="rowgroup">{rows.collect_view()}</tbody>
                    </table>
                </div>
            </section>
        }
    })
}
