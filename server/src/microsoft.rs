//! Everything that speaks to Microsoft: the sign-in service and Graph.
//!
//! All calls leave through one [`http::Outbound`] with a fixed list of origins. Tokens are believed only after
//! [`verify`]; grants come from [`grants`], reads from [`graph`]. Nothing here stores anything, sleeps, prints a
//! token, or shows a body that Microsoft sent. A new call belongs in `graph`; a new grant in `grants`.

pub mod assertion;
mod breaker;
pub mod certificate;
pub mod clock_check;
pub mod config;
pub mod directory;
pub mod error_ids;
mod gate;
pub mod grants;
pub mod graph;
pub mod http;
pub mod json;
pub mod keys;
pub mod tenant;
#[cfg(test)]
pub(crate) mod testing;
pub mod verify;

use crate::{clock::SharedClock, random::SharedRandom};
use assertion::Assertions;
use certificate::{CertificateError, SigningCertificate};
use clock_check::ClockCheck;
use config::MicrosoftConfig;
use directory::Directory;
use grants::Grants;
use graph::Graph;
use http::{Outbound, OutboundError};
use keys::Keys;
use shared::id::ClientId;
use std::sync::Arc;
use tenant::Tenants;
use verify::Verifier;

/// Why the Microsoft side cannot be set up from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The outbound client.
    #[error("the outbound client: {0}")]
    Outbound(#[from] OutboundError),
    /// Two registrations with one key (P2).
    #[error("Rekey Access and Rekey Setup have the same certificate: each needs a key of its own")]
    SharedKey,
    /// The certificate of a registration.
    #[error("the certificate of the registration {0}: {1}")]
    Certificate(ClientId, #[source] CertificateError),
}

/// The Microsoft side, ready for use. Cheap to clone.
#[derive(Clone)]
pub struct Microsoft {
    /// What it was made from.
    pub config: Arc<MicrosoftConfig>,
    /// The signing keys of the authority; its `refresh_due` wants calling in the background.
    pub keys: Arc<Keys>,
    /// Checks tokens.
    pub verifier: Arc<Verifier>,
    /// Asks for tokens as Rekey Access.
    pub grants: Arc<Grants>,
    /// Asks for tokens as Rekey Setup, without refresh tokens; `None` where modern is not set up.
    pub setup: Option<Arc<Grants>>,
    /// Changes a tenant's directory: apps, service principals, assignments, keys.
    pub directory: Arc<Directory>,
    /// Finds tenants by domain.
    pub tenants: Arc<Tenants>,
    /// Reads from Graph.
    pub graph: Arc<Graph>,
    /// Whether this machine's clock agrees with Microsoft's.
    pub clock_check: Arc<ClockCheck>,
}

impl Microsoft {
    /// Wires everything; opens no connection.
    pub fn new(config: MicrosoftConfig, clock: &SharedClock, random: &SharedRandom) -> Result<Self, SetUpError> {
        let outbound = Arc::new(Outbound::new(&config.authority, config.extra_ca_pem.as_deref(), clock.clone())?);
        let clock_check = outbound.clock_check();
        let client = config.access.client_id;
        let certificate = config.access.load().map_err(|error| SetUpError::Certificate(client, error))?;
        let keys = Arc::new(Keys::new(config.authority.clone(), outbound.clone(), clock.clone()));
        let verifier = Arc::new(Verifier::new(config.authority.clone(), keys.clone()));
        let grants_of = |client: ClientId, certificate: SigningCertificate| {
            let authority = config.authority.clone();
            let assertions = Assertions::new(authority.clone(), client, certificate, clock.clone(), random.clone());
            let (outbound, verifier) = (outbound.clone(), verifier.clone());
            Grants::new(authority, client, outbound, assertions, verifier, clock.clone(), random.clone())
        };
        let access_thumbprint = certificate.thumbprint();
        let grants = grants_of(client, certificate);
        let setup = match &config.setup {
            Some(pair) => {
                let client = pair.api.client_id;
                let own = pair.api.load().map_err(|error| SetUpError::Certificate(client, error))?;
                if own.thumbprint() == access_thumbprint {
                    return Err(SetUpError::SharedKey);
                }
                Some(Arc::new(grants_of(client, own).without_refresh_tokens()))
            }
            None => None,
        };
        let directory = Directory::new(config.authority.clone(), outbound.clone(), random.clone());
        let tenants = Tenants::new(config.authority.clone(), outbound.clone());
        let graph = Graph::new(config.authority.clone(), outbound, random.clone());
        Ok(Self {
            config: Arc::new(config),
            clock_check,
            keys,
            verifier,
            grants: Arc::new(grants),
            setup,
            directory: Arc::new(directory),
            tenants: Arc::new(tenants),
            graph: Arc::new(graph),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        config::{Authority, Registration, SetupPair},
        testing::{API, LOGIN, ManualClock, NOW, PAGE},
        *,
    };
    use crate::random::SystemRandom;
    use shared::time::Timestamp;

    #[test]
    fn p2_each_registration_has_a_key_of_its_own() {
        let made = || certificate::self_signed("Rekey", Timestamp(NOW), Timestamp(NOW + 86_400)).unwrap();
        let registration = |made: &certificate::NewCertificate, client_id| Registration {
            client_id,
            certificate_pem: made.certificate_pem.clone(),
            private_key_pem: made.private_key_pem.clone(),
        };
        let (one, other) = (made(), made());
        let config = |setup: &certificate::NewCertificate| MicrosoftConfig {
            authority: Authority::new(LOGIN, LOGIN).unwrap(),
            sign_in: PAGE,
            access: registration(&one, API),
            setup: Some(SetupPair { page: PAGE, api: registration(setup, PAGE) }),
            extra_ca_pem: None,
        };
        let clock: SharedClock = ManualClock::new();
        let random: SharedRandom = Arc::new(SystemRandom);
        assert!(matches!(Microsoft::new(config(&one), &clock, &random), Err(SetUpError::SharedKey)));
        assert!(Microsoft::new(config(&other), &clock, &random).is_ok());
    }
}
