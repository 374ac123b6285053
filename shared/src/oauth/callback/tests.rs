use super::*;
use crate::oauth::encoding::push_pair;
use proptest::prelude::*;
use uuid::Uuid;

const TENANT: TenantId = TenantId(Uuid::from_u128(0x7d4f_0c62_9a1e_4b58_8c3d_51e0_f2a9_7b16));
const OTHER: TenantId = TenantId(Uuid::from_u128(0xb2c8_1d90_55a4_4f27_a1f3_0d9a_7e6b_2c18));

struct Tab {
    state: State,
    authority: Authority,
}

fn tab(seed: u8) -> Tab {
    Tab {
        state: State::from_random([seed; 32]),
        authority: Authority::parse("https://login.microsoftonline.com").unwrap(),
    }
}

fn expects(tab: &Tab) -> Expectation<'_> {
    Expectation { state: &tab.state, authority: &tab.authority, tenant: SignInTenant::Only(TENANT) }
}

fn answer(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        push_pair(&mut out, name, value);
    }
    out
}

fn refused(pairs: &[(&str, &str)]) -> CallbackError {
    check(&answer(pairs), &expects(&tab(1))).expect_err("refused")
}

#[test]
fn a_good_answer_gives_the_code_in_query_or_fragment() {
    let tab = tab(1);
    let text = answer(&[("code", "1.AX+/="), ("state", tab.state.expose()), ("session_state", "x")]);
    for form in [text.clone(), format!("?{text}"), format!("#{text}")] {
        let code = check(&form, &expects(&tab)).unwrap();
        assert_eq!(code.expose(), "1.AX+/=");
        assert!(!format!("{code:?}").contains("AX"), "B8: not printed");
    }
}

#[test]
fn b2_absent_foreign_replayed_or_altered_state_is_refused() {
    let (mine, other) = (tab(1), tab(2));
    assert_eq!(refused(&[("code", "c")]), CallbackError::StateMissing);
    let own = mine.state.expose();
    for foreign in ["", "x", other.state.expose(), &own[1..], &format!("{own}A"), &own.to_ascii_lowercase()] {
        assert_eq!(refused(&[("code", "c"), ("state", foreign)]), CallbackError::StateForeign, "{foreign}");
    }
}

#[test]
fn b2_an_error_without_our_state_is_not_believed_either() {
    let error = refused(&[("error", "access_denied"), ("error_description", "AADSTS65004: no"), ("state", "x")]);
    assert_eq!(error, CallbackError::StateForeign);
}

#[test]
fn b3_the_answers_of_two_tabs_do_not_cross() {
    let (one, two) = (tab(1), tab(2));
    let for_two = answer(&[("code", "two"), ("state", two.state.expose())]);
    assert_eq!(check(&for_two, &expects(&one)).err(), Some(CallbackError::StateForeign));
    assert!(check(&for_two, &expects(&two)).is_ok());
}

#[test]
fn b4_a_lying_issuer_is_refused_and_the_right_one_taken() {
    let tab = tab(1);
    let state = tab.state.expose();
    let with = |iss: &str, tenant| {
        check(&answer(&[("code", "c"), ("state", state), ("iss", iss)]), &Expectation { tenant, ..expects(&tab) }).err()
    };
    let right = tab.authority.issuer(TENANT);
    let elsewhere = tab.authority.issuer(OTHER);
    let only = SignInTenant::Only(TENANT);
    assert_eq!(with(&right, only), None);
    assert_eq!(with(&elsewhere, SignInTenant::Organizations), None);
    let sub = format!("https://login.microsoftonline.com.evil.example/{TENANT}/v2.0");
    for lie in ["", "https://evil.example", &sub, &elsewhere, &format!("{right}/"), &right.to_uppercase()] {
        assert_eq!(with(lie, only), Some(CallbackError::IssuerForeign), "{lie}");
        let is_a_tenant_of_ours = lie == elsewhere;
        assert_eq!(with(lie, SignInTenant::Organizations).is_none(), is_a_tenant_of_ours, "{lie}");
    }
    let template = "https://login.microsoftonline.com/{tenantid}/v2.0";
    assert_eq!(with(template, SignInTenant::Organizations), Some(CallbackError::IssuerForeign));
}

