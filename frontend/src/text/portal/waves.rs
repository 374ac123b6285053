//! Words of waves: their plan, their page, and what Microsoft ends.

use crate::text::{number, plural, when};
use shared::api::waves::{WaveCounts, WaveItemState, WaveState};
use shared::method::Method;
use shared::rules::wave::{Aim, WaveNumbers};
use shared::time::Timestamp;

/// The page's title in the tab.
pub const TITLE: &str = "Waves";
/// Under the headline.
pub const SUB: &str = "A wave moves many sets of many customers together: one plan, one deadline, one page to watch.";
/// A button.
pub const CHOOSE: &str = "Choose backup sets";
/// The table.
pub const TABLE: &str = "Table of waves";
/// A column.
pub const NAME: &str = "Wave";
/// A column.
pub const STATE: &str = "State";
/// A column.
pub const MOVED: &str = "Sets moved";
/// A column.
pub const LEFT: &str = "Left to do";
/// A column.
pub const DEADLINE: &str = "Deadline";
/// No waves.
pub const EMPTY: &str = "No waves yet";
/// Why.
pub const EMPTY_WHY: &str = "Choose sets of several customers, or start from something that Microsoft ends.";
/// The section of announced ends.
pub const ENDS: &str = "What Microsoft ends";
/// A button.
pub const PLAN_THIS: &str = "Plan a wave";
/// Nothing depends on it.
pub const NOTHING_DEPENDS: &str = "No set of yours depends on it.";

/// The plan's title in the tab.
pub const PLAN: &str = "Plan of a wave";
/// Under its headline.
pub const PLAN_WHY: &str = "Nothing is stored and nobody is asked until you start it.";
/// Nothing was chosen.
pub const NOTHING_CHOSEN: &str = "Nothing is chosen";
/// What to do.
pub const NOTHING_CHOSEN_WHY: &str = "Choose backup sets first, or filter the list and plan all that match.";
/// The group of methods.
pub const AIM: &str = "Method";
/// The numbers.
pub const NUMBERS: &str = "What it takes";
/// The table of customers.
pub const BY_CUSTOMER: &str = "Who signs in";
/// For a screen reader: the table of it.
pub const PLAN_TABLE: &str = "Sign-ins of each customer";
/// Its column.
pub const CUSTOMER: &str = "Customer";
/// Its column.
pub const WHO: &str = "Signs in";
/// Its column.
pub const SETS: &str = "Sets";
/// Its column.
pub const PICTURE: &str = "By method";
/// Its column.
pub const APPROVAL: &str = "Approval";
/// In that column.
pub const NEEDS_APPROVAL: &str = "Administrator";
/// Nobody signs in.
pub const NOBODY: &str = "Nobody: connected already";
/// Sets that stay.
pub const STAY: &str = "These stay as they are";
/// The form.
pub const START: &str = "Start it";
/// A field.
pub const FORM_NAME: &str = "Name";
/// A field.
pub const FORM_START: &str = "First day";
/// Its hint.
pub const FORM_START_HINT: &str = "Empty: now. Nothing of it begins before.";
/// A field.
pub const FORM_DEADLINE: &str = "Deadline";
/// Its hint.
pub const FORM_DEADLINE_HINT: &str = "Shown with what is left. Nothing stops on that day.";
/// A field.
pub const FORM_NOTE: &str = "Note for colleagues";
/// The button, while it works.
pub const STARTING: &str = "Starting";
/// Nothing of the choice can move.
pub const NOTHING_MOVES: &str = "None of these sets can move. The reasons are below.";

