//! Tokens that nobody thought of.

use super::*;
use proptest::prelude::*;

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
