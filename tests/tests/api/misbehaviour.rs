//! A lying Microsoft: each switch of the emulator that concerns us is one refusal, and nothing is stored (security §4.1).

use emulator::{ActiveMisbehaviour, Effect, Fault, Misbehaviour, Spoils};
use rekey_tests::{
    app::{Backend, TestApp, dump::assert_same},
    person::Trouble,
};
use shared::{
    api::{authorizations::SignInState, connect::ConnectView},
    method::Method,
    oauth::callback::CallbackError,
};

/// A page that checks nothing passes on what Microsoft gave: the server refuses it by itself, whatever it is.
async fn refused(app: &TestApp, name: Misbehaviour, token: Spoils) {
    let made = app.authorize(&["CON-001"]).await;
    let link = app.link(made.id).await;
    let attempt = app.attempt(&link, made.sign_ins[0].id).await;
    app.emulator.set_misbehaviour(ActiveMisbehaviour { name, token, times: None });
    let tokens = app.person("backup@contoso.com").sign_in_unchecked(&attempt).await;
    let before = app.dump().await;
    let answer = app.save(&attempt.secret, &tokens).await;
    app.emulator.clear_misbehaviours();
    assert_eq!((answer.status, answer.value()["code"].as_str()), (403, Some("token_refused")), "{name:?} {token:?}");
    assert_same(&before, &app.dump().await);
    // Unspoiled, the same attempt goes on: nothing was used up.
    let tokens = app.person("backup@contoso.com").sign_in(&attempt).await;
    assert_eq!(app.verify(&attempt, &tokens).await, 200, "{name:?} {token:?}");
}

trait Verify {
    async fn verify(&self, attempt: &shared::api::connect::AttemptStart, tokens: &rekey_tests::person::Tokens) -> u16;
}

impl Verify for TestApp {
    /// Whether good tokens are still taken. Ends with the set as it was: its authorization is called off first.
    async fn verify(&self, attempt: &shared::api::connect::AttemptStart, tokens: &rekey_tests::person::Tokens) -> u16 {
        let fault = Fault {
            endpoint: Some("graph".to_owned()),
            effect: Effect { status: Some(403), ..Effect::default() },
            ..Fault::default()
        };
        self.emulator.set_fault(fault);
        let status = self.save(&attempt.secret, tokens).await.status;
        self.emulator.clear_faults();
        status
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t2_to_t11_spoiled_tokens_are_refused() {
    use Misbehaviour as M;
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let both = [
        M::AlgNone,
        M::AlgMissing,
        M::AlgHs256,
        M::AlgRs384,
        M::BadSignature,
        M::KidMissing,
        M::KidUnknown,
        M::IssuerWrong,
        M::AudienceWrong,
        M::AudienceMissing,
        M::AudienceSecond,
        M::SubjectMissing,
        M::IssuedAtMissing,
        M::ExpiryMissing,
        M::Expired,
        M::ExpiryWrong,
        M::NotBeforeFuture,
        M::TimesAsStrings,
        M::TenantWrong,
        M::ObjectIdWrong,
    ];
    for name in both {
        refused(&app, name, Spoils::Access).await;
        refused(&app, name, Spoils::Id).await;
    }
    for (name, token) in
        [(M::NonceWrong, Spoils::Id), (M::NonceMissing, Spoils::Id), (M::AuthorizedPartyWrong, Spoils::Access)]
    {
        refused(&app, name, token).await;
    }
    assert_eq!(app.set("CON-001").await.method, Method::Basic);
    assert!(app.refresh_tokens().await.is_empty());
}

/// T13, T14: the key was replaced in the moment before signing: fetched once more, then believed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t14_a_key_that_is_new_in_this_moment_is_fetched() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    app.connect_account(&["CON-002"], "backup@contoso.com").await;
    app.advance(301);
    app.emulator.set_misbehaviour(ActiveMisbehaviour {
        name: Misbehaviour::RotateBeforeSigning,
        token: Spoils::Both,
        times: Some(1),
    });
    app.connect_account(&["CON-009"], "priya.shah@contoso.com").await;
}

/// H11: metadata of another issuer, or with keys elsewhere, gives no keys; so nothing is believed, and nothing stored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h11_metadata_that_points_elsewhere_gives_no_keys() {
    for name in [Misbehaviour::DiscoveryIssuerWrong, Misbehaviour::DiscoveryKeysElsewhere] {
        let mut app = TestApp::start(Backend::Sqlite).await;
        app.import_sample().await;
        let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
        app.stop().await;
        app.emulator.set_misbehaviour(name);
        app.restart().await;
        let before = app.dump().await;
        let answer = app.save(&road.attempt.secret, &road.tokens).await;
        assert!(matches!(answer.status, 403 | 503), "{name:?}: {}", answer.text());
        assert_same(&before, &app.dump().await);
        assert_eq!(app.set("CON-001").await.method, Method::Basic);
    }
}

