use super::*;
use crate::{
    id::{ObjectId, TenantId},
    oauth::{callback, encoding::read_pairs, id_token::AccountKind, opaque::Nonce, opaque::State},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(0x7d4f_0c62_9a1e_4b58_8c3d_51e0_f2a9_7b16));
const CLIENT: ClientId = ClientId(Uuid::from_u128(0xa771_4d3e_19c5_4d0f_8a52_6fe0_c2b8_1d39));
const OID: ObjectId = ObjectId(Uuid::from_u128(0x11));

fn authority() -> Authority {
    Authority::parse("https://login.microsoftonline.com").unwrap()
}

fn nonce() -> Nonce {
    Nonce::from_random([4; 32])
}

fn payload() -> Value {
    json!({
        "aud": CLIENT, "iss": authority().issuer(TENANT), "tid": TENANT, "oid": OID, "nonce": nonce().expose(),
        "name": "Anna Berg", "preferred_username": "anna@contoso.com", "acct": 0, "ver": "2.0", "exp": 1, "rh": "x",
    })
}

fn jwt(payload: &Value) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(r#"{"typ":"JWT","alg":"RS256"}"#), part(&payload.to_string()), part("signature"))
}

fn good() -> Value {
    json!({
        "token_type": "Bearer", "scope": "x", "expires_in": 3599, "ext_expires_in": 3599,
        "access_token": "access-canary", "id_token": jwt(&payload()), "client_info": "e30",
    })
}

fn read(answer: &Value, wanted: Wanted) -> Result<Tokens, TokenError> {
    read_for(answer, wanted, SignInTenant::Only(TENANT))
}

fn read_for(answer: &Value, wanted: Wanted, tenant: SignInTenant) -> Result<Tokens, TokenError> {
    let expected = id_token::Expectation { authority: &authority(), tenant, client_id: CLIENT, nonce: &nonce() };
    read_response(Secret::new(answer.to_string()), wanted, &expected)
}

fn with(name: &str, value: Value) -> Value {
    let mut answer = good();
    answer[name] = value;
    answer
}

fn with_claim(name: &str, value: Value) -> Value {
    let mut claims = payload();
    claims[name] = value;
    with("id_token", json!(jwt(&claims)))
}

fn a_request(scopes: &[&str]) -> Result<TokenForm, RequestError> {
    let state = State::from_random([1; 32]);
    let expected = callback::Expectation { state: &state, authority: &authority(), tenant: SignInTenant::Only(TENANT) };
    let code = callback::check(&format!("code=the+code&state={}", state.expose()), &expected).unwrap();
    request(TokenRequest {
        authority: &authority(),
        tenant: SignInTenant::Only(TENANT),
        client_id: CLIENT,
        redirect_uri: &RedirectUri::parse("https://rekey.example/connect/callback").unwrap(),
        scopes,
        code,
        verifier: Verifier::from_random([2; 32]),
    })
}

#[test]
fn the_request_is_a_plain_form_with_code_and_verifier() {
    let form = a_request(&["openid", "profile"]).unwrap();
    assert_eq!(form.url, format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"));
    let pairs = read_pairs(form.body.expose()).unwrap();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.expose().as_str(), value.expose().as_str())).collect();
    let verifier = Verifier::from_random([2; 32]);
    let expected = [
        ("client_id", "a7714d3e-19c5-4d0f-8a52-6fe0c2b81d39"),
        ("grant_type", "authorization_code"),
        ("redirect_uri", "https://rekey.example/connect/callback"),
        ("scope", "openid profile"),
        ("code", "the code"),
        ("code_verifier", verifier.expose()),
    ];
    assert_eq!(pairs, expected);
    assert!(!format!("{form:?}").contains(verifier.expose()), "B8: not printed");
}

#[test]
fn b6_the_request_never_asks_for_a_refresh_token() {
    assert_eq!(a_request(&["openid", "offline_access"]).err(), Some(RequestError::OfflineAccess));
}

