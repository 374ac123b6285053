//! Notices: raised once, sent through every channel, settled by what they are about or by a member (B-14, J4, K3).

use super::{ServiceError, channels, cursor, events};
use crate::{
    audit::Actor,
    state::AppState,
    store::{Scope, Scoped, notices::Notice},
};
use shared::{
    api::{
        backup_sets::CustomerRef,
        notices::{NoticeKind, NoticeView},
        page::Page,
    },
    id::CustomerId,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A notice that is to be raised.
#[derive(Debug, Clone)]
pub struct NewNotice {
    /// What it is about.
    pub kind: NoticeKind,
    /// Whose, where it is a customer's.
    pub customer: Option<CustomerId>,
    /// The certificate, connection, key or channel.
    pub subject: Uuid,
    /// For certificates: how many days before the end. Otherwise 0.
    pub stage: i64,
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub text: String,
}

/// Raises a notice and sends it through every channel of the organization. `false`: it was there.
///
/// A reminder of a certificate is raised once and never again. Trouble that was settled and comes again is a new notice.
pub async fn raise(app: &AppState, tx: &Scoped, new: NewNotice) -> Result<bool, ServiceError> {
    if let Some(known) = tx.find_notice_of(new.kind, new.subject, new.stage).await? {
        if new.kind == NoticeKind::CertificateEnds || known.resolved_at.is_none() {
            return Ok(false);
        }
        tx.remove_notice(known.id).await?;
    }
    let notice = Notice {
        id: app.new_id(),
        kind: new.kind,
        customer: new.customer,
        subject: new.subject,
        stage: new.stage,
        title: new.title,
        text: new.text,
        created_at: app.now(),
        resolved_at: None,
    };
    if !tx.add_notice(&notice).await? {
        return Ok(false);
    }
    if let Some(view) = views(tx, vec![notice.clone()]).await?.pop() {
        events::emit(app, tx, vec![channels::event_of(&notice, &view)]).await?;
    }
    let detail = format!("kind={} subject={} stage={}", notice.kind.as_str(), notice.subject, notice.stage);
    app.audit().record(tx, "notice.raised", &Actor::Rekey, format!("notice:{}", notice.id), detail).await?;
    Ok(true)
}

/// Settles the notices of a kind about a subject: what they warned of is over. Gives how many were open.
pub async fn resolve(app: &AppState, tx: &Scoped, kind: NoticeKind, subject: Uuid) -> Result<u64, ServiceError> {
    Ok(tx.resolve_notices_of(kind, subject, app.now()).await?)
}

/// Settles one notice for a member; settling it again changes nothing.
pub async fn settle(app: &AppState, scope: &Scope, actor: &Actor, id: Uuid) -> Result<NoticeView, ServiceError> {
    let tx = app.store.write(scope).await?;
    tx.find_notice(id).await?.ok_or(ServiceError::NotFound)?;
    if tx.resolve_notice(id, app.now()).await? {
        app.audit().record(&tx, "notice.resolved", actor, format!("notice:{id}"), String::new()).await?;
    }
    let notice = tx.find_notice(id).await?.ok_or(ServiceError::NotFound)?;
    let view = views(&tx, vec![notice]).await?.pop().ok_or(ServiceError::NotFound)?;
    tx.commit().await?;
    Ok(view)
}

/// One page of notices, newest first: the open ones, or all.
pub async fn list(
    app: &AppState,
    scope: &Scope,
    all: bool,
    before: Option<&str>,
    limit: u64,
) -> Result<Page<NoticeView>, ServiceError> {
    let before: Option<Uuid> = cursor::read(before)?;
    let tx = app.store.read(scope).await?;
    let mut found = tx.list_notices(all, before, limit + 1).await?;
    let more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).and_then(|last| cursor::write(&last.id));
    Ok(Page { items: views(&tx, found).await?, next })
}

/// Notices as the wire has them.
pub async fn views(tx: &Scoped, notices: Vec<Notice>) -> Result<Vec<NoticeView>, ServiceError> {
    let customers: Vec<CustomerId> = notices.iter().filter_map(|notice| notice.customer).collect();
    let customers: HashMap<_, _> = tx
        .find_customers(&customers)
        .await?
        .into_iter()
        .map(|one| (one.id, CustomerRef { id: one.id, name: one.name, domain: one.domain, tenant: one.tenant }))
        .collect();
    Ok(notices
        .into_iter()
        .map(|notice| NoticeView {
            id: notice.id,
            kind: notice.kind,
            customer: notice.customer.and_then(|id| customers.get(&id).cloned()),
            subject: notice.subject,
            stage: notice.stage,
            title: notice.title,
            text: notice.text,
            created_at: notice.created_at,
            resolved_at: notice.resolved_at,
        })
        .collect())
}
