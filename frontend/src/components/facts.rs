//! Definition rows, and the rows of ids that support asks for.

use leptos::prelude::*;

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

/// Ids as facts, in monospace.
#[component]
pub fn IdFacts(
    /// From [`crate::signs::id_lines`].
    lines: Vec<(&'static str, String)>,
) -> impl IntoView {
    let rows = lines.into_iter().map(|(term, id)| view! { <div><dt>{term}</dt><dd class="mono">{id}</dd></div> });
    view! { <dl class="facts">{rows.collect_view()}</dl> }
}