#[test]
fn a_good_answer_gives_tokens_and_who_signed_in() {
    let tokens = read(&good(), Wanted::Access).unwrap();
    assert_eq!(tokens.access.as_ref().map(|token| token.expose().as_str()), Some("access-canary"));
    assert_eq!(tokens.id.expose(), &jwt(&payload()));
    assert_eq!((tokens.claims.tid, tokens.claims.oid, tokens.claims.kind), (TENANT, OID, Some(AccountKind::Member)));
    assert_eq!(tokens.claims.preferred_username.as_deref(), Some("anna@contoso.com"));
    assert_eq!(tokens.dropped_refresh_tokens, 0);
    let printed = format!("{tokens:?}");
    assert!(!printed.contains("canary") && !printed.contains("eyJ"), "B8: {printed}");
}

#[test]
fn b6_a_refresh_token_in_the_answer_is_dropped_and_counted() {
    let tokens = read(&with("refresh_token", json!("refresh-canary")), Wanted::Access).unwrap();
    assert_eq!(tokens.dropped_refresh_tokens, 1);
    assert!(!format!("{tokens:?}").contains("canary"));
}

#[test]
fn an_access_token_nobody_wanted_is_dropped() {
    assert!(read(&good(), Wanted::Identity).unwrap().access.is_none());
}

#[test]
fn missing_or_empty_tokens_are_named() {
    for nothing in [Value::Null, json!("")] {
        let answer = with("access_token", nothing.clone());
        assert_eq!(read(&answer, Wanted::Access).err(), Some(TokenError::NoAccessToken));
        assert_eq!(read(&with("id_token", nothing), Wanted::Access).err(), Some(TokenError::NoIdToken));
    }
    assert_eq!(read(&with("token_type", json!("DPoP")), Wanted::Access).err(), Some(TokenError::NotBearer));
    assert!(read(&with("token_type", json!("bearer")), Wanted::Access).is_ok(), "RFC 6749 §5.1: any case");
    assert_eq!(read(&with("token_type", Value::Null), Wanted::Access).err(), Some(TokenError::Malformed));
}

#[test]
fn broken_answers_are_refused() {
    let expected = id_token::Expectation {
        authority: &authority(),
        tenant: SignInTenant::Only(TENANT),
        client_id: CLIENT,
        nonce: &nonce(),
    };
    let read = |text: &str| read_response(Secret::new(text.to_owned()), Wanted::Access, &expected).err();
    let twice = r#"{"token_type":"Bearer","access_token":"a","access_token":"b"}"#;
    for broken in ["", "<html>", "[]", "null", "{}", "{\"token_type\":1}", twice] {
        assert_eq!(read(broken), Some(TokenError::Malformed), "{broken}");
    }
    assert_eq!(read(&" ".repeat(LONGEST + 1)), Some(TokenError::TooLong));
}

#[test]
fn b2_a_foreign_or_absent_nonce_is_refused() {
    for other in [json!(Nonce::from_random([5; 32]).expose()), json!(""), json!(nonce().expose().to_lowercase())] {
        let error = read(&with_claim("nonce", other), Wanted::Access).err();
        assert_eq!(error, Some(TokenError::IdToken(IdTokenError::NonceForeign)));
    }
    let error = read(&with_claim("nonce", Value::Null), Wanted::Access).err();
    assert_eq!(error, Some(TokenError::IdToken(IdTokenError::Malformed)));
}

#[test]
fn a6_the_wrong_tenant_is_stopped_and_named() {
    let other = TenantId(Uuid::from_u128(9));
    let mut claims = payload();
    claims["tid"] = json!(other);
    claims["iss"] = json!(authority().issuer(other));
    let answer = with("id_token", json!(jwt(&claims)));
    let Err(TokenError::IdToken(IdTokenError::WrongTenant(who))) = read(&answer, Wanted::Access) else {
        panic!("stopped");
    };
    assert_eq!((who.tid, who.name.as_deref()), (other, Some("Anna Berg")));
    assert!(read_for(&answer, Wanted::Access, SignInTenant::Organizations).is_ok(), "while the tenant is unknown");
}

#[test]
fn personal_accounts_are_never_taken() {
    let personal = crate::id::PERSONAL_ACCOUNTS;
    let mut claims = payload();
    claims["tid"] = json!(personal);
    claims["iss"] = json!(authority().issuer(personal));
    let answer = with("id_token", json!(jwt(&claims)));
    for tenant in [SignInTenant::Only(personal), SignInTenant::Organizations, SignInTenant::Only(TENANT)] {
        let error = read_for(&answer, Wanted::Access, tenant).err();
        assert_eq!(error, Some(TokenError::IdToken(IdTokenError::PersonalAccount)));
    }
}

