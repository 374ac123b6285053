//! Announced ends of Microsoft's as campaigns: how much still depends on each (D9, F11).

use super::ServiceError;
use crate::{state::AppState, store::Scope};
use shared::{
    api::waves::RetirementView,
    id::CustomerId,
    method::Method,
    rules::manifest::{RetirementNotice, retirements},
    time::Timestamp,
    workload::Workloads,
};
use std::collections::HashSet;
use time::{Date, macros::format_description};

/// The ends that sets may depend on, the next one first.
pub async fn list(app: &AppState, scope: &Scope) -> Result<Vec<RetirementView>, ServiceError> {
    let counted = app.store.read(scope).await?.count_basic_by_workloads().await?;
    let concerns = retirements().iter().filter(|end| !end.affects.is_empty());
    let mut views: Vec<_> = concerns.filter_map(|end| view(end, &counted)).collect();
    views.sort_by(|a, b| a.ends_on.cmp(&b.ends_on));
    Ok(views)
}

fn view(end: &RetirementNotice, counted: &[(Workloads, CustomerId, u64)]) -> Option<RetirementView> {
    let concerned = || counted.iter().filter(|(workloads, ..)| end.stops(Method::Basic, workloads));
    Some(RetirementView {
        code: end.code.clone(),
        what: end.what.clone(),
        ends_on: end.ends_on.clone(),
        ends_at: first_moment(&end.ends_on)?,
        note: end.note.clone(),
        source: end.source.clone(),
        sets: concerned().map(|(_, _, sets)| sets).sum(),
        customers: concerned().map(|(_, customer, _)| *customer).collect::<HashSet<_>>().len() as u64,
    })
}

/// The first moment of a day such as `2027-04-01`, UTC.
pub fn first_moment(day: &str) -> Option<Timestamp> {
    let day = Date::parse(day, format_description!("[year]-[month]-[day]")).ok()?;
    Some(Timestamp(day.midnight().assume_utc().unix_timestamp()))
}
