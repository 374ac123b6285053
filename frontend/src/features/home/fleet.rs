//! The fleet as one key: each column a customer, each block a backup set. Above the line no password is stored.
//!
//! Geometry lives in attributes; colours in the style sheet.

use crate::features::shell::parts::method;
use crate::markup::{Tag, of, tag};
use crate::text;
use crate::text::portal::home;
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
pub fn section(overview: &Overview) -> Tag {
    let columns = columns(overview);
    let unit = sets_per_block(&columns);
    let sum = |of_method, count, meaning: &'static str| {
        let number = tag("b").with(text::number(count));
        of("p", "sum").with(number).with(method(of_method)).with(tag("small").with(meaning))
    };
    let above = tag("div").with(sum(Method::Hybrid, overview.sets.hybrid, home::HYBRID_MEANS)).with(sum(
        Method::Modern,
        overview.sets.modern,
        home::MODERN_MEANS,
    ));
    let below = tag("div").with(sum(Method::Basic, overview.sets.basic, home::BASIC_MEANS));
    let bars = columns.into_iter().map(|column| bar(column, unit)).collect();
    let all = (overview.customers > 10).then(|| {
        let link = tag("a").attr("href", "/customers").with(home::all_customers(overview.customers));
        of("p", "small only-narrow").with(link)
    });
    let picture = of("div", "fleet")
        .with(of("div", "scale").with(above).with(below))
        .with(of("ol", "bitting").attr("aria-label", home::FLEET_ORDER).all(bars));
    of("section", "section")
        .attr("aria-labelledby", "fleet")
        .with(of("h2", "hide").attr("id", "fleet").with(home::FLEET))
        .with(picture)
        .some(all)
        .with(of("p", "note").with(home::block(unit)))
}

fn bar(column: Column, unit: u64) -> Tag {
    let Column { name, href, sets } = column;
    let blocks = |count: u64| count.div_ceil(unit);
    let (modern, hybrid, basic) = (blocks(sets.modern), blocks(sets.hybrid), blocks(sets.basic));
    let up = modern + hybrid;
    // Modern stands lowest on the line, hybrid on top of it.
    let above = (0..up).map(|y| block(y, if y < hybrid { "h" } else { "m" })).collect();
    let below = (0..basic).map(|y| block(y, "b")).collect();
    let who = of("span", "who").attr("aria-hidden", "true").with(name.clone());
    let tip = of("span", "tip").with(tag("b").with(name)).with(tag("br")).with(home::numbers(sets));
    let link = if basic == 0 { tag("a") } else { of("a", "some") };
    let link = link
        .attr("href", href)
        .with(of("span", "up").some(pile(up, above)))
        .with(of("span", "down").some(pile(basic, below)).with(who))
        .with(tip);
    tag("li").with(link)
}

/// Blocks over each other, if there are any.
fn pile(count: u64, blocks: Vec<Tag>) -> Option<Tag> {
    (count > 0).then(|| {
        tag("svg")
            .attr("height", (count * BLOCK).to_string())
            .attr("viewBox", format!("0 0 10 {count}"))
            .attr("preserveAspectRatio", "none")
            .attr("aria-hidden", "true")
            .all(blocks)
    })
}

fn block(y: u64, class: &'static str) -> Tag {
    of("rect", class).attr("x", "0").attr("y", y.to_string()).attr("width", "10").attr("height", "1")
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
