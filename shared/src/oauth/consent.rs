//! The two ways to a grant that is missing when the server exchanges a token: the account consents, or an administrator.
//!
//! Neither yields a token. The *consent leg* is an authorization request of the registration that acts for the account;
//! its code is thrown away unredeemed and its verifier is dropped before the address leaves this function, so that the
//! page could not redeem it if it wanted to (security.md B7).

use super::{
    RequestError,
    authority::{Authority, RedirectUri, SignInTenant},
    authorize::{AccountChoice, ResponseMode, join_scopes, push_account},
    encoding::push_pair,
    opaque::State,
    pkce::Verifier,
};
use crate::id::{ClientId, TenantId};

/// What is to be granted, and to whom.
#[derive(Debug, Clone, Copy)]
pub struct ConsentRequest<'a> {
    /// The cloud's sign-in service.
    pub authority: &'a Authority,
    /// The account's tenant.
    pub tenant: TenantId,
    /// The registration that acts for the account; not the page's.
    pub client_id: ClientId,
    /// Where the answer goes.
    pub redirect_uri: &'a RedirectUri,
    /// The permissions, as full names such as `https://graph.microsoft.com/Mail.Read`.
    pub scopes: &'a [&'a str],
    /// Ties the answer to this attempt.
    pub state: &'a State,
}

/// The address at which the account itself consents. `random` makes a verifier that nobody keeps.
pub fn consent_leg(
    request: &ConsentRequest<'_>,
    account: AccountChoice<'_>,
    random: [u8; 32],
) -> Result<String, RequestError> {
    let challenge = Verifier::from_random(random).challenge();
    let mut url = request.authority.authorize(SignInTenant::Only(request.tenant));
    request.push_common(&mut url, &join_scopes(request.scopes)?);
    for (name, value) in [
        ("response_type", "code"),
        ("response_mode", ResponseMode::Fragment.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ] {
        push_pair(&mut url, name, value);
    }
    push_account(&mut url, account)?;
    Ok(url)
}

/// The address at which an administrator consents for the whole tenant (Microsoft's "admin consent endpoint").
///
/// The scopes must be everything that this tenant uses: consenting to fewer takes away the others. Here `offline_access`
/// belongs to them: it is for the registration that acts for the account, and no token comes back to any page.
pub fn admin_consent_url(request: &ConsentRequest<'_>) -> Result<String, RequestError> {
    let offline = request.scopes.contains(&OFFLINE);
    let others: Vec<&str> = request.scopes.iter().copied().filter(|scope| *scope != OFFLINE).collect();
    let scope = join_scopes(&others)?;
    let mut url = request.authority.admin_consent(request.tenant);
    request.push_common(&mut url, &if offline { format!("{scope} {OFFLINE}") } else { scope });
    Ok(url)
}

const OFFLINE: &str = "offline_access";

impl ConsentRequest<'_> {
    fn push_common(&self, url: &mut String, scope: &str) {
        let client_id = self.client_id.text();
        for (name, value) in [
            ("client_id", client_id.as_str()),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("scope", scope),
            ("state", self.state.expose()),
        ] {
            push_pair(url, name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::encoding::read_pairs;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    const SCOPES: &[&str] = &["https://graph.microsoft.com/Mail.Read", "https://graph.microsoft.com/Files.Read"];

    fn with_request<T>(scopes: &[&str], run: impl FnOnce(&ConsentRequest<'_>) -> T) -> T {
        run(&ConsentRequest {
            authority: &Authority::parse("https://login.microsoftonline.com").unwrap(),
            tenant: TenantId(Uuid::from_u128(5)),
            client_id: ClientId(Uuid::from_u128(6)),
            redirect_uri: &RedirectUri::parse("https://rekey.example/connect/consented").unwrap(),
            scopes,
            state: &State::from_random([3; 32]),
        })
    }

    fn query(url: &str) -> BTreeMap<String, String> {
        let pairs = read_pairs(url.split_once('?').unwrap().1).unwrap();
        pairs.into_iter().map(|(name, value)| (name.expose().clone(), value.expose().clone())).collect()
    }

    #[test]
    fn b7_the_consent_leg_carries_a_challenge_whose_verifier_is_gone() {
        let known = AccountChoice::Known("anna@contoso.com");
        let url = with_request(SCOPES, |request| consent_leg(request, known, [8; 32])).unwrap();
        let verifier = Verifier::from_random([8; 32]);
        assert!(!url.contains(verifier.expose()));
        let query = query(&url);
        assert_eq!(query.get("code_challenge").map(String::as_str), Some(verifier.challenge().as_str()));
        assert_eq!(query.get("code_challenge_method").map(String::as_str), Some("S256"));
        assert_eq!(query.get("scope"), Some(&SCOPES.join(" ")));
        assert_eq!(query.get("client_id").map(String::as_str), Some("00000000-0000-0000-0000-000000000006"));
        assert_eq!(query.get("login_hint").map(String::as_str), Some("anna@contoso.com"));
        assert!(!query.contains_key("prompt") && !query.contains_key("nonce"));
    }

    #[test]
    fn c6_the_administrators_address_has_just_what_its_endpoint_knows() {
        let url = with_request(SCOPES, admin_consent_url).unwrap();
        let start =
            "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000005/v2.0/adminconsent?client_id=";
        assert!(url.starts_with(start), "{url}");
        let query = query(&url);
        assert_eq!(
            query.keys().map(String::as_str).collect::<Vec<_>>(),
            ["client_id", "redirect_uri", "scope", "state"]
        );
    }

    #[test]
    fn b6_neither_asks_for_lasting_access() {
        let scopes = ["https://graph.microsoft.com/offline_access"];
        assert_eq!(with_request(&scopes, admin_consent_url), Err(RequestError::OfflineAccess));
        let leg = with_request(&scopes, |request| consent_leg(request, AccountChoice::Ask, [0; 32]));
        assert_eq!(leg, Err(RequestError::OfflineAccess));
        assert_eq!(with_request(&[], admin_consent_url), Err(RequestError::Scope));
    }
}
