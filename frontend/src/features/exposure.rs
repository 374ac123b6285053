//! What a key, an app or an account reached: tables for people, made to be printed.

mod tables;

pub use tables::{Acts, Reached};

use crate::text::portal::exposure;
use leptos::prelude::*;

/// A link to the report about `api_key:<id>`, `app:<id>` or `connection:<id>`, of the last 30 days.
pub fn exposure_link(subject: &str) -> impl IntoView + use<> {
    view! { <a class="small" href=address(subject, 30)>{exposure::LINK}</a> }
}

/// The report's address.
pub fn address(subject: &str, days: i64) -> String {
    super::address::Query::new("/exposure").add("subject", subject).add("days", &days.to_string()).done()
}
