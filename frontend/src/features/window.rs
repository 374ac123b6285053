//! A window that a console's frame opened (DESIGN §8): it finds its frame through its opener, or asks for the digits that the
//! frame shows. Either way it gets a link of its own, and goes on as the connect page.
//!
//! An entry point of its own, so that the connect page stays as small as it is. The window's secret stands in the fragment and
//! leaves the address bar first of all. Without opener and digits it opens nothing.

use super::connect::frame::{self, Asker};
use super::connect::parts::{Button, PRIMARY, actions, decision, fact, facts, heading, heading_of, notice, strong};
use super::connect::{speech, waiting};
use crate::api::{self, ApiFailure};
use crate::browser::{self, dom::Place, messages, spawn};
use crate::markup::{Tag, of, tag};
use crate::signs::Tone;
use crate::text::words::{keys, pair, say, with};
use crate::text::{join, title};
use shared::api::embed::{PopupTied, PopupView, TiePopup};
use shared::json::Write;
use shared::oauth::pkce::Verifier;
use shared::secret::Secret;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Where such a window begins.
const HERE: &str = "/connect/embed";
/// The connect page, with the secret of the window's own link.
const CONNECT: &str = "/connect#";
const ARRIVE: &str = "/api/v1/connect/popup";
const TIE: &str = "/api/v1/connect/popup/tie";
/// The field for the digits.
const CODE: &str = "code";

/// How long the frame has to answer, and between two looks, in milliseconds.
const PATIENCE_MS: i32 = 6_000;
const LOOK_MS: i32 = 100;
/// The frame may not have announced this window yet: so often it is asked again.
const ARRIVALS: u32 = 2;
const ARRIVAL_MS: i32 = 800;

/// A body that says nothing.
struct Nothing;

impl Write for Nothing {
    fn write(&self) -> String {
        "{}".to_owned()
    }
}

/// What the window shows before it is tied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Untied {
    /// It looks for its frame.
    Looking,
    /// It asks for the digits; what was wrong with those typed last.
    Asking(Box<PopupView>, Option<Wrong>),
    /// It opens nothing any more.
    Dead,
    /// The server cannot be reached.
    Offline,
    /// Too many tries came from this network.
    Busy,
    /// It sits in a sandbox, where Microsoft's page does not load.
    Locked,
}

/// What was wrong with the digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Not six digits.
    Form,
    /// Six others.
    Code,
}

/// Shows the window in the element with this id.
pub fn start(id: &'static str) {
    let address = browser::address();
    // Nothing in the address bar leads here again: it works once.
    browser::clean_address(HERE);
    // Another address of this kind, opened in this very window.
    browser::on_fragment(browser::reload);
    spawn(async move {
        if !speech::begin().await {
            return browser::show_failure();
        }
        let Some(place) = Place::take(id) else { return };
        let window = Window(Rc::new(Inside {
            place: RefCell::new(place),
            untied: RefCell::new(Untied::Looking),
            secret: Secret::new(address.fragment),
            host: address.host,
            own: address.origin,
        }));
        window.listen();
        window.show(Untied::Looking);
        window.begin().await;
    });
}

#[derive(Clone)]
struct Window(Rc<Inside>);

struct Inside {
    place: RefCell<Place>,
    untied: RefCell<Untied>,
    secret: Secret<String>,
    host: String,
    own: String,
}

impl Window {
    fn listen(&self) {
        let pressed = self.clone();
        self.0.place.borrow().on_press(move |press, value| match press {
            "code" => spawn(pressed.clone().submit()),
            "again" => spawn(pressed.clone().begin()),
            "language" => spawn(pressed.clone().speak(value.to_owned())),
            _ => {}
        });
    }

    fn show(&self, untied: Untied) {
        self.0.place.borrow_mut().show(page(&untied, &self.0.host));
        self.0.untied.replace(untied);
    }

    /// Shows it, with texts that only such windows need.
    async fn tell(&self, untied: Untied) {
        speech::frame().await;
        if let Untied::Asking(view, _) = &untied {
            browser::set_title(&title(say(keys::POPUP_TITLE), &view.brand));
        }
        self.show(untied);
        browser::focus_heading();
    }

