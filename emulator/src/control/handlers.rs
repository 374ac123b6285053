//! The JSON endpoints; each is one line of the table in the README.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::changes::{self, ControlError, PersonChange, TenantGrant};
use crate::app::App;
use crate::faults::Fault;
use crate::misbehaviour::ActiveMisbehaviour;
use crate::scenario::{Application, Policies};
use crate::totp;

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        (StatusCode::NOT_FOUND, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

pub(super) fn changed(app: &App, body: Value) -> Json<Value> {
    app.report_changes();
    Json(body)
}

pub(super) async fn clock(State(app): State<App>) -> Json<Value> {
    Json(json!({ "now_millis": app.now_millis(), "offset_millis": app.clock().offset_millis() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClockChange {
    AdvanceSeconds(i64),
    SetMillis(i64),
}

pub(super) async fn set_clock(State(app): State<App>, Json(change): Json<ClockChange>) -> Json<Value> {
    match change {
        ClockChange::AdvanceSeconds(seconds) => app.clock().advance_millis(seconds.saturating_mul(1000)),
        ClockChange::SetMillis(now) => app.clock().set_millis(now),
    }
    app.state().changed = true;
    app.report_changes();
    clock(State(app)).await
}

pub(super) async fn faults(State(app): State<App>) -> Json<Value> {
    Json(json!(app.state().faults))
}

pub(super) async fn add_fault(State(app): State<App>, Json(fault): Json<Fault>) -> StatusCode {
    app.state().faults.push(fault);
    StatusCode::CREATED
}

pub(super) async fn clear_faults(State(app): State<App>) -> StatusCode {
    app.state().faults.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn misbehaviours(State(app): State<App>) -> Json<Value> {
    Json(json!(app.state().misbehaviours.active))
}

pub(super) async fn add_misbehaviour(State(app): State<App>, Json(active): Json<ActiveMisbehaviour>) -> StatusCode {
    app.state().misbehaviours.active.push(active);
    StatusCode::CREATED
}

pub(super) async fn clear_misbehaviours(State(app): State<App>) -> StatusCode {
    app.state().misbehaviours.active.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn requests(State(app): State<App>) -> Json<Value> {
    let state = app.state();
    Json(json!(state.log.records().collect::<Vec<_>>()))
}

pub(super) async fn clear_requests(State(app): State<App>) -> StatusCode {
    app.state().log.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn people(State(app): State<App>) -> Json<Value> {
    let now = app.now_millis();
    let state = app.state();
    let all = state.accounts.iter().map(|account| {
        json!({
            "username": account.person.username,
            "display_name": account.person.display_name,
            "home_tid": account.home_tid,
            "oid": account.oid,
            "disabled": account.person.disabled,
            "roles": account.person.roles,
            "mfa_enforced": account.person.mfa_enforced,
            "totp_code": account.person.totp_secret.as_deref().and_then(|secret| totp::code(secret, now)),
        })
    });
    Json(Value::Array(all.collect()))
}

pub(super) async fn change_person(
    State(app): State<App>,
    Path(username): Path<String>,
    Json(change): Json<PersonChange>,
) -> Result<StatusCode, ControlError> {
    let now = app.now_millis();
    changes::change_person(&mut app.state(), &username, change, now)?;
    app.report_changes();
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn grants(State(app): State<App>) -> Json<Value> {
    let state = app.state();
    Json(json!({ "grants": state.grants, "role_assignments": state.role_assignments }))
}

pub(super) async fn grant_tenant_wide(State(app): State<App>, Json(grant): Json<TenantGrant>) -> StatusCode {
    let now = app.now_millis();
    changes::grant_tenant_wide(&mut app.state(), &grant, now);
    app.report_changes();
    StatusCode::CREATED
}

pub(super) async fn delete_grants(State(app): State<App>, Path((tid, client)): Path<(Uuid, Uuid)>) -> Json<Value> {
    let deleted = changes::delete_grants(&mut app.state(), tid, client);
    changed(&app, json!({ "deleted": deleted }))
}

pub(super) async fn service_principals(State(app): State<App>) -> Json<Value> {
    Json(json!(app.state().service_principals))
}

pub(super) async fn delete_principal(State(app): State<App>, Path((tid, client)): Path<(Uuid, Uuid)>) -> Json<Value> {
    let now = app.now_millis();
    let deleted = app.state().delete_service_principal(tid, client, now);
    changed(&app, json!({ "deleted": deleted }))
}

pub(super) async fn restore_principal(State(app): State<App>, Path((tid, client)): Path<(Uuid, Uuid)>) -> Json<Value> {
    let now = app.now_millis();
    let restored = app.state().restore_service_principal(tid, client, now);
    changed(&app, json!({ "restored": restored }))
}

pub(super) async fn applications(State(app): State<App>) -> Json<Value> {
    let state = app.state();
    Json(json!(state.applications.iter().filter(|known| !known.first_party).collect::<Vec<_>>()))
}

pub(super) async fn put_application(State(app): State<App>, Json(application): Json<Application>) -> StatusCode {
    changes::put_application(&mut app.state(), application);
    app.report_changes();
    StatusCode::CREATED
}

pub(super) async fn consent_requests(State(app): State<App>) -> Json<Value> {
    Json(json!(app.state().consent_requests))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Rotation {
    retire: bool,
}

pub(super) async fn rotate(State(app): State<App>, Json(rotation): Json<Rotation>) -> StatusCode {
    let done = {
        let mut state = app.state();
        state.changed = true;
        state.keys.rotate(rotation.retire)
    };
    app.report_changes();
    if done.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

pub(super) async fn switches(State(app): State<App>) -> Json<Value> {
    Json(json!(app.state().switches))
}

/// Changes the switches that are named and leaves the others.
pub(super) async fn set_switches(State(app): State<App>, Json(change): Json<Value>) -> Response {
    let mut state = app.state();
    let mut merged = json!(state.switches);
    if let (Some(members), Some(named)) = (merged.as_object_mut(), change.as_object()) {
        members.extend(named.clone());
    }
    match serde_json::from_value(merged) {
        Ok(switches) => {
            state.switches = switches;
            Json(json!(state.switches)).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({ "error": error.to_string() }))).into_response(),
    }
}

pub(super) async fn policies(State(app): State<App>, Path(tid): Path<Uuid>) -> Result<Json<Value>, ControlError> {
    let state = app.state();
    let tenant = state.tenant(tid).ok_or(ControlError::NoTenant(tid))?;
    Ok(Json(json!(tenant.policies)))
}

pub(super) async fn set_policies(
    State(app): State<App>,
    Path(tid): Path<Uuid>,
    Json(policies): Json<Policies>,
) -> Result<StatusCode, ControlError> {
    changes::set_policies(&mut app.state(), tid, policies)?;
    Ok(StatusCode::NO_CONTENT)
}
