//! One trip to Microsoft and back: the address to go to, what this tab remembers meanwhile, and what came back.
//!
//! Pure. What is remembered is read once: [`Trip::read`] is given what was *taken* out of the tab's memory.

use shared::api::connect::{AttemptStart, Leg};
use shared::json::{self, Place, Read, Writer};
use shared::oauth::{
    authority::{AddressError, Authority, RedirectUri, SignInTenant},
    authorize::{AccountChoice, AuthorizationRequest, ResponseMode},
    callback::{self, CallbackError},
    consent::{ConsentRequest, consent_leg},
    id_token,
    opaque::{self, Nonce, State},
    pkce::Verifier,
    token::{self, TokenError, TokenForm, TokenRequest, Tokens, Wanted},
};
use shared::secret::Secret;
use shared::time::Timestamp;
use zeroize::Zeroize;

/// The server's attempt cannot be used: this installation is not set up right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an attempt with an authority, a return address, scopes and a nonce")]
pub struct TripError;

impl From<AddressError> for TripError {
    fn from(_: AddressError) -> Self {
        Self
    }
}

impl From<shared::oauth::RequestError> for TripError {
    fn from(_: shared::oauth::RequestError) -> Self {
        Self
    }
}

/// What this tab remembers while it is at Microsoft.
pub struct Trip {
    start: AttemptStart,
    state: String,
    begun: Timestamp,
    /// Only of a sign-in: a consent leg's code is never redeemed (security.md B7).
    verifier: Option<String>,
    /// The secret of the link that opened the page, to pass on.
    pub link: Option<String>,
}

impl Drop for Trip {
    fn drop(&mut self) {
        self.state.zeroize();
        self.verifier.zeroize();
        self.link.zeroize();
        self.start.secret.zeroize();
        self.start.nonce.zeroize();
    }
}

impl Read for Trip {
    fn read(place: Place<'_>) -> Self {
        let mut fields = place.fields();
        Self {
            start: fields.get("start"),
            state: fields.get("state"),
            begun: fields.get("begun"),
            verifier: fields.get("verifier"),
            link: fields.get("link"),
        }
    }
}

/// What came back from Microsoft.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "one value a trip; a box would cost the page more than it saves")]
pub enum Returned {
    /// A code to redeem.
    SignIn(Redeem),
    /// The consent page was passed; the server's next exchange is the proof.
    Consented,
}

/// A code about to be redeemed.
pub struct Redeem {
    form: TokenForm,
    start: AttemptStart,
}

impl std::fmt::Debug for Redeem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redeem(…)")
    }
}

impl Trip {
    /// Begins a trip: what to remember, and the address to go to. Two times 32 bytes of randomness go into it.
    pub fn begin(
        start: AttemptStart,
        account: AccountChoice<'_>,
        random: ([u8; 32], [u8; 32]),
        now: Timestamp,
    ) -> Result<(Self, String), TripError> {
        let state = State::from_random(random.0);
        let verifier = (start.leg == Leg::SignIn).then(|| Verifier::from_random(random.1));
        let url = address(&start, &state, verifier.as_ref(), account, random.1)?;
        let verifier = verifier.map(|verifier| verifier.expose().to_owned());
        Ok((Self { start, state: state.expose().to_owned(), begun: now, verifier, link: None }, url))
    }

    /// Reads back what [`Trip::write`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        json::read(text)
    }

    /// What to remember, as text.
    pub fn write(&self) -> Secret<String> {
        let writer = Writer::default().object("start", &self.start).text("state", &self.state);
        let writer = writer.whole("begun", u32::try_from(self.begun.0).ok());
        let writer = writer.some("verifier", self.verifier.as_deref());
        Secret::new(writer.some("link", self.link.as_deref()).end())
    }

    /// The attempt's secret.
    pub fn secret(&self) -> &str {
        &self.start.secret
    }

    /// Whether it began too long ago: no answer is redeemed any more (security.md B2).
    pub const fn is_over(&self, now: Timestamp) -> bool {
        opaque::is_over(self.begun, now)
    }

    /// Whether this trip is for a consent alone.
    pub fn is_consent(&self) -> bool {
        self.start.leg == Leg::Consent
    }

    /// Checks the answer: state first, then the issuer, then the rest. Uses up the trip, so a second answer finds none.
    pub fn check(self, answer: &str) -> Result<Returned, CallbackError> {
        let authority = Authority::parse(&self.start.authority).map_err(|_| CallbackError::Malformed)?;
        let tenant = SignInTenant::Only(self.start.tenant);
        let state = State::parse(&self.state).ok_or(CallbackError::StateMissing)?;
        let expected = callback::Expectation { state: &state, authority: &authority, tenant };
        let Some(verifier) = self.verifier.as_ref().filter(|_| !self.is_consent()) else {
            return callback::check_consent(answer, &expected).map(|()| Returned::Consented);
        };
        let code = callback::check(answer, &expected)?;
        let verifier = Verifier::restore(Secret::new(verifier.clone())).ok_or(CallbackError::Malformed)?;
        let redirect_uri = RedirectUri::parse(&self.start.redirect_uri).map_err(|_| CallbackError::Malformed)?;
        let scopes: Vec<&str> = self.start.scope.split_ascii_whitespace().collect();
        let form = token::request(TokenRequest {
            authority: &authority,
            tenant,
            client_id: self.start.client_id,
            redirect_uri: &redirect_uri,
            scopes: &scopes,
            code,
            verifier,
        });
        let form = form.map_err(|_| CallbackError::Malformed)?;
        Ok(Returned::SignIn(Redeem { form, start: self.start.clone() }))
    }
}

impl Redeem {
    /// The POST to send.
    pub const fn form(&self) -> &TokenForm {
        &self.form
    }

    /// Reads the token endpoint's answer: nonce, audience, issuer and tenant must be this attempt's.
    pub fn read(&self, body: Secret<String>) -> Result<Tokens, TokenError> {
        let authority = Authority::parse(&self.start.authority).map_err(|_| TokenError::Malformed)?;
        let nonce = Nonce::parse(&self.start.nonce).ok_or(TokenError::Malformed)?;
        let expected = id_token::Expectation {
            authority: &authority,
            tenant: SignInTenant::Only(self.start.tenant),
            client_id: self.start.client_id,
            nonce: &nonce,
        };
        token::read_response(body, Wanted::Access, &expected)
    }
}

fn address(
    start: &AttemptStart,
    state: &State,
    verifier: Option<&Verifier>,
    account: AccountChoice<'_>,
    random: [u8; 32],
) -> Result<String, TripError> {
    let authority = &Authority::parse(&start.authority)?;
    let redirect_uri = &RedirectUri::parse(&start.redirect_uri)?;
    let scopes: Vec<&str> = start.scope.split_ascii_whitespace().collect();
    let Some(verifier) = verifier else {
        let (tenant, client_id) = (start.tenant, start.client_id);
        let request = ConsentRequest { authority, tenant, client_id, redirect_uri, scopes: &scopes, state };
        return Ok(consent_leg(&request, account, random)?);
    };
    let request = AuthorizationRequest {
        authority,
        tenant: SignInTenant::Only(start.tenant),
        client_id: start.client_id,
        redirect_uri,
        scopes: &scopes,
        state,
        nonce: &Nonce::parse(&start.nonce).ok_or(TripError)?,
        challenge: &verifier.challenge(),
        account,
        claims: start.claims.as_deref(),
        response_mode: ResponseMode::Fragment,
    };
    Ok(request.url()?)
}

#[cfg(test)]
mod tests;
