use super::*;

use shared::id::{ClientId, TenantId};

const TENANT: &str = "7d4f0c62-9a1e-4b58-8c3d-51e0f2a97b16";
const CLIENT: &str = "a7714d3e-19c5-4d0f-8a52-6fe0c2b81d39";
const NOW: Timestamp = Timestamp(1_800_000_000);
const NONCE: &str = "nonce-of-the-server-nonce-of-the-server-123";

fn start(leg: Leg) -> AttemptStart {
    AttemptStart {
        secret: "attempt-secret".into(),
        leg,
        authority: "http://127.0.0.1:4000".into(),
        tenant: TenantId(TENANT.parse().unwrap()),
        issuer: format!("http://127.0.0.1:4000/{TENANT}/v2.0"),
        client_id: ClientId(CLIENT.parse().unwrap()),
        redirect_uri: "http://127.0.0.1:8080/connect/callback".into(),
        scope: format!("openid profile {CLIENT}/.default"),
        nonce: NONCE.into(),
        claims: None,
    }
}

fn begin(leg: Leg) -> (Trip, String) {
    Trip::begin(start(leg), AccountChoice::Ask, ([1; 32], [2; 32]), NOW).unwrap()
}

fn parameter<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = url.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn answer(trip: &Trip) -> String {
    format!("code=0.AAA&state={}&iss=http%3A%2F%2F127.0.0.1%3A4000%2F{TENANT}%2Fv2.0", trip.state)
}

/// Base64url of a small text, for tokens of tests.
fn base64_url(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for place in 0..=chunk.len() {
            out.push(char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    out
}

fn token_answer(nonce: &str, tid: &str) -> Secret<String> {
    let claims = format!(
        r#"{{"aud":"{CLIENT}","iss":"http://127.0.0.1:4000/{tid}/v2.0","tid":"{tid}","oid":"{CLIENT}","nonce":"{nonce}","name":"Anna Berg","preferred_username":"anna@contoso.com"}}"#
    );
    let id_token = format!("{}.{}.c2ln", base64_url("{}"), base64_url(&claims));
    Secret::new(format!(
        r#"{{"token_type":"Bearer","access_token":"at-canary","id_token":"{id_token}","expires_in":3600}}"#
    ))
}

fn redeem(trip: Trip) -> Redeem {
    let answer = answer(&trip);
    match trip.check(&answer) {
        Ok(Returned::SignIn(redeem)) => redeem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a2_the_address_asks_for_a_code_with_s256_and_a_free_choice_of_account() {
    let (_, url) = begin(Leg::SignIn);
    assert!(url.starts_with(&format!("http://127.0.0.1:4000/{TENANT}/oauth2/v2.0/authorize?")));
    for (name, value) in [("response_type", "code"), ("code_challenge_method", "S256"), ("prompt", "select_account")] {
        assert_eq!(parameter(&url, name), Some(value));
    }
    assert_eq!(parameter(&url, "nonce"), Some(NONCE));
    assert!(!url.contains("offline_access") && !url.contains("attempt-secret"));
}

#[test]
fn b7_a_consent_leg_remembers_no_verifier_and_yields_no_code() {
    let (trip, url) = begin(Leg::Consent);
    assert!(trip.is_consent() && trip.verifier.is_none());
    assert!(url.contains("code_challenge="));
    let answer = answer(&trip);
    assert!(matches!(trip.check(&answer), Ok(Returned::Consented)));
}

#[test]
fn what_a_tab_remembers_is_read_back() {
    let (trip, _) = begin(Leg::SignIn);
    let text = trip.write();
    let read = Trip::read(text.expose()).unwrap();
    assert_eq!(read.secret(), "attempt-secret");
    assert_eq!((&read.state, read.begun), (&trip.state, NOW));
    assert!(Trip::read("{}").is_none() && Trip::read("").is_none());
}

#[test]
fn b2_a_trip_is_over_after_an_hour_and_one_that_does_not_say_when_is_none() {
    let (trip, _) = begin(Leg::SignIn);
    let read = Trip::read(trip.write().expose()).unwrap();
    assert!(!read.is_over(NOW.plus(3600)) && read.is_over(NOW.plus(3601)));
    let text = trip.write().expose().replace("\"begun\"", "\"other\"");
    assert!(Trip::read(&text).is_none());
}

#[test]
fn b2_a_foreign_or_missing_state_redeems_nothing() {
    let (trip, _) = begin(Leg::SignIn);
    assert!(matches!(trip.check("code=0.AAA&state=foreign-foreign-foreign"), Err(CallbackError::StateForeign)));
    let (trip, _) = begin(Leg::SignIn);
    assert!(matches!(trip.check("code=0.AAA"), Err(CallbackError::StateMissing)));
}

#[test]
fn b4_another_issuer_redeems_nothing() {
    let (trip, _) = begin(Leg::SignIn);
    let answer = answer(&trip).replace("4000", "4001");
    assert!(matches!(trip.check(&answer), Err(CallbackError::IssuerForeign)));
}

#[test]
fn b1_the_code_is_redeemed_with_the_verifier_at_the_tenant_that_was_asked() {
    let (trip, _) = begin(Leg::SignIn);
    let verifier = trip.verifier.clone().unwrap();
    let redeem = redeem(trip);
    assert_eq!(redeem.form().url, format!("http://127.0.0.1:4000/{TENANT}/oauth2/v2.0/token"));
    let body = redeem.form().body.expose();
    assert!(body.contains(&format!("code_verifier={verifier}")) && body.contains("code=0.AAA"));
    assert!(!format!("{redeem:?}").contains(&verifier));
}

#[test]
fn a6_tokens_count_only_with_this_nonce_and_tenant() {
    let (trip, _) = begin(Leg::SignIn);
    let redeem = redeem(trip);
    let tokens = redeem.read(token_answer(NONCE, TENANT)).unwrap();
    assert_eq!(tokens.claims.preferred_username.as_deref(), Some("anna@contoso.com"));
    assert!(redeem.read(token_answer("another-nonce-another-nonce-another", TENANT)).is_err());
    let other = "b2c81d90-55a4-4f27-a1f3-0d9a7e6b2c18";
    assert!(matches!(
        redeem.read(token_answer(NONCE, other)),
        Err(TokenError::IdToken(id_token::IdTokenError::WrongTenant(_)))
    ));
}

#[test]
fn an_attempt_without_a_sound_authority_goes_nowhere() {
    for authority in ["http://login.example", "javascript:alert(1)", ""] {
        let start = AttemptStart { authority: authority.into(), ..start(Leg::SignIn) };
        assert!(Trip::begin(start, AccountChoice::Ask, ([1; 32], [2; 32]), NOW).is_err(), "{authority}");
    }
}
