use super::*;
use crate::microsoft::{
    http::Outbound,
    testing::{
        API, LOGIN, ManualClock, NOW, OBJECT, OTHER_TENANT, PAGE, TENANT, access_claims, encode, id_claims, key,
        other_key, public_der, sign, sign_with, verifier,
    },
};
use aws_lc_rs::{
    hmac,
    signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use shared::id::PERSONAL_ACCOUNTS;
use std::sync::OnceLock;

const GOOD_HEADER: &str = r#"{"typ":"JWT","alg":"RS256","kid":"one"}"#;
const NONCE: &str = "n-0S6_WzA2Mj";

/// A verifier that knows its keys and cannot reach anything: the outbound client is another authority's.
fn known() -> &'static Arc<Verifier> {
    static VERIFIER: OnceLock<Arc<Verifier>> = OnceLock::new();
    VERIFIER.get_or_init(|| {
        let nowhere = Authority::new("http://127.0.0.1:9", "http://127.0.0.1:9").unwrap();
        let outbound = Arc::new(Outbound::new(&nowhere, None).unwrap());
        verifier(&Authority::new(LOGIN, LOGIN).unwrap(), outbound, ManualClock::new())
    })
}

fn wanted() -> AccessExpectation {
    AccessExpectation { tenant: TENANT, api: API, page: PAGE, now: Timestamp(NOW), max_age: MAX_AGE }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn access(token: &str) -> Result<VerifiedAccess, Reason> {
    run(known().verify_access_token(token, &wanted())).map_err(Refused::reason)
}

fn identity(token: &str) -> Result<VerifiedIdentity, Reason> {
    let expected =
        IdExpectation { tenant: Some(TENANT), client: PAGE, nonce: ExpectedNonce::Is(NONCE), now: Timestamp(NOW) };
    run(known().verify_id_token(token, &expected)).map_err(Refused::reason)
}

/// Access claims with one claim changed; `null` takes it out.
fn with(name: &str, value: Value) -> Value {
    let mut claims = access_claims(LOGIN);
    change(&mut claims, name, value);
    claims
}

fn id_with(name: &str, value: Value) -> Value {
    let mut claims = id_claims(LOGIN, PAGE);
    change(&mut claims, name, value);
    claims
}

fn change(claims: &mut Value, name: &str, value: Value) {
    let claims = claims.as_object_mut().unwrap();
    claims.remove(name);
    if !value.is_null() {
        claims.insert(name.to_owned(), value);
    }
}

fn refused(claims: &Value) -> Reason {
    access(&sign(claims)).expect_err(&claims.to_string())
}

#[test]
fn a_good_access_token_is_believed() {
    let mut claims = access_claims(LOGIN);
    change(&mut claims, "wids", json!(["62e90394-69f5-4237-9190-012177145e10"]));
    change(&mut claims, "scp", json!("access_as_user other"));
    let verified = access(&sign(&claims)).unwrap();
    assert_eq!((verified.tenant, verified.object), (TENANT, OBJECT));
    assert_eq!((verified.issued_at, verified.expires_at), (Timestamp(NOW - 10), Timestamp(NOW + 3600)));
    assert_eq!(verified.scopes, ["access_as_user", "other"]);
    assert_eq!(verified.uti.as_deref(), Some("abcDEF123"));
    assert_eq!(verified.wids.unwrap().len(), 1);
    assert!(!verified.guest);
    let typed = sign_with(key(), &RSA_PKCS1_SHA256, &GOOD_HEADER.replace("JWT", "at+jwt"), &claims.to_string());
    assert!(access(&typed).is_ok());
}

#[test]
fn a_good_id_token_is_believed() {
    let verified = identity(&sign(&id_claims(LOGIN, PAGE))).unwrap();
    assert_eq!((verified.tenant, verified.object), (TENANT, OBJECT));
    assert_eq!(verified.name.unwrap().as_str(), "Adele Vance");
    assert_eq!(verified.username.unwrap().as_str(), "adele@contoso.com");
    let any_tenant = IdExpectation { tenant: None, client: PAGE, nonce: ExpectedNonce::NotSent, now: Timestamp(NOW) };
    let token = sign(&id_with("nonce", Value::Null));
    assert_eq!(run(known().verify_id_token(&token, &any_tenant)).unwrap().tenant, TENANT);
}

#[test]
fn t1_a_token_with_every_fault_is_refused_for_its_signature() {
    let claims = json!({ "aud": 7, "iss": [], "exp": 0, "tid": "x" });
    let token = sign_with(other_key(), &RSA_PKCS1_SHA256, GOOD_HEADER, &claims.to_string());
    assert_eq!(access(&token).unwrap_err(), Reason::Signature);
    let good = sign(&access_claims(LOGIN));
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let swapped = format!("{header}.{}.{signature}", encode(&with("oid", json!(OTHER_TENANT)).to_string()));
    assert_eq!(access(&swapped).unwrap_err(), Reason::Signature);
}

#[test]
fn t2_other_algorithms_are_refused_however_they_are_signed() {
    let payload = access_claims(LOGIN).to_string();
    for algorithm in ["none", "None", "NONE", "nOnE", "", "HS256", "ES256", "PS256", "RS384", "RS512", "EdDSA", "rs256"]
    {
        let header = GOOD_HEADER.replace("RS256", algorithm);
        let unsigned = format!("{}.{}.", encode(&header), encode(&payload));
        let signed = sign_with(key(), &RSA_PKCS1_SHA256, &header, &payload);
        for token in [unsigned, signed] {
            assert_eq!(access(&token).unwrap_err(), Reason::Algorithm, "{algorithm}");
        }
    }
    let pss = sign_with(key(), &RSA_PSS_SHA256, GOOD_HEADER, &payload);
    let longer_hash = sign_with(key(), &RSA_PKCS1_SHA512, GOOD_HEADER, &payload);
    for token in [pss, longer_hash] {
        assert_eq!(access(&token).unwrap_err(), Reason::Signature);
    }
    for bad in ["7", "null", r#"["RS256"]"#, "{}"] {
        let header = GOOD_HEADER.replace(r#""RS256""#, bad);
        let token = sign_with(key(), &RSA_PKCS1_SHA256, &header, &payload);
        assert_eq!(access(&token).unwrap_err(), Reason::Algorithm, "{bad}");
    }
}

#[test]
fn t2_the_public_key_is_no_hmac_secret() {
    let payload = access_claims(LOGIN).to_string();
    for (algorithm, expected) in [("HS256", Reason::Algorithm), ("RS256", Reason::Signature)] {
        let header = GOOD_HEADER.replace("RS256", algorithm);
        let message = format!("{}.{}", encode(&header), encode(&payload));
        for secret in [public_der(), crate::microsoft::testing::modulus(), Vec::new()] {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), message.as_bytes());
            let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
            assert_eq!(access(&token).unwrap_err(), expected);
        }
    }
}

