//! The support bundle: what somebody who helps needs to know, as one JSON document.
//!
//! Versions, counts, states, codes and ids. Never a secret, never a name or an address of anybody: what is in it is listed
//! here, field by field, and a test plants names and secrets everywhere and looks for them.

use super::{ServiceError, events::in_utc};
use crate::{access::forbidden, state::AppState, store::support::ProblemCount};
use serde_json::{Value, json};
use shared::{
    api::session::MemberRole,
    id::{MemberId, OrganizationId},
    time::Timestamp,
};

/// How far back problems are counted, in seconds.
const PROBLEMS: i64 = 30 * 24 * 3600;
/// The most kinds of problems.
const MOST: usize = 100;

/// One organization's bundle, for its owners and admins.
pub async fn of_organization(
    app: &AppState,
    organization: OrganizationId,
    (member, role): (MemberId, MemberRole),
) -> Result<Value, ServiceError> {
    if !matches!(role, MemberRole::Owner | MemberRole::Admin) {
        return Err(forbidden("role_insufficient", "Only an owner or admin may do this."));
    }
    let actor = crate::audit::Actor::Member(member, String::new());
    let tx = app.store.write(organization).await?;
    let subject = format!("organization:{organization}");
    app.audit().record(&tx, "support_bundle.made", &actor, subject, String::new()).await?;
    tx.commit_counts().await?;
    bundle(app, &[organization]).await
}

/// The whole installation's, for whoever runs it; `configuration` without secrets.
pub async fn of_installation(app: &AppState, configuration: Value) -> Result<Value, ServiceError> {
    let all = app.store.read_system().await?.list_organizations().await?;
    let all: Vec<_> = all.into_iter().map(|one| one.id).collect();
    let mut bundle = bundle(app, &all).await?;
    if let Some(object) = bundle.as_object_mut() {
        object.insert("configuration".to_owned(), configuration);
    }
    Ok(bundle)
}

async fn bundle(app: &AppState, organizations: &[OrganizationId]) -> Result<Value, ServiceError> {
    let (database, version, steps) = app.store.read_system().await?.find_database().await?;
    let mut parts = Vec::new();
    for organization in organizations {
        parts.push(part(app, *organization).await?);
    }
    let rules = &app.settings.rules;
    Ok(json!({
        "format": 1,
        "product": "rekey",
        "version": env!("CARGO_PKG_VERSION"),
        "made_at": in_utc(app.now()),
        "system": { "os": std::env::consts::OS, "architecture": std::env::consts::ARCH },
        "database": { "kind": database, "version": version, "schema": steps },
        "settings": {
            "mail": app.outgoing.mail.is_some(),
            "modern": app.microsoft.config.setup.is_some(),
            "login": app.microsoft.config.authority.login_origin(),
            "graph": app.microsoft.config.authority.graph_origin(),
            "personal_sites_block_modern": rules.personal_sites_block_modern,
            "sharepoint_sites_block_modern": rules.sharepoint_sites_block_modern,
        },
        "master_keys": {
            "active": app.keyring.active().to_string(),
            "all": app.keyring.ids().iter().map(ToString::to_string).collect::<Vec<_>>(),
        },
        "organizations": parts,
    }))
}

async fn part(app: &AppState, organization: OrganizationId) -> Result<Value, ServiceError> {
    let now = app.now();
    let tx = app.store.read(organization).await?;
    let work: Vec<_> = tx
        .count_work()
        .await?
        .into_iter()
        .map(|one| {
            let due = one.next_due.map(|due| in_utc(Timestamp(due.div_euclid(1000))));
            json!({ "kind": one.kind, "rows": one.total, "next_due": due, "most_attempts": one.most_attempts })
        })
        .collect();
    let problems: Vec<_> =
        tx.count_problems(now.plus(-PROBLEMS)).await?.iter().filter_map(problem).take(MOST).collect();
    let last = tx.find_last_audit_batch().await?;
    let audit = last.map(|batch| {
        json!({
            "batch": batch.batch, "last_sequence": batch.last_sequence, "sealed_at": in_utc(batch.sealed_at), "key": batch.key,
        })
    });
    let unwell: Vec<_> = tx
        .list_apps(None)
        .await?
        .into_iter()
        .filter_map(|one| {
            let code = one.help.as_ref().map(|help| help.code.clone())?;
            Some(json!({ "app": one.id, "state": one.state.as_str(), "code": code }))
        })
        .take(MOST)
        .collect();
    Ok(json!({
        "id": organization,
        "counts": tx.count_everything().await?,
        "work": work,
        "problems": problems,
        "apps_with_help": unwell,
        "audit": audit,
    }))
}

/// A problem with its code: of the detail only what is a code or a number.
fn problem(one: &ProblemCount) -> Option<Value> {
    let is_plain = |text: &str| {
        text.len() <= 60 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let code = one.detail.split(' ').find_map(|word| {
        let (name, value) = word.split_once('=')?;
        (matches!(name, "code" | "aadsts") && is_plain(value)).then(|| format!("{name}={value}"))
    })?;
    Some(json!({ "event": one.event, "code": code, "count": one.total, "last_at": in_utc(Timestamp(one.last_at)) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l3_of_a_problem_only_its_code_is_told() {
        let one = |detail: &str| {
            let detail = detail.to_owned();
            problem(&ProblemCount { event: "sign_in.stopped".to_owned(), detail, total: 2, last_at: 0 })
        };
        assert_eq!(one("code=wrong_account").unwrap()["code"], "code=wrong_account");
        assert_eq!(one("aadsts=50173 by=Maya").unwrap()["code"], "aadsts=50173");
        for bad in ["", "code=Maya Lindqvist", "account=maya", "code=maya@contoso.com"] {
            assert_eq!(one(bad).filter(|value| value["code"] != "code=maya"), None, "{bad}");
        }
    }
}
