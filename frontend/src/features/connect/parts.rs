//! What the connect page is built from: the same classes as the Leptos components, as plain [`Tag`]s.

use crate::browser;
use crate::markup::{Tag, of, tag, text};
use crate::signs::{KEY_BOW, StageState, Tone, key_blade, method_class, sign_reference};
use crate::text::words::{Key, Names, keys, pair, pair_of, say};
use crate::text::{connect as words, digits, join};
use shared::api::authorizations::{Consenter, StepState, StepView};
use shared::api::connect::ConnectView;
use shared::api::problem::MicrosoftIds;
use shared::id::TenantId;
use shared::method::Method;
use shared::time::Timestamp;

/// An id with its label.
pub type Ids = Vec<(Key, String)>;

/// One icon of the sprite.
pub fn icon(name: &'static str) -> Tag {
    picture("icon", name)
}

/// A picture of the sprite in a class of its own.
pub fn picture(class: &'static str, name: &'static str) -> Tag {
    #[cfg(test)]
    tests::is_in_the_small_sprite(name);
    of("svg", class).attr("aria-hidden", "true").with(tag("use").attr("href", sign_reference(name)))
}

/// The key of a tenant.
pub fn keymark(tenant: TenantId, is_big: bool) -> Tag {
    of("svg", if is_big { "keymark big" } else { "keymark" })
        .attr("viewBox", "0 0 40 16")
        .attr("aria-hidden", "true")
        .with(tag("path").attr("fill-rule", "evenodd").attr("d", KEY_BOW))
        .with(tag("path").attr("d", key_blade(tenant)))
}

/// Text for screen readers alone.
pub fn hidden(text: impl Into<Tag>) -> Tag {
    of("span", "hide").with(text)
}

/// A button: what it looks like, what it says, what it does.
pub struct Button {
    /// Its class.
    pub class: &'static str,
    /// An icon before the words.
    pub icon: Option<&'static str>,
    /// The press that [`super::driver`] reads.
    pub press: &'static str,
    /// Says more about the press.
    pub value: String,
}

/// The one main action.
pub const PRIMARY: &str = "button primary large";
/// Another action.
pub const PLAIN: &str = "button large";
/// An action on the side.
pub const QUIET: &str = "button quiet large";
/// A small button.
pub const SMALL: &str = "button";

impl Button {
    /// A button without an icon.
    pub const fn new(class: &'static str, press: &'static str) -> Self {
        Self { class, icon: None, press, value: String::new() }
    }

    /// With an icon before the words.
    #[must_use]
    pub const fn icon(mut self, name: &'static str) -> Self {
        self.icon = Some(name);
        self
    }

    /// With more about the press.
    #[must_use]
    pub fn value(mut self, value: String) -> Self {
        self.value = value;
        self
    }

    /// The button. While `is_busy` it turns, stays where it is and does nothing.
    pub fn says(self, label: impl Into<Tag>, is_busy: bool) -> Tag {
        self.draw(label.into(), is_busy)
    }

    #[inline(never)]
    fn draw(self, label: Tag, is_busy: bool) -> Tag {
        let is_main = self.class == PRIMARY;
        let mut button = of("button", self.class)
            .attr("type", "button")
            .attr("data-press", self.press)
            .flag("aria-disabled", is_busy)
            .flag("aria-busy", is_busy && is_main)
            .some(self.icon.map(icon))
            .with(label);
        if !self.value.is_empty() {
            button = button.attr("data-value", self.value);
        }
        button
    }
}

/// What stands beside the panel.
#[inline(never)]
pub fn decision() -> Tag {
    of("div", "body")
}

/// Buttons side by side.
#[inline(never)]
pub fn actions() -> Tag {
    of("div", "actions")
}

/// Parts close to each other.
#[inline(never)]
pub fn tight() -> Tag {
    of("div", "stack tight")
}

/// A small word.
pub fn note(text: impl Into<Tag>) -> Tag {
    small("note", text.into())
}

/// A word in a quiet colour.
pub fn muted(text: impl Into<Tag>) -> Tag {
    small("muted", text.into())
}

#[inline(never)]
fn small(class: &'static str, text: Tag) -> Tag {
    of("p", class).with(text)
}

/// What stands out.
pub fn strong(text: impl Into<Tag>) -> Tag {
    bold(text.into())
}

#[inline(never)]
fn bold(text: Tag) -> Tag {
    tag("b").with(text)
}

/// An id, an address, or whatever else is compared letter by letter.
pub fn mono(text: impl Into<Tag>) -> Tag {
    letters(text.into())
}

#[inline(never)]
fn letters(text: Tag) -> Tag {
    of("span", "mono").with(text)
}

/// A list of permissions or of things to do.
#[inline(never)]
pub fn rows() -> Tag {
    of("ul", "perms")
}

/// A notice.
pub fn notice(tone: Tone, icon_name: &'static str, title: impl Into<Tag>, text: impl Into<Tag>) -> Tag {
    draw_notice(tone, icon_name, title.into(), text.into())
}

