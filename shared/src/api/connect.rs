//! The connect page: where somebody signs in at Microsoft and saves.
//!
//! Every request carries the secret of the link or of the attempt in the header `rekey-connect`.

use super::apps::Way;
use super::authorizations::{AuthorizationKind, PermissionView, SetRef, SignInState, StepView};
use super::problem::{Help, MicrosoftIds};
use crate::id::{AuthorizationId, ClientId, SignInId, TenantId};
use crate::method::Method;
use crate::rules::who::Signer;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// Everything the connect page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectView {
    /// The product's name.
    pub brand: String,
    /// Which authorization: an id to quote.
    pub authorization: AuthorizationId,
    /// The organization that asks.
    pub organization: String,
    /// The member who asks.
    pub asked_by: String,
    /// When they asked.
    pub asked_at: Timestamp,
    /// The customer's name.
    pub customer: String,
    /// The customer's domain, where known.
    pub domain: Option<String>,
    /// The tenant, pinned beforehand.
    pub tenant: TenantId,
    /// The host on which the password is typed.
    pub login_host: String,
    /// The registration that this page signs in with at Microsoft.
    pub page_client: ClientId,
    /// The server's registration, which acts for whoever signed in.
    pub api_client: ClientId,
    /// The method the sets get.
    pub method: Method,
    /// What is done.
    pub kind: AuthorizationKind,
    /// How the app comes to be, for modern.
    pub way: Way,
    /// The sign-in in hand.
    pub sign_in: ConnectSignIn,
    /// All sign-ins of the authorization.
    pub queue: Vec<QueueItem>,
    /// The link's end.
    pub expires_at: Timestamp,
    /// The link was an invitation and a Save has used it up: whoever comes next needs a new one.
    pub link_used: bool,
    /// Grows with every change.
    pub version: i64,
}

/// The sign-in in hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectSignIn {
    /// Id.
    pub id: SignInId,
    /// The account whose holder must sign in; for modern, an administrator of the tenant in words.
    pub account: String,
    /// Who that is, and which roles are enough.
    pub signer: Signer,
    /// Where it stands.
    pub state: SignInState,
    /// The sets it covers.
    pub sets: Vec<SetRef>,
    /// What is asked for.
    pub permissions: Vec<PermissionView>,
    /// Some permission needs an administrator.
    pub needs_administrator: bool,
    /// Connected already: only Save.
    pub already_connected: bool,
    /// Who signed in, as Microsoft showed it.
    pub signed_in_as: Option<String>,
    /// The work as steps.
    pub steps: Vec<StepView>,
    /// What went wrong last; or why it cannot begin now (`wave_paused`, `wave_not_begun`).
    pub problem: Option<Help>,
    /// The link for an administrator while an approval is awaited.
    pub approval_url: Option<String>,
    /// When the sets changed.
    pub done_at: Option<Timestamp>,
    /// For modern, once done: the apps, for the receipt.
    pub apps: Vec<ConnectApp>,
}

/// An app on the receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectApp {
    /// Its name in the tenant.
    pub name: String,
    /// Its application (client) id, to look it up there.
    pub client_id: Option<ClientId>,
    /// Until when its certificate is good.
    pub not_after: Option<Timestamp>,
    /// What an administrator of the tenant must still delete there.
    pub left: Vec<String>,
}

/// One sign-in in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueItem {
    /// Id.
    pub id: SignInId,
    /// The account.
    pub account: String,
    /// Where it stands.
    pub state: SignInState,
}

/// Begins a sign-in attempt: made by a click, bound to this tab; ends the attempt before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StartAttempt {
    /// Which sign-in of the queue.
    pub sign_in: SignInId,
    /// Forget a Save that waits for a consent, and sign in anew.
    #[serde(default)]
    pub start_over: bool,
}

/// Everything the browser needs for one trip to Microsoft.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttemptStart {
    /// The attempt's secret, kept by this tab, sent in `rekey-connect`.
    pub secret: String,
    /// What kind of trip.
    pub leg: Leg,
    /// Microsoft's sign-in service.
    pub authority: String,
    /// The tenant in the address.
    pub tenant: TenantId,
    /// The issuer that `iss` in the answer must equal, if it is there (RFC 9207).
    pub issuer: String,
    /// The registration that asks.
    pub client_id: ClientId,
    /// Where Microsoft sends the browser back to.
    pub redirect_uri: String,
    /// The scopes to ask for.
    pub scope: String,
    /// The server's nonce, which the ID token must carry.
    pub nonce: String,
    /// Microsoft's claims challenge to pass on, JSON.
    pub claims: Option<String>,
}

/// A kind of trip to Microsoft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// Sign in; the code is redeemed by the page.
    SignIn,
    /// Consent only; the code is thrown away.
    Consent,
}

/// Saves: the only moment when the browser hands over a token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Save {
    /// The access token for Rekey Access.
    pub access_token: String,
    /// The ID token of the same answer.
    pub id_token: String,
}

impl Drop for Save {
    fn drop(&mut self) {
        self.access_token.zeroize();
        self.id_token.zeroize();
    }
}

/// Tells the server that a trip to Microsoft failed; the answer is the remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportFailure {
    /// Which step: `callback`, `token`, `page`.
    pub step: String,
    /// The protocol's error word.
    pub error: String,
    /// `error_subcode` or `suberror`, if any.
    #[serde(default)]
    pub subcode: Option<String>,
    /// What Microsoft said.
    pub ids: MicrosoftIds,
}
