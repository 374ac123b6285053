//! Before the claims: shape, header, algorithm, key, signature.

use super::*;
use crate::microsoft::testing::{OTHER_TENANT, encode, key, modulus, other_key, public_der, sign_with};
use aws_lc_rs::{
    hmac,
    signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256},
};

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
        for secret in [public_der(), modulus(), Vec::new()] {
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), message.as_bytes());
            let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag));
            assert_eq!(access(&token).unwrap_err(), expected);
        }
    }
}

#[test]
fn t3_t4_headers_with_keys_or_demands_are_refused() {
    let payload = access_claims(LOGIN).to_string();
    let n = URL_SAFE_NO_PAD.encode(modulus());
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
        let header = GOOD_HEADER.replace("one", other_issuer);
        let token = sign_with(key(), &RSA_PKCS1_SHA256, &header, &id_claims(LOGIN, PAGE).to_string());
        assert_eq!(identity(&token).unwrap_err(), Reason::KeyIssuer);
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
