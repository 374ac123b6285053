//! The tokens themselves: claims as Microsoft writes them, and the deliberate mistakes.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::TokenRequest;
use super::client::Proof;
use super::issue::Origin;
use crate::authorize::opaque_hint;
use crate::jose::{Jws, base64url, from_base64url, sha256};
use crate::keys::SignatureKind;
use crate::misbehaviour::{Misbehaviour, Spoils};
use crate::people::{Identity, SignIn};
use crate::random;
use crate::resources::ScopeRequest;
use crate::scenario::Application;
use crate::state::State;

/// Tokens claim to be five minutes old, as Microsoft's do.
const BACKDATED: i64 = 300;

/// Who a token is about, and under which address it is issued.
pub(super) struct Subject<'a> {
    pub(super) identity: &'a Identity,
    pub(super) sign_in: &'a SignIn,
    pub(super) origin: Origin,
    pub(super) base: &'a str,
    /// Milliseconds.
    pub(super) now: i64,
}

/// The pairwise subject of a person at an application.
fn pairwise(application: Uuid, identity: &Identity) -> String {
    let parts = [application.as_bytes().as_slice(), identity.tid.as_bytes(), identity.oid.as_bytes()].concat();
    base64url(sha256(parts))
}

/// Microsoft's `aio` is opaque to everybody but the service; here it carries what the sign-in proved.
fn private(sign_in: &SignIn) -> String {
    base64url(json!(sign_in).to_string())
}

/// What the sign-in behind one of our access tokens proved.
pub(super) fn read_private(token: &Jws) -> Option<SignIn> {
    serde_json::from_slice(&from_base64url(token.claim("aio")?)?).ok()
}

fn times(claims: &mut Map<String, Value>, now: i64, lifetime: i64) {
    let issued = now / 1000 - BACKDATED;
    claims.insert("iat".to_owned(), json!(issued));
    claims.insert("nbf".to_owned(), json!(issued));
    claims.insert("exp".to_owned(), json!(now / 1000 + lifetime));
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(members) = value { members } else { Map::new() }
}

fn add_optional(claims: &mut Map<String, Value>, wanted: &[String], identity: &Identity, sign_in: &SignIn) {
    for name in wanted {
        let value = match name.as_str() {
            "acct" => json!(u8::from(identity.is_guest())),
            "login_hint" => json!(opaque_hint(identity.home_tid, identity.home_oid)),
            "sid" => json!(sign_in.sid),
            "upn" | "email" => json!(identity.username),
            "auth_time" => json!(sign_in.auth_millis / 1000),
            "xms_cc" if sign_in.cp1 => json!(["CP1"]),
            _ => continue,
        };
        claims.insert(name.clone(), value);
    }
}

fn add_wids(claims: &mut Map<String, Value>, application: &Application, identity: &Identity) {
    if matches!(application.group_membership_claims.as_deref(), Some("All" | "DirectoryRole")) {
        // Microsoft adds the marker of an ordinary member to every list.
        let member = Uuid::from_u128(0xb79f_bf4d_3ef9_4689_8143_76b1_94e8_5509);
        let wids: Vec<Uuid> = identity.roles.iter().copied().chain([member]).collect();
        claims.insert("wids".to_owned(), json!(wids));
    }
}

/// The ID token.
pub(super) fn id_token(
    state: &mut State,
    subject: &Subject<'_>,
    client: &Application,
    scope: &ScopeRequest,
    nonce: Option<&str>,
) -> String {
    let identity = subject.identity;
    let mut claims = object(json!({
        "aud": client.client_id,
        "iss": format!("{}/{}/v2.0", subject.base, identity.tid),
        "aio": random::token(),
        "rh": format!("1.{}", random::uti()),
        "sub": pairwise(client.client_id, identity),
        "tid": identity.tid,
        "uti": random::uti(),
        "ver": "2.0",
    }));
    times(&mut claims, subject.now, 3600);
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    if let Some(nonce) = nonce {
        add("nonce", json!(nonce));
    }
    if scope.has("profile") {
        add("oid", json!(identity.oid));
        add("name", json!(identity.display_name));
        add("preferred_username", json!(identity.username));
    }
    if scope.has("email") {
        add("email", json!(identity.username));
    }
    if identity.is_guest() {
        add("idp", json!(identity.identity_provider()));
    }
    add_optional(&mut claims, &client.optional_claims.id_token, identity, subject.sign_in);
    add_wids(&mut claims, client, identity);
    finish(state, claims, subject.origin, Spoils::Id, false)
}

