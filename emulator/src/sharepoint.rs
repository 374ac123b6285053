//! SharePoint's own API, as far as classic parts of sites are read through it: `{host of the tenant}/_api/…`.
//!
//! It is served beside Graph, below `/sharepoint/{host}`, since a stand-in has no domain of its own: where Microsoft has
//! `https://contoso.sharepoint.com/_api/web` this has `{graph}/sharepoint/contoso.sharepoint.com/_api/web`. It takes only
//! tokens for that very host, and of applications only those that proved themselves with a certificate (item 40).

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::clock::iso_timestamp;
use crate::graph::{Bearer, SITE_NAMES, verified};
use crate::jose::Jws;
use crate::random;
use crate::state::State as World;

const READ: [&str; 4] = ["Sites.Read.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"];
const READ_AS_PERSON: [&str; 4] = ["AllSites.Read", "AllSites.Write", "AllSites.Manage", "AllSites.FullControl"];

/// Why a call is refused.
enum Refusal {
    /// 401: no token that counts here.
    Token(&'static str),
    /// 401: an application with a secret.
    Secret,
    /// 403.
    Denied,
    /// 404.
    Missing,
    /// 405: nothing is written here.
    Method,
}

/// Any call below `/sharepoint/`.
pub(crate) async fn answer(
    State(app): State<App>,
    Path((host, path)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let now = app.now_millis();
    let answer = read(&app.state(), &host, path.trim_end_matches('/'), &method, &headers, now);
    let mut response = match answer {
        Ok(body) => Json(body).into_response(),
        Err(refusal) => refusal.response(),
    };
    if let Ok(value) = HeaderValue::from_str(&random::guid().to_string()) {
        response.headers_mut().insert("sprequestguid", value);
    }
    response
}

fn read(
    state: &World,
    host: &str,
    path: &str,
    method: &Method,
    headers: &HeaderMap,
    now: i64,
) -> Result<Value, Refusal> {
    let tenant = state.tenants.iter().find(|tenant| tenant.is_sharepoint_host(host)).ok_or(Refusal::Missing)?;
    let wanted = format!("https://{}", host.to_ascii_lowercase());
    let token = verified(state, headers, now, |audience| audience.trim_end_matches('/').eq_ignore_ascii_case(&wanted))
        .map_err(Refusal::Token)?;
    let bearer = Bearer::read(&token).filter(|bearer| bearer.tid == tenant.tid);
    let bearer = bearer.ok_or(Refusal::Token("Access token validation failure."))?;
    if bearer.is_app && !is_by_certificate(&token) {
        return Err(Refusal::Secret);
    }
    if !bearer.may(&READ_AS_PERSON, &READ) {
        return Err(Refusal::Denied);
    }
    if method != Method::GET {
        return Err(Refusal::Method);
    }
    let (site, rest) = path.split_once("_api/").ok_or(Refusal::Missing)?;
    describe(tenant.tid, host, site.trim_end_matches('/'), rest, now).ok_or(Refusal::Missing)
}

fn is_by_certificate(token: &Jws) -> bool {
    ["appidacr", "azpacr"].iter().any(|name| token.claim(name) == Some("2"))
}

fn describe(tid: Uuid, host: &str, site: &str, rest: &str, now: i64) -> Option<Value> {
    let index = match site {
        "" => 0,
        _ => SITE_NAMES.iter().position(|name| site.strip_prefix("sites/") == Some(name))?,
    };
    let title = if index == 0 { "Communication site".to_owned() } else { format!("Team site {index}") };
    let url = if site.is_empty() { format!("https://{host}") } else { format!("https://{host}/{site}") };
    let id = |kind: &str| Uuid::new_v5(&tid, format!("{kind}{index}").as_bytes());
    let list = |name: &str, template: u32| {
        json!({
            "Id": Uuid::new_v5(&id("web"), name.as_bytes()),
            "Title": name,
            "BaseTemplate": template,
            "ItemCount": 3 + index,
            "Hidden": false,
        })
    };
    Some(match rest {
        "web" => json!({
            "odata.metadata": format!("{url}/_api/$metadata#SP.ApiData.Webs/@Element"),
            "Id": id("web"),
            "Title": title,
            "Url": url,
            "ServerRelativeUrl": format!("/{site}"),
            "WebTemplate": if index == 0 { "SITEPAGEPUBLISHING" } else { "GROUP" },
            "Language": 1033,
            "Created": iso_timestamp(now - 200 * 86_400_000),
        }),
        "web/title" => json!({ "value": title }),
        "site" => json!({ "Id": id("collection"), "Url": url, "ServerRelativeUrl": format!("/{site}") }),
        "web/lists" => json!({ "value": [list("Documents", 101), list("Site Pages", 119), list("Events", 106)] }),
        "web/webs" => json!({ "value": [] }),
        _ => return None,
    })
}

impl Refusal {
    fn response(&self) -> Response {
        let (status, body) = match self {
            Self::Token(message) => {
                (StatusCode::UNAUTHORIZED, json!({ "error": "invalid_token", "error_description": message }))
            }
            Self::Secret => (
                StatusCode::UNAUTHORIZED,
                json!({ "error": "invalid_request", "error_description": "Unsupported app only token." }),
            ),
            Self::Denied => (
                StatusCode::FORBIDDEN,
                described(
                    "-2147024891, System.UnauthorizedAccessException",
                    "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))",
                ),
            ),
            Self::Missing => {
                (StatusCode::NOT_FOUND, described("-1, System.IO.FileNotFoundException", "File Not Found."))
            }
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                described("-1, Microsoft.SharePoint.Client.InvalidClientQueryException", "The method is not allowed."),
            ),
        };
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = "Bearer realm=\"\",client_id=\"00000003-0000-0ff1-ce00-000000000000\"";
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

fn described(code: &str, message: &str) -> Value {
    json!({ "odata.error": { "code": code, "message": { "lang": "en-US", "value": message } } })
}
