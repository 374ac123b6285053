use super::*;
use crate::{id::TenantId, oauth::encoding::read_pairs, oauth::pkce::Verifier};
use std::collections::BTreeMap;
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(0x7d4f_0c62_9a1e_4b58_8c3d_51e0_f2a9_7b16));
const CLIENT: ClientId = ClientId(Uuid::from_u128(0xa771_4d3e_19c5_4d0f_8a52_6fe0_c2b8_1d39));
const SCOPES: &[&str] = &["openid", "profile", "a7714d3e-19c5-4d0f-8a52-6fe0c2b81d40/.default"];

struct Parts {
    authority: Authority,
    redirect: RedirectUri,
    state: State,
    nonce: Nonce,
    challenge: Challenge,
}

fn parts(seed: u8) -> Parts {
    Parts {
        authority: Authority::parse("https://login.microsoftonline.com").unwrap(),
        redirect: RedirectUri::parse("https://rekey.example/connect/callback").unwrap(),
        state: State::from_random([seed; 32]),
        nonce: Nonce::from_random([seed.wrapping_add(1); 32]),
        challenge: Verifier::from_random([seed.wrapping_add(2); 32]).challenge(),
    }
}

fn request(parts: &Parts) -> AuthorizationRequest<'_> {
    AuthorizationRequest {
        authority: &parts.authority,
        tenant: SignInTenant::Only(TENANT),
        client_id: CLIENT,
        redirect_uri: &parts.redirect,
        scopes: SCOPES,
        state: &parts.state,
        nonce: &parts.nonce,
        challenge: &parts.challenge,
        account: AccountChoice::Ask,
        claims: None,
        response_mode: ResponseMode::Fragment,
    }
}

fn query(url: &str) -> BTreeMap<String, String> {
    let pairs = read_pairs(url.split_once('?').unwrap().1).unwrap();
    let count = pairs.len();
    let map: BTreeMap<_, _> =
        pairs.into_iter().map(|(name, value)| (name.expose().clone(), value.expose().clone())).collect();
    assert_eq!(map.len(), count, "no parameter twice");
    map
}

#[test]
fn b1_a_request_is_always_code_with_s256() {
    let parts = parts(1);
    let url = request(&parts).url().unwrap();
    let tenant = "https://login.microsoftonline.com/7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16/oauth2/v2.0/authorize?";
    assert!(url.starts_with(tenant), "{url}");
    let query = query(&url);
    let expected = [
        ("client_id", "a7714d3e-19c5-4d0f-8a52-6fe0c2b81d39"),
        ("response_type", "code"),
        ("redirect_uri", "https://rekey.example/connect/callback"),
        ("response_mode", "fragment"),
        ("scope", "openid profile a7714d3e-19c5-4d0f-8a52-6fe0c2b81d40/.default"),
        ("state", parts.state.expose()),
        ("nonce", parts.nonce.expose()),
        ("code_challenge", parts.challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("prompt", "select_account"),
    ];
    let expected: BTreeMap<_, _> = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!(query, expected);
}

#[test]
fn h1_a_hint_and_a_forced_choice_never_meet() {
    let parts = parts(1);
    for (account, prompt, hint) in [
        (AccountChoice::Ask, Some("select_account"), None),
        (AccountChoice::Known("anna@contoso.com"), None, Some("anna@contoso.com")),
        (AccountChoice::Again("anna@contoso.com"), Some("login"), Some("anna@contoso.com")),
    ] {
        let query = query(&AuthorizationRequest { account, ..request(&parts) }.url().unwrap());
        assert_eq!(query.get("prompt").map(String::as_str), prompt);
        assert_eq!(query.get("login_hint").map(String::as_str), hint);
    }
    for hint in ["", "a\u{0}b", &"a".repeat(321)] {
        let asked = AuthorizationRequest { account: AccountChoice::Known(hint), ..request(&parts) };
        assert_eq!(asked.url(), Err(RequestError::LoginHint));
    }
}

#[test]
fn b6_a_refresh_token_is_never_asked_for() {
    let parts = parts(1);
    for hidden in ["offline_access", "OFFLINE_ACCESS", "https://graph.microsoft.com/offline_access"] {
        let scopes = ["openid", hidden];
        let asked = AuthorizationRequest { scopes: &scopes, ..request(&parts) };
        assert_eq!(asked.url(), Err(RequestError::OfflineAccess), "{hidden}");
    }
}

#[test]
fn scopes_cannot_smuggle_others() {
    let parts = parts(1);
    for scopes in [&[][..], &["openid", ""], &["openid profile offline_access"], &["openid", "a\"b"], &["openid", "é"]]
    {
        assert_eq!(AuthorizationRequest { scopes, ..request(&parts) }.url(), Err(RequestError::Scope), "{scopes:?}");
    }
    let asked = AuthorizationRequest { scopes: &["profile"], ..request(&parts) };
    assert_eq!(asked.url(), Err(RequestError::NoOpenId));
}

#[test]
fn p7_claims_travel_unchanged() {
    let parts = parts(1);
    let claims = r#"{"access_token":{"polids":{"essential":true,"values":["1&2=#"]}}}"#;
    let url = AuthorizationRequest { claims: Some(claims), ..request(&parts) }.url().unwrap();
    assert_eq!(query(&url).get("claims").map(String::as_str), Some(claims));
    for bad in ["", "[]", "{", "\"text\"", &format!("{{\"a\":\"{}\"}}", "b".repeat(9000))] {
        let asked = AuthorizationRequest { claims: Some(bad), ..request(&parts) };
        assert_eq!(asked.url(), Err(RequestError::Claims), "{bad}");
    }
}

#[test]
fn b3_two_attempts_share_nothing_that_binds_them() {
    let (one, two) = (parts(10), parts(20));
    let (one, two) = (query(&request(&one).url().unwrap()), query(&request(&two).url().unwrap()));
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(one.get(name), two.get(name), "{name}");
    }
}

#[test]
fn an_unknown_tenant_goes_to_organizations() {
    let parts = parts(1);
    let asked = AuthorizationRequest { tenant: SignInTenant::Organizations, ..request(&parts) };
    assert!(asked.url().unwrap().contains(".com/organizations/oauth2/"));
}
