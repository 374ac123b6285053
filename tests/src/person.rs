//! A person with a browser, over HTTP only: walks the emulator's pages, and does what our pages do between them.
//!
//! Requests are built and answers checked by `shared::oauth`, as in the browser, so that a whole trip tests it, too.

mod browser;

use browser::{Browser, Landing};
use emulator::Emulator;
use reqwest::Url;
use server::random::{Random, SystemRandom};
use shared::{
    api::{
        connect::{AttemptStart, Leg},
        session::SignInStart,
    },
    id::ClientId,
    oauth::{
        RequestError,
        authority::{Authority, RedirectUri, SignInTenant},
        authorize::{AccountChoice, AuthorizationRequest, ResponseMode},
        callback::{self, CallbackError},
        consent::{ConsentRequest, consent_leg},
        id_token,
        opaque::{Nonce, State},
        pkce::Verifier,
        token::{self, TokenError, TokenRequest, Wanted},
    },
    secret::Secret,
};
use std::sync::Arc;

/// A person of the scenario.
pub struct Person {
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
    /// What they answer on a consent page.
    pub answer: Consent,
    browser: Browser,
    emulator: Arc<Emulator>,
}

/// What somebody answers when asked for consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    /// Yes.
    Accept,
    /// No.
    Decline,
}

/// The tokens of one sign-in.
#[derive(Clone)]
pub struct Tokens {
    /// The access token for Rekey Access.
    pub access: String,
    /// The ID token.
    pub id: String,
}

/// A trip that did not end well.
#[derive(Debug)]
pub enum Trouble {
    /// Our page would not build the request.
    Request(RequestError),
    /// Microsoft's page shows this error.
    Page(u32),
    /// Our page refuses the answer, or Microsoft said no in it.
    Callback(CallbackError),
    /// Our page refuses the tokens, or Microsoft said no in place of them.
    Token(TokenError),
}

impl Person {
    /// A person of the scenario with a fresh browser, who agrees when asked.
    ///
    /// # Panics
    /// When the scenario has nobody of this name.
    pub fn new(emulator: &Arc<Emulator>, username: &str) -> Self {
        let people = emulator.scenario().tenants.iter().flat_map(|tenant| &tenant.people);
        let person = people.into_iter().find(|person| person.username == username);
        let password = person.unwrap_or_else(|| panic!("nobody is called {username}")).password.clone();
        let (username, emulator) = (username.to_owned(), emulator.clone());
        Self { username, password, answer: Consent::Accept, browser: Browser::new(), emulator }
    }

    /// Declines whatever is asked.
    #[must_use]
    pub fn declining(self) -> Self {
        Self { answer: Consent::Decline, ..self }
    }

    /// Signs in for an attempt, as the connect page does.
    ///
    /// # Panics
    /// When that does not end with tokens.
    #[track_caller]
    pub fn sign_in(&mut self, start: &AttemptStart) -> impl Future<Output = Tokens> {
        let caller = std::panic::Location::caller();
        async move { self.try_sign_in(start).await.unwrap_or_else(|trouble| panic!("{caller}: {trouble:?}")) }
    }

    /// Signs in for an attempt.
    pub async fn try_sign_in(&mut self, start: &AttemptStart) -> Result<Tokens, Trouble> {
        let tenant = SignInTenant::Only(start.tenant);
        let (authority, redirect) = addresses(&start.authority, &start.redirect_uri);
        let (client_id, claims) = (start.client_id, start.claims.as_deref());
        let trip = Trip { authority, tenant, client_id, redirect, scope: &start.scope, nonce: &start.nonce, claims };
        let tokens = self.travel(&trip, Wanted::Access).await?;
        let access = tokens.access.as_ref().map(|token| token.expose().clone()).unwrap_or_default();
        Ok(Tokens { access, id: tokens.id.expose().clone() })
    }

    /// Signs in for an attempt on a page that checks nothing: what the server must refuse by itself reaches it.
    ///
    /// # Panics
    /// When no tokens come.
    pub async fn sign_in_unchecked(&mut self, start: &AttemptStart) -> Tokens {
        let (authority, redirect) = addresses(&start.authority, &start.redirect_uri);
        let (tenant, client_id) = (SignInTenant::Only(start.tenant), start.client_id);
        let claims = start.claims.as_deref();
        let trip = Trip { authority, tenant, client_id, redirect, scope: &start.scope, nonce: &start.nonce, claims };
        let body = self.redeem(&trip).await.expect("a code comes back");
        let answer: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned();
        Tokens { access: text("access_token"), id: text("id_token") }
    }

    /// Signs in at the portal; gives the ID token.
    ///
    /// # Panics
    /// When that does not end with one.
    pub async fn identify(&mut self, start: &SignInStart) -> String {
        let (authority, redirect) = addresses(&start.authority, &start.redirect_uri);
        let (tenant, client_id) = (SignInTenant::Organizations, start.client_id);
        let trip =
            Trip { authority, tenant, client_id, redirect, scope: &start.scope, nonce: &start.nonce, claims: None };
        let tokens = self.travel(&trip, Wanted::Identity).await.expect("the sign-in ends with an ID token");
        tokens.id.expose().clone()
    }

