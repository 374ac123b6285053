use super::*;
use crate::microsoft::{
    http::tests::{authority, outbound, serve},
    testing::{ManualClock, key_set_entry},
};
use axum::{
    Json, Router, extract::State as Extract, http::StatusCode, response::IntoResponse, response::Response, routing::get,
};
use serde_json::{Value, json};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

/// Microsoft's metadata and keys, as the test wants them.
struct Microsoft {
    issuer: Mutex<Option<String>>,
    key_set_address: Mutex<Option<String>>,
    keys: Mutex<Vec<Value>>,
    status: Mutex<StatusCode>,
    content_type: Mutex<&'static str>,
    fetches: AtomicUsize,
    gate: Semaphore,
    origin: Mutex<String>,
}

impl Microsoft {
    fn publish(&self, kids: &[&str]) {
        let template = format!("{}/{{tenantid}}/v2.0", self.origin.lock().unwrap());
        *self.keys.lock().unwrap() = kids.iter().map(|kid| key_set_entry(kid, &template)).collect();
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

async fn metadata(Extract(microsoft): Extract<Arc<Microsoft>>) -> Response {
    let origin = microsoft.origin.lock().unwrap().clone();
    let issuer = microsoft.issuer.lock().unwrap().clone().unwrap_or(format!("{origin}/{{tenantid}}/v2.0"));
    let address = microsoft.key_set_address.lock().unwrap().clone().unwrap_or(format!("{origin}/keys"));
    Json(json!({ "issuer": issuer, "jwks_uri": address, "cloud_instance_name": "example" })).into_response()
}

async fn keys(Extract(microsoft): Extract<Arc<Microsoft>>) -> Response {
    microsoft.fetches.fetch_add(1, Ordering::SeqCst);
    microsoft.gate.acquire().await.unwrap().forget();
    microsoft.gate.add_permits(1);
    let body = json!({ "keys": *microsoft.keys.lock().unwrap() }).to_string();
    let content_type = *microsoft.content_type.lock().unwrap();
    (*microsoft.status.lock().unwrap(), [("content-type", content_type)], body).into_response()
}

/// Microsoft with the keys `a` and `b`, a cache and its clock.
async fn rig() -> (Arc<Microsoft>, Arc<Keys>, Arc<ManualClock>) {
    let microsoft = Arc::new(Microsoft {
        issuer: Mutex::default(),
        key_set_address: Mutex::default(),
        keys: Mutex::default(),
        status: Mutex::new(StatusCode::OK),
        content_type: Mutex::new("application/json; charset=utf-8"),
        fetches: AtomicUsize::new(0),
        gate: Semaphore::new(1),
        origin: Mutex::default(),
    });
    let router = Router::new()
        .route("/organizations/v2.0/.well-known/openid-configuration", get(metadata))
        .route("/keys", get(keys))
        .with_state(microsoft.clone());
    let origin = serve(router).await;
    microsoft.origin.lock().unwrap().clone_from(&origin);
    microsoft.publish(&["a", "b"]);
    let clock = ManualClock::new();
    let keys = Keys::new(authority(&origin), outbound(&origin), clock.clone());
    (microsoft, Arc::new(keys), clock)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_a_hundred_thousand_unknown_keys_cause_one_fetch() {
    let (microsoft, keys, clock) = rig().await;
    keys.find("a").await.unwrap();
    assert_eq!(microsoft.fetches(), 1);
    let refused = |from: usize| {
        let keys = keys.clone();
        tokio::spawn(async move {
            for number in from..from + 12_500 {
                assert_eq!(keys.find(&format!("k{number}")).await.unwrap_err(), KeyError::Unknown);
            }
        })
    };
    let tasks: Vec<_> = (0..8).map(|task| refused(task * 12_500)).collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(microsoft.fetches(), 2, "one for the first load, one forced");
    assert_eq!(keys.inner.read(|state| state.keys.len()), 2, "nothing is remembered of unknown ids");
    clock.advance(299);
    assert!(keys.find("x").await.is_err());
    assert_eq!(microsoft.fetches(), 2);
    clock.advance(1);
    assert!(keys.find("x").await.is_err());
    assert_eq!(microsoft.fetches(), 3);
}

#[tokio::test]
async fn t13_all_who_wait_share_one_fetch_even_if_the_first_goes_away() {
    let (microsoft, keys, _clock) = rig().await;
    microsoft.gate.acquire().await.unwrap().forget();
    let waiting = |kid: &'static str| {
        let keys = keys.clone();
        tokio::spawn(async move { keys.find(kid).await.map(|_| ()) })
    };
    let first = waiting("a");
    while microsoft.fetches() == 0 {
        tokio::task::yield_now().await;
    }
    let others: Vec<_> = (0..50).map(|number| waiting(if number % 2 == 0 { "b" } else { "x" })).collect();
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    microsoft.gate.add_permits(1);
    for (number, other) in others.into_iter().enumerate() {
        let expected = if number % 2 == 0 { Ok(()) } else { Err(KeyError::Unknown) };
        assert_eq!(other.await.unwrap(), expected);
    }
    assert_eq!(microsoft.fetches(), 1);
}

#[tokio::test]
async fn t13_the_background_refreshes_hourly_and_keeps_the_last_good_set() {
    let (microsoft, keys, clock) = rig().await;
    keys.refresh_due().await;
    assert_eq!(microsoft.fetches(), 1);
    clock.advance(3599);
    keys.refresh_due().await;
    assert_eq!(microsoft.fetches(), 1);
    clock.advance(1);
    *microsoft.status.lock().unwrap() = StatusCode::INTERNAL_SERVER_ERROR;
    keys.refresh_due().await;
    assert_eq!(microsoft.fetches(), 2);
    assert!(keys.find("a").await.is_ok());
    clock.advance(60);
    keys.refresh_due().await;
    assert_eq!(microsoft.fetches(), 2, "a failed refresh is not repeated at once");
    clock.advance(240);
    *microsoft.status.lock().unwrap() = StatusCode::OK;
    keys.refresh_due().await;
    assert_eq!((microsoft.fetches(), keys.last_good()), (3, Some(clock_now(&clock))));
}

fn clock_now(clock: &ManualClock) -> Timestamp {
    crate::clock::Clock::now(clock)
}

#[tokio::test]
async fn t13_without_any_key_the_first_load_is_tried_again_soon() {
    let (microsoft, keys, clock) = rig().await;
    *microsoft.status.lock().unwrap() = StatusCode::BAD_GATEWAY;
    for _ in 0..10 {
        assert_eq!(keys.find("a").await.unwrap_err(), KeyError::NoneLoaded);
    }
    assert_eq!(microsoft.fetches(), 1);
    *microsoft.status.lock().unwrap() = StatusCode::OK;
    clock.advance(15);
    assert!(keys.find("a").await.is_ok());
}

#[tokio::test]
async fn t14_a_rollover_of_all_keys_refuses_no_good_token() {
    let (microsoft, keys, clock) = rig().await;
    assert!(keys.find("a").await.is_ok());
    microsoft.publish(&["c", "d"]);
    assert!(keys.find("c").await.is_ok());
    assert!(keys.find("d").await.is_ok());
    assert!(keys.find("a").await.is_ok(), "tokens of the old key are still good");
    assert_eq!(microsoft.fetches(), 2);
    for _ in 0..23 {
        clock.advance(3600);
        keys.refresh_due().await;
    }
    assert!(keys.find("a").await.is_ok());
    clock.advance(3600);
    assert_eq!(keys.find("a").await.unwrap_err(), KeyError::Unknown, "24 hours after it was last published");
    assert!(keys.find("c").await.is_ok());
}

#[tokio::test]
async fn t14_an_operator_can_forget_all_keys_at_once() {
    let (microsoft, keys, _clock) = rig().await;
    keys.find("a").await.unwrap();
    microsoft.publish(&["c"]);
    keys.forget();
    assert_eq!(keys.find("a").await.unwrap_err(), KeyError::Unknown);
    assert!(keys.find("c").await.is_ok());
}

#[tokio::test]
async fn t13_keys_that_could_not_be_refreshed_for_a_day_are_not_used() {
    let (microsoft, keys, clock) = rig().await;
    keys.find("a").await.unwrap();
    *microsoft.status.lock().unwrap() = StatusCode::BAD_GATEWAY;
    clock.advance(24 * 3600 - 1);
    assert!(keys.find("a").await.is_ok());
    clock.advance(1);
    assert!(keys.find("a").await.is_err());
}

#[tokio::test]
async fn h11_metadata_of_another_issuer_or_with_keys_elsewhere_is_refused() {
    let (microsoft, keys, clock) = rig().await;
    let origin = microsoft.origin.lock().unwrap().clone();
    let issuers = ["https://evil.example/{tenantid}/v2.0".to_owned(), format!("{origin}/common/v2.0"), origin.clone()];
    for issuer in issuers {
        *microsoft.issuer.lock().unwrap() = Some(issuer);
        clock.advance(300);
        assert_eq!(keys.find("a").await.unwrap_err(), KeyError::NoneLoaded);
    }
    *microsoft.issuer.lock().unwrap() = None;
    let port_changed = origin.replace("127.0.0.1", "localhost");
    for address in ["https://evil.example/keys".to_owned(), format!("{port_changed}/keys"), "/keys".to_owned()] {
        *microsoft.key_set_address.lock().unwrap() = Some(address);
        clock.advance(300);
        assert_eq!(keys.find("a").await.unwrap_err(), KeyError::NoneLoaded);
    }
    assert_eq!(microsoft.fetches(), 0);
}

#[tokio::test]
async fn t15_a_set_with_another_content_type_or_a_bad_key_leaves_the_old_one() {
    let (microsoft, keys, clock) = rig().await;
    keys.find("a").await.unwrap();
    microsoft.publish(&["c"]);
    *microsoft.content_type.lock().unwrap() = "text/html";
    assert!(keys.find("c").await.is_err());
    *microsoft.content_type.lock().unwrap() = "application/json";
    microsoft.keys.lock().unwrap().push(json!({ "kty": "oct", "kid": "s", "k": "AAAA" }));
    clock.advance(300);
    assert!(keys.find("c").await.is_err());
    assert!(keys.find("a").await.is_ok());
    let big = vec![json!({ "kty": "EC", "kid": "x", "filler": "x".repeat(1024 * 1024) })];
    *microsoft.keys.lock().unwrap() = big;
    clock.advance(300);
    assert!(keys.find("c").await.is_err());
    assert!(keys.find("a").await.is_ok());
}

#[tokio::test]
async fn h11_the_key_set_must_lie_with_the_sign_in_service_itself() {
    let (microsoft, _, clock) = rig().await;
    let login = microsoft.origin.lock().unwrap().clone();
    let graph = serve(Router::new().route("/keys", get(keys)).with_state(microsoft.clone())).await;
    let authority = Authority::new(&login, &graph).unwrap();
    let outbound = Arc::new(Outbound::new(&authority, None, clock.clone()).unwrap());
    *microsoft.key_set_address.lock().unwrap() = Some(format!("{graph}/keys"));
    let cache = Keys::new(authority, outbound, clock);
    assert_eq!(cache.find("a").await.unwrap_err(), KeyError::NoneLoaded);
    assert_eq!(microsoft.fetches(), 0);
}

#[tokio::test]
async fn t13_the_cache_stays_small_however_often_keys_change() {
    let (microsoft, keys, clock) = rig().await;
    for round in 0..6 {
        let kids: Vec<_> = (0..100).map(|number| format!("{round}-{number}")).collect();
        microsoft.publish(&kids.iter().map(String::as_str).collect::<Vec<_>>());
        keys.refresh_due().await;
        assert!(keys.find(&kids[99]).await.is_ok());
        assert!(keys.inner.read(|state| state.keys.len()) <= MOST_KEYS);
        clock.advance(3600);
    }
    assert_eq!(microsoft.fetches(), 6);
}
