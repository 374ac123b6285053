//! What the customer's security team asks, on one page, to print or to keep (I7, N11): permissions with reasons,
//! registrations, addresses, what is kept, and how it ends.

use super::page::Here;
use super::parts::{Button, PLAIN, QUIET, actions, fact, facts, heading, perms, section};
use crate::markup::{Tag, of, tag};
use crate::text::words::{self as text, keys, pair, say};
use crate::text::{connect as words, join};
use shared::api::authorizations::AuthorizationKind;
use shared::api::connect::ConnectView;

const GRAPH: &str = "graph.microsoft.com";

/// The page.
pub fn security(view: &ConnectView, here: Here<'_>) -> Vec<Tag> {
    let is_modern = words::is_modern(view);
    let (method, kept, remove) = if is_modern {
        (keys::SECURITY_METHOD_MODERN, keys::SECURITY_KEPT_MODERN, keys::SECURITY_REMOVE_MODERN)
    } else {
        (keys::SECURITY_METHOD_HYBRID, keys::SECURITY_KEPT_HYBRID, keys::SECURITY_REMOVE_HYBRID)
    };
    let print = Button::new(PLAIN, "print").says(say(keys::PRINT), false);
    let back = Button::new(QUIET, "close").icon("back").says(say(keys::BACK), false);
    let mut page = vec![
        heading(say(keys::SECURITY_TITLE), text::of(keys::SECURITY_LEDE, view)),
        actions(vec![print, back]).attr("class", "actions no-print"),
        section(say(keys::SECURITY_ASKED), vec![facts(asked(view, here, method))]),
    ];
    if view.kind != AuthorizationKind::Remove {
        page.push(section(say(keys::SECURITY_PERMISSIONS), vec![perms(view)]));
    }
    let (rights, why) = pair(keys::SECURITY_SETUP_WHAT);
    let setup = || fact(say(keys::SECURITY_SETUP), mono(rights), Some(why.into()));
    let registrations = [
        (keys::SECURITY_REGISTRATION_PAGE, view.page_client.text()),
        (keys::SECURITY_REGISTRATION_API, view.api_client.text()),
    ];
    let mut rows: Vec<Tag> = registrations.into_iter().map(|(key, id)| fact(say(key), mono(id), None)).collect();
    if is_modern {
        rows.push(fact(words::app_names(view), say(keys::SECURITY_APP), None));
        rows.push(setup());
    }
    page.push(section(say(keys::SECURITY_REGISTRATIONS), vec![facts(rows)]));
    let browser = join(&[here.host, ", ", &view.login_host]);
    let server = join(&[&view.login_host, ", ", GRAPH]);
    let addresses = [(keys::SECURITY_ADDRESS_BROWSER, browser), (keys::SECURITY_ADDRESS_SERVER, server)];
    let rows = addresses.into_iter().map(|(key, hosts)| fact(say(key), mono(hosts), None)).collect();
    page.push(section(say(keys::SECURITY_ADDRESSES), vec![facts(rows)]));
    let kept = [keys::SECURITY_KEPT_SIGN_IN, kept, keys::SECURITY_KEPT_LOG].map(|key| {
        let (term, what) = pair(key);
        fact(term, what, None)
    });
    page.push(section(say(keys::SECURITY_KEPT), vec![facts(kept.into())]));
    if is_modern {
        page.push(said(keys::SECURITY_CERTIFICATE, say(keys::SECURITY_CERTIFICATE_WHAT).to_owned()));
    }
    page.push(said(keys::SECURITY_REMOVE, text::of(remove, view)));
    page.push(said(keys::SECURITY_NEVER, text::of(keys::SECURITY_NEVER_WHAT, view)));
    page
}

fn asked(view: &ConnectView, here: Here<'_>, method: text::Key) -> Vec<Tag> {
    let tenant = mono(view.tenant.text());
    vec![
        fact(say(keys::ASKED_BY), text::of(keys::ASKER, view), None),
        fact(say(keys::SECURITY_TENANT), text::fill("{customer}, {domain}", Some(view), &[]), Some(tenant)),
        fact(say(keys::SECURITY_METHOD), say(method), None),
        fact(say(keys::THIS_LINK), super::asked::until(keys::LINK_UNTIL, view, here), None),
        fact(say(keys::REFERENCE), mono(view.authorization.text()), None),
    ]
}

fn mono(text: impl Into<Tag>) -> Tag {
    of("span", "mono").with(text)
}

fn said(title: text::Key, words: String) -> Tag {
    section(say(title), vec![tag("p").with(words)])
}