    async fn travel(&mut self, trip: &Trip<'_>, wanted: Wanted) -> Result<token::Tokens, Trouble> {
        let body = self.redeem(trip).await?;
        let nonce = Nonce::parse(trip.nonce).expect("a nonce of the server");
        let (authority, tenant, client_id) = (&trip.authority, trip.tenant, trip.client_id);
        let expected = id_token::Expectation { authority, tenant, client_id, nonce: &nonce };
        token::read_response(Secret::new(body), wanted, &expected).map_err(Trouble::Token)
    }

    /// To Microsoft and back, then the code for whatever the token endpoint answers.
    async fn redeem(&mut self, trip: &Trip<'_>) -> Result<String, Trouble> {
        let (state, verifier) = (State::from_random(random()), Verifier::from_random(random()));
        let nonce = Nonce::parse(trip.nonce).expect("a nonce of the server");
        let scopes: Vec<&str> = trip.scope.split_ascii_whitespace().collect();
        let request = AuthorizationRequest {
            authority: &trip.authority,
            tenant: trip.tenant,
            client_id: trip.client_id,
            redirect_uri: &trip.redirect,
            scopes: &scopes,
            state: &state,
            nonce: &nonce,
            challenge: &verifier.challenge(),
            account: AccountChoice::Ask,
            claims: trip.claims,
            response_mode: ResponseMode::Fragment,
        };
        let answer = self.go(&request.url().map_err(Trouble::Request)?).await?;
        let expected = callback::Expectation { state: &state, authority: &trip.authority, tenant: trip.tenant };
        let code = callback::check(&answer, &expected).map_err(Trouble::Callback)?;
        let form = token::request(TokenRequest {
            authority: &trip.authority,
            tenant: trip.tenant,
            client_id: trip.client_id,
            redirect_uri: &trip.redirect,
            scopes: &scopes,
            code,
            verifier,
        });
        let form = form.map_err(Trouble::Request)?;
        Ok(self.browser.post_form(&form.url, form.body.expose(), &origin(&trip.redirect)).await)
    }

    /// Walks the consent leg of an attempt; its code is thrown away.
    ///
    /// # Panics
    /// When the attempt is no consent leg.
    pub async fn consent_leg(&mut self, start: &AttemptStart) -> Result<(), Trouble> {
        assert_eq!(start.leg, Leg::Consent);
        let (authority, redirect) = addresses(&start.authority, &start.redirect_uri);
        let state = State::from_random(random());
        let scopes: Vec<&str> = start.scope.split_ascii_whitespace().collect();
        let request = ConsentRequest {
            authority: &authority,
            tenant: start.tenant,
            client_id: start.client_id,
            redirect_uri: &redirect,
            scopes: &scopes,
            state: &state,
        };
        let url = consent_leg(&request, AccountChoice::Ask, random()).map_err(Trouble::Request)?;
        let answer = self.go(&url).await?;
        let tenant = SignInTenant::Only(start.tenant);
        let expected = callback::Expectation { state: &state, authority: &authority, tenant };
        callback::check_consent(&answer, &expected).map_err(Trouble::Callback)
    }

    /// Approves as an administrator at the address of an invitation; gives what came back.
    ///
    /// # Panics
    /// When Microsoft shows an error.
    pub async fn approve(&mut self, url: &str) -> String {
        self.go(url).await.expect("the approval comes back")
    }

    /// Walks Microsoft's pages from an address until they lead back; gives the query or fragment.
    ///
    /// # Panics
    /// When a page is not known.
    pub async fn go(&mut self, url: &str) -> Result<String, Trouble> {
        let mut landing = self.browser.open(Url::parse(url).expect("an address")).await;
        for _ in 0..12 {
            let page = match landing {
                Landing::Back(answer) => return Ok(answer),
                Landing::Page(page) => page,
            };
            if let Some(code) = page.error_code() {
                return Err(Trouble::Page(code));
            }
            let account = format!("data-account=\"{}\"", self.username);
            landing = if page.has("id=\"password\"") {
                let fields = [("username", self.username.as_str()), ("password", &self.password)];
                self.browser.submit(&page, "/common/login", &fields).await
            } else if page.has("id=\"code\"") {
                let code = self.emulator.totp_code(&self.username).expect("a registered phone");
                self.browser.submit(&page, "/common/mfa", &[("code", &code)]).await
            } else if page.has("id=\"accept\"") {
                let decision = if self.answer == Consent::Accept { "accept" } else { "decline" };
                self.browser.submit(&page, "/common/consent", &[("decision", decision)]).await
            } else if page.has(&account) {
                self.browser.submit(&page, "/common/login", &[("pick", &self.username)]).await
            } else {
                panic!("an unknown page: {}", page.html);
            };
        }
        panic!("Microsoft's pages go round in a circle");
    }
}

/// One trip for a code.
struct Trip<'a> {
    authority: Authority,
    tenant: SignInTenant,
    client_id: ClientId,
    redirect: RedirectUri,
    scope: &'a str,
    nonce: &'a str,
    claims: Option<&'a str>,
}

fn addresses(authority: &str, redirect_uri: &str) -> (Authority, RedirectUri) {
    let authority = Authority::parse(authority).expect("an authority of the server");
    (authority, RedirectUri::parse(redirect_uri).expect("a redirect address of the server"))
}

/// The page's origin, which its browser sends to the token endpoint.
fn origin(redirect: &RedirectUri) -> String {
    Url::parse(redirect.as_str()).expect("an address").origin().ascii_serialization()
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    bytes
}