/// A person's access token.
#[expect(clippy::too_many_arguments, reason = "each one is a separate fact of the token")]
pub(super) fn access_token(
    state: &mut State,
    subject: &Subject<'_>,
    client: &Application,
    proof: Proof,
    api: &Application,
    asked_name: &str,
    granted: &BTreeSet<String>,
    lifetime: i64,
) -> String {
    let identity = subject.identity;
    let scp = granted.iter().filter(|scope| *scope != "offline_access").cloned().collect::<Vec<_>>().join(" ");
    let old = api.requested_access_token_version != 2;
    let mut claims = object(json!({
        "aio": private(subject.sign_in),
        "name": identity.display_name,
        "oid": identity.oid,
        "rh": format!("1.{}", random::uti()),
        "scp": scp,
        "sub": pairwise(api.client_id, identity),
        "tid": identity.tid,
        "uti": random::uti(),
    }));
    times(&mut claims, subject.now, lifetime);
    let version = if old {
        let domain = state.tenant(identity.tid).map_or_else(String::new, |tenant| tenant.default_domain.clone());
        json!({
            "aud": audience(api, asked_name),
            "iss": format!("https://sts.windows.net/{}/", identity.tid),
            "appid": client.client_id,
            "appidacr": proof.context(),
            "app_displayname": client.display_name,
            "amr": if subject.sign_in.mfa { json!(["pwd", "mfa"]) } else { json!(["pwd"]) },
            "unique_name": identity.username,
            "upn": identity.principal_name(&domain),
            "idtyp": "user",
            "ver": "1.0",
        })
    } else {
        json!({
            "aud": api.client_id,
            "iss": format!("{}/{}/v2.0", subject.base, identity.tid),
            "azp": client.client_id,
            "azpacr": proof.context(),
            "preferred_username": identity.username,
            "ver": "2.0",
        })
    };
    claims.extend(object(version));
    if identity.is_guest() {
        claims.insert("idp".to_owned(), json!(identity.identity_provider()));
    }
    if old && subject.sign_in.cp1 {
        claims.insert("xms_cc".to_owned(), json!(["CP1"]));
    }
    add_optional(&mut claims, &api.optional_claims.access_token, identity, subject.sign_in);
    add_wids(&mut claims, api, identity);
    finish(state, claims, subject.origin, Spoils::Access, api.first_party)
}

/// An application's own access token.
pub(super) fn application_token(
    state: &mut State,
    request: &TokenRequest<'_>,
    api: &Application,
    asked_name: &str,
    principal: Uuid,
    tid: Uuid,
    proof: Proof,
) -> String {
    let client = &request.client;
    let roles = state.roles_in_token(tid, client.client_id, api.client_id, request.now);
    let mut claims = object(json!({
        "aio": random::token(),
        "idp": format!("https://sts.windows.net/{tid}/"),
        "oid": principal,
        "rh": format!("1.{}", random::uti()),
        "sub": principal,
        "tid": tid,
        "uti": random::uti(),
    }));
    times(&mut claims, request.now, state.switches.access_token_seconds);
    let version = if api.requested_access_token_version == 2 {
        json!({
            "aud": api.client_id,
            "iss": format!("{}/{tid}/v2.0", request.base),
            "azp": client.client_id,
            "azpacr": proof.context(),
            "ver": "2.0",
        })
    } else {
        json!({
            "aud": audience(api, asked_name),
            "iss": format!("https://sts.windows.net/{tid}/"),
            "appid": client.client_id,
            "appidacr": proof.context(),
            "app_displayname": client.display_name,
            "idtyp": "app",
            "ver": "1.0",
        })
    };
    claims.extend(object(version));
    if !roles.is_empty() {
        claims.insert("roles".to_owned(), json!(roles));
    }
    if api.optional_claims.access_token.iter().any(|name| name == "idtyp") {
        claims.insert("idtyp".to_owned(), json!("app"));
    }
    finish(state, claims, Origin::Code, Spoils::Access, api.first_party)
}

/// Version 1 audiences are named as the request named the API.
fn audience(api: &Application, asked_name: &str) -> String {
    let default = || api.identifier_uris.first().cloned().unwrap_or_else(|| api.client_id.to_string());
    if asked_name.is_empty() || Uuid::parse_str(asked_name).is_ok() { default() } else { asked_name.to_owned() }
}

