//! Changes to a tenant's directory, as the journal of a set-up needs them and no others (§6; microsoft-identity.md §6).
//!
//! Every call with an administrator's token goes through [`Directory::call`], and [`Call`] is the closed list of what it
//! may do. Objects are named by GUIDs or by our own unique names: no text of a person or of Microsoft reaches an address.
//! Nothing is searched, followed or retried here; how long to wait is handed back as data.

mod call;

pub use call::{Call, UniqueName};

use super::{
    config::Authority,
    graph::{self, GraphError, refusal},
    http::Outbound,
    json::parse_object,
};
use crate::random::SharedRandom;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, Method, Request, StatusCode, header};
use serde_json::{Map, Value};
use shared::{
    id::{ClientId, ObjectId},
    secret::Secret,
};
use std::sync::Arc;
use uuid::Uuid;

/// The longest list that is read of an object.
const MOST: usize = 500;

/// Calls a tenant's directory.
pub struct Directory {
    authority: Authority,
    outbound: Arc<Outbound>,
    random: SharedRandom,
}

/// What is read of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Its object id.
    pub object: ObjectId,
    /// Its client id.
    pub client_id: ClientId,
    /// Its keys.
    pub keys: Vec<Key>,
    /// How many passwords it has: none, or it is not ours alone.
    pub passwords: usize,
}

/// A public key on an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its `keyId`.
    pub id: Uuid,
    /// The certificate, DER, if Graph shows it: nobody else has ours, while a name and an id can be anybody's choice.
    pub der: Option<Vec<u8>>,
}

impl Key {
    /// Whether it is the certificate `der`, which Microsoft gave this id, if that is known.
    pub fn is(&self, der: &[u8], id: Option<Uuid>) -> bool {
        self.der.as_deref().map_or(id == Some(self.id), |shown| shown == der)
    }
}

/// What is read of a service principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Principal {
    /// Its object id.
    pub object: ObjectId,
    /// How many keys and passwords it has beside those of its application: ours has none.
    pub credentials: usize,
}

/// One permission assigned to a service principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The assignment's id: Microsoft's text of letters, digits, `-` and `_`.
    pub id: String,
    /// The resource's service principal.
    pub resource: ObjectId,
    /// The permission.
    pub role: Uuid,
}

impl Directory {
    /// Calls the authority's Graph.
    pub fn new(authority: Authority, outbound: Arc<Outbound>, random: SharedRandom) -> Self {
        Self { authority, outbound, random }
    }

    /// Carries out one call; the answer's body, empty where there is none.
    pub async fn call(&self, token: &Secret<String>, call: &Call<'_>) -> Result<Map<String, Value>, GraphError> {
        let request_id = self.request_id();
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| GraphError::Token)?;
        bearer.set_sensitive(true);
        let method = call.method();
        let body = call.body().map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let mut request = Request::builder()
            .method(&method)
            .uri(self.authority.directory_url(&call.path()).as_str())
            .header(header::AUTHORIZATION, bearer)
            .header(header::ACCEPT, "application/json")
            .header("client-request-id", request_id.to_string())
            .header("return-client-request-id", "true");
        if method != Method::GET && method != Method::DELETE {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if call.creates() {
            request = request.header("Prefer", "create-if-missing, return=representation");
        }
        let answer = self.outbound.send(request.body(body).map_err(|_| GraphError::Token)?).await?;
        match answer.status() {
            StatusCode::NO_CONTENT => Ok(Map::new()),
            status if status.is_success() && answer.body().is_empty() => Ok(Map::new()),
            status if status.is_success() => parse_object(answer.body()).map_err(|_| GraphError::WrongAnswer),
            _ => Err(refusal(&answer, request_id)),
        }
    }

    /// What a call names; `None`: not there (yet).
    async fn find(&self, token: &Secret<String>, call: &Call<'_>) -> Result<Option<Map<String, Value>>, GraphError> {
        match self.call(token, call).await {
            Err(GraphError::NotFound { .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// The application with a unique name or object id; `None`: not there (yet).
    pub async fn application(
        &self,
        token: &Secret<String>,
        call: &Call<'_>,
    ) -> Result<Option<Application>, GraphError> {
        let Some(body) = self.find(token, call).await? else { return Ok(None) };
        let keys = rows(&body, "keyCredentials").map(|row| {
            let id = graph::id(row, "keyId").ok_or(GraphError::WrongAnswer)?;
            Ok(Key { id, der: row.get("key").and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok()) })
        });
        Ok(Some(Application {
            object: graph::id(&body, "id").map(ObjectId).ok_or(GraphError::WrongAnswer)?,
            client_id: graph::id(&body, "appId").map(ClientId).ok_or(GraphError::WrongAnswer)?,
            keys: keys.collect::<Result<_, GraphError>>()?,
            passwords: rows(&body, "passwordCredentials").count(),
        }))
    }

    /// The service principal of an application; `None`: not there (yet).
    pub async fn principal(&self, token: &Secret<String>, client: ClientId) -> Result<Option<Principal>, GraphError> {
        let Some(body) = self.find(token, &Call::Principal(client)).await? else { return Ok(None) };
        let object = graph::id(&body, "id").map(ObjectId).ok_or(GraphError::WrongAnswer)?;
        let credentials = rows(&body, "keyCredentials").count() + rows(&body, "passwordCredentials").count();
        Ok(Some(Principal { object, credentials }))
    }

    /// The object ids of a list, such as an application's owners.
    pub async fn ids(&self, token: &Secret<String>, call: &Call<'_>) -> Result<Vec<Uuid>, GraphError> {
        let body = self.call(token, call).await?;
        rows(&body, "value").map(|row| graph::id(row, "id").ok_or(GraphError::WrongAnswer)).collect()
    }

    /// How many rows a list has.
    pub async fn count(&self, token: &Secret<String>, call: &Call<'_>) -> Result<usize, GraphError> {
        Ok(rows(&self.call(token, call).await?, "value").count())
    }

    /// What is assigned to a service principal.
    pub async fn assignments(
        &self,
        token: &Secret<String>,
        principal: ObjectId,
    ) -> Result<Vec<Assignment>, GraphError> {
        let body = self.call(token, &Call::Assignments(principal)).await?;
        let read = |row: &Map<String, Value>| {
            let id = graph::text(row, "id").filter(|id| call::is_assignment_id(id))?;
            let (resource, role) = (graph::id(row, "resourceId").map(ObjectId)?, graph::id(row, "appRoleId")?);
            Some(Assignment { id, resource, role })
        };
        rows(&body, "value").map(|row| read(row).ok_or(GraphError::WrongAnswer)).collect()
    }

    /// The host of the tenant's SharePoint, read from its root site with an app's own token; `None`: it has none.
    pub async fn sharepoint_host(&self, token: &Secret<String>) -> Result<Option<String>, GraphError> {
        let Some(body) = self.find(token, &Call::RootSite).await? else { return Ok(None) };
        let url = graph::text(&body, "webUrl").and_then(|text| url::Url::parse(&text).ok());
        Ok(url.and_then(|url| url.host_str().map(str::to_owned)))
    }

    /// A random UUID (RFC 9562 §5.4).
    fn request_id(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

fn rows<'a>(body: &'a Map<String, Value>, name: &str) -> impl Iterator<Item = &'a Map<String, Value>> {
    body.get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .take(MOST)
        .filter_map(Value::as_object)
}
