//! What the shell and the first screen are built from: the classes of the Leptos components, as plain [`Tag`]s.

pub use crate::features::connect::parts::hidden;

use crate::api::ApiFailure;
use crate::markup::{Tag, of, tag};
use crate::signs::{Tone, icon_reference, id_lines, method_class};
use crate::{browser, text};
use shared::method::Method;
use shared::time::Timestamp;

/// One icon of the sprite.
pub fn icon(name: &'static str) -> Tag {
    picture("icon", name)
}

/// A picture of the sprite in a class of its own.
pub fn picture(class: &'static str, name: &'static str) -> Tag {
    of("svg", class).attr("aria-hidden", "true").with(tag("use").attr("href", icon_reference(name)))
}

/// A button that the driver hears of by `press`. While `is_busy` it stays where it is and does nothing.
pub fn button(class: &'static str, press: &'static str, is_busy: bool) -> Tag {
    let button = of("button", class).attr("type", "button").attr("data-press", press);
    button.flag("aria-busy", is_busy).flag("aria-disabled", is_busy)
}

/// A link.
pub fn link(class: &'static str, href: impl crate::markup::Value, label: &'static str) -> Tag {
    of("a", class).attr("href", href).with(label)
}

/// A point in time in words, with the exact time on hover.
pub fn moment(at: Timestamp) -> Tag {
    let words = text::when(at, browser::now());
    tag("time").attr("datetime", browser::iso(at)).attr("title", browser::exact(at)).with(words)
}

/// A method as pin and word.
pub fn method(method: Method) -> Tag {
    of("span", method_class(method))
        .attr("title", text::method_meaning(method))
        .with(icon(method.as_str()))
        .with(text::method(method))
}

/// Lines in the place of what is about to be here; says that it loads. The style shows them after 300 ms only.
pub fn ghosts(lines: usize) -> Tag {
    let bar = |line: usize| of("span", if line % 3 == 1 { "ghost" } else { "ghost long" }).attr("aria-hidden", "true");
    let said = hidden(text::LOADING).attr("role", "status");
    of("div", "stack ghosts").with(said).all((0..lines).map(bar).collect())
}

/// A notice that interrupts a screen reader: what happened, why, and at most two actions.
pub fn alarm(title: impl Into<Tag>, why: impl Into<Tag>) -> Tag {
    let notice = of("div", "notice danger").attr("role", "alert").with(icon("stop"));
    notice.with(of("p", "title").with(title)).with(tag("p").with(why))
}

/// A failed request: what happened, the ids to copy, and the way to try again, where there is one.
pub fn trouble(failure: &ApiFailure, retry: Option<&'static str>, copied: Option<&str>) -> Tag {
    let ids = failure.microsoft().cloned().unwrap_or_default();
    let lines = id_lines(&ids, failure.request_id());
    let mut all = failure.title() + "\n";
    for (label, id) in &lines {
        all.push_str(&text::join(&[label, ": ", id, "\n"]));
    }
    let has_ids = !lines.is_empty();
    let facts =
        lines.into_iter().map(|(label, id)| tag("div").with(tag("dt").with(label)).with(of("dd", "mono").with(id)));
    let facts = has_ids.then(|| of("dl", "facts").all(facts.collect()));
    let again = retry.map(|press| button("button", press, false).with(icon("again")).with(text::TRY_AGAIN));
    let is_copied = copied == Some(all.as_str());
    let copy = has_ids.then(|| {
        let said = if is_copied { text::COPIED } else { "" };
        let label = if is_copied { text::COPIED } else { text::COPY };
        let copy = button("button", "copy", false).attr("data-value", all).with(icon("copy")).with(label);
        copy.with(hidden(said).attr("role", "status"))
    });
    let notice = alarm(failure.title(), failure.detail()).some(facts);
    notice.with(of("div", "actions").some(again).some(copy))
}

/// A section with its heading and what stands beside that.
pub fn section(id: &'static str, title: &'static str, beside: Option<Tag>) -> Tag {
    let heading = tag("h2").attr("id", id).with(title);
    of("section", "section").attr("aria-labelledby", id).with(tag("header").with(heading).some(beside))
}

/// One line of what waits: its picture, what it is, why, and what leads on.
pub fn task(class: &'static str, icon_name: &'static str, title: impl Into<Tag>, why: Tag, on: Tag) -> Tag {
    let words = tag("div").with(tag("b").with(title)).with(why);
    of("li", class).with(icon(icon_name)).with(words).with(on)
}

/// The tone's class.
pub const DANGER: &str = Tone::Danger.as_str();
/// The tone's class.
pub const WARN: &str = Tone::Warn.as_str();
