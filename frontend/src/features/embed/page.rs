//! The frame as markup.

use super::frame::{Frame, Hindrance, Opened, Standing, Stop};
use crate::features::connect::parts::{
    Button, PLAIN, PRIMARY, actions, change, copy, fact, facts, icon, keymark, moment, notice, section, step,
};
use crate::features::connect::waiting::waiting;
use crate::markup::{Tag, of, tag};
use crate::signs::Tone;
use crate::text::connect as words;
use crate::text::join;
use crate::text::words::{self as text, keys, pair, pair_of, say, with};
use shared::api::authorizations::{SetRef, SignInState};
use shared::api::embed::{EmbedSignIn, EmbedState, EmbedView, PopupState};
use shared::method::Method;
use shared::rules::who::Signer;
use shared::workload::Workload;

/// The whole frame.
pub fn page(frame: &Frame) -> Tag {
    let root = of("div", "frame").attr("data-state", name(frame));
    let body = tag("main");
    let Some(view) = &frame.view else {
        return root.with(match &frame.stop {
            Some(stop) => body.all(stopped(stop, None)),
            None => body.with(waiting()),
        });
    };
    let inside = match &frame.stop {
        Some(stop) => stopped(stop, Some(view)),
        None => by_state(frame, view),
    };
    let (class, said) = status(view, frame.stop.is_some());
    let head = tag("header")
        .with(keymark(view.tenant, false))
        .with(tag("b").with(view.customer.clone()))
        .with(of("span", class).with(said));
    let by = with(keys::FRAME_BY, &[("brand", &view.brand), ("organization", &view.organization)]);
    root.with(head).with(body.all(inside)).with(tag("footer").with(tag("span").with(by)))
}

/// The frame's name, for tests to hold on to.
fn name(frame: &Frame) -> &'static str {
    match (&frame.stop, &frame.view, &frame.opened) {
        (Some(stop), ..) => stop.code(),
        (None, None, _) => "opening",
        (None, Some(view), opened) => match view.state {
            EmbedState::Unconfirmed => "unconfirmed",
            EmbedState::Nothing => "nothing",
            EmbedState::Ready | EmbedState::Open | EmbedState::Stopped if opened.is_some() => "opened",
            EmbedState::Ready | EmbedState::Open => "ready",
            EmbedState::Working => "working",
            EmbedState::Done => "done",
            EmbedState::Stopped => "stopped",
        },
    }
}

fn status(view: &EmbedView, has_stopped: bool) -> (&'static str, &'static str) {
    let (class, key) = match view.state {
        _ if has_stopped => ("status idle", keys::FRAME_STOPS),
        EmbedState::Ready => ("status warn", keys::FRAME_IS_NEEDED),
        EmbedState::Open => ("status live", keys::FRAME_WAITS),
        EmbedState::Working => ("status live", keys::FRAME_WORKS),
        EmbedState::Stopped => ("status warn", keys::FRAME_STOPS),
        EmbedState::Done => ("status ok", keys::FRAME_IS_DONE),
        EmbedState::Nothing | EmbedState::Unconfirmed => ("status idle", keys::FRAME_IS_IDLE),
    };
    (class, say(key))
}

fn by_state(frame: &Frame, view: &EmbedView) -> Vec<Tag> {
    match (view.state, &frame.opened) {
        (EmbedState::Ready | EmbedState::Open | EmbedState::Stopped, Some(opened)) => window(frame, view, opened),
        (EmbedState::Ready | EmbedState::Open, None) => ready(frame, view),
        (EmbedState::Stopped, None) => remedy(view),
        (EmbedState::Working, _) => working(view),
        (EmbedState::Done, _) => done(view),
        (EmbedState::Nothing, _) => {
            let (title, lede) = pair(keys::FRAME_NOTHING);
            let mut page = vec![heading(title, lede)];
            page.extend(refused(view));
            page
        }
        (EmbedState::Unconfirmed, _) => {
            let (title, lede) = pair_of(keys::FRAME_UNCONFIRMED, None, &names(view));
            vec![heading(title, lede)]
        }
    }
}