/// B2, B4: the page stops at an answer that is not its own, and asks for no token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b2_b4_a_foreign_answer_asks_for_no_token() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let made = app.authorize(&["CON-001"]).await;
    let link = app.link(made.id).await;
    for (name, expected) in [
        (Misbehaviour::StateWrong, CallbackError::StateForeign),
        (Misbehaviour::StateMissing, CallbackError::StateMissing),
        (Misbehaviour::ResponseIssuerWrong, CallbackError::IssuerForeign),
    ] {
        let attempt = app.attempt(&link, made.sign_ins[0].id).await;
        app.emulator.clear_requests();
        app.emulator.set_misbehaviour(name);
        let answer = app.person("backup@contoso.com").try_sign_in(&attempt).await;
        app.emulator.clear_misbehaviours();
        let Err(Trouble::Callback(found)) = answer else { panic!("{name:?}: {:?}", answer.err()) };
        assert_eq!(found, expected);
        assert!(!app.emulator.requests().iter().any(|request| request.path.ends_with("/token")));
    }
}

/// What the token endpoint answers to the server: refused where it is wrong, taken where the RFC allows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p4_answers_to_the_exchange_are_checked() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let cases = [
        (Misbehaviour::OnBehalfOfPersonWrong, SignInState::Failed, Some("answer_discarded")),
        (Misbehaviour::TokenTypeWrong, SignInState::Failed, Some("answer_discarded")),
        (Misbehaviour::RefreshTokenMissing, SignInState::Failed, Some("no_lasting_access")),
        (Misbehaviour::ScopeNarrowed, SignInState::ApprovalNeeded, Some("consent_missing")),
        (Misbehaviour::NextLinkElsewhere, SignInState::Done, None),
    ];
    for (name, state, code) in cases {
        let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
        let before = app.dump().await;
        app.emulator.set_misbehaviour(name);
        let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
        app.emulator.clear_misbehaviours();
        let problem = view.sign_in.problem.map(|help| help.code);
        assert_eq!((view.sign_in.state, problem.as_deref()), (state, code), "{name:?}");
        if state != SignInState::Done {
            let after = app.dump().await;
            for table in ["backup_sets", "connections", "method_changes"] {
                assert_eq!(before[table], after[table], "{name:?}: {table}");
            }
        }
    }
    // RFC 6749 §5.1: the type is case-insensitive.
    let road = app.before_save(&["CON-002"], "backup@contoso.com").await;
    app.emulator.set_misbehaviour(Misbehaviour::TokenTypeCase);
    let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
    assert_eq!(view.sign_in.state, SignInState::Done, "{:?}", view.sign_in.problem);
}

/// H10: answers that redirect, never end, or come from trouble lead nowhere and change nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h10_answers_that_lead_elsewhere_are_not_followed() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let elsewhere = format!("{}_control/elsewhere", app.emulator.login());
    for effect in [
        Effect { redirect: Some(elsewhere), ..Effect::default() },
        Effect { huge_bytes: Some(8 << 20), ..Effect::default() },
        Effect { body: Some(serde_json::json!(["not", "an", "answer"])), ..Effect::default() },
    ] {
        let road = app.before_save(&["CON-001"], "backup@contoso.com").await;
        let endpoint = Some("token".to_owned());
        app.emulator.set_fault(Fault { endpoint, effect, times: Some(1), ..Fault::default() });
        let view: ConnectView = app.save(&road.attempt.secret, &road.tokens).await.ok();
        assert_eq!(view.sign_in.state, SignInState::Failed, "{:?}", view.sign_in);
        assert_eq!(app.set("CON-001").await.method, Method::Basic);
    }
    assert!(!app.emulator.requests().iter().any(|request| request.path.contains("elsewhere")));
}

/// B-17, R11: a server whose clock is wrong says so, instead of blaming the sign-in; once the clocks agree, it is forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b17_r11_a_wrong_clock_is_said_in_place_of_an_unexplained_refusal() {
    let app = TestApp::start(Backend::Sqlite).await;
    app.import_sample().await;
    let before = app.before_save(&["CON-001"], "backup@contoso.com").await;
    let refused = async || {
        let made = app.authorize(&["CON-002"]).await;
        let attempt = app.attempt(&app.link(made.id).await, made.sign_ins[0].id).await;
        app.save(&attempt.secret, &before.tokens).await
    };
    refused().await.refused(403, "token_refused");
    // Microsoft answers with a time of long ago.
    app.emulator.set_fault(Fault {
        endpoint: Some("metadata".to_owned()),
        effect: Effect {
            status: Some(503),
            headers: vec![("Date".to_owned(), "Sat, 21 Nov 2020 12:00:00 GMT".to_owned())],
            ..Effect::default()
        },
        ..Fault::default()
    });
    let unknown = serde_json::json!({ "name": "New", "tenant": "fabrikam.onmicrosoft.com" });
    app.key().post("/api/v1/customers", &unknown).await;
    let problem = refused().await.refused(409, "clock_off");
    assert!(
        problem.detail.contains("ahead of Microsoft's") && problem.detail.contains("Nothing was stored"),
        "{problem:?}"
    );
    app.emulator.clear_faults();
    app.key().post("/api/v1/customers", &unknown).await;
    refused().await.refused(403, "token_refused");
}
