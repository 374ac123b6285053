//! Definition rows, and the rows of ids that support asks for.

use crate::text;
use leptos::prelude::*;
use shared::api::problem::MicrosoftIds;

/// A list of facts: put [`Fact`]s inside.
#[component]
pub fn Facts(
    /// The rows.
    children: Children,
) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// One row: a term and what it is.
#[component]
pub fn Fact(
    /// The term.
    #[prop(into)]
    term: String,
    /// A smaller line below.
    #[prop(into, optional)]
    small: String,
    /// What it is.
    children: Children,
) -> impl IntoView {
    view! {
        <div>
            <dt>{term}</dt>
            <dd>{children()} {(!small.is_empty()).then(|| view! { <small>{small}</small> })}</dd>
        </div>
    }
}

/// The ids as lines of text: each with its label, those that are there.
pub fn id_lines(ids: &MicrosoftIds, request_id: Option<&str>) -> Vec<(&'static str, String)> {
    [
        (text::MICROSOFT_CODE, ids.aadsts.map(text::aadsts)),
        (text::CORRELATION_ID, ids.correlation_id.clone()),
        (text::TRACE_ID, ids.trace_id.clone()),
        (text::MICROSOFT_TIME, ids.timestamp.clone()),
        (text::REQUEST_ID, request_id.map(ToOwned::to_owned)),
    ]
    .into_iter()
    .filter_map(|(label, id)| Some((label, id?)))
    .collect()
}

/// Ids as facts, in monospace.
#[component]
pub fn IdFacts(
    /// From [`id_lines`].
    lines: Vec<(&'static str, String)>,
) -> impl IntoView {
    let rows = lines.into_iter().map(|(term, id)| view! { <div><dt>{term}</dt><dd class="mono">{id}</dd></div> });
    view! { <dl class="facts">{rows.collect_view()}</dl> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn j3_only_ids_that_are_there_are_shown() {
        let ids =
            MicrosoftIds { aadsts: Some(53003), trace_id: None, correlation_id: Some("c".into()), timestamp: None };
        let lines = id_lines(&ids, Some("r"));
        assert_eq!(lines.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(), ["AADSTS53003", "c", "r"]);
        assert!(id_lines(&MicrosoftIds::default(), None).is_empty());
    }
}
