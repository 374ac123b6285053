//! The menu: where one can go, how much is there, who is signed in, and the way out.

use super::parts::{icon, trouble};
use crate::api::ApiFailure;
use crate::markup::{Tag, of, tag};
use crate::text;
use crate::text::portal::shell;
use shared::api::session::{MemberRole, MenuCounts, SessionView};

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

const ORGANIZATION: [Item; 4] = [
    Item { href: "/members", icon: "people", name: shell::MEMBERS, count: None },
    Item { href: "/notifications", icon: "send", name: shell::NOTIFICATIONS, count: None },
    Item { href: "/api-keys", icon: "code", name: shell::API_KEYS, count: None },
    Item { href: "/consoles", icon: "site", name: shell::CONSOLES, count: None },
];

/// The press that signs out.
pub const SIGN_OUT: &str = "sign-out";

/// A page is here or below this line of the menu.
fn is_current(path: &str, href: &str) -> bool {
    let below = path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if href == "/" { path == "/" } else { below }
}

/// The menu's content. `stayed` is why the last sign-out failed.
pub fn menu(session: &SessionView, path: &str, stayed: Option<&ApiFailure>, copied: Option<&str>) -> Vec<Tag> {
    // What belongs to the organization as a whole is not a technician's; the server says so, too.
    let is_technician = session.member.role == MemberRole::Technician;
    let line = |item: &Item| line(item, path, &session.counts);
    let main = ITEMS.iter().filter(|item| item.href != "/activity" || !is_technician).map(line).collect();
    let mut menu = vec![
        of("p", "org-name").with(session.organization.name.clone()),
        of("nav", "nav").attr("aria-label", shell::MAIN).all(main),
    ];
    if !is_technician {
        let title = of("p", "nav-title").with(shell::ORGANIZATION);
        let lines = ORGANIZATION.iter().map(line).collect();
        menu.push(of("nav", "nav").attr("aria-label", shell::ORGANIZATION).with(title).all(lines));
    }
    menu.push(member(session));
    menu.extend(stayed.map(|failure| trouble(failure, None, copied)));
    menu
}

fn line(item: &Item, path: &str, counts: &MenuCounts) -> Tag {
    let count = item.count.map(|count| count(counts)).filter(|count| *count > 0);
    let count = count.map(|count| of("span", "count").with(text::number(count)));
    let link = tag("a").attr("href", item.href);
    let link = if is_current(path, item.href) { link.attr("aria-current", "page") } else { link };
    link.with(icon(item.icon)).with(item.name).some(count)
}

/// Who is signed in, and the way out.
fn member(session: &SessionView) -> Tag {
    let member = &session.member;
    let name = tag("span").attr("title", member.username.clone()).with(member.name.clone());
    let out = of("button", "linklike small").attr("type", "button").attr("data-test", "sign-out");
    of("div", "me")
        .with(of("span", "initials").attr("aria-hidden", "true").with(initials(&member.name)))
        .with(name)
        .with(tag("small").with(shell::role(member.role)))
        .with(out.attr("data-press", SIGN_OUT).with(shell::SIGN_OUT))
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
