//! The customer's own page: what is connected, for somebody without an account here, in their language.

use crate::api;
use crate::browser::{self, tab};
use crate::components::{Button, ButtonKind, Fact, Facts, Keymark};
use crate::features::connect::speech::LANGUAGE;
use crate::features::page::Trouble;
use crate::remote::Action;
use crate::text::portal::customer_page::{self, Key, say, with};
use crate::text::portal::invitations;
use crate::text::words;
use leptos::prelude::*;
use shared::api::authorizations::ConnectLink;
use shared::api::customer_page::{AskRemoval, ConnectedView, CustomerPage};
use shared::language::Language;
use shared::time::Timestamp;

/// The language of the page: the one chosen in this tab, here or on the connect page, else the browser's.
#[derive(Debug, Clone, Copy)]
pub struct Speech(RwSignal<Language>);

impl Speech {
    /// Finds it.
    pub fn begin() -> Self {
        let own = browser::preferred_language();
        let own = own.split('-').next().and_then(Language::parse);
        let language = tab::get(LANGUAGE).and_then(|code| Language::parse(&code)).or(own).unwrap_or_default();
        tell(language);
        Self(RwSignal::new(language))
    }

    /// The language; whoever asks is told when it changes.
    pub fn language(self) -> Language {
        self.0.get()
    }

    fn choose(self, language: Language) {
        tab::set(LANGUAGE, language.as_str());
        tell(language);
        self.0.set(language);
    }
}

/// Times, hyphenation and readers follow.
fn tell(language: Language) {
    words::read_in(language.as_str());
    browser::set_language(language.as_str());
}

/// Everything that is connected.
#[component]
pub fn Connected(
    /// What the server said.
    page: CustomerPage,
    /// The link's secret.
    secret: String,
    /// The language.
    speech: Speech,
) -> impl IntoView {
    move || sheet(page.clone(), &secret, speech)
}

fn sheet(page: CustomerPage, secret: &str, speech: Speech) -> impl IntoView + use<> {
    let language = speech.language();
    let text = move |key: Key| say(language, key);
    let CustomerPage { organization, organization_domain, customer, domain, tenant, connections, expires_at, .. } =
        page;
    let who = organization_domain.map_or_else(|| organization.clone(), |domain| format!("{organization} ({domain})"));
    let place = domain.unwrap_or_else(|| tenant.to_string());
    let heading = with(language, customer_page::HEADING, &[("customer", &customer)]);
    let lede = with(language, customer_page::LEDE, &[("organization", &who), ("place", &place)]);
    let until = with(language, customer_page::UNTIL, &[("day", &browser::short_day(expires_at))]);
    let none = connections.is_empty().then(|| view! { <p class="muted">{text(customer_page::NOTHING)}</p> });
    let cards = connections
        .into_iter()
        .map(|one| view! { <One one secret=secret.to_owned() organization=organization.clone() language/> })
        .collect_view();
    view! {
        <div class="sheet wide" data-test="connected">
            <div class="stack tight">
                <h1 class="titled" tabindex="-1">{heading}" "<Keymark tenant/></h1>
                <p class="muted">{lede}</p>
            </div>
            {none}
            {cards}
            <p class="note" title=browser::exact(expires_at)>{until}</p>
            <div class="actions">
                <Button on_press=|_| browser::print()>{text(customer_page::PRINT)}</Button>
                <Languages speech language/>
            </div>
        </div>
    }
}

/// The switch.
#[component]
fn Languages(speech: Speech, language: Language) -> impl IntoView {
    let one = move |one: Language| {
        view! { <option value=one.as_str() selected=one == language lang=one.as_str()>{invitations::language(one)}</option> }
    };
    let choose = move |event| {
        if let Some(language) = Language::parse(&event_target_value(&event)) {
            speech.choose(language);
        }
    };
    view! {
        <select class="input language" data-test="language" aria-label=say(language, customer_page::LANGUAGE) on:change=choose>
            {Language::ALL.map(one).into_iter().collect_view()}
        </select>
    }
}

/// A day in the page's language; the exact time on hover.
fn day(at: Timestamp) -> impl IntoView {
    view! { <time datetime=browser::iso(at) title=browser::exact(at)>{browser::short_day(at)}</time> }
}

#[component]
fn One(one: ConnectedView, secret: String, organization: String, language: Language) -> impl IntoView {
    let text = move |key: Key| say(language, key);
    let id = one.id;
    let ask = Action::new(move |(): &()| {
        let secret = secret.clone();
        async move {
            let body = AskRemoval { connection: id };
            api::post_with::<_, ConnectLink>("/api/v1/customer-page/removal", &secret, &body)
                .await
                .map(|link| browser::navigate(&link.url))
        }
    });
    let failure = move || ask.value().get().and_then(Result::err);
    let client = one.client_id.map(
        |id| view! { <Fact term=text(customer_page::CLIENT)><span class="mono small">{id.to_string()}</span></Fact> },
    );
    let by = one.by.clone().map(|by| view! { <Fact term=text(customer_page::BY)>{by}</Fact> });
    let used = match one.used_at {
        Some(at) => {
            view! { <time datetime=browser::iso(at) title=browser::exact(at)>{browser::relative(at)}</time> }.into_any()
        }
        None => text(customer_page::NEVER).into_any(),
    };
    let ends = one.not_after.map(|at| view! { <Fact term=text(customer_page::CERTIFICATE)>{day(at)}</Fact> });
    let more = one.set_count.saturating_sub(one.sets.len() as u64);
    let sets = one.sets.iter().map(|name| view! { <li>{name.clone()}</li> }).collect_view();
    let rest =
        (more > 0).then(|| view! { <li>{with(language, customer_page::MORE, &[("n", &more.to_string())])}</li> });
    let (why, label) = match one.client_id {
        Some(_) => (customer_page::REMOVE_WHY, customer_page::REMOVE),
        None => (customer_page::REMOVE_ACCOUNT_WHY, customer_page::REMOVE_ACCOUNT),
    };
    let removal = if one.removable {
        view! {
            <p class="note">{text(why)}</p>
            <div class="actions">
                <Button attr:data-test="ask-removal" kind=ButtonKind::Danger busy=ask.pending() on_press=move |_| { ask.dispatch(()); }>{text(label)}</Button>
            </div>
        }
        .into_any()
    } else {
        view! { <p class="note">{with(language, customer_page::ELSEWHERE, &[("organization", &organization)])}</p> }
            .into_any()
    };
    view! {
        <section class="card" data-test="connection">
            <h2>{one.name}</h2>
            <Facts>
                <Fact term=text(customer_page::SINCE)>{day(one.since)}</Fact>
                {by}
                <Fact term=text(customer_page::USED)>{used}</Fact>
                {ends}
                {client}
                <Fact term=text(customer_page::MAY)><span class="mono small">{one.permissions.join(", ")}</span></Fact>
                <Fact term=text(customer_page::SETS)><ul class="plain">{sets}{rest}</ul></Fact>
            </Facts>
            {removal}
            {move || failure().map(|failure| view! { <Trouble failure/> })}
        </section>
    }
}