#[test]
fn t3_t4_headers_with_keys_or_demands_are_refused() {
    let payload = access_claims(LOGIN).to_string();
    let n = URL_SAFE_NO_PAD.encode(crate::microsoft::testing::modulus());
    let cases = [
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/cert")),
        ("jwk", json!({ "kty": "RSA", "n": n, "e": "AQAB" })),
        ("x5c", json!(["MIIC"])),
        ("x5c", json!(null)),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("crit", json!(["b64"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
    ];
    for (name, value) in cases {
        let mut header: Value = serde_json::from_str(GOOD_HEADER).unwrap();
        header[name] = value;
        let token = sign_with(key(), &RSA_PKCS1_SHA256, &header.to_string(), &payload);
        assert_eq!(access(&token).unwrap_err(), Reason::ForbiddenHeader, "{header}");
    }
}

#[test]
fn t3_only_the_named_key_of_the_configured_issuer_counts() {
    let payload = access_claims(LOGIN).to_string();
    let by = |kid: &str| {
        let header = json!({ "typ": "JWT", "alg": "RS256", "kid": kid });
        access(&sign_with(key(), &RSA_PKCS1_SHA256, &header.to_string(), &payload)).map(|_| ())
    };
    assert_eq!(by("one"), Ok(()));
    assert_eq!(by("ONE"), Err(Reason::UnknownKey));
    assert_eq!(by("unknown"), Err(Reason::UnknownKey));
    assert_eq!(by(""), Err(Reason::KeyId));
    assert_eq!(by(&"k".repeat(200)), Err(Reason::KeyId));
    for other_issuer in ["msa", "other", "elsewhere"] {
        assert_eq!(by(other_issuer), Err(Reason::KeyIssuer), "{other_issuer}");
    }
    for header in [r#"{"typ":"JWT","alg":"RS256"}"#, r#"{"typ":"JWT","alg":"RS256","kid":["one"]}"#] {
        let token = sign_with(key(), &RSA_PKCS1_SHA256, header, &payload);
        assert_eq!(access(&token).unwrap_err(), Reason::KeyId);
    }
}

#[test]
fn t4_the_type_must_be_a_jwt() {
    let payload = access_claims(LOGIN).to_string();
    for bad in [r#""jwt""#, r#""JWE""#, r#""dpop+jwt""#, r#""application/at+jwt""#, "null", "7", r#"["JWT"]"#, r#""""#]
    {
        let header = GOOD_HEADER.replace(r#""JWT""#, bad);
        let token = sign_with(key(), &RSA_PKCS1_SHA256, &header, &payload);
        assert_eq!(access(&token).unwrap_err(), Reason::Type, "{bad}");
    }
    let absent = sign_with(key(), &RSA_PKCS1_SHA256, r#"{"alg":"RS256","kid":"one"}"#, &payload);
    assert_eq!(access(&absent).unwrap_err(), Reason::Type);
    let id_payload = id_claims(LOGIN, PAGE).to_string();
    let token = sign_with(key(), &RSA_PKCS1_SHA256, &GOOD_HEADER.replace("JWT", "at+jwt"), &id_payload);
    assert_eq!(identity(&token).unwrap_err(), Reason::Type);
}

#[test]
fn t5_every_required_claim_is_required_and_has_one_type() {
    for name in ["exp", "nbf", "iat", "iss", "aud", "tid", "oid", "scp", "azp", "ver", "sub"] {
        assert_eq!(refused(&with(name, Value::Null)), Reason::Missing(name));
        let good = access_claims(LOGIN)[name].clone();
        let text = good.as_str().map_or_else(|| good.to_string(), str::to_owned);
        for bad in [json!([good]), json!({ "0": good }), json!(true), json!(1.5), json!(null), json!([[good]])] {
            let mut claims = access_claims(LOGIN);
            claims[name] = bad;
            assert_eq!(refused(&claims), Reason::WrongType(name), "{claims}");
        }
        if good.is_number() {
            for bad in [json!(text), json!(-1), json!(u64::MAX), json!(1i64 << 41)] {
                assert_eq!(refused(&with(name, bad)), Reason::WrongType(name), "{name}");
            }
        } else {
            assert_eq!(refused(&with(name, json!(7))), Reason::WrongType(name), "{name}");
        }
    }
    for name in ["exp", "nbf", "iat", "iss", "aud", "tid", "oid", "nonce", "ver", "sub"] {
        let token = sign(&id_with(name, Value::Null));
        assert_eq!(identity(&token).unwrap_err(), Reason::Missing(name));
        let token = sign(&id_with(name, json!([id_claims(LOGIN, PAGE)[name]])));
        assert_eq!(identity(&token).unwrap_err(), Reason::WrongType(name));
    }
}

#[test]
fn t5_times_as_strings_are_refused() {
    for name in ["exp", "nbf", "iat"] {
        let text = access_claims(LOGIN)[name].to_string();
        assert_eq!(refused(&with(name, json!(text))), Reason::WrongType(name));
    }
}

#[test]
fn t5_claims_and_headers_written_twice_are_refused() {
    let good = access_claims(LOGIN).to_string();
    for name in ["exp", "iss", "aud", "tid", "oid", "scp", "azp", "ver", "name"] {
        let value = &access_claims(LOGIN)[name];
        let twice =
            [format!("{{\"{name}\":{value},{}", &good[1..]), good.replace('}', &format!(",\"{name}\":{value}}}"))];
        for payload in twice {
            let token = sign_with(key(), &RSA_PKCS1_SHA256, GOOD_HEADER, &payload);
            assert_eq!(access(&token).unwrap_err(), Reason::Json, "{payload}");
        }
    }
    for header in [
        r#"{"typ":"JWT","alg":"none","alg":"RS256","kid":"one"}"#,
        r#"{"typ":"JWT","alg":"RS256","kid":"two","kid":"one"}"#,
        r#"{"typ":"JWT","alg":"RS256","kid":"one","x":1,"x":1}"#,
    ] {
        let token = sign_with(key(), &RSA_PKCS1_SHA256, header, &good);
        assert_eq!(access(&token).unwrap_err(), Reason::Json, "{header}");
    }
}

#[test]
fn t6_the_issuer_is_the_template_filled_with_the_tenant() {
    let good = format!("{LOGIN}/{TENANT}/v2.0");
    for bad in [
        format!("{LOGIN}/{OTHER_TENANT}/v2.0"),
        format!("{LOGIN}/{TENANT}/v2.0/"),
        format!("{LOGIN}/{TENANT}"),
        format!("{LOGIN}/{{tenantid}}/v2.0"),
        format!("https://sts.windows.net/{TENANT}/"),
        format!("https://evil.example/{good}"),
        format!("{good}.evil.example"),
        good.to_uppercase(),
        good.replace("https", "http"),
        String::new(),
    ] {
        assert_eq!(refused(&with("iss", json!(bad))), Reason::Issuer, "{bad}");
    }
    assert_eq!(refused(&with("iss", json!([good, "https://evil.example"]))), Reason::WrongType("iss"));
}

#[test]
fn t6_the_tenant_is_a_guid_and_the_bound_one() {
    for bad in
        ["contoso.com", "", "common", "{0190a0b1-2c3d-4e4f-8a9b-0c1d2e3f4a5b}", "0190a0b12c3d4e4f8a9b0c1d2e3f4a5b"]
    {
        assert_eq!(refused(&with("tid", json!(bad))), Reason::WrongType("tid"), "{bad}");
    }
    let mut other = with("tid", json!(OTHER_TENANT));
    assert_eq!(refused(&other), Reason::Issuer);
    other["iss"] = json!(format!("{LOGIN}/{OTHER_TENANT}/v2.0"));
    assert_eq!(refused(&other), Reason::Tenant);
}

#[test]
fn t6_personal_accounts_are_refused_wherever_they_come() {
    let header = GOOD_HEADER.replace("one", "msa");
    let personal = |mut claims: Value| {
        claims["tid"] = json!(PERSONAL_ACCOUNTS);
        claims["iss"] = json!(format!("{LOGIN}/{PERSONAL_ACCOUNTS}/v2.0"));
        sign_with(key(), &RSA_PKCS1_SHA256, &header, &claims.to_string())
    };
    let expected = AccessExpectation { tenant: PERSONAL_ACCOUNTS, ..wanted() };
    let refusal = run(known().verify_access_token(&personal(access_claims(LOGIN)), &expected)).unwrap_err();
    assert_eq!(refusal.reason(), Reason::PersonalAccount);
    for tenant in [None, Some(PERSONAL_ACCOUNTS)] {
        let expected = IdExpectation { tenant, client: PAGE, nonce: ExpectedNonce::Is(NONCE), now: Timestamp(NOW) };
        let refusal = run(known().verify_id_token(&personal(id_claims(LOGIN, PAGE)), &expected)).unwrap_err();
        assert_eq!(refusal.reason(), Reason::PersonalAccount);
    }
}

#[test]
fn t7_the_audience_is_our_api_and_nothing_else() {
    for bad in [json!(PAGE), json!(format!("api://{API}")), json!(API.to_string().to_uppercase()), json!("")] {
        assert_eq!(refused(&with("aud", bad)), Reason::Audience);
    }
    for bad in [json!([API]), json!([API, PAGE]), json!([PAGE, API]), json!({ "aud": API })] {
        assert_eq!(refused(&with("aud", bad)), Reason::WrongType("aud"));
    }
}

#[test]
fn t8_an_id_token_is_no_access_token_nor_the_other_way_about() {
    let mut id_for_api = id_claims(LOGIN, API);
    id_for_api["azp"] = json!(PAGE);
    assert_eq!(refused(&id_for_api), Reason::WrongKind);
    assert_eq!(refused(&with("nonce", json!(NONCE))), Reason::WrongKind);
    id_for_api.as_object_mut().unwrap().remove("nonce");
    assert_eq!(refused(&id_for_api), Reason::Missing("scp"));
    for empty in ["", " ", "   "] {
        assert_eq!(refused(&with("scp", json!(empty))), Reason::WrongType("scp"));
    }
    let mut access_for_page = access_claims(LOGIN);
    access_for_page["aud"] = json!(PAGE);
    access_for_page["nonce"] = json!(NONCE);
    assert_eq!(identity(&sign(&access_for_page)).unwrap_err(), Reason::WrongKind);
}

#[test]
fn t8_the_nonce_is_the_one_that_we_made() {
    for bad in ["", "n-0S6_WzA2M", "n-0S6_WzA2Mjj", "N-0S6_WzA2Mj"] {
        assert_eq!(identity(&sign(&id_with("nonce", json!(bad)))).unwrap_err(), Reason::Nonce);
    }
    let unset = IdExpectation { tenant: None, client: PAGE, nonce: ExpectedNonce::Is(""), now: Timestamp(NOW) };
    let token = sign(&id_with("nonce", json!("")));
    assert_eq!(run(known().verify_id_token(&token, &unset)).unwrap_err().reason(), Reason::Nonce);
}

#[test]
fn t9_other_pages_and_tokens_without_a_user_are_refused() {
    for bad in [json!(API), json!(""), json!(PAGE.to_string().to_uppercase())] {
        assert_eq!(refused(&with("azp", bad)), Reason::Application);
    }
    for bad in ["app", "App", "device", ""] {
        assert_eq!(refused(&with("idtyp", json!(bad))), Reason::AppOnly, "{bad}");
    }
    assert_eq!(refused(&with("idtyp", json!(["user"]))), Reason::WrongType("idtyp"));
    assert!(access(&sign(&with("idtyp", json!("user")))).is_ok());
    let mut app_only = with("scp", Value::Null);
    app_only["roles"] = json!(["Everything.ReadWrite"]);
    assert_eq!(refused(&app_only), Reason::Missing("scp"));
    for bad in ["1.0", "2", "", "2.0 "] {
        assert_eq!(refused(&with("ver", json!(bad))), Reason::Version);
    }
}

#[test]
fn t10_names_decide_nothing_and_are_made_harmless() {
    let mut claims = id_claims(LOGIN, PAGE);
    claims["name"] = json!(format!("A\u{0}d\ne\u{1b}le{}", "x".repeat(500)));
    claims["preferred_username"] = json!("admin@other-tenant.example");
    claims["email"] = json!("admin@other-tenant.example");
    let verified = identity(&sign(&claims)).unwrap();
    assert_eq!((verified.tenant, verified.object), (TENANT, OBJECT));
    let name = verified.name.clone().unwrap();
    assert!(name.as_str().starts_with("Adelexx") && name.as_str().chars().count() == 200);
    assert!(!format!("{verified:?}").contains("Adele"));
    for absent in ["name", "preferred_username"] {
        assert!(identity(&sign(&id_with(absent, Value::Null))).is_ok());
    }
}

#[test]
fn guests_are_flagged() {
    let home = format!("{LOGIN}/{TENANT}/v2.0");
    let cases = [
        ("acct", json!(0), Ok(false)),
        ("acct", json!(1), Ok(true)),
        ("acct", json!(2), Err(Reason::WrongType("acct"))),
        ("acct", json!("1"), Err(Reason::WrongType("acct"))),
        ("acct", json!(true), Err(Reason::WrongType("acct"))),
        ("idp", json!(home), Ok(false)),
        ("idp", json!(format!("https://sts.windows.net/{TENANT}/")), Ok(false)),
        ("idp", json!(format!("https://sts.windows.net/{OTHER_TENANT}/")), Ok(true)),
        ("idp", json!("live.com"), Ok(true)),
        ("idp", json!(""), Ok(true)),
        ("idp", json!([home]), Err(Reason::WrongType("idp"))),
    ];
    for (name, value, expected) in cases {
        assert_eq!(access(&sign(&with(name, value.clone()))).map(|verified| verified.guest), expected, "{value}");
        assert_eq!(identity(&sign(&id_with(name, value.clone()))).map(|verified| verified.guest), expected, "{value}");
    }
}

#[test]
fn t11_sixty_seconds_between_clocks_and_thirty_minutes_of_age() {
    let cases = [
        ("exp", NOW - 59, None),
        ("exp", NOW - 60, Some(Reason::Expired)),
        ("nbf", NOW + 60, None),
        ("nbf", NOW + 61, Some(Reason::NotYet)),
        ("iat", NOW + 60, None),
        ("iat", NOW + 61, Some(Reason::FromTheFuture)),
        ("iat", NOW - 1800, None),
        ("iat", NOW - 1801, Some(Reason::TooOld)),
    ];
    for (name, value, expected) in cases {
        assert_eq!(access(&sign(&with(name, json!(value)))).err(), expected, "{name} {value}");
        assert_eq!(identity(&sign(&id_with(name, json!(value)))).err(), expected, "{name} {value}");
    }
    let authority = Authority::new(LOGIN, LOGIN).unwrap();
    let keys = || known().keys.clone();
    let expires = |seconds: i64| sign(&with("exp", json!(NOW - seconds)));
    for (asked, allowed) in [(0, 0), (90, 90), (120, 120), (100_000, 120), (-5, 0)] {
        let verifier = Verifier::new(authority.clone(), keys()).with_skew(asked);
        assert!(run(verifier.verify_access_token(&expires(allowed - 1), &wanted())).is_ok());
        assert!(run(verifier.verify_access_token(&expires(allowed), &wanted())).is_err());
    }
}

#[test]
fn t16_long_deep_and_misshapen_tokens_are_refused_before_cryptography() {
    let long = sign(&with("filler", json!("x".repeat(TOKEN_LIMIT))));
    assert_eq!(access(&long).unwrap_err(), Reason::TooLong);
    let header = format!(r#"{{"typ":"JWT","alg":"RS256","kid":"one","x":"{}"}}"#, "x".repeat(1000));
    assert_eq!(access(&format!("{}.e30.AA", encode(&header))).unwrap_err(), Reason::TooLong);
    let good = sign(&access_claims(LOGIN));
    let parts: Vec<_> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!() };
    for bad in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        ".".repeat(16_000),
        format!("{header}.{payload}"),
        format!("{good}."),
        format!("{good}.{signature}"),
        format!(".{good}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header} .{payload}.{signature}"),
        format!("Bearer {good}"),
        format!("{good}\n"),
        format!("{header}.{payload}.{signature}="),
        format!("{header}.{payload}.AA"),
        format!("{header}.{payload}."),
        format!("é{good}"),
    ] {
        assert!(access(&bad).is_err(), "{bad}");
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(2000), "]".repeat(2000));
    assert_eq!(access(&sign_with(key(), &RSA_PKCS1_SHA256, GOOD_HEADER, &deep)).unwrap_err(), Reason::Json);
    let token = format!("{}.{payload}.{signature}", encode(&deep[..700]));
    assert_eq!(access(&token).unwrap_err(), Reason::Json);
    for payload in ["[]", "null", "7", "", "{", "{}{}"] {
        let token = sign_with(key(), &RSA_PKCS1_SHA256, GOOD_HEADER, payload);
        assert_eq!(access(&token).unwrap_err(), Reason::Json, "{payload}");
    }
}

#[test]
fn t17_all_refusals_look_the_same_and_show_no_token_text() {
    let tokens = ["x".to_owned(), sign(&with("aud", json!(PAGE))), sign(&with("exp", json!(1))), "a.b.c".to_owned()];
    for token in tokens {
        let refusal = run(known().verify_access_token(&token, &wanted())).unwrap_err();
        assert_eq!(refusal.to_string(), "the token was not accepted");
        assert!(token.len() < 4 || !format!("{refusal:?}").contains(&token[..4]));
    }
}

/// A JSON value of any type.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |float| serde_json::Number::from_f64(float).map(Value::from)),
        "\\PC{0,40}".prop_map(Value::from),
        Just(json!(NOW)),
        Just(json!(NOW.to_string())),
        Just(json!(TENANT)),
        Just(json!(API)),
        Just(json!("2.0")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map("[a-z]{1,6}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn t5_a_token_with_changed_claims_is_believed_only_if_nothing_that_matters_changed(
        changes in proptest::collection::vec(
            (proptest::sample::select(vec!["exp", "nbf", "iat", "iss", "aud", "tid", "oid", "scp", "azp", "ver", "sub"]), any_value()),
            1..3,
        ),
    ) {
        let good = access_claims(LOGIN);
        let mut claims = good.clone();
        for (name, value) in &changes {
            claims[*name] = value.clone();
        }
        if let Ok(verified) = access(&sign(&claims)) {
            for name in ["iss", "aud", "tid", "azp", "ver"] {
                prop_assert_eq!(&claims[name], &good[name]);
            }
            prop_assert_eq!(json!(verified.object.to_string()), claims["oid"].clone());
            for name in ["exp", "nbf", "iat"] {
                prop_assert!(claims[name].is_i64() || claims[name].is_u64());
            }
            prop_assert!(claims["scp"].as_str().is_some_and(|scopes| !scopes.trim_matches(' ').is_empty()));
        }
    }

    #[test]
    fn t16_no_text_makes_the_verifier_stumble(text in "\\PC{0,300}", dots in 0..5usize) {
        let token = vec![text; dots + 1].join(".");
        prop_assert!(access(&token).is_err());
    }

    #[test]
    fn t1_no_changed_byte_goes_unnoticed(position in any::<proptest::sample::Index>(), replacement in "[A-Za-z0-9_.-]") {
        let mut token = sign(&access_claims(LOGIN));
        let position = position.index(token.len());
        if token[position..=position] != replacement {
            token.replace_range(position..=position, &replacement);
            prop_assert!(access(&token).is_err());
        }
    }
}
