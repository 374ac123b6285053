//! Signing in to the portal, and what everybody may know.

use super::{Http, answer::Json, caller::COOKIE, input::Body, problem::ApiError};
use crate::services::sessions::{self, LONGEST, SignedIn};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use shared::api::{
    problem::Problem,
    session::{CreateSession, Meta, SessionView, SignInStart},
};

/// What everybody may know about this installation.
#[utoipa::path(get, path = "/api/v1/meta", tag = "session", security(()), responses((status = 200, body = Meta)))]
pub async fn meta(State(http): State<Http>) -> Json<Meta> {
    Json(Meta {
        brand: http.app.settings.brand.clone(),
        login_host: http.app.login_host(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mail: http.app.outgoing.mail.is_some(),
    })
}

/// Begins a portal sign-in: everything that the browser needs to go to Microsoft.
#[utoipa::path(post, path = "/api/v1/sign-ins", tag = "session", security(()), responses(
    (status = 200, body = SignInStart),
    (status = 429, description = "too many sign-ins from this address", body = Problem),
))]
pub async fn start(State(http): State<Http>, request: Request) -> Result<Json<SignInStart>, ApiError> {
    let (parts, _) = request.into_parts();
    http.limits.take_sign_in(http.limits.address(&parts), http.app.now())?;
    Ok(Json(sessions::begin(&http.app).await?))
}

/// Ends a sign-in with Microsoft's ID token; the answer sets the session's cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", security(()), request_body = CreateSession, responses(
    (status = 200, body = SessionView),
    (status = "4XX", description = "sign_in_over, token_refused, not_a_member, link_over", body = Problem, content_type = "application/problem+json"),
))]
pub async fn create(State(http): State<Http>, Body(request): Body<CreateSession>) -> Result<Response, ApiError> {
    let (secret, signed_in) = sessions::create(&http.app, &request).await?;
    let view = sessions::view(&http.app, &signed_in).await?;
    let mut response = Json(view).into_response();
    set_cookie(&mut response, secret.expose(), LONGEST);
    Ok(response)
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses(
    (status = 200, body = SessionView),
    (status = 401, description = "nobody is signed in", body = Problem),
))]
pub async fn find(State(http): State<Http>, signed_in: SignedIn) -> Result<Json<SessionView>, ApiError> {
    Ok(Json(sessions::view(&http.app, &signed_in).await?))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204, description = "signed out")))]
pub async fn end(State(http): State<Http>, signed_in: SignedIn) -> Result<Response, ApiError> {
    sessions::end(&http.app, &signed_in).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, "", 0);
    Ok(response)
}

fn set_cookie(response: &mut Response, secret: &str, seconds: i64) {
    let text = format!("{COOKIE}={secret}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={seconds}");
    if let Ok(mut value) = HeaderValue::try_from(text) {
        value.set_sensitive(true);
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}
