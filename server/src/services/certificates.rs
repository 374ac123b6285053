//! Certificates of apps: made, sealed, opened for signing. Two calendar years by default (B-11, E1, E2, E4).

use super::ServiceError;
use crate::{
    microsoft::{
        certificate::{self, CertificateError, SigningCertificate},
        grants::{
            app::{AppToken, TokenResource},
            error::GrantError,
        },
    },
    seal::{SealContext, SealError},
    state::AppState,
    store::{
        apps::App,
        certificates::{Certificate, PRIVATE_KEY},
    },
};
use shared::{
    api::apps::CertificateState,
    id::{CertificateId, ClientId, ConnectionId, OrganizationId},
    secret::Secret,
    time::Timestamp,
};

/// How far back a certificate starts, in seconds: clocks differ.
const BACK: i64 = 15 * 60;

/// The validities tried, longest first: two calendar years, then days, when the tenant's policy refuses (E3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// Two calendar years.
    TwoYears,
    /// So many days.
    Days(i64),
}

impl Validity {
    /// All that are tried, in order.
    pub const STEPS: [Self; 4] = [Self::TwoYears, Self::Days(365), Self::Days(180), Self::Days(90)];

    /// The end of a certificate that begins at `from`.
    pub fn end(self, from: Timestamp) -> Timestamp {
        match self {
            Self::TwoYears => certificate::two_years_after(from),
            Self::Days(days) => from.plus(days * 24 * 3600),
        }
    }
}

/// Makes a certificate for an app and seals its key. Stores nothing.
pub async fn make(
    app: &AppState,
    organization: OrganizationId,
    connection: ConnectionId,
    validity: Validity,
    shortened: Option<String>,
) -> Result<Certificate, ServiceError> {
    let now = app.now();
    let not_before = now.plus(-BACK);
    let not_after = validity.end(not_before);
    // An RSA key takes a tenth of a second and more of one core.
    let made = tokio::task::spawn_blocking(move || certificate::self_signed("Rekey", not_before, not_after));
    let made = made.await.map_err(|_| CertificateError::Making)??;
    let signing = SigningCertificate::from_pem(&made.certificate_pem, &made.private_key_pem)?;
    let id = CertificateId(app.new_id());
    let context = context(organization, id);
    Ok(Certificate {
        id,
        app: connection,
        state: CertificateState::Made,
        thumbprint: signing.thumbprint(),
        der: signing.der().to_vec(),
        private_key: Some(app.keyring.seal(&context, made.private_key_pem.expose().as_bytes())?),
        key_id: None,
        not_before,
        not_after,
        shortened,
        created_at: now,
        proved_at: None,
        renew_at: None,
        remove_at: None,
        removed_at: None,
    })
}

const fn context(organization: OrganizationId, id: CertificateId) -> SealContext {
    SealContext { organization, kind: PRIVATE_KEY, row: id.0, version: 1 }
}

/// Opens a certificate for signing. Fails when its key was forgotten.
pub fn open(
    app: &AppState,
    organization: OrganizationId,
    one: &Certificate,
) -> Result<SigningCertificate, ServiceError> {
    let sealed = one.private_key.as_ref().ok_or(ServiceError::NotFound)?;
    let bytes = app.keyring.open(&context(organization, one.id), sealed)?;
    let text = std::str::from_utf8(bytes.expose()).map_err(|_| SealError::NotThisRecord)?;
    Ok(SigningCertificate::from_der(&one.der, &Secret::new(text.to_owned()))?)
}

/// A token of an app, by one of its certificates. The outer error is ours, the inner one Microsoft's.
pub async fn token(
    app: &AppState,
    organization: OrganizationId,
    connection: &App,
    one: &Certificate,
    resource: &TokenResource,
) -> Result<Result<AppToken, GrantError>, ServiceError> {
    let client = connection.client_id.ok_or(ServiceError::NotFound)?;
    let certificate = open(app, organization, one)?;
    Ok(request(app, connection, client, &certificate, resource).await)
}

async fn request(
    app: &AppState,
    connection: &App,
    client: ClientId,
    certificate: &SigningCertificate,
    resource: &TokenResource,
) -> Result<AppToken, GrantError> {
    app.microsoft.grants.app_token(connection.tenant, client, certificate, resource).await
}

/// A certificate's public side as PEM (RFC 7468).
pub fn pem(der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(der);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem + "-----END CERTIFICATE-----\n"
}