fn names(view: &EmbedView) -> [(&'static str, &str); 3] {
    [("customer", &view.customer), ("organization", &view.organization), ("brand", &view.brand)]
}

fn heading(title: impl Into<Tag>, lede: impl Into<Tag>) -> Tag {
    of("header", "stack tight").with(tag("h1").attr("tabindex", "-1").with(title)).with(of("p", "muted").with(lede))
}

/// What waits, who is needed, and the button.
fn ready(frame: &Frame, view: &EmbedView) -> Vec<Tag> {
    let lede = if view.method == Method::Modern { keys::FRAME_LEDE_MODERN } else { keys::FRAME_LEDE_HYBRID };
    let title = text::count(keys::FRAME_NEED, view.waiting.len(), None);
    let go = Button::new(PRIMARY, "go").says(say(keys::FRAME_AUTHORIZE), false).with(icon("out"));
    let opens = of("p", "note").with(with(keys::FRAME_OPENS, &[("host", &frame.host)]));
    let mut page = vec![heading(title, with(lede, &names(view)))];
    page.extend(frame.refusal.as_ref().map(|failure| {
        let (title, text) = words::failure(failure);
        notice(Tone::Warn, "alert", title, text)
    }));
    page.push(facts().all(what(view)));
    page.push(of("div", "stack tight").with(go).with(opens));
    page.push(set_list(&view.waiting));
    page.extend(refused(view));
    page
}

fn what(view: &EmbedView) -> Vec<Tag> {
    let from = view.waiting.first().map_or(Method::Basic, |set| set.method);
    let mut rows = Vec::new();
    if from != view.method {
        rows.push(fact(say(keys::FRAME_CHANGE), change(from, view.method), None));
    }
    rows.push(fact(say(keys::FRAME_NEEDS), who(view), None));
    if !view.workloads.is_empty() {
        rows.push(fact(say(keys::FRAME_DATA), with(keys::FRAME_READS, &[("data", &data(&view.workloads))]), None));
    }
    rows
}

fn who(view: &EmbedView) -> String {
    let by_administrator = view.sign_ins.iter().any(|one| one.signer == Signer::Administrator);
    if by_administrator {
        return say(keys::FRAME_NEEDS_MODERN).to_owned();
    }
    let mut all = String::new();
    for sign_in in &view.sign_ins {
        let between = if all.is_empty() { "" } else { ", " };
        all = join(&[&all, between, &sign_in.account]);
    }
    all
}

fn data(workloads: &[Workload]) -> String {
    let mut all = String::new();
    for workload in workloads {
        let between = if all.is_empty() { "" } else { ", " };
        all = join(&[&all, between, say(data_key(*workload))]);
    }
    // Whichever comes first stands at the beginning of a sentence.
    let mut letters = all.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

const fn data_key(workload: Workload) -> text::Key {
    match workload {
        Workload::Exchange => keys::DATA_EXCHANGE,
        Workload::Calendar => keys::DATA_CALENDAR,
        Workload::Contacts => keys::DATA_CONTACTS,
        Workload::Tasks => keys::DATA_TASKS,
        Workload::Onedrive => keys::DATA_ONEDRIVE,
        Workload::Sharepoint => keys::DATA_SHAREPOINT,
        Workload::PersonalSites => keys::DATA_PERSONAL_SITES,
        Workload::Onenote => keys::DATA_ONENOTE,
        Workload::Teams => keys::DATA_TEAMS,
        Workload::Groups => keys::DATA_GROUPS,
        Workload::PublicFolders => keys::DATA_PUBLIC_FOLDERS,
    }
}

fn set_list(sets: &[SetRef]) -> Tag {
    let rows = sets.iter().map(|set| tag("li").with(set.name.clone())).collect();
    of("details", "more")
        .with(tag("summary").with(icon("right")).with(text::count(keys::SHOW_SETS, sets.len(), None)))
        .with(scrolls(of("ul", "setlist").all(rows)))
}

/// A list that scrolls by keyboard too.
fn scrolls(list: Tag) -> Tag {
    list.attr("tabindex", "0")
}

fn refused(view: &EmbedView) -> Option<Tag> {
    let rows = view.refused.iter().map(|one| {
        let instead = one.instead.clone().unwrap_or_default();
        let why = join(&[&one.text, if instead.is_empty() { "" } else { " " }, &instead]);
        tag("li").with(one.set.name.clone()).with(tag("small").with(why))
    });
    let title = text::count(keys::FRAME_REFUSED, view.refused.len(), None);
    (!view.refused.is_empty()).then(|| section(title).with(scrolls(of("ul", "setlist").all(rows.collect()))))
}

/// A window is open: go on there. The digits, where it does not find its frame by itself.
fn window(frame: &Frame, view: &EmbedView, opened: &Opened) -> Vec<Tag> {
    let is_dead = view.popup == Some(PopupState::Dead) && opened.code.is_some();
    let standing = if is_dead && opened.standing != Standing::Tied { Standing::TooOld } else { opened.standing };
    let is_locked = opened.hindrance == Some(Hindrance::LockedWindow);
    let needs_code = standing == Standing::NeedsCode && !is_locked;
    let lede = if needs_code { keys::FRAME_CODE_LEDE } else { keys::FRAME_FINISH_LEDE };
    let mut page = vec![heading(say(keys::FRAME_FINISH), with(lede, &[("host", &frame.host)]))];
    if is_locked {
        page.push(word(Tone::Warn, keys::FRAME_LOCKED));
    }
    if standing == Standing::TooOld {
        page.push(word(Tone::Warn, keys::FRAME_CODE_OVER));
    } else {
        page.extend(opened.code.as_ref().filter(|_| needs_code).map(|(code, _)| pair_box(code)));
        page.push(progress(standing));
        page.extend(hindrance(frame, opened, standing));
    }
    page.push(actions().with(Button::new(PLAIN, "over").says(keys::START_OVER, false)));
    page
}

/// What may be in the way, and the way around it.
fn hindrance(frame: &Frame, opened: &Opened, standing: Standing) -> Vec<Tag> {
    let mut page = Vec::new();
    if opened.is_severed && standing != Standing::Tied {
        if opened.hindrance == Some(Hindrance::LockedFrame) {
            page.push(word(Tone::Warn, keys::FRAME_LOCKED));
        }
        page.push(no_window(opened, frame.copied.as_deref()));
    } else if opened.hindrance == Some(Hindrance::Gone) {
        page.push(word(Tone::Idle, keys::FRAME_GONE));
    }
    page
}

fn word(tone: Tone, key: text::Key) -> Tag {
    let (title, text) = pair(key);
    notice(tone, "alert", title, text)
}

fn pair_box(code: &str) -> Tag {
    let (first, second) = code.split_at_checked(3).unwrap_or((code, ""));
    let spoken: String = code.chars().flat_map(|digit| [digit, ' ']).collect();
    let digits = tag("output")
        .attr("aria-label", with(keys::FRAME_CODE, &[("digits", spoken.trim_end())]))
        .with(join(&[first, " ", second]));
    of("div", "pair").with(digits).with(tag("small").with(say(keys::FRAME_CODE_SMALL)))
}

fn no_window(opened: &Opened, copied: Option<&str>) -> Tag {
    let (title, text) = pair(keys::FRAME_NO_WINDOW);
    let link = tag("a").attr("href", opened.address.clone()).attr("target", "_blank").with(say(keys::FRAME_OPEN_TAB));
    let copy = copy(keys::FRAME_COPY, opened.address.clone(), copied);
    notice(Tone::Idle, "info", title, tag("span").with(text).with(" ").with(link)).with(actions().with(copy))
}

/// The four stages, the first of which is behind.
fn progress(standing: Standing) -> Tag {
    let at = usize::from(standing != Standing::NeedsCode);
    let titles = [keys::FRAME_WINDOW, keys::STAGE_SIGN_IN, keys::STAGE_REVIEW, keys::STAGE_WORK].map(say);
    let rows = titles.into_iter().enumerate().map(|(place, title)| {
        let row = of("li", if place < at { "done" } else { "" });
        let row = if place == at { row.attr("aria-current", "step") } else { row };
        row.with(tag("span").with(title))
    });
    of("ol", "journal").attr("aria-label", say(keys::FRAME_STEPS)).attr("aria-live", "polite").all(rows.collect())
}

/// The steps, live.
fn working(view: &EmbedView) -> Vec<Tag> {
    let title = with(keys::WORKING_TITLE_MODERN, &names(view));
    let mut page = vec![heading(title, say(keys::FRAME_WORKS_LEDE))];
    for sign_in in view.sign_ins.iter().filter(|one| one.state == SignInState::Working) {
        page.push(journal(view, sign_in));
    }
    page
}

fn journal(view: &EmbedView, sign_in: &EmbedSignIn) -> Tag {
    let of_kind = if view.method == Method::Modern { "modern." } else { "" };
    let rows = sign_in.steps.iter().map(|one| step(one, words::step_name(one, of_kind))).collect();
    of("ol", "journal").attr("aria-label", say(keys::FRAME_STEPS)).attr("aria-live", "polite").all(rows)
}

/// A sign-in stopped: what happened, and the button again.
fn remedy(view: &EmbedView) -> Vec<Tag> {
    let problem = view.sign_ins.iter().find_map(|sign_in| sign_in.problem.as_ref());
    let (title, text) = match problem {
        Some(help) => words::help_words(help, None),
        None => (say(keys::FRAME_STOPS).to_owned(), String::new()),
    };
    let again = Button::new(PRIMARY, "go").says(say(keys::TRY_AGAIN), false).with(icon("out"));
    let lede = of("p", "note").with(say(keys::FRAME_STOPPED_LEDE));
    vec![heading(title, text), lede, actions().with(again)]
}

fn done(view: &EmbedView) -> Vec<Tag> {
    let count = usize::try_from(view.moved).unwrap_or(usize::MAX);
    let mut page = vec![heading(text::count(keys::FRAME_DONE, count, None), say(keys::FRAME_DONE_LEDE))];
    let mut rows = Vec::new();
    for sign_in in &view.sign_ins {
        rows.extend(sign_in.signed_in_as.clone().map(|who| fact(say(keys::ALLOWED_BY), who, None)));
        rows.extend(sign_in.done_at.map(|at| fact(say(keys::FRAME_WHEN), moment(at), None)));
    }
    if !rows.is_empty() {
        page.push(facts().all(rows));
    }
    page
}

/// Why the frame does nothing here: what happened, and what to do.
pub fn why(stop: &Stop) -> (String, String) {
    match stop {
        Stop::Alone => pair_of(keys::FRAME_ALONE, None, &[]),
        Stop::Foreign { here, origin } => pair_of(keys::FRAME_FOREIGN, None, &[("here", here), ("origin", origin)]),
        Stop::Dead => pair_of(keys::FRAME_DEAD, None, &[]),
        Stop::Offline => pair_of(keys::OFFLINE, None, &[]),
        Stop::Busy => pair_of(keys::FRAME_BUSY, None, &[]),
    }
}

/// The frame does nothing here, and says why (E9).
fn stopped(stop: &Stop, view: Option<&EmbedView>) -> Vec<Tag> {
    let (title, text) = why(stop);
    let again = Button::new(PLAIN, "again").says(say(keys::TRY_AGAIN), false);
    let reference = view
        .and_then(|view| view.authorization)
        .map(|id| fact(say(keys::REFERENCE), of("span", "mono").with(id.to_string()), None));
    let mut page = vec![heading(title, text).attr("role", "alert")];
    page.extend(reference.map(|row| facts().with(row)));
    if matches!(stop, Stop::Offline | Stop::Busy) {
        page.push(actions().with(again));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::embed::frame::fixtures::view;
    use shared::time::Timestamp;

    fn shown(view: EmbedView, opened: Option<Opened>) -> Tag {
        let host = "rekey.example.com".to_owned();
        page(&Frame { view: Some(view), opened, host, ..Frame::default() })
    }

    #[test]
    fn one_button_and_what_it_opens() {
        let page = shown(view(EmbedState::Ready), None);
        assert_eq!(page.find_all("button").len(), 1);
        let text = page.text();
        assert!(text.contains("2 backup sets need a sign-in") && text.contains("Mail, contacts. Read only."), "{text}");
        assert!(text.contains("Opens a window of rekey.example.com"), "{text}");
    }

    #[test]
    fn e10_nothing_in_the_frame_grants() {
        for state in [
            EmbedState::Ready,
            EmbedState::Open,
            EmbedState::Working,
            EmbedState::Stopped,
            EmbedState::Done,
            EmbedState::Nothing,
            EmbedState::Unconfirmed,
        ] {
            for opened in [None, Some(Opened::new("/connect/embed#x".to_owned(), true))] {
                let page = shown(view(state), opened);
                let presses: Vec<_> =
                    page.find_all("button").iter().filter_map(|one| one.attribute("data-press")).collect();
                assert!(
                    presses.iter().all(|press| ["go", "over", "again", "copy"].contains(press)),
                    "{state:?}: {presses:?}"
                );
            }
        }
    }

    #[test]
    fn the_digits_show_only_where_they_are_needed() {
        let code = Some(("123456".to_owned(), Timestamp(5)));
        let severed = Opened { code: code.clone(), ..Opened::new("/connect/embed#x".to_owned(), true) };
        let page = shown(view(EmbedState::Open), Some(severed.clone()));
        assert!(page.text().contains("123 456"));
        assert_eq!(page.find_all("output")[0].attribute("aria-label"), Some("Code: 1 2 3 4 5 6"));
        assert_eq!(page.find_all("a").len(), 1, "a blocked window has a link instead (A7, A9)");
        let tied = Opened { standing: Standing::Tied, ..severed };
        assert!(!shown(view(EmbedState::Open), Some(tied)).text().contains("123 456"));
        let found = Opened { code, ..Opened::new("/connect/embed#x".to_owned(), false) };
        assert!(!shown(view(EmbedState::Open), Some(found)).text().contains("123 456"));
    }

    #[test]
    fn e9_every_refusal_says_why_and_what_did_not_happen() {
        for stop in [
            Stop::Alone,
            Stop::Dead,
            Stop::Offline,
            Stop::Busy,
            Stop::Foreign { here: "https://a.example".to_owned(), origin: "https://b.example".to_owned() },
        ] {
            let page = page(&Frame { stop: Some(stop.clone()), ..Frame::default() });
            assert!(page.text().len() > 60, "{stop:?}: {}", page.text());
            assert_eq!(page.find_all("h1").len(), 1);
        }
    }

    #[test]
    fn b11_names_are_text() {
        let page = shown(EmbedView { customer: "<img src=x onerror=1>".to_owned(), ..view(EmbedState::Ready) }, None);
        assert!(page.find_all("img").is_empty() && page.text().contains("<img src=x"));
    }
}
