//! Invitations: links to one sign-in for somebody without an account.

use super::{
    Http,
    answer::Json,
    input::{self, Body, Id, Query},
    problem::ApiError,
};
use crate::{
    access::{Editor, Reader},
    services::invitations::{self, List},
};
use axum::extract::State;
use serde::Deserialize;
use shared::{
    api::{
        invitations::{CreateInvitation, InvitationCreated, InvitationView},
        page::Page,
        problem::Problem,
    },
    id::{AuthorizationId, CustomerId},
};
use utoipa::IntoParams;
use uuid::Uuid;

/// Which invitations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListInvitations {
    /// Of this authorization only.
    authorization: Option<AuthorizationId>,
    /// Of this customer only.
    customer: Option<CustomerId>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 unless told.
    limit: Option<u64>,
}

/// Makes an invitation; its address is shown this once. The one before it to the same sign-in is taken back.
#[utoipa::path(post, path = "/api/v1/authorizations/{id}/invitations", tag = "invitations", params(("id" = AuthorizationId, Path)), request_body = CreateInvitation, responses(
    (status = 200, body = InvitationCreated),
    (status = 409, description = "not_open, sign_in_over, save_running, mail_not_configured", body = Problem),
    (status = 422, description = "field_invalid (sign_in, hours, send_to)", body = Problem),
    (status = 429, description = "mail_limit, recipient_limit", body = Problem),
))]
pub async fn create(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<AuthorizationId>,
    Body(request): Body<CreateInvitation>,
) -> Result<Json<InvitationCreated>, ApiError> {
    Ok(Json(invitations::create(&http.app, &editor.scope, &editor.actor, id, &request).await?))
}

/// One page of invitations, newest first.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "invitations", params(ListInvitations), responses((status = 200, body = Page<InvitationView>)))]
pub async fn list(
    State(http): State<Http>,
    reader: Reader,
    Query(query): Query<ListInvitations>,
) -> Result<Json<Page<InvitationView>>, ApiError> {
    let limit = input::limit(query.limit, 200)?;
    let ListInvitations { authorization, customer, cursor, .. } = query;
    let list = List { authorization, customer, cursor, limit };
    Ok(Json(invitations::list(&http.app, &reader.scope, &list).await?))
}

/// Takes an invitation back: it opens nothing from now on, and whoever is on the way with it is stopped.
#[utoipa::path(post, path = "/api/v1/invitations/{id}/revoke", tag = "invitations", params(("id" = Uuid, Path)), responses(
    (status = 200, body = InvitationView),
    (status = 409, description = "link_over: it was used", body = Problem),
))]
pub async fn revoke(
    State(http): State<Http>,
    editor: Editor,
    Id(id): Id<Uuid>,
) -> Result<Json<InvitationView>, ApiError> {
    Ok(Json(invitations::revoke(&http.app, &editor.scope, &editor.actor, id).await?))
}
