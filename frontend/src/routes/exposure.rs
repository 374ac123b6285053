//! What a key, an app, an account or a member reached: the page to print after a break-in.

use crate::api;
use crate::browser;
use crate::components::{Button, Moment};
use crate::features::address::Query;
use crate::features::exposure::{Acts, Reached, address};
use crate::features::page::{PageHead, load};
use crate::remote::Remote;
use crate::router::use_query_map;
use crate::text::portal::{exposure, shell};
use leptos::prelude::*;
use shared::api::exposure::{ExposureReport, SubjectKind};
use shared::time::Timestamp;

const DAY: i64 = 24 * 3600;

/// The page.
#[component]
pub fn Exposure() -> impl IntoView {
    let query = use_query_map();
    let subject = Memo::new(move |_| query.read().get("subject").unwrap_or_default());
    let days = Memo::new(move |_| query.read().get("days").and_then(|days| days.parse().ok()).unwrap_or(30));
    let report = Remote::new(move || {
        let path = path(&subject.get(), days.get(), "");
        async move { api::get::<ExposureReport>(&path).await }
    });
    view! {
        <div class="page wide">{load(report, 8, move |report| show(report, &subject.get_untracked(), days.get_untracked()))}</div>
    }
}

/// Where the report comes from; 0 days: all that is known.
fn path(subject: &str, days: i64, format: &str) -> String {
    let since = if days > 0 { browser::now().plus(-days.saturating_mul(DAY)) } else { Timestamp(0) };
    Query::new("/api/v1/exposure")
        .add("subject", subject)
        .add("since", &since.0.to_string())
        .add("format", format)
        .done()
}

fn show(report: ExposureReport, subject: &str, days: i64) -> AnyView {
    let crumbs = match report.subject.kind {
        SubjectKind::ApiKey => vec![(shell::API_KEYS.to_owned(), "/api-keys".to_owned())],
        SubjectKind::App | SubjectKind::Connection => vec![(shell::CUSTOMERS.to_owned(), "/customers".to_owned())],
        SubjectKind::Member => vec![(shell::ACTIVITY.to_owned(), "/activity".to_owned())],
    };
    let periods = exposure::PERIODS.map(|(choice, words)| {
        let current = (choice == days).then_some("true");
        let href = address(subject, choice);
        view! { <a class="chip" href=href aria-current=current>{words}</a> }
    });
    let csv = path(subject, days, "csv");
    let heading = exposure::headline(&report);
    let sub = view! { <span class="mono thumbprint">{subject.to_owned()}</span>", "{exposure::AS_OF}" "<Moment at=report.until/> };
    view! {
        <PageHead title=exposure::TITLE heading crumbs sub=sub.into_any()>
            <a class="button" href=csv rel="external" download="">{exposure::CSV}</a>
            <Button on_press=|_| browser::print()>{exposure::PRINT}</Button>
        </PageHead>
        <nav class="chips" aria-label=exposure::PERIOD>{periods.into_iter().collect_view()}</nav>
        <Reached removed=exposure::removed(&report) rows=report.reached/>
        <Acts rows=report.actions/>
    }
    .into_any()
}
