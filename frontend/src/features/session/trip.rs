//! The trip to Microsoft that signs a member in: authorization code with PKCE (RFC 6749 §4.1, RFC 7636).
//!
//! What this tab must remember until it is back (state, verifier, nonce) lies in this tab's storage and is taken out
//! before anything else happens. The code and the tokens never lie anywhere (security.md B2, B3, B8, B10).

use crate::api::{self, ApiFailure};
use crate::browser;
use crate::map;
use crate::text::portal::account;
use shared::api::members::{ClaimMemberInvitation, InvitedView};
use shared::api::session::{CreateSession, SessionView, SignInStart};
use shared::json::{self, Place, Read, Write, Writer};
use shared::oauth::authority::{Authority, RedirectUri, SignInTenant};
use shared::oauth::authorize::{AccountChoice, AuthorizationRequest, ResponseMode};
use shared::oauth::callback::{self, CallbackError};
use shared::oauth::id_token;
use shared::oauth::opaque::{self, Nonce, State};
use shared::oauth::pkce::Verifier;
use shared::oauth::provider_error::ProviderError;
use shared::oauth::token::{self, TokenError, TokenRequest, Wanted};
use shared::secret::Secret;
use shared::time::Timestamp;

const TRIP_KEY: &str = "rekey.sign_in";
const OWNER_KEY: &str = "rekey.owner";
const JOIN_KEY: &str = "rekey.join";
/// Work and school accounts of any tenant: the server knows which ones are members.
const TENANT: SignInTenant = SignInTenant::Organizations;

/// Why a trip did not end well.
#[derive(Debug, Clone)]
pub enum TripFailure {
    /// Our server refused, or could not be reached.
    Server(ApiFailure),
    /// Nothing was waiting for this answer.
    NotExpected,
    /// The answer is not the one that was waited for.
    DoesNotFit,
    /// Microsoft's token endpoint could not be reached.
    Unreachable,
    /// The person said no.
    Cancelled,
    /// Microsoft said no: the error word and the number for its support.
    Refused(String),
}

impl TripFailure {
    /// What happened, in a sentence; the server's own words are shown elsewhere.
    pub fn text(&self) -> String {
        match self {
            Self::Server(failure) => failure.detail(),
            Self::NotExpected => account::NOT_EXPECTED.into(),
            Self::DoesNotFit => account::DOES_NOT_FIT.into(),
            Self::Unreachable => account::UNREACHABLE.into(),
            Self::Cancelled => account::CANCELLED.into(),
            Self::Refused(error) => account::microsoft_said(error),
        }
    }
}

impl From<ApiFailure> for TripFailure {
    fn from(failure: ApiFailure) -> Self {
        Self::Server(failure)
    }
}

impl From<&ProviderError> for TripFailure {
    fn from(error: &ProviderError) -> Self {
        if error.is_declined() {
            return Self::Cancelled;
        }
        Self::Refused(error.aadsts.map_or_else(|| error.error.clone(), crate::text::aadsts))
    }
}

impl From<CallbackError> for TripFailure {
    fn from(error: CallbackError) -> Self {
        if let CallbackError::Provider(said) = &error { said.as_ref().into() } else { Self::DoesNotFit }
    }
}

impl From<TokenError> for TripFailure {
    fn from(error: TokenError) -> Self {
        if let TokenError::Provider(said) = &error { said.as_ref().into() } else { Self::DoesNotFit }
    }
}

/// What this tab remembers while the person is at Microsoft.
struct Kept {
    start: SignInStart,
    state: String,
    verifier: String,
    begun: Timestamp,
}

impl Read for Kept {
    fn read(place: Place<'_>) -> Self {
        let mut fields = place.fields();
        Self {
            start: fields.get("start"),
            state: fields.get("state"),
            verifier: fields.get("verifier"),
            begun: fields.get("begun"),
        }
    }
}

impl Write for Kept {
    fn write(&self) -> String {
        let writer = Writer::default().object("start", &self.start).text("state", &self.state);
        writer.text("verifier", &self.verifier).whole("begun", u32::try_from(self.begun.0).ok()).end()
    }
}

/// The parts of [`SignInStart`], parsed.
struct Places {
    authority: Authority,
    redirect_uri: RedirectUri,
    nonce: Nonce,
}

impl Places {
    fn parse(start: &SignInStart) -> Option<Self> {
        let authority = Authority::parse(&start.authority).ok()?;
        let redirect_uri = RedirectUri::parse(&start.redirect_uri).ok()?;
        Some(Self { authority, redirect_uri, nonce: Nonce::parse(&start.nonce)? })
    }
}

/// What a sign-in is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Errand {
    /// The portal.
    #[default]
    Portal,
    /// Becoming an owner, with the secret of an owner link.
    Owner(String),
    /// Asking to become a member, with the secret of an invitation.
    Join(String),
}

/// How a trip ended well.
pub enum Arrived {
    /// The session is open.
    In,
    /// The inviter must confirm who signed in.
    Waits(InvitedView),
}

