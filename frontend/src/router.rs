//! Where in the portal one is, and how one gets elsewhere: the address as signals, links and the history.
//!
//! Small: a crate for this weighed 47 KB packed (docs/decisions/0009). The map of addresses is [`crate::map`]; links are
//! followed by the shell, which tells of it as the browser tells of *back*. A page reads its address with
//! [`use_query_map`] and [`use_params_map`] and leads on with links or [`use_navigate`].

pub use crate::place::{Matched, Pairs, Place};

use crate::browser;
use leptos::prelude::*;

/// The address, followed as it changes.
#[derive(Clone, Copy)]
pub struct Location {
    /// The path.
    pub pathname: Memo<String>,
    /// The parameters after `?`.
    pub query: Memo<Pairs>,
}

/// How to go somewhere.
#[derive(Debug, Clone, Copy)]
pub struct NavigateOptions {
    /// In the place of this page in the history.
    pub replace: bool,
    /// Show the new page from its beginning.
    pub scroll: bool,
}

impl Default for NavigateOptions {
    fn default() -> Self {
        Self { replace: false, scroll: true }
    }
}

/// The router of this tab.
#[derive(Clone, Copy)]
pub struct Router {
    location: Location,
    params: Memo<Pairs>,
    /// The place in the map.
    pub route: Memo<Option<usize>>,
}

impl Router {
    /// Begins to follow the address, and finds it in the map.
    pub fn start(find: fn(&Place) -> Matched) -> Self {
        let here = || Place::from(browser::address());
        let place = RwSignal::new(here());
        let matched = Memo::new(move |_| place.with(find));
        let router = Self {
            location: Location {
                pathname: Memo::new(move |_| place.with(|place| place.path.clone())),
                query: Memo::new(move |_| place.with(|place| Pairs::parse(&place.query))),
            },
            params: Memo::new(move |_| matched.with(|matched| matched.params.clone())),
            route: Memo::new(move |_| matched.with(|matched| matched.route)),
        };
        provide_context(router);
        browser::on_history(move || place.set(here()));
        router
    }
}

/// The address, as signals.
pub fn use_location() -> Location {
    expect_context::<Router>().location
}

/// The parameters after `?`.
pub fn use_query_map() -> Memo<Pairs> {
    use_location().query
}

/// What stands for `:name` in the pattern of this route.
pub fn use_params_map() -> Memo<Pairs> {
    expect_context::<Router>().params
}

/// Goes to a path of the portal, with its query.
pub fn use_navigate() -> impl Fn(&str, NavigateOptions) + Copy + 'static {
    |address, options| browser::travel(address, options.replace, options.scroll)
}