#[test]
fn repeated_parameters_are_refused_however_they_are_written() {
    let tab = tab(1);
    let state = tab.state.expose();
    for twice in [
        format!("code=a&state={state}&code=b"),
        format!("code=a&state={state}&state={state}"),
        format!("code=a&state={state}&%63ode=b"),
        format!("state={state}&error=x&error=y"),
        format!("code=a&state={state}&other=1&other=1"),
    ] {
        assert_eq!(check(&twice, &expects(&tab)).err(), Some(CallbackError::Repeated), "{twice}");
    }
}

#[test]
fn contradictory_empty_oversized_and_broken_answers_are_refused() {
    let tab = tab(1);
    let state = tab.state.expose();
    assert_eq!(refused(&[("state", state)]), CallbackError::Empty);
    assert_eq!(refused(&[("state", state), ("code", "")]), CallbackError::Empty);
    assert_eq!(refused(&[("state", state), ("code", "c"), ("error", "e")]), CallbackError::Contradictory);
    assert_eq!(refused(&[("state", state), ("code", &"c".repeat(LONGEST))]), CallbackError::TooLong);
    for token in ["access_token", "id_token", "refresh_token"] {
        assert_eq!(refused(&[("state", state), ("code", "c"), (token, "t")]), CallbackError::TokenInAnswer);
    }
    for broken in ["code=%zz", "code=%", "code=%FF&state=x"] {
        assert_eq!(check(broken, &expects(&tab)).err(), Some(CallbackError::Malformed), "{broken}");
    }
    for nothing in ["", "?", "#", "&&", "="] {
        assert_eq!(check(nothing, &expects(&tab)).err(), Some(CallbackError::StateMissing), "{nothing}");
    }
}

#[test]
fn j3_an_error_of_microsofts_is_read_out() {
    let tab = tab(1);
    let text = format!(
        "error=access_denied&error_subcode=cancel&state={}&error_description=AADSTS65004%3a+User+declined+to+consent.%0d%0aTrace+ID%3a+f3b94c10-88ed-4b0a-8e6f-1a7720c9d500%0d%0aCorrelation+ID%3a+6d0e8a53-2f7b-4c61-b0a9-3c55e1f8d947%0d%0aTimestamp%3a+2026-11-23+10%3a24%3a07Z",
        tab.state.expose()
    );
    let Err(CallbackError::Provider(error)) = check(&text, &expects(&tab)) else { panic!("an error of Microsoft's") };
    assert_eq!((error.error.as_str(), error.aadsts), ("access_denied", Some(65004)));
    assert!(error.is_declined() && error.trace_id.is_some() && error.correlation_id.is_some());
    assert_eq!(error.description, ["AADSTS65004: User declined to consent."]);
    assert_eq!(error.timestamp.as_deref(), Some("2026-11-23 10:24:07Z"));
}

#[test]
fn b7_the_consent_leg_yields_no_code() {
    let tab = tab(1);
    let granted = answer(&[("code", "never redeemed"), ("state", tab.state.expose())]);
    let outcome: Result<(), _> = check_consent(&granted, &expects(&tab));
    assert_eq!(outcome, Ok(()));
    assert_eq!(check_consent("code=c&state=x", &expects(&tab)), Err(CallbackError::StateForeign));
}

#[test]
fn admin_consent_true_is_no_success_when_an_error_comes_with_it() {
    let tab = tab(1);
    let state = tab.state.expose();
    let good = answer(&[("admin_consent", "True"), ("tenant", "forged"), ("state", state)]);
    assert_eq!(check_admin_consent(&good, &tab.state), Ok(()));
    let bad = answer(&[
        ("admin_consent", "True"),
        ("error", "consent_required"),
        ("error_description", "AADSTS65004: declined"),
        ("state", state),
    ]);
    let Err(CallbackError::Provider(error)) = check_admin_consent(&bad, &tab.state) else { panic!("an error") };
    assert!(error.is_declined());
    assert_eq!(check_admin_consent("admin_consent=True", &tab.state), Err(CallbackError::StateMissing));
    assert_eq!(check_admin_consent(&answer(&[("state", state)]), &tab.state), Err(CallbackError::Empty));
}

proptest! {
    #[test]
    fn any_answer_is_read_without_panic_and_never_gives_a_code(text in any::<String>()) {
        prop_assert!(check(&text, &expects(&tab(1))).is_err());
        prop_assert!(check_admin_consent(&text, &tab(1).state).is_err());
    }
}