/// A wave's title in the tab.
pub const WAVE: &str = "Wave";
/// A button.
pub const PAUSE: &str = "Pause";
/// A button.
pub const RESUME: &str = "Go on";
/// A button.
pub const CANCEL: &str = "Call off";
/// It was pressed once.
pub const CANCEL_SURE: &str = "Call it off: links end, what is done stays done";
/// A button.
pub const KEEP: &str = "Keep it";
/// Live news stopped.
pub const GAP: &str = "Waiting for news";
/// Why.
pub const GAP_WHY: &str = "The connection broke off. The page goes on by itself.";
/// The wave is held.
pub const PAUSED: &str = "Paused: nothing new begins";
/// What that means.
pub const PAUSED_WHY: &str = "Links say that it is paused, and connected sets wait. What was running finishes.";
/// Its day has not come.
pub const PLANNED: &str = "It has not begun";
/// What that means; `day`: its first, in this browser's words.
pub fn planned_why(day: &str) -> String {
    format!(
        "It begins on {day}. Until then links say that it begins later; from then on, connected sets move by themselves."
    )
}
/// The picture.
pub const PROGRESS: &str = "How its people stand";
/// The tabs.
pub const SHOW: &str = "Which people";
/// The table of items.
pub const ITEMS: &str = "Table of people and their sets";
/// A column.
pub const ITEM_STATE: &str = "State";
/// No item.
pub const NO_ITEM: &str = "Nobody here";
/// A button.
pub const SEND: &str = "Send invitations to all who wait";
/// A button.
pub const LINKS: &str = "Make links to pass on";
/// Above the invitations.
pub const LINKS_MADE: &str = "Invitations";
/// Below them.
pub const LINKS_ONCE: &str = "Their addresses are shown this once. Pass each on to its own customer only.";
/// More wait.
pub const LINKS_MORE: &str = "More people wait: make the next links when these are sent.";
/// The organization has sent as much mail as it may.
pub fn mail_after(at: Timestamp, now: Timestamp) -> String {
    format!(
        "Your organization has sent as many mails as it may for now. The others can be invited by mail {}, or by links that you pass on at any time.",
        when(at, now)
    )
}
/// Nobody waits.
pub const LINKS_NONE: &str = "Everybody who waits has a link that works.";
/// A button.
pub const COPY_LINKS: &str = "Copy all, one a line";
/// The note.
pub const NOTE: &str = "Note";

/// An aim.
pub const fn aim(aim: Aim) -> &'static str {
    match aim {
        Aim::Recommended => "What suits each set",
        Aim::Hybrid => "Hybrid",
        Aim::Modern => "Modern",
    }
}

/// A wave's state.
pub const fn state(state: WaveState) -> &'static str {
    match state {
        WaveState::Planned => "Begins later",
        WaveState::Open => "Under way",
        WaveState::Paused => "Paused",
        WaveState::Done => "Done",
        WaveState::Cancelled => "Called off",
    }
}

/// An item's state.
pub const fn item_state(state: WaveItemState) -> &'static str {
    match state {
        WaveItemState::Failed => "Failed",
        WaveItemState::NeedsSomebody => "Needs somebody",
        WaveItemState::InProgress => "Working",
        WaveItemState::Queued => "Connected, in line",
        WaveItemState::WaitingForLink => "No link yet",
        WaveItemState::LinkSent => "Has a link",
        WaveItemState::Paused => "Held",
        WaveItemState::Done => "Done",
        WaveItemState::Cancelled => "Called off",
    }
}

/// The plan's headline.
pub fn plan_headline(numbers: &WaveNumbers) -> String {
    if numbers.sets == 0 {
        return "None of these sets can move".to_owned();
    }
    format!(
        "{} of {} with {}",
        plural(numbers.sets, "set", "sets"),
        plural(numbers.customers, "customer", "customers"),
        plural(numbers.sign_ins, "sign-in", "sign-ins")
    )
}

