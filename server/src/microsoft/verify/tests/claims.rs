//! Claims that are absent, of another type, or another value.

use super::*;
use crate::microsoft::testing::{OTHER_TENANT, key, sign_with};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use shared::id::PERSONAL_ACCOUNTS;

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
