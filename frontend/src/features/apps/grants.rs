//! What the sets need, against what the tenant really grants (C2, C7, C8).

use crate::components::{Icon, Status, Tone};
use crate::text::portal::apps;
use leptos::prelude::*;
use shared::api::apps::AppView;
use shared::api::authorizations::PermissionView;

/// `graph:Mail.Read` and `sharepoint:Sites.Read.All`, as seen in tokens, name the permissions `Mail.Read` and `SharePoint
/// Sites.Read.All`.
fn names(seen: &str, value: &str) -> bool {
    match seen.split_once(':') {
        Some(("sharepoint", name)) => value.strip_prefix("SharePoint ") == Some(name),
        Some((_, name)) => name == value,
        None => seen == value,
    }
}

/// The permissions, each with how it is.
#[component]
pub fn Grants(app: AppView) -> impl IntoView {
    let is_known = app.checked_at.is_some();
    let AppView { permissions, missing, extra, .. } = app;
    let labelled = format!("permissions-{}", app.purpose.as_str());
    let id = labelled.clone();
    let rows = permissions.into_iter().map(|permission| {
        let is_missing = missing.iter().any(|seen| names(seen, &permission.value));
        row(permission, is_missing, is_known)
    });
    let more = extra.into_iter().map(|value| {
        view! {
            <li>
                <Icon name="alert"/>
                <b>{apps::EXTRA_TITLE}</b>
                <span class="state"><Status tone=Tone::Warn text=apps::EXTRA/></span>
                <span class="why">{apps::EXTRA_WHY}" "<code>{value}</code></span>
            </li>
        }
    });
    view! {
        <div class="stack tight" role="group" aria-labelledby=labelled>
            <h3 id=id>{apps::PERMISSIONS}</h3>
            <ul class="perms" data-test="permissions">{rows.collect_view()}{more.collect_view()}</ul>
        </div>
    }
}

fn row(permission: PermissionView, is_missing: bool, is_known: bool) -> impl IntoView {
    let (icon, tone, word) = match (is_missing, is_known) {
        (true, _) => ("cross", Tone::Danger, apps::MISSING),
        (false, true) => ("check", Tone::Ok, apps::GRANTED),
        (false, false) => ("clock", Tone::Idle, apps::NOT_SEEN),
    };
    view! {
        <li class:no=is_missing>
            <Icon name=icon/>
            <b>{permission.title}</b>
            <span class="state"><Status tone text=word/></span>
            <span class="why">{permission.reason}" "{permission.without}" "<code>{permission.value}</code></span>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn c8_what_a_token_names_is_found_among_the_permissions() {
        assert!(names("graph:Mail.Read", "Mail.Read") && names("Mail.Read", "Mail.Read"));
        assert!(names("sharepoint:Sites.Read.All", "SharePoint Sites.Read.All"));
        assert!(!names("graph:Sites.Read.All", "SharePoint Sites.Read.All"));
        assert!(!names("sharepoint:Sites.Read.All", "Sites.Read.All"));
    }
}
