//! As much of Microsoft as publishes keys; whoever asks it for a token waits.

use crate::bench::{BenchError, token::Issuer};
use axum::{
    Json, Router,
    routing::{get, post},
};
use serde_json::{Value, json};
use server::microsoft::{
    certificate,
    config::{Authority, MicrosoftConfig, Registration},
};
use shared::{
    id::{ClientId, TenantId},
    time::Timestamp,
};
use uuid::{Uuid, uuid};

/// The page's registration.
pub const SIGN_IN: Uuid = uuid!("5e10c0de-0001-4a00-8000-0000000000be");
/// The API's registration.
pub const ACCESS: Uuid = uuid!("5e10c0de-0002-4a00-8000-0000000000be");

/// Where it is.
#[derive(Debug, Clone)]
pub struct Microsoft {
    /// Its origin.
    pub origin: String,
}

impl Microsoft {
    /// Publishes this issuer's key.
    pub async fn start(issuer: &Issuer) -> Result<Self, BenchError> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let template = format!("{origin}/{{tenantid}}/v2.0");
        let metadata = json!({ "issuer": template, "jwks_uri": format!("{origin}/keys") });
        let keys = issuer.key_set(&template);
        let router = Router::new()
            .route("/organizations/v2.0/.well-known/openid-configuration", get(|| async { Json(metadata) }))
            .route("/keys", get(|| async { Json(keys) }))
            .route("/{tenant}/oauth2/v2.0/token", post(std::future::pending::<()>));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { origin })
    }

    /// What the server needs to know of it.
    pub fn config(&self, now: Timestamp) -> Result<MicrosoftConfig, BenchError> {
        let made = certificate::self_signed("bench", now.plus(-60), now.plus(24 * 3600))?;
        Ok(MicrosoftConfig {
            authority: Authority::new(&self.origin, &self.origin)?,
            sign_in: ClientId(SIGN_IN),
            access: Registration {
                client_id: ClientId(ACCESS),
                certificate_pem: made.certificate_pem,
                private_key_pem: made.private_key_pem,
            },
            setup: None,
            extra_ca_pem: None,
        })
    }

    /// The claims of an access token and an ID token of one person's sign-in.
    pub fn claims(&self, tenant: TenantId, object: Uuid, nonce: &str, now: Timestamp) -> [Value; 2] {
        let common = |audience: Uuid| {
            json!({
                "aud": audience.to_string(), "iss": format!("{}/{tenant}/v2.0", self.origin), "iat": now.0, "nbf": now.0,
                "exp": now.0 + 3600, "tid": tenant.to_string(), "oid": object.to_string(), "sub": object.simple().to_string(),
                "ver": "2.0", "uti": object.simple().to_string(), "name": "Somebody Measured",
                "preferred_username": "somebody@measured.example",
            })
        };
        let (mut access, mut identity) = (common(ACCESS), common(SIGN_IN));
        access["azp"] = json!(SIGN_IN.to_string());
        access["azpacr"] = json!("0");
        access["scp"] = json!("access_as_user");
        identity["nonce"] = json!(nonce);
        [access, identity]
    }
}
