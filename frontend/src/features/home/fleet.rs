//! The fleet as one key: each column a customer, each block a backup set. Above the line no password is stored.
//!
//! Geometry lives in attributes; colours in the style sheet.

use crate::components::MethodPin;
use crate::text;
use crate::text::portal::home;
use leptos::prelude::*;
use shared::api::customers::{CustomerView, MethodCounts};
use shared::api::overview::Overview;
use shared::method::Method;

/// Blocks that fit above the line, and below it beside the name.
const UP: u64 = 19;
const DOWN: u64 = 14;
/// A block's height in pixels, when all fit.
const BLOCK: u64 = 7;

/// One column: a customer, or the customers that have no column of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    name: String,
    href: String,
    sets: MethodCounts,
}

impl From<&CustomerView> for Column {
    fn from(customer: &CustomerView) -> Self {
        Self { name: customer.name.clone(), href: format!("/customers/{}", customer.id), sets: customer.sets }
    }
}

/// The columns; what the list leaves out becomes one more.
fn columns(overview: &Overview) -> Vec<Column> {
    let mut columns: Vec<Column> = overview.fleet.iter().map(Column::from).collect();
    let shown = |of: fn(MethodCounts) -> u64| overview.fleet.iter().map(|customer| of(customer.sets)).sum::<u64>();
    let rest = MethodCounts {
        basic: overview.sets.basic.saturating_sub(shown(|sets| sets.basic)),
        hybrid: overview.sets.hybrid.saturating_sub(shown(|sets| sets.hybrid)),
        modern: overview.sets.modern.saturating_sub(shown(|sets| sets.modern)),
    };
    if rest.total() > 0 {
        columns.push(Column { name: home::OTHERS.into(), href: "/customers".into(), sets: rest });
    }
    columns
}

/// How many sets one block stands for, so that the tallest column fits.
fn sets_per_block(columns: &[Column]) -> u64 {
    let tallest = |of: fn(MethodCounts) -> u64| columns.iter().map(|column| of(column.sets)).max().unwrap_or(0);
    let above = tallest(|sets| sets.hybrid + sets.modern).div_ceil(UP);
    let below = tallest(|sets| sets.basic).div_ceil(DOWN);
    above.max(below).max(1)
}

/// The picture and its legend.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub fn Fleet(overview: Overview) -> impl IntoView {
    let columns = columns(&overview);
    let unit = sets_per_block(&columns);
    let sum = |method, count, meaning| {
        view! { <p class="sum"><b>{text::number(count)}</b><MethodPin method/><small>{meaning}</small></p> }
    };
    let bars = columns.into_iter().map(|column| bar(column, unit)).collect_view();
    let all = (overview.customers > 10)
        .then(|| view! { <p class="small only-narrow"><a href="/customers">{home::all_customers(overview.customers)}</a></p> });
    view! {
        <section class="section" aria-labelledby="fleet">
            <h2 class="hide" id="fleet">{home::FLEET}</h2>
            <div class="fleet">
                <div class="scale">
                    <div>
                        {sum(Method::Hybrid, overview.sets.hybrid, home::HYBRID_MEANS)}
                        {sum(Method::Modern, overview.sets.modern, home::MODERN_MEANS)}
                    </div>
                    <div>{sum(Method::Basic, overview.sets.basic, home::BASIC_MEANS)}</div>
                </div>
                <ol class="bitting" aria-label=home::FLEET_ORDER>{bars}</ol>
            </div>
            {all}
            <p class="note">{home::block(unit)}</p>
        </section>
    }
}

fn bar(column: Column, unit: u64) -> impl IntoView {
    let Column { name, href, sets } = column;
    let blocks = |count: u64| count.div_ceil(unit);
    let (modern, hybrid, basic) = (blocks(sets.modern), blocks(sets.hybrid), blocks(sets.basic));
    let up = modern + hybrid;
    // Modern stands lowest on the line, hybrid on top of it.
    let above = (0..up).map(|y| block(y, if y < hybrid { "h" } else { "m" })).collect_view();
    let below = (0..basic).map(|y| block(y, "b")).collect_view();
    let pile = |count: u64, blocks| {
        (count > 0).then(|| {
            let height = (count * BLOCK).to_string();
            let frame = format!("0 0 10 {count}");
            view! { <svg height=height viewBox=frame preserveAspectRatio="none" aria-hidden="true">{blocks}</svg> }
        })
    };
    view! {
        <li>
            <a href=href class:some=basic != 0>
                <span class="up">{pile(up, above)}</span>
                <span class="down">{pile(basic, below)}<span class="who" aria-hidden="true">{name.clone()}</span></span>
                <span class="tip"><b>{name}</b><br/>{home::numbers(sets)}</span>
            </a>
        </li>
    }
}

fn block(y: u64, class: &'static str) -> impl IntoView {
    view! { <rect class=class x="0" y=y.to_string() width="10" height="1"></rect> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(basic: u64, hybrid: u64, modern: u64) -> Column {
        Column { name: String::new(), href: String::new(), sets: MethodCounts { basic, hybrid, modern } }
    }

    #[test]
    fn the_tallest_column_always_fits() {
        assert_eq!(sets_per_block(&[]), 1);
        assert_eq!(sets_per_block(&[column(14, 9, 10)]), 1);
        for tall in [column(15, 0, 0), column(0, 10, 10), column(100_000, 3, 50_000)] {
            let unit = sets_per_block(std::slice::from_ref(&tall));
            assert!(
                unit > 1
                    && tall.sets.basic.div_ceil(unit) <= DOWN
                    && (tall.sets.hybrid + tall.sets.modern).div_ceil(unit) <= UP
            );
        }
    }
}
