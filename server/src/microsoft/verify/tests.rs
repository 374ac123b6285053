//! Hostile tokens: each check with the tokens that would pass without it (T1-T17; nonce, signature and issuer: A10).

mod believed;
mod claims;
mod properties;
mod signed;

use super::*;
use crate::microsoft::{
    http::Outbound,
    testing::{API, LOGIN, ManualClock, NOW, PAGE, TENANT, access_claims, id_claims, sign, verifier},
};
use serde_json::{Value, json};
use std::sync::OnceLock;

const GOOD_HEADER: &str = r#"{"typ":"JWT","alg":"RS256","kid":"one"}"#;
const NONCE: &str = "n-0S6_WzA2Mj";

/// A verifier that knows its keys and cannot reach anything: the outbound client is another authority's.
fn known() -> &'static Arc<Verifier> {
    static VERIFIER: OnceLock<Arc<Verifier>> = OnceLock::new();
    VERIFIER.get_or_init(|| {
        let nowhere = Authority::new("http://127.0.0.1:9", "http://127.0.0.1:9").unwrap();
        let outbound = Arc::new(Outbound::new(&nowhere, None, ManualClock::new()).unwrap());
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
