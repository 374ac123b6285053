//! Certificates of applications: the whole list by `PATCH`, one at a time by `addKey` with proof of possession.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use super::applications::{edit, find};
use super::error::GraphError;
use super::write::{ADMINISTRATORS, Change, Done, Selector};
use crate::clock::{from_iso, iso_timestamp};
use crate::jose::{Jws, base64, hex, sha1};
use crate::random;
use crate::registrations::{KeyCredential, Registration};
use crate::scenario::AppManagement;
use crate::state::State;

/// `aud` of a proof.
const PROOF_AUDIENCE: &str = "00000002-0000-0000-c000-000000000000";
const DAY_MILLIS: i64 = 86_400_000;

/// One credential as Graph shows it.
pub(super) fn describe(key: &KeyCredential, with_bytes: bool) -> Value {
    json!({
        "keyId": key.key_id,
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "displayName": key.display_name,
        "customKeyIdentifier": hex(sha1(&key.der).as_ref()).to_ascii_uppercase(),
        "startDateTime": iso_timestamp(key.start_millis),
        "endDateTime": iso_timestamp(key.end_millis),
        "key": with_bytes.then(|| base64(&key.der)),
    })
}

/// Client secrets as Graph shows them: never the values.
pub(super) fn describe_passwords(passwords: &[(Uuid, String)]) -> Vec<Value> {
    let one = |(id, secret): &(Uuid, String)| json!({ "keyId": id, "hint": secret.get(..3), "secretText": null });
    passwords.iter().map(one).collect()
}

/// A new client secret, where the tenant's policy allows one.
pub(super) fn new_password(policy: AppManagement) -> Result<(Uuid, String), GraphError> {
    if policy.no_passwords { Err(not_allowed()) } else { Ok((random::guid(), random::token())) }
}

/// Reads the list of a `PATCH`: an entry without bytes keeps the credential it names; what is not named is gone.
pub(super) fn replace(
    before: &[KeyCredential],
    list: &Value,
    policy: AppManagement,
    now: i64,
) -> Result<Vec<KeyCredential>, GraphError> {
    let entries = list.as_array().ok_or_else(|| GraphError::bad_request("Invalid value for 'keyCredentials'."))?;
    entries.iter().map(|entry| one(before, entry, policy, now)).collect()
}

/// One entry: only a whole X.509 certificate with a strong enough public key, never anything with a private one.
fn one(before: &[KeyCredential], entry: &Value, policy: AppManagement, now: i64) -> Result<KeyCredential, GraphError> {
    let given = entry.get("keyId").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
    if entry.get("key").is_none_or(Value::is_null) {
        let kept = before.iter().find(|known| Some(known.key_id) == given).cloned();
        return kept.ok_or_else(|| GraphError::bad_request("The value for the property 'key' is required."));
    }
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    if text("type") != Some("AsymmetricX509Cert") || text("usage") != Some("Verify") {
        return Err(GraphError::bad_request("Invalid type or usage of the key credential."));
    }
    let der = text("key").and_then(crate::jose::from_base64).unwrap_or_default();
    let (rest, certificate) = X509Certificate::from_der(&der)
        .map_err(|_| GraphError::bad_request("Key credential does not contain a valid certificate."))?;
    if !rest.is_empty() {
        return Err(GraphError::bad_request("Key credential does not contain a valid certificate."));
    }
    if !is_strong_rsa(&certificate) {
        return Err(GraphError::bad_request("Key credential does not contain an RSA key of 2048 bits or more."));
    }
    let validity = certificate.validity();
    let bounds = (validity.not_before.timestamp() * 1000, validity.not_after.timestamp() * 1000);
    let (start_millis, end_millis) = asked_validity(entry, bounds)?;
    check_policy(policy, end_millis.saturating_sub(start_millis), certificate.issuer() == certificate.subject())?;
    Ok(KeyCredential {
        key_id: given.unwrap_or_else(random::guid),
        display_name: text("displayName").map(str::to_owned),
        start_millis,
        end_millis,
        der,
        added_millis: now,
    })
}

fn is_strong_rsa(certificate: &X509Certificate<'_>) -> bool {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => key.key_size() >= 2048,
        _ => false,
    }
}

/// `startDateTime` and `endDateTime` may narrow the certificate's own validity, never widen it.
fn asked_validity(entry: &Value, (not_before, not_after): (i64, i64)) -> Result<(i64, i64), GraphError> {
    let read = |name: &str| match entry.get(name).and_then(Value::as_str) {
        None => Ok(None),
        Some(text) => from_iso(text)
            .map(Some)
            .ok_or_else(|| GraphError::bad_request(format!("Invalid value for property '{name}'."))),
    };
    let start = read("startDateTime")?.unwrap_or(not_before);
    let end = read("endDateTime")?.unwrap_or(not_after);
    if start < not_before || end > not_after || end <= start {
        let message = "Key credential end date is invalid.";
        return Err(GraphError::new(StatusCode::BAD_REQUEST, "KeyCredentialsInvalidEndDate", message));
    }
    Ok((start, end))
}

