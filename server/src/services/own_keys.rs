//! What an app does to its own keys: add one, take one off, each with proof of possession (microsoft-identity.md §6.3).
//!
//! Needs no permission. Only the public certificate goes out (P8); the app cannot read its own object, so what Graph
//! answers is all that is known.

use super::{ServiceError, certificates, help};
use crate::{
    microsoft::{
        assertion,
        certificate::{CertificateError, SigningCertificate},
        directory::Call,
        grants::{
            app::{AppToken, TokenResource},
            error::{GrantError, OurFault},
        },
        graph::GraphError,
    },
    state::AppState,
    store::{apps::App, certificates::Certificate},
};
use shared::{
    api::problem::{Help, HelpAction},
    id::{ObjectId, OrganizationId},
};
use std::time::Duration;
use uuid::Uuid;

/// `aud` of a proof: what Graph called itself before it was Graph.
const PROOF_AUDIENCE: &str = "00000002-0000-0000-c000-000000000000";
/// "The certificate is not registered on the application": right after `addKey` it means "not yet".
const UNKNOWN_KEY: u32 = 700_027;

/// Why the keys of an app could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The app gets no token.
    #[error("no token: {0}")]
    Grant(#[from] GrantError),
    /// Graph refused the change.
    #[error("refused: {0}")]
    Graph(#[from] GraphError),
}

impl KeyError {
    /// Whether the same may succeed later without anybody doing anything, and after how long, if Microsoft said.
    pub fn wait(&self) -> Option<Option<Duration>> {
        match self {
            Self::Grant(GrantError::Throttled { retry_after, .. } | GrantError::Unavailable { retry_after, .. })
            | Self::Graph(GraphError::Throttled { retry_after, .. } | GraphError::Unavailable { retry_after, .. }) => {
                Some(*retry_after)
            }
            _ => None,
        }
    }
}

/// Whether a refused token means that Microsoft does not know the certificate (yet).
pub fn is_unknown_key(error: &GrantError) -> bool {
    error.aadsts() == Some(UNKNOWN_KEY)
}

/// The remedy when an app gets no token.
pub fn help_for(error: &GrantError) -> Help {
    let GrantError::OurFault { what: OurFault::Credential, .. } = error else { return help::for_grant(error) };
    let text = "Microsoft no longer accepts this app's certificate. It ended, or somebody took it off the app. An administrator of the tenant signs in once: Update configuration.";
    Help {
        ids: help::ids(error.ids()),
        ..help::own(
            "certificate_unknown",
            "Microsoft does not accept the certificate of this app",
            text,
            HelpAction::AskAdministrator,
        )
    }
}

/// An app that holds one of its keys, with a token of its own.
pub struct OwnKeys<'a> {
    app: &'a AppState,
    object: ObjectId,
    by: SigningCertificate,
    token: AppToken,
}

impl<'a> OwnKeys<'a> {
    /// Gets a token by a certificate of the app. The outer error is ours, the inner one Microsoft's.
    pub async fn open(
        app: &'a AppState,
        organization: OrganizationId,
        connection: &App,
        by: &Certificate,
    ) -> Result<Result<Self, GrantError>, ServiceError> {
        let signing = certificates::open(app, organization, by)?;
        Self::by(app, connection, signing).await
    }

    /// The same with a certificate that is open.
    pub async fn by(
        app: &'a AppState,
        connection: &App,
        by: SigningCertificate,
    ) -> Result<Result<Self, GrantError>, ServiceError> {
        let (Some(client), Some(object)) = (connection.client_id, connection.object) else {
            return Err(ServiceError::NotFound);
        };
        let grants = &app.microsoft.grants;
        Ok(grants.app_token(connection.tenant, client, &by, &TokenResource::Graph).await.map(|token| Self {
            app,
            object,
            by,
            token,
        }))
    }

    fn proof(&self) -> Result<shared::secret::Secret<String>, CertificateError> {
        assertion::jwt(&self.by, self.object.0, PROOF_AUDIENCE, self.app.now(), self.app.new_id())
    }

    /// Adds a certificate; its `keyId`, if the answer says it.
    pub async fn add(&self, new: &Certificate) -> Result<Result<Option<Uuid>, GraphError>, ServiceError> {
        let proof = self.proof()?;
        let call = Call::AddKey { object: self.object, new: (&new.der, &new.thumbprint), proof: &proof };
        let answer = self.app.microsoft.directory.call(&self.token.access_token, &call).await;
        Ok(answer.map(|body| {
            body.get("keyId").and_then(serde_json::Value::as_str).and_then(|text| Uuid::try_parse(text).ok())
        }))
    }

    /// Takes a key off.
    pub async fn remove(&self, key: Uuid) -> Result<Result<(), GraphError>, ServiceError> {
        let proof = self.proof()?;
        let call = Call::RemoveKey { object: self.object, key, proof: &proof };
        Ok(self.app.microsoft.directory.call(&self.token.access_token, &call).await.map(|_| ()))
    }
}