/// A notice with a text of two parts.
#[inline(never)]
pub fn notice_of(tone: Tone, icon_name: &'static str, key: Key, view: &ConnectView) -> Tag {
    let (title, text) = pair_of(key, Some(view), &[]);
    notice(tone, icon_name, title, text)
}

#[inline(never)]
fn draw_notice(tone: Tone, icon_name: &'static str, title: Tag, text: Tag) -> Tag {
    tag("div")
        .attr("class", join(&["notice ", tone.as_str()]))
        .attr("role", "status")
        .with(icon(icon_name))
        .with(of("p", "title").with(title))
        .with(tag("p").with(text))
}

/// A section with its heading.
pub fn section(title: impl Into<Tag>) -> Tag {
    draw_section(title.into())
}

#[inline(never)]
fn draw_section(title: Tag) -> Tag {
    of("section", "stack tight").with(tag("h2").with(title))
}

/// The heading of a page.
pub fn heading(title: impl Into<Tag>, lede: impl Into<Tag>) -> Tag {
    draw_heading(of("header", "stack tight"), title.into(), lede.into())
}

/// The heading of a page, with a text of two parts.
#[inline(never)]
pub fn heading_of(key: Key, view: Option<&ConnectView>, names: Names<'_>) -> Tag {
    let (title, lede) = pair_of(key, view, names);
    heading(title, lede)
}

/// Adds title and lede to a header.
#[inline(never)]
pub fn draw_heading(header: Tag, title: Tag, lede: Tag) -> Tag {
    header.with(tag("h1").attr("tabindex", "-1").with(title)).with(small("lede", lede))
}

/// One fact: a term, what it is, and a smaller line.
pub fn fact(term: impl Into<Tag>, what: impl Into<Tag>, small: Option<Tag>) -> Tag {
    draw_fact(term.into(), what.into(), small)
}

#[inline(never)]
fn draw_fact(term: Tag, what: Tag, small: Option<Tag>) -> Tag {
    let small = small.map(|small| tag("small").with(small));
    tag("div").with(tag("dt").with(term)).with(tag("dd").with(what).some(small))
}

/// A list of facts.
#[inline(never)]
pub fn facts() -> Tag {
    of("dl", "facts")
}

/// A point in time in words, with the exact time on hover.
#[inline(never)]
pub fn moment(at: Timestamp) -> Tag {
    tag("time").attr("datetime", browser::iso(at)).attr("title", browser::exact(at)).with(browser::relative(at))
}

fn method(method: Method) -> Tag {
    of("span", method_class(method)).with(icon(method.as_str())).with(words::method(method))
}

/// From one method to another.
pub fn change(from: Method, to: Method) -> Tag {
    of("span", "move").with(method(from)).with(icon("arrow")).with(hidden(keys::MOVES_TO)).with(method(to))
}

/// A row of permissions or of things to do.
pub fn row(icon_name: &'static str, what: impl Into<Tag>, why: impl Into<Tag>) -> Tag {
    draw_row(icon_name, what.into(), why.into())
}

/// A row with a text of two parts.
#[inline(never)]
pub fn row_of(icon_name: &'static str, key: Key, view: &ConnectView) -> Tag {
    let (what, why) = pair_of(key, Some(view), &[]);
    row(icon_name, what, why)
}

#[inline(never)]
fn draw_row(icon_name: &'static str, what: Tag, why: Tag) -> Tag {
    tag("li").with(icon(icon_name)).with(bold(what)).with(of("span", "why").with(why))
}

/// Adds permissions with their reasons, under a title: what an app of its own for restores may do stands apart.
#[inline(never)]
pub fn perms(page: Tag, title: Key, view: &ConnectView) -> Tag {
    let apart = words::is_modern(view);
    let page = page.with(section(title).with(perms_of(view, apart.then_some(false))));
    if !apart || words::makes(view) == keys::MAKES_APP {
        return page;
    }
    let (title, when) = pair(keys::MAY_RESTORE);
    page.with(section(title).with(note(when)).with(perms_of(view, Some(true))))
}

/// All of them, or those that write, or those that do not.
fn perms_of(view: &ConnectView, writing: Option<bool>) -> Tag {
    let permissions = &view.sign_in.permissions;
    // Where an administrator gives all of them, the page says so once.
    let is_mixed = permissions.iter().any(|permission| permission.consent == Consenter::User);
    let mut list = rows();
    for permission in permissions.iter().filter(|one| writing.is_none_or(|is| is == words::writes(&one.value))) {
        let (title, reason) = words::permission(permission, view);
        let mut row = tag("li").with(icon("check")).with(bold(title.into()));
        row = row.with(tag("code").with(text(&permission.value))).with(why(reason));
        if is_mixed && permission.consent == Consenter::Administrator {
            row = row.with(why(keys::ADMINISTRATOR_APPROVES));
        }
        list = list.with(row);
    }
    list
}