const fn one(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// The numbers of a plan: how many, and what.
pub fn facts(numbers: &WaveNumbers) -> [(String, &'static str); 5] {
    [
        (number(numbers.sets), one(numbers.sets, "set moves", "sets move")),
        (number(numbers.sign_ins), one(numbers.sign_ins, "person signs in, once", "people sign in, once each")),
        (
            number(numbers.approvals),
            one(numbers.approvals, "tenant where an administrator approves", "tenants where an administrator approves"),
        ),
        (
            number(numbers.without_sign_in),
            one(numbers.without_sign_in, "set moves without a sign-in", "sets move without a sign-in"),
        ),
        (number(numbers.refused), one(numbers.refused, "set stays as it is", "sets stay as they are")),
    ]
}

/// The sets of a method in a picture.
pub fn of_method(sets: u64, method: Method) -> String {
    format!("{} become {}", plural(sets, "set", "sets"), crate::text::method(method).to_lowercase())
}

/// A person of a plan.
pub fn person(account: &str, sets: u64) -> String {
    format!("{account} for {}", plural(sets, "set", "sets"))
}

/// People that a row leaves out.
pub fn more_people(count: u64) -> String {
    format!("and {} more", number(count))
}

/// Customers that the plan leaves out.
pub fn more_customers(count: u64) -> String {
    format!("And {} more.", plural(count, "customer", "customers"))
}

/// Sets that stay for one reason.
pub fn stay(sets: u64) -> String {
    plural(sets, "set", "sets")
}

/// The button that starts it.
pub fn start(numbers: &WaveNumbers) -> String {
    format!("Start with {}", plural(numbers.sets, "set", "sets"))
}

/// A wave's headline.
pub fn headline(counts: &WaveCounts, state: WaveState) -> String {
    match state {
        WaveState::Done => format!("All {} are through", plural(counts.sets, "set", "sets")),
        _ => format!("{} of {} have moved", number(counts.sets_done), plural(counts.sets, "set", "sets")),
    }
}

/// What is left.
pub fn left(counts: &WaveCounts) -> String {
    match counts.left() {
        0 => "Nothing is left to do.".to_owned(),
        left => format!(
            "{} of {} left.",
            plural(left, "person", "people"),
            plural(counts.customers, "customer", "customers")
        ),
    }
}

/// A deadline.
pub fn deadline(day: &str, seconds: i64) -> String {
    let days = seconds.abs().div_euclid(86_400).unsigned_abs();
    match seconds {
        0.. => format!("Due {day}, in {}.", plural(days, "day", "days")),
        _ => format!("Was due {day}, {} ago.", plural(days, "day", "days")),
    }
}

/// An announced end.
pub fn ends(what: &str, day: &str, is_past: bool) -> String {
    if is_past { format!("{what} ended {day}") } else { format!("{what} ends {day}") }
}

/// What depends on it.
pub fn depends(sets: u64, customers: u64) -> String {
    format!(
        "{} of {} still {} on it.",
        plural(sets, "set", "sets"),
        plural(customers, "customer", "customers"),
        if sets == 1 { "depends" } else { "depend" }
    )
}

/// A tab with its number.
pub fn tab(name: &str, count: u64) -> String {
    format!("{name} ({})", number(count))
}

/// The names of the tabs: all, attention, moving, waiting, over.
pub const TABS: [&str; 5] = ["All", "Needs attention", "Moving", "Not signed in", "Over"];

/// The kinds of the picture: done, moving, link, waiting, attention.
pub const KINDS: [&str; 5] = ["done", "moving", "have a link", "wait for one", "need attention"];

/// Where an invitation went.
pub fn sent_to(address: &str) -> String {
    format!("goes to {address}")
}

/// The button that tries again.
pub fn retry(failed: u64) -> String {
    format!("Try the {} that failed again", number(failed))
}

/// Beside it.
pub const RETRY_WHY: &str =
    "Whoever’s sign-in failed signs in again, by the link they have or a new one. What is connected moves by itself.";

/// A step in hand.
pub fn step(done: u64, all: u64, title: &str) -> String {
    format!("{} of {} · {title}", done + 1, all)
}

/// A live region: how far it is.
pub fn announce(counts: &WaveCounts) -> String {
    format!("{} of {} sets have moved", number(counts.sets_done), number(counts.sets))
}

/// Under the list of backup sets.
pub fn plan_all(total: u64) -> String {
    format!("Plan all {} that match", number(total))
}

/// In the bar of chosen sets.
pub fn plan_chosen(sets: usize) -> String {
    format!("Plan a wave of {}", plural(sets as u64, "set", "sets"))
}

/// The name that a wave has until somebody writes another.
pub fn name_of(day: &str) -> String {
    format!("Wave of {day}")
}