#[test]
fn t5_claims_of_the_wrong_type_or_value_are_refused() {
    let issuer = authority().issuer(TENANT);
    for (name, value, expected) in [
        ("aud", json!("00000000-0000-0000-0000-000000000001"), IdTokenError::AudienceForeign),
        ("aud", json!([CLIENT]), IdTokenError::Malformed),
        ("iss", json!([issuer]), IdTokenError::Malformed),
        ("iss", json!("https://evil.example"), IdTokenError::IssuerForeign),
        ("iss", json!(authority().issuer(TenantId(Uuid::from_u128(9)))), IdTokenError::IssuerForeign),
        ("tid", json!("contoso.com"), IdTokenError::Malformed),
        ("tid", json!(7), IdTokenError::Malformed),
        ("oid", json!("../../x"), IdTokenError::Malformed),
        ("oid", Value::Null, IdTokenError::Malformed),
        ("acct", json!("0"), IdTokenError::Malformed),
    ] {
        let error = read(&with_claim(name, value.clone()), Wanted::Access).err();
        assert_eq!(error, Some(TokenError::IdToken(expected)), "{name} = {value}");
    }
    for token in ["x", "a.b", "a.b.c", "a.b.c.d", "..", &format!("{}.{}", jwt(&payload()), "x")] {
        let error = read(&with("id_token", json!(token)), Wanted::Access).err();
        assert_eq!(error, Some(TokenError::IdToken(IdTokenError::Malformed)), "{token}");
    }
}

#[test]
fn guests_are_told_apart() {
    let tokens = read(&with_claim("acct", json!(1)), Wanted::Access).unwrap();
    assert_eq!(tokens.claims.kind, Some(AccountKind::Guest));
    let tokens = read(&with_claim("acct", Value::Null), Wanted::Access).unwrap();
    assert_eq!(tokens.claims.kind, None);
}

#[test]
fn j3_b3_microsofts_refusal_keeps_code_ids_and_claims() {
    let claims = r#"{"access_token":{"polids":{"essential":true,"values":["x"]}}}"#;
    let answer = json!({
        "error": "interaction_required", "suberror": "basic_action", "error_codes": [50076], "claims": claims,
        "error_description": "AADSTS50076: Due to a configuration change\r\nTrace ID: x",
        "timestamp": "2026-11-23 10:24:07Z", "trace_id": "f3b94c10-88ed-4b0a-8e6f-1a7720c9d500",
        "correlation_id": "6d0e8a53-2f7b-4c61-b0a9-3c55e1f8d947",
        "error_uri": "https://login.microsoftonline.com/error?code=50076",
    });
    let Err(TokenError::Provider(error)) = read(&answer, Wanted::Access) else { panic!("a refusal") };
    assert_eq!((error.error.as_str(), error.subcode.as_deref()), ("interaction_required", Some("basic_action")));
    assert_eq!(error.aadsts, Some(50076));
    assert_eq!(error.claims.as_ref().map(super::super::provider_error::Claims::expose), Some(claims));
    assert_eq!(error.trace_id.as_deref(), Some("f3b94c10-88ed-4b0a-8e6f-1a7720c9d500"));
}

#[test]
fn an_answer_with_an_error_and_tokens_is_an_error() {
    let error = read(&with("error", json!("server_error")), Wanted::Access).err();
    assert!(matches!(error, Some(TokenError::Provider(_))));
}

proptest! {
    #[test]
    fn any_answer_is_read_without_panic(text in any::<String>(), token in "[a-zA-Z0-9_.-]{0,200}") {
        let expected = id_token::Expectation {
            authority: &authority(), tenant: SignInTenant::Organizations, client_id: CLIENT, nonce: &nonce(),
        };
        let refused = read_response(Secret::new(text), Wanted::Access, &expected);
        prop_assert!(refused.is_err());
        prop_assert!(id_token::read(&token, &expected).is_err());
    }
}
