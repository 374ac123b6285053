//! What the customer's security team asks, on one page, to print or to keep (I7, N11): permissions with reasons,
//! registrations, addresses, what is kept, and how it ends.

use super::page::Here;
use super::parts::{Button, PLAIN, QUIET, actions, decision, fact, facts, heading, mono, perms, section};
use crate::markup::{Tag, tag};
use crate::text::words::{Key, fill, keys, pair, said};
use crate::text::{connect as words, join};
use shared::api::authorizations::AuthorizationKind;
use shared::api::connect::ConnectView;

const GRAPH: &str = "graph.microsoft.com";

/// The page.
pub fn security(view: &ConnectView, here: &Here<'_>) -> Tag {
    let is_modern = words::is_modern(view);
    let (method, kept, remove) = if is_modern {
        (keys::SECURITY_METHOD_MODERN, keys::SECURITY_KEPT_MODERN, keys::SECURITY_REMOVE_MODERN)
    } else {
        (keys::SECURITY_METHOD_HYBRID, keys::SECURITY_KEPT_HYBRID, keys::SECURITY_REMOVE_HYBRID)
    };
    let print = Button::new(PLAIN, "print").says(keys::PRINT, false);
    let back = Button::new(QUIET, "close").icon("back").says(keys::BACK, false);
    let mut page = decision()
        .with(heading(keys::SECURITY_TITLE, said(keys::SECURITY_LEDE, view)))
        .with(actions().with(print).with(back).attr("class", "actions no-print"))
        .with(section(keys::SECURITY_ASKED).with(asked(view, here, method)));
    if view.kind != AuthorizationKind::Remove {
        page = perms(page, keys::SECURITY_PERMISSIONS, view);
    }
    let mut registrations = facts()
        .with(fact(keys::SECURITY_REGISTRATION_PAGE, mono(view.page_client.text()), None))
        .with(fact(keys::SECURITY_REGISTRATION_API, mono(view.api_client.text()), None));
    if is_modern {
        let (rights, why) = pair(keys::SECURITY_SETUP_WHAT);
        registrations = registrations.with(fact(words::app_names(view), keys::SECURITY_APP, None)).with(fact(
            keys::SECURITY_SETUP,
            mono(rights),
            Some(why.into()),
        ));
    }
    let browser = join(&[here.host, ", ", &view.login_host]);
    let server = join(&[&view.login_host, ", ", GRAPH]);
    let addresses = facts().with(fact(keys::SECURITY_ADDRESS_BROWSER, mono(browser), None)).with(fact(
        keys::SECURITY_ADDRESS_SERVER,
        mono(server),
        None,
    ));
    let mut what_is_kept = facts();
    for key in [keys::SECURITY_KEPT_SIGN_IN, kept, keys::SECURITY_KEPT_LOG] {
        let (term, what) = pair(key);
        what_is_kept = what_is_kept.with(fact(term, what, None));
    }
    page = page
        .with(section(keys::SECURITY_REGISTRATIONS).with(registrations))
        .with(section(keys::SECURITY_ADDRESSES).with(addresses))
        .with(section(keys::SECURITY_KEPT).with(what_is_kept));
    if is_modern {
        page = page.with(chapter(keys::SECURITY_CERTIFICATE, keys::SECURITY_CERTIFICATE_WHAT, view));
    }
    page.with(chapter(keys::SECURITY_REMOVE, remove, view)).with(chapter(
        keys::SECURITY_NEVER,
        keys::SECURITY_NEVER_WHAT,
        view,
    ))
}

fn asked(view: &ConnectView, here: &Here<'_>, method: Key) -> Tag {
    let customer = fill("{customer}, {domain}", Some(view), &[]);
    facts()
        .with(fact(keys::ASKED_BY, said(keys::ASKER, view), None))
        .with(fact(keys::SECURITY_TENANT, customer, Some(mono(view.tenant.text()))))
        .with(fact(keys::SECURITY_METHOD, method, None))
        .with(fact(keys::THIS_LINK, super::asked::until(keys::LINK_UNTIL, view, here), None))
        .with(fact(keys::REFERENCE, mono(view.authorization.text()), None))
}

fn chapter(title: Key, words: Key, view: &ConnectView) -> Tag {
    section(title).with(tag("p").with(said(words, view)))
}
