//! The JSON endpoints about directory objects, approvals, mail and workload identities.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::changes::{self, ControlError};
use super::directory::{self, Plant, Taint};
use super::handlers::changed;
use crate::app::App;

pub(super) async fn applications(State(app): State<App>, Path(tid): Path<Uuid>) -> Json<Value> {
    Json(json!(directory::applications(&app.state(), tid)))
}

pub(super) async fn delete_application(State(app): State<App>, Path((tid, client)): Path<(Uuid, Uuid)>) -> Json<Value> {
    let now = app.now_millis();
    let deleted = directory::delete_application(&mut app.state(), tid, client, now);
    changed(&app, json!({ "deleted": deleted }))
}

pub(super) async fn taint(
    State(app): State<App>,
    Path((tid, client)): Path<(Uuid, Uuid)>,
    Json(taint): Json<Taint>,
) -> Result<Json<Value>, ControlError> {
    let shown = directory::taint(&mut app.state(), tid, client, &taint)?;
    Ok(changed(&app, json!(shown)))
}

pub(super) async fn plant(State(app): State<App>, Json(plant): Json<Plant>) -> Result<Json<Value>, ControlError> {
    let shown = directory::plant(&mut app.state(), &plant)?;
    Ok(changed(&app, json!(shown)))
}

pub(super) async fn role_assignments(State(app): State<App>, Path(tid): Path<Uuid>) -> Json<Value> {
    let state = app.state();
    Json(json!(state.role_assignments.iter().filter(|known| known.tid == tid).collect::<Vec<_>>()))
}

pub(super) async fn remove_role(
    State(app): State<App>,
    Path((tid, client, role)): Path<(Uuid, Uuid, String)>,
) -> Json<Value> {
    let deleted = directory::remove_role(&mut app.state(), tid, client, None, &role);
    changed(&app, json!({ "deleted": deleted }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Enabled {
    enabled: bool,
}

pub(super) async fn enable_principal(
    State(app): State<App>,
    Path((tid, client)): Path<(Uuid, Uuid)>,
    Json(wanted): Json<Enabled>,
) -> Json<Value> {
    let now = app.now_millis();
    let found = directory::enable_service_principal(&mut app.state(), tid, client, wanted.enabled, now);
    changed(&app, json!({ "found": found }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    approve: bool,
}

pub(super) async fn decide(
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Json(decision): Json<Decision>,
) -> Json<Value> {
    let now = app.now_millis();
    let decided = directory::decide(&mut app.state(), id, decision.approve, now);
    changed(&app, json!({ "decided": decided }))
}

pub(super) async fn request_counts(State(app): State<App>) -> Json<Value> {
    Json(json!(app.state().log.counts()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Letter {
    folder: String,
    subject: String,
    body: String,
}

pub(super) async fn deliver_mail(
    State(app): State<App>,
    Path(username): Path<String>,
    Json(letter): Json<Letter>,
) -> Result<Json<Value>, ControlError> {
    let (now, text) = (app.now_millis(), (letter.subject.as_str(), letter.body.as_str()));
    let id = changes::deliver_mail(&mut app.state(), &username, &letter.folder, text, now)?;
    Ok(Json(json!({ "id": id })))
}

pub(super) async fn remove_mail(
    State(app): State<App>,
    Path((username, id)): Path<(String, String)>,
) -> Result<Json<Value>, ControlError> {
    let removed = changes::remove_mail(&mut app.state(), &username, &id)?;
    Ok(Json(json!({ "removed": removed })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkloadBlock {
    client: Option<Uuid>,
    blocked: bool,
}

pub(super) async fn block_workload(
    State(app): State<App>,
    Path(tid): Path<Uuid>,
    Json(wanted): Json<WorkloadBlock>,
) -> Result<StatusCode, ControlError> {
    changes::block_workload(&mut app.state(), tid, wanted.client, wanted.blocked)?;
    Ok(StatusCode::NO_CONTENT)
}