/// Applies the switches that are on, and signs.
fn finish(state: &mut State, mut claims: Map<String, Value>, origin: Origin, token: Spoils, hide: bool) -> String {
    use Misbehaviour as M;
    if state.misbehaviours.take_for(M::RotateBeforeSigning, token) && state.keys.rotate(true).is_err() {
        return String::new();
    }
    let Some(kid) = state.keys.current().map(|key| key.kid.clone()) else { return String::new() };
    let mut header = object(json!({ "typ": "JWT", "alg": "RS256", "kid": kid }));
    if hide {
        header.insert("x5t".to_owned(), json!(kid));
    }
    let mut signing = SignatureKind::Rs256;
    let mut broken = false;
    for active in state.misbehaviours.active.clone() {
        let applies = active.name.is_in_tokens(origin == Origin::Refresh);
        if !applies || !state.misbehaviours.take_for(active.name, token) {
            continue;
        }
        spoil_claims(&mut claims, active.name);
        match active.name {
            M::AlgNone => signing = set_algorithm(&mut header, "none", SignatureKind::None),
            M::AlgHs256 => signing = set_algorithm(&mut header, "HS256", SignatureKind::Hs256),
            M::AlgRs384 => signing = set_algorithm(&mut header, "RS384", SignatureKind::Rs384),
            M::AlgMissing => {
                header.remove("alg");
            }
            M::KidMissing | M::KidMissingOneKey => {
                header.remove("kid");
            }
            M::KidUnknown => {
                header.insert("kid".to_owned(), json!(random::uti()));
            }
            M::BadSignature => broken = true,
            _ => {}
        }
    }
    let (header, claims) = (Value::Object(header), Value::Object(claims));
    let Some(key) = state.keys.current() else { return String::new() };
    let signed = if hide { key.sign_with_hidden_nonce(&header, &claims) } else { key.sign(&header, &claims, signing) };
    if broken { flip_signature(&signed) } else { signed }
}

fn set_algorithm(header: &mut Map<String, Value>, name: &str, kind: SignatureKind) -> SignatureKind {
    header.insert("alg".to_owned(), json!(name));
    kind
}

fn flip_signature(token: &str) -> String {
    let Some((input, signature)) = token.rsplit_once('.') else { return token.to_owned() };
    let mut bytes = from_base64url(signature).unwrap_or_default();
    if let Some(first) = bytes.first_mut() {
        *first ^= 0x55;
    }
    format!("{input}.{}", base64url(bytes))
}

fn spoil_claims(claims: &mut Map<String, Value>, name: Misbehaviour) {
    use Misbehaviour as M;
    let other = || random::guid().to_string();
    let mut set = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    match name {
        M::IssuerWrong | M::RefreshIssuerWrong => set("iss", json!("https://login.attacker.example/v2.0")),
        M::RefreshSubjectWrong => {
            set("sub", json!(random::token()));
            set("oid", json!(other()));
        }
        M::AudienceWrong => set("aud", json!(other())),
        M::Expired => set("exp", json!(1_600_000_000)),
        M::ExpiryWrong => set("exp", json!(0)),
        M::NotBeforeFuture => set("nbf", json!(4_100_000_000_i64)),
        M::NonceWrong => set("nonce", json!(random::token())),
        M::TenantWrong => set("tid", json!(other())),
        M::ObjectIdWrong => set("oid", json!(other())),
        M::AuthorizedPartyWrong => set("azp", json!(other())),
        M::AudienceList | M::AudienceSecond => {
            let mut list = vec![claims.get("aud").cloned().unwrap_or_default()];
            if name == M::AudienceSecond {
                list.push(json!(other()));
            }
            claims.insert("aud".to_owned(), Value::Array(list));
        }
        M::TimesAsStrings => {
            for time in ["exp", "nbf", "iat"] {
                if let Some(text) = claims.get(time).map(ToString::to_string) {
                    claims.insert(time.to_owned(), json!(text));
                }
            }
        }
        M::AudienceMissing => drop(claims.remove("aud")),
        M::SubjectMissing => drop(claims.remove("sub")),
        M::IssuedAtMissing => drop(claims.remove("iat")),
        M::ExpiryMissing => drop(claims.remove("exp")),
        M::NonceMissing => drop(claims.remove("nonce")),
        _ => {}
    }
}
