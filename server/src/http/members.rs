//! Members and the invitations to become one. Changes need an owner or admin who signed in a moment ago.

use super::{
    Http,
    answer::Json,
    caller::Guesser,
    input::{Body, Id},
    problem::ApiError,
};
use crate::{
    access::{Manager, WholeReader},
    services::{member_invitations, members},
};
use axum::{extract::State, http::StatusCode};
use shared::{
    api::{
        members::{
            ClaimMemberInvitation, ConfirmMember, CreateMemberInvitation, InvitedView, MemberDetail,
            MemberInvitationCreated, MemberInvitationView, OpenMemberInvitation, UpdateMember,
        },
        problem::Problem,
    },
    id::MemberId,
};
use uuid::Uuid;

/// All members.
#[utoipa::path(get, path = "/api/v1/members", tag = "members", responses((status = 200, body = Vec<MemberDetail>)))]
pub async fn list(State(http): State<Http>, reader: WholeReader) -> Result<Json<Vec<MemberDetail>>, ApiError> {
    Ok(Json(members::list(&http.app, reader.organization).await?))
}

/// Changes what a member may do, from their next request on.
#[utoipa::path(post, path = "/api/v1/members/{id}", tag = "members", params(("id" = MemberId, Path)), request_body = UpdateMember, responses(
    (status = 200, body = MemberDetail),
    (status = 403, description = "role_insufficient, member_needed, sign_in_stale", body = Problem),
    (status = 409, description = "last_owner", body = Problem),
))]
pub async fn update(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<MemberId>,
    Body(request): Body<UpdateMember>,
) -> Result<Json<MemberDetail>, ApiError> {
    Ok(Json(members::update(&http.app, &manager, id, &request).await?))
}

/// Removes a member; their sessions end at once.
#[utoipa::path(post, path = "/api/v1/members/{id}/remove", tag = "members", params(("id" = MemberId, Path)), responses(
    (status = 204, description = "removed"),
    (status = 409, description = "last_owner", body = Problem),
))]
pub async fn remove(State(http): State<Http>, manager: Manager, Id(id): Id<MemberId>) -> Result<StatusCode, ApiError> {
    members::remove(&http.app, &manager, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The last 200 invitations, newest first.
#[utoipa::path(get, path = "/api/v1/member-invitations", tag = "members", responses((status = 200, body = Vec<MemberInvitationView>)))]
pub async fn list_invitations(
    State(http): State<Http>,
    reader: WholeReader,
) -> Result<Json<Vec<MemberInvitationView>>, ApiError> {
    Ok(Json(member_invitations::list(&http.app, reader.organization).await?))
}

/// Makes an invitation: seven days, for one person. Its address is shown this once.
#[utoipa::path(post, path = "/api/v1/member-invitations", tag = "members", request_body = CreateMemberInvitation, responses(
    (status = 200, body = MemberInvitationCreated),
    (status = 422, description = "field_invalid (note, customers)", body = Problem),
))]
pub async fn invite(
    State(http): State<Http>,
    manager: Manager,
    Body(request): Body<CreateMemberInvitation>,
) -> Result<Json<MemberInvitationCreated>, ApiError> {
    Ok(Json(member_invitations::create(&http.app, &manager, &request).await?))
}

/// Takes an invitation back.
#[utoipa::path(post, path = "/api/v1/member-invitations/{id}/revoke", tag = "members", params(("id" = Uuid, Path)), responses(
    (status = 200, body = MemberInvitationView),
    (status = 409, description = "link_over", body = Problem),
))]
pub async fn revoke_invitation(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<Uuid>,
) -> Result<Json<MemberInvitationView>, ApiError> {
    Ok(Json(member_invitations::revoke(&http.app, &manager, id).await?))
}

/// Confirms that whoever signed in with an invitation is the person meant: a member from now on.
#[utoipa::path(post, path = "/api/v1/member-invitations/{id}/confirm", tag = "members", params(("id" = Uuid, Path)), request_body = ConfirmMember, responses(
    (status = 200, body = MemberDetail),
    (status = 409, description = "not_claimed, changed_meanwhile, link_over, member_elsewhere", body = Problem),
))]
pub async fn confirm(
    State(http): State<Http>,
    manager: Manager,
    Id(id): Id<Uuid>,
    Body(request): Body<ConfirmMember>,
) -> Result<Json<MemberDetail>, ApiError> {
    Ok(Json(member_invitations::confirm(&http.app, &manager, id, &request).await?))
}

/// What an invited person sees before signing in. Changes nothing; unknown, used and revoked invitations look alike.
#[utoipa::path(post, path = "/api/v1/member-invitations/open", tag = "members", request_body = OpenMemberInvitation, responses(
    (status = 200, body = InvitedView),
    (status = 404, body = Problem),
), security(()))]
pub async fn open(
    State(http): State<Http>,
    guesser: Guesser,
    Body(request): Body<OpenMemberInvitation>,
) -> Result<Json<InvitedView>, ApiError> {
    Ok(Json(guesser.count(&http, member_invitations::open(&http.app, &request.invitation).await)?))
}

/// Signs in with an invitation. Makes nobody a member: the inviter confirms.
#[utoipa::path(post, path = "/api/v1/member-invitations/claim", tag = "members", request_body = ClaimMemberInvitation, responses(
    (status = 200, body = InvitedView),
    (status = 404, body = Problem),
    (status = 409, description = "sign_in_over", body = Problem),
), security(()))]
pub async fn claim(
    State(http): State<Http>,
    guesser: Guesser,
    Body(request): Body<ClaimMemberInvitation>,
) -> Result<Json<InvitedView>, ApiError> {
    Ok(Json(guesser.count(&http, member_invitations::claim(&http.app, &request).await)?))
}