fn why(reason: impl Into<Tag>) -> Tag {
    of("span", "why").with(reason)
}

/// The steps of the work: a live region, in which only what changes is changed.
pub fn journal(view: &ConnectView) -> Tag {
    let mut list = of("ol", "journal").attr("aria-label", keys::STEPS).attr("aria-live", "polite");
    for one in &view.sign_in.steps {
        list = list.with(step(one, words::step_title(one, view)));
    }
    list
}

/// A step of the work under its name.
pub fn step(step: &StepView, title: String) -> Tag {
    let (class, is_current) = match step.state {
        StepState::Waiting => ("", false),
        StepState::Active => ("", true),
        StepState::Slow => ("slow", true),
        StepState::Done => ("done", false),
        StepState::Failed => ("failed", false),
    };
    let mut row = of("li", class);
    if is_current {
        row = row.attr("aria-current", "step");
    }
    let stands_out = matches!(step.state, StepState::Slow | StepState::Failed);
    let detail = words::step_detail(step).map(|text| {
        if stands_out { of("div", "detail").with(tag("span").with(text)) } else { of("span", "muted").with(text) }
    });
    row.with(tag("span").with(title)).some(detail)
}

/// How far the page is.
pub fn stages(is_at: &dyn Fn(usize) -> StageState) -> Tag {
    let mut list = of("ol", "stages").attr("aria-label", keys::STAGES);
    for (at, title) in words::STAGES.into_iter().enumerate() {
        let (class, said, is_here) = match is_at(at) {
            StageState::Done => ("done", Some(keys::STAGE_DONE), false),
            StageState::Stopped => ("stopped", Some(keys::STAGE_STOPPED), true),
            StageState::Current => ("", None, true),
            StageState::Ahead => ("", None, false),
        };
        let mut row = of("li", class).with(tag("span").with(title).with(hidden(said.map_or("", say))));
        if is_here {
            row = row.attr("aria-current", "step");
        }
        list = list.with(row);
    }
    list
}

/// A button that copies, and says so.
#[inline(never)]
pub fn copy(label: Key, value: String, copied: Option<&str>) -> Tag {
    let is_copied = copied == Some(value.as_str());
    let said = if is_copied { say(keys::COPIED) } else { "" };
    let button = Button::new(SMALL, "copy").icon("copy").value(value);
    button.says(if is_copied { keys::COPIED } else { label }, false).with(hidden(said).attr("role", "status"))
}

/// The field with the link to pass on.
pub const HAND_OFF: &str = "hand-off";

/// A link to pass on, and what it is good for.
pub fn hand_off(url: &str, about: Tag, copied: Option<&str>) -> Tag {
    let input = of("input", "input mono").attr("id", HAND_OFF).flag("readonly", true).attr("value", url.to_owned());
    let input = input.attr("data-press", "select");
    let label = tag("label").attr("for", HAND_OFF).with(keys::APPROVAL_LINK);
    let field = of("div", "copy").with(input).with(copy(keys::COPY, url.to_owned(), copied));
    tight().with(of("div", "field").with(label).with(field)).with(note(about))
}

/// The ids to tell support, with a button that copies them all.
pub fn support(ids: Ids, copied: Option<&str>) -> Option<Tag> {
    let mut all = String::new();
    let mut rows = facts();
    for (label, id) in ids {
        all.push_str(&join(&[say(label), ": ", &id, "\n"]));
        rows = rows.with(fact(label, mono(id), None));
    }
    if all.is_empty() {
        return None;
    }
    Some(section(keys::FOR_SUPPORT).with(rows).with(actions().with(copy(keys::COPY_ALL, all, copied))))
}

/// Microsoft's ids as lines.
pub fn microsoft_ids(ids: &MicrosoftIds) -> Ids {
    request_ids(ids, None)
}

/// Microsoft's ids and that of our own request.
pub fn request_ids(ids: &MicrosoftIds, request_id: Option<&str>) -> Ids {
    let code = ids.aadsts.map(|code| join(&["AADSTS", &digits(code as usize)]));
    let mut lines = Vec::new();
    for (key, id) in [
        (keys::MICROSOFT_CODE, code.as_deref()),
        (keys::CORRELATION_ID, ids.correlation_id.as_deref()),
        (keys::TRACE_ID, ids.trace_id.as_deref()),
        (keys::TIME, ids.timestamp.as_deref()),
        (keys::REQUEST_ID, request_id),
    ] {
        if let Some(id) = id {
            lines.push((key, id.to_owned()));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    /// Every page that a test draws is held against the part of the sprite that it is served.
    pub fn is_in_the_small_sprite(name: &str) {
        let sprite = include_str!("../../../public/icons.svg");
        let small = sprite.split("The portal alone").next().unwrap();
        assert!(small.contains(&format!("<symbol id=\"{name}\"")), "{name} is not among the small pages' icons");
    }
}
