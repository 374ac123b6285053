use super::*;
use crate::{
    microsoft::{
        http::tests::{authority, outbound, serve},
        testing::{OBJECT, TENANT},
    },
    random::SystemRandom,
};
use axum::{
    Router,
    extract::State,
    http::Uri,
    response::{IntoResponse, Response},
};
use http::HeaderMap;
use serde_json::json;
use std::{sync::Mutex, time::Duration};

/// Status, headers, body.
type Told = (u16, Vec<(&'static str, &'static str)>, String);

/// A Graph that answers as told and remembers what it was asked.
#[derive(Default)]
struct Service {
    answer: Mutex<Told>,
    asked: Mutex<Vec<(String, HeaderMap)>>,
}

async fn answer(State(service): State<Arc<Service>>, uri: Uri, headers: HeaderMap) -> Response {
    service.asked.lock().unwrap().push((uri.to_string(), headers));
    let (status, headers, body) = service.answer.lock().unwrap().clone();
    let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

async fn rig() -> (Arc<Service>, Graph) {
    let service = Arc::new(Service::default());
    let origin = serve(Router::new().fallback(answer).with_state(service.clone())).await;
    let graph = Graph::new(authority(&origin), outbound(&origin), Arc::new(SystemRandom));
    (service, graph)
}

fn token() -> Secret<String> {
    Secret::new("canary-token".to_owned())
}

fn tells(service: &Service, status: u16, body: &Value) {
    *service.answer.lock().unwrap() = (status, Vec::new(), body.to_string());
}

#[tokio::test]
async fn me_and_organization_are_read() {
    let (service, graph) = rig().await;
    tells(
        &service,
        200,
        &json!({
            "id": OBJECT, "displayName": "Adele\u{7} Vance", "userPrincipalName": "adele@contoso.com", "mail": null,
        }),
    );
    let me = graph.me(&token()).await.unwrap();
    assert_eq!((me.object, me.display_name.as_str(), me.mail), (OBJECT, "Adele Vance", None));
    tells(
        &service,
        200,
        &json!({ "value": [{ "id": TENANT, "displayName": "Contoso",
        "verifiedDomains": [{ "name": "contoso.com" }, { "name": 7 }, 7, { "name": "contoso.onmicrosoft.com" }] }] }),
    );
    let organization = graph.organization(&token()).await.unwrap();
    assert_eq!(organization.tenant, TENANT);
    assert_eq!(organization.domains, ["contoso.com", "contoso.onmicrosoft.com"]);
    let asked = service.asked.lock().unwrap();
    let (uri, headers) = &asked[0];
    assert_eq!(uri, "/v1.0/me?$select=id,displayName,userPrincipalName,mail");
    assert_eq!(headers["authorization"], "Bearer canary-token");
    let ids: Vec<_> = asked.iter().map(|(_, headers)| headers["client-request-id"].to_str().unwrap()).collect();
    assert!(ids[0] != ids[1] && ids.iter().all(|id| Uuid::try_parse(id).is_ok()));
}

#[tokio::test]
async fn each_workload_is_proved_by_one_real_read() {
    let (service, graph) = rig().await;
    tells(
        &service,
        200,
        &json!({ "value": [{ "id": "x" }], "id": "drive", "@odata.nextLink": "https://evil.example/" }),
    );
    for workload in Workload::ALL {
        let before = service.asked.lock().unwrap().len();
        let proof = graph.prove(&token(), workload).await.unwrap();
        let asked = service.asked.lock().unwrap();
        if workload == Workload::PublicFolders {
            assert_eq!((proof, asked.len()), (Proof::NoWay, before));
        } else {
            assert_eq!((proof, asked.len()), (Proof::Read, before + 1), "{workload:?}: h11: no link is followed");
            assert!(asked[before].0.starts_with("/v1.0/"));
        }
    }
}

#[tokio::test]
async fn an_answer_of_another_shape_proves_nothing() {
    let (service, graph) = rig().await;
    for body in ["{}", "[]", "", "<html>", r#"{"value":{}}"#, r#"{"value":"x","id":7}"#, r#"{"value":[],"value":[]}"#] {
        *service.answer.lock().unwrap() = (200, Vec::new(), body.to_owned());
        for workload in [Workload::Exchange, Workload::Onedrive] {
            assert_eq!(graph.prove(&token(), workload).await, Err(GraphError::WrongAnswer), "{body}");
        }
        assert_eq!(graph.me(&token()).await, Err(GraphError::WrongAnswer));
        assert_eq!(graph.organization(&token()).await, Err(GraphError::WrongAnswer));
    }
}

#[tokio::test]
async fn an_account_without_a_mailbox_is_told_from_a_wrong_address() {
    let (service, graph) = rig().await;
    tells(&service, 404, &json!({ "error": { "code": "MailboxNotEnabledForRESTAPI", "message": "canary" } }));
    assert_eq!(graph.prove(&token(), Workload::Exchange).await, Ok(Proof::NotThere));
    tells(&service, 404, &json!({ "error": { "code": "Request_ResourceNotFound" } }));
    assert!(matches!(graph.prove(&token(), Workload::Exchange).await, Err(GraphError::NotFound { .. })));
}

#[tokio::test]
async fn refusals_are_told_apart_and_carry_only_checked_ids() {
    let (service, graph) = rig().await;
    let body = json!({ "error": { "code": "Authorization_RequestDenied", "message": "canary", "innerError": {
        "date": "2026-11-21T10:00:00", "request-id": TENANT, "client-request-id": "<canary>" } } });
    let cases = [
        (401, "Unauthorized"),
        (403, "Denied"),
        (404, "NotFound"),
        (429, "Throttled"),
        (503, "Unavailable"),
        (400, "Refused"),
    ];
    for (status, name) in cases {
        *service.answer.lock().unwrap() = (status, vec![("retry-after", "2.5")], body.to_string());
        let error = graph.me(&token()).await.unwrap_err();
        let shown = format!("{error:?} {error}");
        assert!(shown.starts_with(name) && !shown.contains("canary"), "{shown}");
        let sent = service.asked.lock().unwrap().last().unwrap().1["client-request-id"].to_str().unwrap().to_owned();
        let ids = error.ids().unwrap();
        assert_eq!((ids.trace_id, ids.correlation_id.unwrap().to_string()), (Some(TENANT.0), sent));
        assert_eq!(ids.timestamp.as_deref(), Some("2026-11-21T10:00:00"));
        assert_eq!(error.is_temporary(), status >= 429);
        if let GraphError::Throttled { retry_after, .. } = error {
            assert_eq!(retry_after, Some(Duration::from_secs(3)));
        }
    }
    tells(&service, 403, &json!({ "error": { "code": "<script>canary</script>" } }));
    assert!(matches!(graph.me(&token()).await, Err(GraphError::Denied { code: None, .. })));
}

#[tokio::test]
async fn a_token_that_cannot_stand_in_a_header_is_not_sent() {
    let (service, graph) = rig().await;
    let bad = Secret::new("a\r\nx: y".to_owned());
    assert_eq!(graph.me(&bad).await, Err(GraphError::Token));
    assert!(service.asked.lock().unwrap().is_empty());
}
