//! What travels when a page is opened for the first time.

use super::{Product, api::Api};
use crate::{
    bench::{
        BenchError,
        report::{Line, Table},
        token::Issuer,
        wire::header,
    },
    databases::TestDatabase,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Each page with what it may weigh, in bytes. The frame's is the same for every organization.
const PAGES: [(&str, &str, f64); 4] = [
    ("connect page, first load (brotli)", "/connect", 64_000.0),
    ("portal, first load (brotli)", "/", 114_000.0),
    ("embed window, first load (brotli)", "/connect/embed", 64_000.0),
    ("frame, first load (brotli)", "/embed/00000000-0000-7000-8000-000000000000", 64_000.0),
];
/// What a console's own page loads of us, and what that may weigh.
const SCRIPT: (&str, &str, f64) = ("embed.js (brotli)", "/embed.js", 4_096.0);

/// Opens the pages as a browser does.
pub async fn measure(issuer: &Issuer, table: &mut Table) -> Result<(), BenchError> {
    let product = Product::start(TestDatabase::sqlite().await, issuer).await?;
    let browser = Api::new(product.address).with("accept-encoding", "br");
    for (name, path, most) in PAGES {
        let (bytes, files) = weigh(&browser, path).await?;
        table.add(line(name, bytes, most).note(format!("{files} files")));
    }
    let (name, path, most) = SCRIPT;
    let answer = browser.send("GET", path, &Value::Null).await?;
    table.add(line(name, answer.body.len(), most));
    product.stop().await;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "some thousands of bytes")]
fn line(name: &str, bytes: usize, most: f64) -> Line {
    Line::of(name, bytes as f64, "B").against("what is allowed", most)
}

/// The page, what it names, and the pictures that its program names: compressed as sent, without headers. What its scripts
/// fetch later, other chunks and other languages, is not named by the page.
async fn weigh(browser: &Api, page: &str) -> Result<(usize, usize), BenchError> {
    let (mut waiting, mut seen) = (vec![page.to_owned()], BTreeSet::new());
    let mut bytes = 0;
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let answer = browser.send("GET", &path, &Value::Null).await?;
        if answer.status != 200 {
            return Err(format!("{path}: status {}", answer.status).into());
        }
        bytes += answer.body.len();
        let is_program = header(&answer.head, "content-type").is_some_and(|kind| kind.contains("wasm"));
        if path == page || is_program {
            let plain = browser.plain().send("GET", &path, &Value::Null).await?;
            let names = named(&String::from_utf8_lossy(&plain.body)).into_iter();
            waiting.extend(names.filter(|name| path == page || is_picture(name)));
        }
        let encoding = header(&answer.head, "content-encoding");
        if encoding.is_none() && answer.body.len() > 4096 {
            return Err(format!("{path}: {} bytes were sent without compression", answer.body.len()).into());
        }
    }
    if seen.len() < 2 {
        return Err(format!("{page} names no files: was the web app left out of this build?").into());
    }
    Ok((bytes, seen.len()))
}

fn is_picture(name: &str) -> bool {
    name.rsplit('.').next() == Some("svg")
}

/// Our own files that a text names: `/assets/…` up to its quote. What an element keeps for later (`data-…`) is not fetched.
fn named(text: &str) -> Vec<String> {
    let is_kept =
        |before: &str| before.rsplit(char::is_whitespace).next().is_some_and(|word| word.starts_with("data-"));
    let starts = text.match_indices("/assets/").filter_map(|(at, _)| {
        let (before, from) = text.split_at_checked(at)?;
        (!is_kept(before)).then_some(from)
    });
    let names = starts.map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "/-_.".contains(c))).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default().to_owned()
    });
    names.filter(|name| name.len() > "/assets/".len() && !name.ends_with('/')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_for_later_is_not_fetched() {
        assert_eq!(
            named(r#"<div id="app" data-pages="/assets/a.js"></div><script src="/assets/b.js">"#),
            ["/assets/b.js"]
        );
    }

    #[test]
    fn files_are_found_in_pages_and_scripts() {
        let text =
            r#"<link href="/assets/a-1.css" integrity=x> new URL('/assets/b-2.wasm', import.meta.url) "/assets/""#;
        assert_eq!(named(text), ["/assets/a-1.css", "/assets/b-2.wasm"]);
    }
}