    async fn speak(self, code: String) {
        if speech::choose(&code).await && speech::frame().await {
            let untied = self.0.untied.borrow().clone();
            self.show(untied);
        }
    }

    /// Goes on as the connect page, in the place of this one.
    fn go_on(tied: &PopupTied) {
        browser::replace(&join(&[CONNECT, &tied.secret]));
    }

    /// Finds the frame, or shows how to.
    async fn begin(self) {
        let opener = messages::opener();
        if messages::is_sandboxed() {
            if let Some(opener) = opener {
                opener.say("locked", &[], &self.0.own);
            }
            return self.tell(Untied::Locked).await;
        }
        if let Some(opener) = opener
            && let Some(challenge) = self.confirmed(&opener).await
            && let Ok(tied) = self.tie(TiePopup { challenge: Some(challenge), code: None }).await
        {
            return Self::go_on(&tied);
        }
        // Where nothing was heard the frame may still be announcing this window.
        browser::sleep(ARRIVAL_MS).await;
        for arrival in 1..=ARRIVALS {
            match api::connect::post::<PopupView>(ARRIVE, self.0.secret.expose(), &Nothing).await {
                Ok(view) => return self.tell(Untied::Asking(Box::new(view), None)).await,
                Err(failure) if failure.status() == Some(404) && arrival < ARRIVALS => browser::sleep(ARRIVAL_MS).await,
                Err(failure) => return self.tell(untied(&failure)).await,
            }
        }
    }

    async fn tie(&self, request: TiePopup) -> Result<PopupTied, ApiFailure> {
        api::connect::post(TIE, self.0.secret.expose(), &request).await
    }

    /// The frame's word: `Some(challenge)` once it has told the server of it. Afterwards the opener is forgotten, so that no
    /// later page of this window reaches it.
    async fn confirmed(&self, opener: &messages::Other) -> Option<String> {
        let challenge = Verifier::from_random(browser::random()?).expose().to_owned();
        let is_confirmed = Rc::new(Cell::new(false));
        let (heard, from) = (is_confirmed.clone(), opener.clone());
        let expected = self.0.own.clone();
        messages::on_message(move |message| {
            if message.source == from && message.origin == expected && message.kind == "confirmed" {
                heard.set(true);
            }
        });
        opener.say("challenge", &[("challenge", challenge.as_str().into())], &self.0.own);
        let mut waited = 0;
        while !is_confirmed.get() && waited < PATIENCE_MS {
            browser::sleep(LOOK_MS).await;
            waited += LOOK_MS;
        }
        messages::drop_opener();
        is_confirmed.get().then_some(challenge)
    }

    /// The digits were typed.
    async fn submit(self) {
        let Untied::Asking(view, _) = self.0.untied.borrow().clone() else { return };
        let code: String = browser::value_of(CODE).chars().filter(char::is_ascii_digit).collect();
        if code.len() != 6 {
            return self.show(Untied::Asking(view, Some(Wrong::Form)));
        }
        match self.tie(TiePopup { challenge: None, code: Some(code) }).await {
            Ok(tied) => Self::go_on(&tied),
            Err(failure) if failure.code() == "code_wrong" => {
                let view = Box::new(PopupView { tries: view.tries.saturating_sub(1), ..*view });
                self.show(Untied::Asking(view, Some(Wrong::Code)));
            }
            Err(failure) if failure.code() == "changed_meanwhile" => {
                self.show(Untied::Asking(view, Some(Wrong::Code)));
            }
            Err(failure) => self.show(untied(&failure)),
        }
    }
}

fn untied(failure: &ApiFailure) -> Untied {
    match failure.status() {
        Some(404) => Untied::Dead,
        Some(429) => Untied::Busy,
        _ if failure.code() == "code_expired" => Untied::Dead,
        _ => Untied::Offline,
    }
}

