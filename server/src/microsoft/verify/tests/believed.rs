//! What is believed: good tokens, guests, names, the edges of time.

use super::*;
use crate::microsoft::testing::{OBJECT, OTHER_TENANT, key, sign_with};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;

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