/// Leaves for Microsoft in this window.
pub async fn leave(errand: Errand) -> Result<(), TripFailure> {
    let start: SignInStart = api::act("/api/v1/sign-ins").await?;
    let address = prepare(start).ok_or(TripFailure::DoesNotFit)?;
    browser::tab::remove(OWNER_KEY);
    browser::tab::remove(JOIN_KEY);
    match errand {
        Errand::Portal => {}
        Errand::Owner(secret) => drop(browser::tab::set(OWNER_KEY, &secret)),
        Errand::Join(secret) => drop(browser::tab::set(JOIN_KEY, &secret)),
    }
    browser::navigate(&address);
    Ok(())
}

/// Makes state and verifier, remembers them, and builds the address at Microsoft.
fn prepare(start: SignInStart) -> Option<String> {
    let places = Places::parse(&start)?;
    let state = State::from_random(browser::random()?);
    let verifier = Verifier::from_random(browser::random()?);
    let scopes: Vec<&str> = start.scope.split(' ').collect();
    let address = AuthorizationRequest {
        authority: &places.authority,
        tenant: TENANT,
        client_id: start.client_id,
        redirect_uri: &places.redirect_uri,
        scopes: &scopes,
        state: &state,
        nonce: &places.nonce,
        challenge: &verifier.challenge(),
        account: AccountChoice::Ask,
        claims: None,
        response_mode: ResponseMode::Fragment,
    }
    .url()
    .ok()?;
    let (state, verifier) = (state.expose().to_owned(), verifier.expose().to_owned());
    let kept = Kept { start, state, verifier, begun: browser::now() };
    browser::tab::set(TRIP_KEY, &kept.write()).then_some(address)
}

/// Ends the trip: redeems the code at Microsoft and hands the ID token to our server, which opens the session or notes who
/// was invited.
pub async fn arrive(answer: Secret<String>) -> Result<Arrived, TripFailure> {
    let owner_link = browser::tab::take(OWNER_KEY);
    let invitation = browser::tab::take(JOIN_KEY);
    let kept = browser::tab::take(TRIP_KEY).ok_or(TripFailure::NotExpected)?;
    let kept: Option<Kept> = json::read(&kept).filter(|kept: &Kept| !opaque::is_over(kept.begun, browser::now()));
    let Kept { start, state, verifier, .. } = kept.ok_or(TripFailure::NotExpected)?;
    let id_token = redeem(&start, &state, verifier, answer).await?;
    let (secret, id_token) = (start.secret, id_token.expose().clone());
    if let Some(invitation) = invitation {
        let body = ClaimMemberInvitation { invitation, secret, id_token };
        return Ok(Arrived::Waits(api::send("/api/v1/member-invitations/claim", &body).await?));
    }
    let body = CreateSession { secret, id_token, owner_link };
    api::send::<SessionView>("/api/v1/session", &body).await?;
    Ok(Arrived::In)
}

async fn redeem(
    start: &SignInStart,
    state: &str,
    verifier: String,
    answer: Secret<String>,
) -> Result<Secret<String>, TripFailure> {
    let fit = TripFailure::DoesNotFit;
    let Some(places) = Places::parse(start) else { return Err(fit) };
    let (Some(state), Some(verifier)) = (State::parse(state), Verifier::restore(Secret::new(verifier))) else {
        return Err(fit);
    };
    let expected = callback::Expectation { state: &state, authority: &places.authority, tenant: TENANT };
    let code = callback::check(answer.expose(), &expected)?;
    let scopes: Vec<&str> = start.scope.split(' ').collect();
    let form = token::request(TokenRequest {
        authority: &places.authority,
        tenant: TENANT,
        client_id: start.client_id,
        redirect_uri: &places.redirect_uri,
        scopes: &scopes,
        code,
        verifier,
    })
    .map_err(|_| fit)?;
    let (_, body) =
        api::microsoft::post_form(&form.url, form.body.expose()).await.map_err(|_| TripFailure::Unreachable)?;
    let expected = id_token::Expectation {
        authority: &places.authority,
        tenant: TENANT,
        client_id: start.client_id,
        nonce: &places.nonce,
    };
    Ok(token::read_response(Secret::new(body), Wanted::Identity, &expected)?.id)
}

/// What the address carried when the app started; the address bar is clean again before anything else runs.
#[derive(Clone, Default)]
pub struct Landing {
    /// Microsoft's answer, on the way back.
    pub answer: Option<Secret<String>>,
    /// The secret of an owner link.
    pub owner_link: Option<String>,
    /// The secret of an invitation to become a member.
    pub invitation: Option<String>,
}

impl Landing {
    /// Takes it out of the address bar and the history.
    pub fn take() -> Self {
        let here = browser::address();
        let carried = |text: &String| !text.is_empty();
        match here.path.as_str() {
            map::CALLBACK => {
                browser::clean_address(&here.path);
                let answer = Some(here.fragment).filter(carried).or(Some(here.query)).filter(carried);
                Self { answer: answer.map(Secret::new), ..Self::default() }
            }
            map::OWNER => {
                browser::clean_address(&here.path);
                Self { owner_link: Some(here.fragment).filter(carried), ..Self::default() }
            }
            map::JOIN => {
                browser::clean_address(&here.path);
                Self { invitation: Some(here.fragment).filter(carried), ..Self::default() }
            }
            _ => Self::default(),
        }
    }
}