/// The page.
pub fn page(untied: &Untied, host: &str) -> Tag {
    let decision = match untied {
        Untied::Looking => decision().with(waiting::waiting()),
        Untied::Asking(view, wrong) => ask(view, *wrong),
        Untied::Dead => {
            let (what, why) = pair(keys::POPUP_DEAD_TODO);
            decision().with(heading_of(keys::POPUP_DEAD, None, &[])).with(notice(Tone::Info, "info", what, why))
        }
        Untied::Offline | Untied::Busy => {
            let key = if *untied == Untied::Busy { keys::FRAME_BUSY } else { keys::OFFLINE };
            let again = Button::new(PRIMARY, "again").says(keys::TRY_AGAIN, false);
            decision().with(heading_of(key, None, &[])).with(actions().with(again))
        }
        Untied::Locked => decision().with(heading_of(keys::FRAME_LOCKED, None, &[])),
    };
    let name = match untied {
        Untied::Looking => "opening",
        Untied::Asking(..) => "popup_code",
        Untied::Dead => "popup_dead",
        Untied::Offline => "offline",
        Untied::Busy => "busy",
        Untied::Locked => "popup_locked",
    };
    let asker = match untied {
        Untied::Asking(view, _) => Some(Asker {
            brand: &view.brand,
            asks_for: say(keys::POPUP_CONSOLE).to_owned(),
            customer: &view.organization,
            tenant: None,
            domain: view.console.clone(),
        }),
        _ => None,
    };
    frame::before(asker, host, decision).attr("data-window", name)
}

fn ask(view: &PopupView, wrong: Option<Wrong>) -> Tag {
    let organization = match &view.domain {
        Some(domain) => join(&[&view.organization, " (", domain, ")"]),
        None => view.organization.clone(),
    };
    let rows = facts().with(fact(keys::POPUP_CONSOLE, strong(organization), Some(view.console.clone().into())));
    let said = wrong.map(|wrong| match wrong {
        Wrong::Form => say(keys::POPUP_FORM).to_owned(),
        Wrong::Code => with(keys::POPUP_WRONG, &[("n", &crate::text::digits(usize::from(view.tries)))]),
    });
    let input = of("input", "input digits")
        .attr("id", CODE)
        .attr("inputmode", "numeric")
        .attr("autocomplete", "off")
        .attr("maxlength", "7")
        .attr("aria-describedby", "code-wrong code-note")
        .flag("aria-invalid", said.is_some());
    let label = tag("label").attr("for", CODE).with(say(keys::POPUP_CODE));
    let wrong = said.map(|said| of("p", "wrong").attr("id", "code-wrong").attr("role", "alert").with(said));
    let field = of("div", "field").with(label).with(input).some(wrong);
    let go = tag("button")
        .attr("type", "submit")
        .attr("class", PRIMARY)
        .attr("data-press", "code")
        .with(say(keys::POPUP_GO));
    let note = of("p", "note").attr("id", "code-note").with(say(keys::POPUP_NOT_MINE));
    decision()
        .with(heading(keys::POPUP_TITLE, with(keys::POPUP_LEDE, &[("organization", &view.organization)])))
        .with(rows)
        .with(of("form", "stack tight").with(field).with(actions().with(go)).with(note))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::time::Timestamp;

    fn view() -> PopupView {
        PopupView {
            brand: "Rekey".to_owned(),
            organization: "Northwind Managed IT".to_owned(),
            domain: Some("northwind.example".to_owned()),
            console: "console.example.com".to_owned(),
            code_until: Timestamp(5),
            tries: 2,
        }
    }

    #[test]
    fn who_asks_stands_beside_the_field() {
        let page = page(&Untied::Asking(Box::new(view()), Some(Wrong::Code)), "rekey.example.com");
        let text = page.text();
        for part in ["Northwind Managed IT (northwind.example)", "console.example.com", "Tries left: 2"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(page.find_all("input").len(), 1);
    }

    #[test]
    fn a_window_that_opens_nothing_says_so_and_asks_for_nothing() {
        for untied in [Untied::Dead, Untied::Offline, Untied::Busy, Untied::Locked] {
            let page = page(&untied, "rekey.example.com");
            assert!(page.find_all("input").is_empty() && page.text().len() > 60, "{untied:?}");
        }
    }
}
