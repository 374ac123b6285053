//! The first screen: the fleet as one key, what waits for somebody, what happened last; three steps on the first run.
//!
//! Plain markup, since every first load carries it (docs/decisions/0009).

mod first_run;
mod fleet;
mod notices;
mod recent;
mod tasks;

use crate::api::ApiFailure;
use crate::browser;
use crate::features::shell::parts::{ghosts, icon, picture, trouble};
use crate::markup::{Tag, of, tag};
use crate::text::portal::home;
use shared::api::audit::AuditEntryView;
use shared::api::notices::NoticeView;
use shared::api::overview::Overview;
use shared::api::page::Page;
use shared::api::session::MemberRole;

/// What was asked for; `None` until it is here.
pub type Answer<T> = Option<Result<T, ApiFailure>>;

/// What the first screen shows. What was read before stays until the new is here.
#[derive(Debug, Default)]
pub struct Home {
    /// The fleet and what waits.
    pub overview: Answer<Overview>,
    /// What the portal warns of.
    pub notices: Answer<Page<NoticeView>>,
    /// The last events.
    pub recent: Answer<Page<AuditEntryView>>,
    /// A notice is being settled.
    pub is_settling: bool,
    /// Why the last one was not.
    pub unsettled: Option<ApiFailure>,
}

/// The presses of this screen, for the driver.
pub mod press {
    /// Reads the fleet again.
    pub const OVERVIEW: &str = "again-overview";
    /// Reads the notices again.
    pub const NOTICES: &str = "again-notices";
    /// Reads the events again.
    pub const RECENT: &str = "again-recent";
    /// Settles the notice of this value.
    pub const SETTLE: &str = "settle";
}

/// The screen for somebody of a role, as far as it is known: the last events stand on it only for those who may read them, and
/// the first steps for those who may take them. `copied` is what was copied a moment ago.
pub fn page(state: &Home, role: Option<MemberRole>, copied: Option<&str>) -> Tag {
    let page = of("div", "page");
    match &state.overview {
        None => page.with(ghosts(8)),
        Some(Err(failure)) => page.with(trouble(failure, Some(press::OVERVIEW), copied)),
        Some(Ok(overview)) if overview.sets.total() == 0 => page.all(first(role)),
        Some(Ok(overview)) => {
            let may_read_events = role.is_some_and(|role| role != MemberRole::Technician);
            page.all(everyday(state, overview, may_read_events, copied))
        }
    }
}

fn head(note: Option<String>, heading: impl Into<Tag>, sub: &'static str, action: Option<Tag>) -> Tag {
    let note = note.map(|note| of("p", "note").with(note));
    let heading = of("h1", "titled").attr("tabindex", "-1").with(heading);
    let action = action.map(|action| of("div", "actions").with(action));
    of("header", "page-head").some(note).with(heading).with(of("div", "sub").with(sub)).some(action)
}

fn first(role: Option<MemberRole>) -> Vec<Tag> {
    let art = picture("standing", "art-empty");
    match role {
        Some(MemberRole::Technician) => vec![art, head(None, home::NOTHING_YET, home::NOTHING_YET_TECHNICIAN, None)],
        Some(MemberRole::Auditor) => vec![art, head(None, home::NOTHING_YET, home::NOTHING_YET_AUDITOR, None)],
        _ => vec![art, head(None, home::FIRST, home::FIRST_WHY, None), first_run::steps()],
    }
}

fn everyday(state: &Home, overview: &Overview, may_read_events: bool, copied: Option<&str>) -> Vec<Tag> {
    let basic = overview.sets.basic;
    let (class, href, label) = if basic > 0 {
        ("button primary", "/backup-sets?method=basic", home::CHOOSE)
    } else {
        ("button", "/backup-sets", home::LOOK)
    };
    let action = of("a", class).attr("data-test", "choose-sets").attr("href", href).with(label).with(icon("arrow"));
    let today = browser::day(browser::now());
    let recent = may_read_events.then(|| recent::section(state.recent.as_ref(), copied));
    let mut page = vec![
        head(Some(today), home::headline(overview.sets), home::why(basic), Some(action)),
        fleet::section(overview),
    ];
    page.extend(notices::section(state, copied));
    page.push(of("div", "split").with(tasks::section(overview)).some(recent));
    page
}

/// A link that leads on from a line.
fn leads(href: String, label: &'static str) -> Tag {
    of("a", "button").attr("href", href).with(label)
}

/// Why a line is there.
fn why(text: impl Into<Tag>) -> Tag {
    tag("p").with(text)
}
