//! Around every page: the menu beside, the page's content in the middle; or one quiet sheet alone.

use super::driver::{Pages, State};
use super::parts::{alarm, button, ghosts, icon, picture, trouble};
use super::{account, menu};
use crate::features::home;
use crate::map::Frame;
use crate::markup::{Tag, of, tag};
use crate::text;
use crate::text::portal::shell;

/// The element in which the menu's pages stand.
pub const MAIN: &str = "main";

/// The presses of the frame, for the driver.
pub mod press {
    /// Asks again who is signed in.
    pub const SESSION: &str = "again-session";
    /// Fetches the pages program again.
    pub const PAGES: &str = "again-pages";
    /// Loads everything again.
    pub const RELOAD: &str = "reload";
    /// Copies the value.
    pub const COPY: &str = "copy";
}

/// Everything that the shell shows.
pub fn frame(state: &State) -> Tag {
    let root = tag("div");
    let copied = state.copied.as_deref();
    if state.frame() == Frame::Alone {
        return root.some(alone(state));
    }
    match &state.session {
        Some(Err(failure)) => {
            let sheet = of("div", "sheet").with(trouble(failure, Some(press::SESSION), copied));
            root.with(of("div", "alone").with(tag("main").with(sheet)))
        }
        // The page loads at the same time, and is shown once it is known who looks.
        None => root.with(app(state, Vec::new()).attr("hidden", "")),
        Some(Ok(session)) => {
            let menu = menu::menu(session, &state.place.path, state.stayed.as_ref(), copied);
            root.with(app(state, menu))
        }
    }
}

fn app(state: &State, menu: Vec<Tag>) -> Tag {
    let opens = of("button", "button icon-only").attr("type", "button").attr("popovertarget", "side");
    let opens = opens.attr("aria-label", shell::MENU).with(icon("menu"));
    let side = of("section", "side").attr("id", "side").attr("aria-label", shell::NAVIGATION).attr("popover", "auto");
    let skip = of("a", "skip").attr("href", "#main").attr("rel", "external").with(shell::SKIP);
    // The place of the pages program comes after this one, in `main`.
    let own = tag("div").some(own(state));
    let app = of("div", "app")
        .with(of("header", "topbar").with(brand(state)).with(opens))
        .with(side.with(brand(state)).all(menu))
        .with(of("main", "main").attr("id", MAIN).with(own));
    tag("div").with(skip).with(app)
}

/// What the shell itself has to show in the middle.
fn own(state: &State) -> Option<Tag> {
    if state.is_home() {
        return Some(home::page(&state.home, state.role(), state.copied.as_deref()));
    }
    on_the_way(state.pages).map(|inside| of("div", "page").with(inside))
}

/// What stands in the place of a page of the other program until that is there.
fn on_the_way(pages: Pages) -> Option<Tag> {
    match pages {
        Pages::Here => None,
        Pages::Missing => Some(missing()),
        Pages::NotAsked | Pages::Coming => Some(ghosts(6)),
    }
}

/// The program did not come: the network, or a newer version of Rekey that no longer has this file.
fn missing() -> Tag {
    let again = button("button", press::PAGES, false).with(icon("again")).with(text::TRY_AGAIN);
    let reload = button("button", press::RELOAD, false).with(shell::CHUNK_RELOAD);
    let notice = alarm(shell::CHUNK_TITLE, shell::CHUNK_WHY).with(of("div", "actions").with(again).with(reload));
    let title = of("h1", "hide").attr("tabindex", "-1").with(shell::CHUNK_TITLE);
    tag("div").attr("data-test", "chunk-failed").with(title).with(notice)
}

fn brand(state: &State) -> Tag {
    of("a", "brand").attr("href", "/").with(picture("mark", "mark")).with(state.brand.clone())
}

/// A page without a menu: one of the way in, or what stands for one of the other program.
fn alone(state: &State) -> Option<Tag> {
    let (foot, inside) = match &state.account {
        Some(page) => account::page(page, state),
        None => ("", on_the_way(state.pages)?),
    };
    let host = tag("span").with(state.host.clone());
    let page = of("div", "alone")
        .with(tag("header").with(brand(state)))
        .with(tag("main").attr("id", MAIN).with(inside))
        .with(tag("footer").with(host).with(tag("span").with(foot)));
    Some(page)
}
