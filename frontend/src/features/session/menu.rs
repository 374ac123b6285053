//! The menu: where one can go, how much is there, who is signed in.

use super::Session;
use crate::api::{self, ApiFailure};
use crate::browser;
use crate::components::Icon;
use crate::features::page::Trouble;
use crate::remote::Action;
use crate::router::use_location;
use crate::text;
use crate::text::portal::shell;
use leptos::prelude::*;
use shared::api::session::{MemberRole, MenuCounts};

/// One line of the menu.
struct Item {
    href: &'static str,
    icon: &'static str,
    name: &'static str,
    count: Option<fn(&MenuCounts) -> u64>,
}

const ITEMS: [Item; 8] = [
    Item { href: "/", icon: "overview", name: shell::OVERVIEW, count: None },
    Item { href: "/backup-sets", icon: "sets", name: shell::BACKUP_SETS, count: Some(|counts| counts.backup_sets) },
    Item { href: "/customers", icon: "customers", name: shell::CUSTOMERS, count: Some(|counts| counts.customers) },
    Item {
        href: "/authorizations",
        icon: "key",
        name: shell::AUTHORIZATIONS,
        count: Some(|counts| counts.open_authorizations),
    },
    Item { href: "/invitations", icon: "link", name: shell::INVITATIONS, count: None },
    Item { href: "/waves", icon: "up-down", name: shell::WAVES, count: None },
    Item { href: "/certificates", icon: "certificate", name: shell::CERTIFICATES, count: None },
    Item { href: "/activity", icon: "activity", name: shell::ACTIVITY, count: None },
];

const NOTIFICATIONS: Item = Item { href: "/notifications", icon: "send", name: shell::NOTIFICATIONS, count: None };
const MEMBERS: Item = Item { href: "/members", icon: "people", name: shell::MEMBERS, count: None };
const KEYS: Item = Item { href: "/api-keys", icon: "code", name: shell::API_KEYS, count: None };
const CONSOLES: Item = Item { href: "/consoles", icon: "site", name: shell::CONSOLES, count: None };

/// A page is here or below this line of the menu.
fn is_current(path: &str, href: &str) -> bool {
    let below = path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if href == "/" { path == "/" } else { below }
}

/// The menu's content.
#[component]
pub fn Menu(session: Session) -> impl IntoView {
    let path = use_location().pathname;
    let line = move |item: Item| {
        let Item { href, icon, name, count } = item;
        let number = move || {
            let number = count.zip(session.view()).map(|(count, session)| count(&session.counts));
            number
                .filter(|number| *number > 0)
                .map(|number| view! { <span class="count">{text::number(number)}</span> })
        };
        let current = move || is_current(&path.get(), href).then_some("page");
        view! { <a href=href aria-current=current on:click=|_| browser::hide_popover("side")><Icon name=icon/>{name}{number}</a> }
    };
    // What belongs to the organization as a whole is not a technician's; the server says so, too.
    let is_technician = super::has_role(|role| role == MemberRole::Technician);
    let main = move || {
        let shown = move |item: &Item| item.href != "/activity" || !is_technician.get();
        ITEMS.into_iter().filter(shown).map(line).collect_view()
    };
    let organization = move || session.view().map(|session| session.organization.name);
    view! {
        <p class="org-name">{organization}</p>
        <nav class="nav" aria-label=shell::MAIN>{main}</nav>
        {move || (!is_technician.get()).then(|| view! {
            <nav class="nav" aria-label=shell::ORGANIZATION>
                <p class="nav-title">{shell::ORGANIZATION}</p>
                {line(MEMBERS)}
                {line(NOTIFICATIONS)}
                {line(KEYS)}
                {line(CONSOLES)}
            </nav>
        })}
        <Member session/>
    }
}

/// Who is signed in, and the way out.
#[component]
fn Member(session: Session) -> impl IntoView {
    let sign_out = Action::new(|(): &()| async {
        match api::remove("/api/v1/session").await {
            Ok(()) | Err(ApiFailure::SignedOut) => {
                browser::tab::clear();
                browser::replace("/sign-in?signed-out");
                Ok(())
            }
            Err(failure) => Err(failure),
        }
    });
    let failure = move || sign_out.value().get().and_then(Result::err);
    let member = move || session.view().map(|session| session.member);
    view! {
        <div class="me">
            <span class="initials" aria-hidden="true">{move || member().map(|member| initials(&member.name))}</span>
            <span title=move || member().map(|member| member.username)>{move || member().map(|member| member.name)}</span>
            <small>{move || member().map(|member| shell::role(member.role))}</small>
            <button class="linklike small" type="button" data-test="sign-out" on:click=move |_| { sign_out.dispatch(()); }>{shell::SIGN_OUT}</button>
        </div>
        {move || failure().map(|failure| view! { <Trouble failure/> })}
    }
}

/// The first letters of the first and last word of a name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_knows_where_one_is() {
        assert!(is_current("/", "/") && !is_current("/customers", "/"));
        assert!(is_current("/backup-sets/import", "/backup-sets") && !is_current("/backup-sets-old", "/backup-sets"));
    }

    #[test]
    fn initials_are_two_letters_at_most() {
        assert_eq!(initials("Maya van Lindqvist"), "ML");
        assert_eq!(initials("özil"), "Ö");
        assert_eq!(initials(""), "");
    }
}
