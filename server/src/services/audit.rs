//! The audit log, as members read it.

use super::{ServiceError, cursor};
use crate::state::AppState;
use shared::{
    api::{audit::AuditEntryView, page::Page},
    id::OrganizationId,
};
use uuid::Uuid;

/// One page, newest first.
pub async fn list(
    app: &AppState,
    organization: OrganizationId,
    before: Option<&str>,
    limit: u64,
) -> Result<Page<AuditEntryView>, ServiceError> {
    let before: Option<Uuid> = cursor::read(before)?;
    let tx = app.store.read(organization).await?;
    let mut rows = tx.list_audit(before, limit + 1).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).and_then(|(row, _)| cursor::write(&row.id));
    let items = rows
        .into_iter()
        .map(|(row, actor)| AuditEntryView {
            sequence: row.sequence.unwrap_or(0),
            at: row.at,
            event: row.event,
            actor,
            subject: row.subject,
            detail: row.detail,
            sealed: row.sequence.is_some(),
        })
        .collect();
    Ok(Page { items, next })
}