fn check_policy(policy: AppManagement, lifetime_millis: i64, self_signed: bool) -> Result<(), GraphError> {
    let refuse = |code, message| Err(GraphError::new(StatusCode::BAD_REQUEST, code, message));
    if policy.no_certificates || (policy.trusted_authorities_only && self_signed) {
        return Err(not_allowed());
    }
    match policy.most_certificate_days {
        Some(days) if lifetime_millis > days.saturating_mul(DAY_MILLIS) => {
            let message = "Credential lifetime exceeds the max value allowed as per assigned policy.";
            refuse("CredentialInvalidLifetimeAsPerAppPolicy", message)
        }
        _ => Ok(()),
    }
}

/// `addKey`, `removeKey`, `addPassword`.
pub(super) fn call(state: &mut State, change: &Change<'_>, selector: &Selector, name: &str) -> Done {
    let bearer = change.call.bearer;
    let own = |known: &Registration| bearer.is_app && known.app_id == bearer.app_id;
    let registration = match find(state, change.call, selector) {
        Ok(registration) if own(&registration) => registration,
        found => {
            change.check(state, &["Application.ReadWrite.All", "Directory.ReadWrite.All"], &ADMINISTRATORS)?;
            found?
        }
    };
    let policy = state.tenant(registration.tid).map(|tenant| tenant.policies.app_management).unwrap_or_default();
    if name == "addPassword" {
        let (id, secret) = new_password(policy)?;
        edit(state, registration.id, |known| known.passwords.push((id, secret.clone())));
        return Ok((StatusCode::OK, json!({ "keyId": id, "secretText": secret })));
    }
    check_proof(state, &registration, change)?;
    if name == "removeKey" {
        let id = change.need_id("keyId")?;
        if registration.keys.iter().all(|key| key.key_id != id) {
            return Err(GraphError::bad_request(format!("No credentials found to be removed with key id '{id}'.")));
        }
        edit(state, registration.id, |known| known.keys.retain(|key| key.key_id != id));
        return Ok((StatusCode::NO_CONTENT, Value::Null));
    }
    let entry = change.body.get("keyCredential").cloned().unwrap_or_default();
    let key = one(&[], &entry, policy, change.call.now)?;
    let shown = describe(&key, false);
    edit(state, registration.id, |known| known.keys.push(key));
    Ok((StatusCode::OK, shown))
}

/// A policy of the tenant forbids this kind of credential.
fn not_allowed() -> GraphError {
    let message = "Credential type not allowed as per assigned policy.";
    GraphError::new(StatusCode::BAD_REQUEST, "CredentialTypeNotAllowedAsPerAppPolicy", message)
}

/// The proof: a token signed with a certificate that is registered and valid now, naming the object.
fn check_proof(state: &State, registration: &Registration, change: &Change<'_>) -> Result<(), GraphError> {
    let refuse = || {
        let message = "Access Token missing or malformed.";
        GraphError::new(StatusCode::UNAUTHORIZED, "Authentication_MissingOrMalformed", message)
    };
    let text = change.need("proof")?;
    let proof = (!text.contains('=')).then(|| Jws::parse(text)).flatten().ok_or_else(refuse)?;
    let principal = state.service_principal(registration.tid, registration.app_id).map(|principal| principal.id);
    let issuer = proof.claim("iss").and_then(|id| Uuid::parse_str(id).ok());
    let named = issuer == Some(registration.id) || (issuer.is_some() && issuer == principal);
    let now = change.call.now;
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double exactly")]
    let seconds = (now / 1000) as f64;
    let times = proof.time("nbf").zip(proof.time("exp"));
    let timely = times.is_some_and(|(begin, end)| begin - 300.0 <= seconds && seconds < end && end - begin <= 600.5);
    let signed = proof.algorithm().is_some_and(|algorithm| {
        let valid = registration.keys.iter().filter(|key| key.start_millis <= now && now < key.end_millis);
        valid.into_iter().any(|key| {
            X509Certificate::from_der(&key.der).is_ok_and(|(_, certificate)| {
                proof.is_signed_by(algorithm, certificate.public_key().subject_public_key.data.as_ref())
            })
        })
    });
    let audience = proof.claim("aud") == Some(PROOF_AUDIENCE);
    if named && timely && signed && audience { Ok(()) } else { Err(refuse()) }
}
