//! The deliberate mistakes: each switch changes what it says, and nothing without it.

use rekey_emulator::{ActiveMisbehaviour, Misbehaviour as M, Spoils};
use serde_json::Value;

use crate::assertion::{claims, header};
use crate::driver::Answer;
use crate::world::{API, CONTOSO, PAGE, TOM, World};

async fn tokens(world: &World) -> Answer {
    let scope = format!("openid profile offline_access {API}/.default");
    let url = world.http().authorize("contoso.com", &[("scope", &scope)]);
    let code = world.browser().walk(url, TOM, "pw-tom").await.code();
    world.http().redeem("contoso.com", &code, true, &[]).await.ok()
}

type Check = fn(&Value, &Value, &str) -> bool;

#[tokio::test]
async fn each_token_switch_spoils_exactly_its_part() {
    let cases: [(M, Check); 20] = [
        (M::AlgNone, |head, _, token| head["alg"] == "none" && token.ends_with('.')),
        (M::AlgMissing, |head, _, _| head.get("alg").is_none()),
        (M::AlgHs256, |head, _, _| head["alg"] == "HS256"),
        (M::AlgRs384, |head, _, _| head["alg"] == "RS384"),
        (M::KidMissing, |head, _, _| head.get("kid").is_none()),
        (M::IssuerWrong, |_, body, _| body["iss"].as_str().unwrap().contains("attacker")),
        (M::AudienceWrong, |_, body, _| body["aud"].is_string() && body["aud"] != PAGE.to_string()),
        (M::AudienceMissing, |_, body, _| body.get("aud").is_none()),
        (M::AudienceList, |_, body, _| body["aud"].as_array().is_some_and(|list| list.len() == 1)),
        (M::AudienceSecond, |_, body, _| body["aud"].as_array().is_some_and(|list| list.len() == 2)),
        (M::SubjectMissing, |_, body, _| body.get("sub").is_none()),
        (M::IssuedAtMissing, |_, body, _| body.get("iat").is_none()),
        (M::ExpiryMissing, |_, body, _| body.get("exp").is_none()),
        (M::Expired, |_, body, _| body["exp"].as_i64().unwrap() < 1_700_000_000),
        (M::NotBeforeFuture, |_, body, _| body["nbf"].as_i64().unwrap() > 4_000_000_000),
        (M::TimesAsStrings, |_, body, _| body["exp"].is_string() && body["iat"].is_string()),
        (M::NonceWrong, |_, body, _| body["nonce"] != "n-1"),
        (M::NonceMissing, |_, body, _| body.get("nonce").is_none()),
        (M::TenantWrong, |_, body, _| body["tid"] != CONTOSO.to_string()),
        (M::KidUnknown, |head, _, _| head["kid"].as_str().unwrap().len() == 22),
    ];
    let world = World::new().await;
    for (name, spoiled) in cases {
        let seen = |answer: &Answer| {
            let token = answer.text("id_token");
            spoiled(&header(&token), &claims(&token), &token)
        };
        assert!(!seen(&tokens(&world).await), "{name:?} without the switch");
        world.emulator.set_misbehaviour(ActiveMisbehaviour { name, token: Spoils::Id, times: Some(1) });
        assert!(seen(&tokens(&world).await), "{name:?}");
        assert!(!seen(&tokens(&world).await), "{name:?} is used up");
    }
}

async fn verifies(world: &World, token: &str) -> bool {
    let keys = world.http().keys().await;
    let kid = header(token)["kid"].clone();
    let Some(key) = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid) else { return false };
    let decoding =
        jsonwebtoken::DecodingKey::from_rsa_components(key["n"].as_str().unwrap(), key["e"].as_str().unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_aud = false;
    jsonwebtoken::decode::<Value>(token, &decoding, &validation).is_ok()
}

