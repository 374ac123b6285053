//! The side of a preview: the numbers, the tenant, what ends the access.

use crate::components::{Fact, Facts};
use crate::text;
use crate::text::portal::{authorizations, modern};
use leptos::prelude::*;
use shared::api::apps::Way;
use shared::api::authorizations::AuthorizationPreview;
use shared::method::Method;

/// The numbers and facts of a preview.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub fn Summary(
    /// What would happen.
    preview: AuthorizationPreview,
    /// An app for restores is made too.
    restores: bool,
) -> impl IntoView {
    let makes_app = preview.method == Method::Modern && preview.way == Way::OwnApp;
    let sign_ins = preview.sign_ins.iter().filter(|sign_in| !sign_in.already_connected && !makes_app).count();
    let tenant = preview.customer.domain.clone().unwrap_or_else(|| preview.customer.name.clone());
    let (created, ends) = match (preview.method, preview.way, restores) {
        (Method::Modern, Way::OwnApp, _) => (modern::CREATED_OWN, modern::ENDS),
        (Method::Modern, _, true) => (modern::CREATED_TWO, modern::ENDS),
        (Method::Modern, _, false) => (modern::CREATED, modern::ENDS),
        _ => (authorizations::CREATED_THERE_HYBRID, authorizations::ENDS_HYBRID),
    };
    let independent = (sign_ins > 1).then(|| view! { <p class="note">{authorizations::INDEPENDENT}</p> });
    view! {
        <div class="total">
            <div><b>{text::number(preview.sets)}</b><span>{if preview.sets == 1 { authorizations::SET_CHANGES } else { authorizations::SETS_CHANGE }}</span></div>
            <div><b>{sign_ins}</b><span>{if sign_ins == 1 { authorizations::SIGN_IN } else { authorizations::SIGN_INS }}</span></div>
            <div><b>"0"</b><span>{authorizations::PASSWORDS}</span></div>
        </div>
        <Facts>
            <Fact term=authorizations::TENANT small=preview.customer.tenant.to_string()>{tenant}</Fact>
            <Fact term=authorizations::CREATED_THERE>{created}</Fact>
            <Fact term=authorizations::ENDS>{ends}</Fact>
            <Fact term=authorizations::JOBS>{authorizations::JOBS_GO_ON}</Fact>
        </Facts>
        {independent}
    }
}
