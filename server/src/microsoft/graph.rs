//! Reads from Microsoft Graph: who the account is, which organization, and one real read per workload as proof.
//!
//! One request, one answer: nothing is paged, followed or retried here, so no `@odata.nextLink` can lead anywhere (H11).
//! How long to wait is handed back as data.

mod error;
mod proof;

use super::{config::Authority, http::Outbound, json::parse_object};
use crate::random::SharedRandom;
use http::{HeaderValue, Request, StatusCode, header};
use serde_json::{Map, Value};
use shared::{
    id::{ObjectId, TenantId},
    secret::Secret,
    workload::Workload,
};
use std::sync::Arc;
use uuid::Uuid;

pub use error::GraphError;
pub(super) use error::refusal;
pub use proof::Proof;

const LONGEST_TEXT: usize = 200;
const MOST_DOMAINS: usize = 1000;

/// The account that a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// Its object id.
    pub object: ObjectId,
    /// The person's name; for display.
    pub display_name: String,
    /// Its user name; for display and for matching against a set's account in advice.
    pub user_principal_name: String,
    /// Its mail address, if it has a mailbox.
    pub mail: Option<String>,
}

/// The tenant that a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub tenant: TenantId,
    /// Its name; for display.
    pub display_name: String,
    /// Its verified domains.
    pub domains: Vec<String>,
}

/// Reads from Graph.
pub struct Graph {
    authority: Authority,
    outbound: Arc<Outbound>,
    random: SharedRandom,
}

impl Graph {
    /// Reads from the authority's Graph.
    pub fn new(authority: Authority, outbound: Arc<Outbound>, random: SharedRandom) -> Self {
        Self { authority, outbound, random }
    }

    /// The token's account. Needs `User.Read`.
    pub async fn me(&self, token: &Secret<String>) -> Result<Me, GraphError> {
        let body = self.get(token, "v1.0/me?$select=id,displayName,userPrincipalName,mail").await?;
        Ok(Me {
            object: id(&body, "id").map(ObjectId).ok_or(GraphError::WrongAnswer)?,
            display_name: text(&body, "displayName").unwrap_or_default(),
            user_principal_name: text(&body, "userPrincipalName").unwrap_or_default(),
            mail: text(&body, "mail"),
        })
    }

    /// The token's tenant. Needs `User.Read`.
    pub async fn organization(&self, token: &Secret<String>) -> Result<Organization, GraphError> {
        let body = self.get(token, "v1.0/organization?$select=id,displayName,verifiedDomains").await?;
        let one =
            list(&body).and_then(|list| list.first()).and_then(Value::as_object).ok_or(GraphError::WrongAnswer)?;
        let domains = one.get("verifiedDomains").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let names = domains.iter().take(MOST_DOMAINS).filter_map(Value::as_object).filter_map(|one| text(one, "name"));
        Ok(Organization {
            tenant: id(one, "id").map(TenantId).ok_or(GraphError::WrongAnswer)?,
            display_name: text(one, "displayName").unwrap_or_default(),
            domains: names.collect(),
        })
    }

    /// One real read of the workload with the account's own token.
    pub async fn prove(&self, token: &Secret<String>, workload: Workload) -> Result<Proof, GraphError> {
        let Some((path, shape)) = proof::read_of(workload) else { return Ok(Proof::NoWay) };
        match self.get(token, path).await {
            Ok(body) if shape.fits(&body) => Ok(Proof::Read),
            Ok(_) => Err(GraphError::WrongAnswer),
            Err(GraphError::NotFound { code, .. }) if proof::is_absence(code.as_deref()) => Ok(Proof::NotThere),
            Err(error) => Err(error),
        }
    }

    /// One real read of the workload with an app's token, which reaches every account: of the first accounts, one that has
    /// some of it is enough.
    pub async fn prove_for_all(&self, token: &Secret<String>, workload: Workload) -> Result<Proof, GraphError> {
        let Some(read) = proof::app_read_of(workload) else { return Ok(Proof::NoWay) };
        let (path, shape) = match read {
            proof::AppRead::Tenant(path, shape) => (path.to_owned(), shape),
            proof::AppRead::Account(path, shape) => return self.prove_of_accounts(token, path, shape).await,
        };
        match self.get(token, &path).await {
            Ok(body) if shape.fits(&body) => Ok(Proof::Read),
            Ok(_) => Err(GraphError::WrongAnswer),
            Err(error) => Err(error),
        }
    }

    async fn prove_of_accounts(
        &self,
        token: &Secret<String>,
        path: &'static str,
        shape: proof::Shape,
    ) -> Result<Proof, GraphError> {
        let users = self.get(token, "v1.0/users?$top=10&$select=id").await?;
        let ids = list(&users).ok_or(GraphError::WrongAnswer)?.iter().filter_map(Value::as_object);
        for user in ids.filter_map(|one| id(one, "id")).take(10).collect::<Vec<_>>() {
            match self.get(token, &format!("v1.0/users/{user}/{path}")).await {
                Ok(body) if shape.fits(&body) => return Ok(Proof::Read),
                Ok(_) => return Err(GraphError::WrongAnswer),
                Err(GraphError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Proof::NotThere)
    }

    /// `path` is written by us, with GUIDs at most.
    async fn get(&self, token: &Secret<String>, path: &str) -> Result<Map<String, Value>, GraphError> {
        let request_id = self.request_id();
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| GraphError::Token)?;
        bearer.set_sensitive(true);
        let request = Request::get(self.authority.graph_url(path).as_str())
            .header(header::AUTHORIZATION, bearer)
            .header(header::ACCEPT, "application/json")
            .header("client-request-id", request_id.to_string())
            .header("return-client-request-id", "true")
            .body(Vec::new())
            .map_err(|_| GraphError::Token)?;
        let answer = self.outbound.send(request).await?;
        if answer.status() == StatusCode::OK {
            parse_object(answer.body()).map_err(|_| GraphError::WrongAnswer)
        } else {
            Err(refusal(&answer, request_id))
        }
    }

    /// A random UUID (RFC 9562 §5.4).
    fn request_id(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

fn list(body: &Map<String, Value>) -> Option<&Vec<Value>> {
    body.get("value").and_then(Value::as_array)
}

pub(super) fn id(body: &Map<String, Value>, name: &str) -> Option<Uuid> {
    super::error_ids::id(body, name)
}

pub(super) fn text(body: &Map<String, Value>, name: &str) -> Option<String> {
    let text = body.get(name).and_then(Value::as_str)?;
    Some(text.chars().filter(|character| !character.is_control()).take(LONGEST_TEXT).collect())
}

#[cfg(test)]
mod tests;