#[tokio::test]
async fn signatures_can_be_spoiled_and_keys_rotated_before_signing() {
    let world = World::new().await;
    assert!(verifies(&world, &tokens(&world).await.text("id_token")).await);
    world.emulator.set_misbehaviour(ActiveMisbehaviour { name: M::BadSignature, token: Spoils::Id, times: Some(1) });
    assert!(!verifies(&world, &tokens(&world).await.text("id_token")).await);
    let before = world.http().keys().await;
    let rotate = ActiveMisbehaviour { name: M::RotateBeforeSigning, token: Spoils::Id, times: Some(1) };
    world.emulator.set_misbehaviour(rotate);
    let token = tokens(&world).await.text("id_token");
    let known = before["keys"].as_array().unwrap().iter().any(|key| key["kid"] == header(&token)["kid"]);
    assert!(!known && verifies(&world, &token).await, "a client must fetch the keys again");
    world.emulator.set_misbehaviour(M::KidMissingOneKey);
    assert_eq!(world.http().keys().await["keys"].as_array().unwrap().len(), 1);
    assert!(header(&tokens(&world).await.text("id_token")).get("kid").is_none());
}

#[tokio::test]
async fn responses_can_be_spoiled() {
    let world = World::new().await;
    let http = world.http();
    let once = |name| world.emulator.set_misbehaviour(ActiveMisbehaviour { name, token: Spoils::Both, times: Some(1) });
    let back = async || world.browser().walk(http.authorize("contoso.com", &[]), TOM, "pw-tom").await.back();
    once(M::StateMissing);
    assert!(!back().await.fields.contains_key("state"));
    once(M::StateWrong);
    assert_ne!(back().await.fields["state"], "s t/a&te");
    once(M::ResponseIssuerWrong);
    assert!(back().await.fields["iss"].contains("attacker"));
    assert!(!back().await.fields.contains_key("iss"));
    once(M::ExpiresInMissing);
    assert!(tokens(&world).await.body.get("expires_in").is_none());
    once(M::TokenTypeCase);
    assert_eq!(tokens(&world).await.body["token_type"], "bearer");
    once(M::TokenTypeWrong);
    assert_eq!(tokens(&world).await.body["token_type"], "MAC");
    once(M::ScopeNarrowed);
    assert_eq!(tokens(&world).await.body["scope"], "openid profile");
    once(M::RefreshTokenMissing);
    assert!(tokens(&world).await.body.get("refresh_token").is_none());
    once(M::DiscoveryIssuerWrong);
    let document = http.get("/contoso.com/v2.0/.well-known/openid-configuration").await.ok();
    assert!(document.text("issuer").contains("attacker"));
    once(M::DiscoveryKeysElsewhere);
    let document = http.get("/contoso.com/v2.0/.well-known/openid-configuration").await.ok();
    assert!(document.text("jwks_uri").contains("attacker"));
}

#[tokio::test]
async fn refresh_and_on_behalf_of_can_name_someone_else() {
    let world = World::new().await;
    let first = tokens(&world).await;
    let (client, token) = (PAGE.to_string(), first.text("refresh_token"));
    let fields = [("client_id", client.as_str()), ("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let refresh = async || world.http().token("contoso.com", true, &fields).await.ok();
    let before = claims(&first.text("id_token"));
    assert_eq!(claims(&refresh().await.text("id_token"))["sub"], before["sub"]);
    world.emulator.set_misbehaviour(M::RefreshSubjectWrong);
    assert_ne!(claims(&refresh().await.text("id_token"))["sub"], before["sub"]);
    world.emulator.clear_misbehaviours();
    world.emulator.set_misbehaviour(M::RefreshIssuerWrong);
    assert_ne!(claims(&refresh().await.text("id_token"))["iss"], before["iss"]);
    world.emulator.clear_misbehaviours();
    world.emulator.set_misbehaviour(M::OnBehalfOfPersonWrong);
    let exchange = async || {
        let api = first.text("access_token");
        world.http().on_behalf_of("contoso.com", &world.credential, &api, "User.Read").await
    };
    let wrong = exchange().await;
    assert_eq!(wrong.status, 200, "{}", wrong.body);
    assert_ne!(claims(&wrong.text("access_token"))["oid"], before["oid"]);
    world.emulator.clear_misbehaviours();
    assert_eq!(claims(&exchange().await.ok().text("access_token"))["oid"], before["oid"]);
}
