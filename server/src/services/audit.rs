//! The audit log, as members read it.

use super::{ServiceError, backup_sets::customer_ref, cursor};
use crate::{
    state::AppState,
    store::{Scoped, audit::AuditRow},
};
use shared::{
    api::{audit::AuditEntryView, page::Page},
    id::{CustomerId, OrganizationId},
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Events that one page looks through for those of a customer.
const MOST_LOOKED_AT: u64 = 20_000;
/// Events read at a time for that.
const PART: u64 = 1_000;

/// One page, newest first: all, or those about one customer.
pub async fn list(
    app: &AppState,
    organization: OrganizationId,
    customer: Option<CustomerId>,
    before: Option<&str>,
    limit: u64,
) -> Result<Page<AuditEntryView>, ServiceError> {
    let before: Option<Uuid> = cursor::read(before)?;
    let tx = app.store.read(organization).await?;
    let (rows, next) = if let Some(customer) = customer {
        of_customer(&tx, customer, before, limit).await?
    } else {
        let mut rows = tx.list_audit(before, limit + 1).await?;
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(|(row, _)| row.id);
        (rows, next)
    };
    let items = views(&tx, rows).await?;
    Ok(Page { items, next: next.and_then(|id| cursor::write(&id)) })
}

/// Events about a customer: about its record, or about records of it. They are found by looking through the log, as the subject of
/// an event is all that every version has written; a page that looked far enough ends early and leads on.
async fn of_customer(
    tx: &Scoped,
    customer: CustomerId,
    mut before: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<(AuditRow, String)>, Option<Uuid>), ServiceError> {
    tx.find_customer(customer).await?.ok_or(ServiceError::NotFound)?;
    let subjects = tx.list_audit_subjects(customer).await?;
    let (mut found, mut looked_at) = (Vec::new(), 0);
    while looked_at < MOST_LOOKED_AT {
        let rows = tx.list_audit(before, PART).await?;
        let is_last = (rows.len() as u64) < PART;
        for row in rows {
            if found.len() as u64 == limit {
                return Ok((found, before));
            }
            before = Some(row.0.id);
            if subjects.contains(&row.0.subject) {
                found.push(row);
            }
        }
        if is_last {
            return Ok((found, None));
        }
        looked_at += PART;
    }
    Ok((found, before))
}

async fn views(tx: &Scoped, rows: Vec<(AuditRow, String)>) -> Result<Vec<AuditEntryView>, ServiceError> {
    let subjects: HashSet<String> = rows.iter().map(|(row, _)| row.subject.clone()).collect();
    let of = tx.find_customers_of_subjects(&subjects).await?;
    let ids: Vec<_> = of.values().copied().collect::<HashSet<_>>().into_iter().collect();
    let customers: HashMap<_, _> = tx.find_customers(&ids).await?.into_iter().map(|one| (one.id, one)).collect();
    let authorizations = tx.find_authorizations_of_subjects(&subjects).await?;
    let view = |(row, actor): (AuditRow, String)| AuditEntryView {
        sequence: row.sequence.unwrap_or(0),
        at: row.at,
        event: row.event,
        actor,
        customer: of.get(&row.subject).and_then(|id| customers.get(id)).map(customer_ref),
        authorization: authorizations.get(&row.subject).copied(),
        subject: row.subject,
        detail: row.detail,
        sealed: row.sequence.is_some(),
    };
    Ok(rows.into_iter().map(view).collect())
}
