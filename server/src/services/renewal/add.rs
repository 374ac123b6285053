//! From nothing, or from whatever a run before left, to a new certificate that yields tokens.

use super::{Outcome, Renewal, hold, lost};
use crate::{
    microsoft::{
        grants::{app::TokenResource, error::GrantError},
        graph::GraphError,
    },
    services::{
        ServiceError,
        certificates::{self, Validity},
        help,
        own_keys::{KeyError, OwnKeys, help_for, is_unknown_key},
    },
    store::certificates::Certificate,
};
use shared::api::{
    apps::CertificateState,
    problem::{Help, HelpAction},
};
use std::time::Duration;

/// How long Microsoft may need to know a new key everywhere, in seconds. After that the certificate is given up.
const SPREADS: i64 = 15 * 60;
/// Refusals of `addKey` that say nothing clear are taken for passing this often.
const REFUSALS: i64 = 5;

/// What became of one certificate.
enum Added {
    /// It is on the app.
    Yes(Box<Certificate>),
    /// The tenant's rules refuse one that is good for so long.
    TooLong(String),
    /// This run ends here.
    End(Outcome),
}

impl Renewal<'_> {
    /// Carries the renewal on from where it stands.
    pub(super) async fn carry_on(&self) -> Result<Outcome, ServiceError> {
        let tx = self.app.store.read(self.work.organization).await?;
        let mut made = tx.list_certificates(&[self.connection.id]).await?;
        drop(tx);
        made.retain(|one| one.state == CertificateState::Made && one.private_key.is_some());
        for one in made {
            // It may be on the app: the answer of `addKey` can have been lost.
            if one.not_after > self.current.not_after
                && let Some(outcome) = self.prove(one.clone()).await?
            {
                return Ok(outcome);
            }
            self.give_up(one).await?;
        }
        let keys = match OwnKeys::open(self.app, self.work.organization, &self.connection, &self.current).await? {
            Ok(keys) => keys,
            Err(error) => return Ok(self.no_token(error)),
        };
        let mut shortened = None;
        for validity in Validity::STEPS {
            match self.add(&keys, validity, shortened.clone()).await? {
                Added::Yes(one) => {
                    return Ok(match self.prove(*one).await? {
                        Some(outcome) => outcome,
                        None => Outcome::Later(Duration::from_secs(30)),
                    });
                }
                Added::TooLong(code) => shortened = Some(reason(&code)),
                Added::End(outcome) => return Ok(outcome),
            }
        }
        Ok(Outcome::Forbidden(Box::new(refused_by_policy())))
    }

    /// Makes a certificate, stores it and puts it on the app.
    async fn add(
        &self,
        keys: &OwnKeys<'_>,
        validity: Validity,
        shortened: Option<String>,
    ) -> Result<Added, ServiceError> {
        let (app, organization) = (self.app, self.work.organization);
        let made = certificates::make(app, organization, self.connection.id, validity, shortened).await?;
        if made.not_after <= self.current.not_after {
            // A shorter one than the one in use is no renewal.
            return Ok(Added::End(Outcome::Forbidden(Box::new(refused_by_policy()))));
        }
        let tx = app.store.write(organization).await?;
        hold(app, &tx, &self.work).await?;
        // Whoever switches the app off forgets the keys that are stored by then; after that none is added.
        if !tx.hold_app(self.connection.id).await? {
            return Err(lost());
        }
        tx.add_certificate(&made).await?;
        tx.commit().await?;
        let key = match keys.add(&made).await? {
            Ok(key) => key,
            Err(error) => return self.not_added(made, error).await,
        };
        let Some(key) = key else {
            tracing::warn!(certificate = %made.id, "addKey answered without a keyId");
            return Ok(Added::Yes(Box::new(made)));
        };
        match self.note_key(&made, key).await {
            Ok(true) => Ok(Added::Yes(Box::new(Certificate { key_id: Some(key), ..made }))),
            Ok(false) => {
                self.roll_back(keys, key).await;
                Err(lost())
            }
            Err(error) => {
                self.roll_back(keys, key).await;
                Err(error)
            }
        }
    }

    async fn note_key(&self, made: &Certificate, key: uuid::Uuid) -> Result<bool, ServiceError> {
        let tx = self.app.store.write(self.work.organization).await?;
        let noted = tx.hold_app(self.connection.id).await? && tx.update_certificate_key(made.id, key).await?;
        tx.commit().await?;
        Ok(noted)
    }

    /// A key that could not be written down does not stay on the app (E11).
    async fn roll_back(&self, keys: &OwnKeys<'_>, key: uuid::Uuid) {
        match keys.remove(key).await {
            Ok(Ok(())) => tracing::warn!(app = %self.connection.id, %key, "a key was taken back"),
            Ok(Err(error)) => tracing::error!(app = %self.connection.id, %key, %error, "a key could not be taken back"),
            Err(error) => tracing::error!(app = %self.connection.id, %key, %error, "a key could not be taken back"),
        }
    }

    /// `addKey` was refused. Where Microsoft certainly did nothing, the certificate goes at once.
    async fn not_added(&self, made: Certificate, error: GraphError) -> Result<Added, ServiceError> {
        tracing::warn!(app = %self.connection.id, %error, "a key was not added");
        if let GraphError::Unavailable { retry_after, .. } = &error {
            // It may have been added all the same: the next run tries it first.
            return Ok(Added::End(self.later(*retry_after)));
        }
        self.give_up(made).await?;
        Ok(match error {
            GraphError::Throttled { retry_after, .. } => Added::End(self.later(retry_after)),
            GraphError::Refused { code: Some(code), .. } if is_lifetime(&code) => Added::TooLong(code),
            GraphError::Refused { code: Some(code), .. } if is_policy(&code) => {
                Added::End(Outcome::Forbidden(Box::new(refused_by_policy())))
            }
            _ if self.work.attempts < REFUSALS => Added::End(self.later(None)),
            error => Added::End(Outcome::Forbidden(Box::new(Help {
                ids: help::ids(error.ids()),
                ..not_renewed("Microsoft did not take a new certificate from the app itself.")
            }))),
        })
    }

    /// Whether a certificate yields a token; `None`: Microsoft has had its time and does not know it.
    async fn prove(&self, made: Certificate) -> Result<Option<Outcome>, ServiceError> {
        let (app, organization) = (self.app, self.work.organization);
        let answer = certificates::token(app, organization, &self.connection, &made, &TokenResource::Graph).await?;
        Ok(match answer {
            Ok(_) => Some(Outcome::Proved(Box::new(made))),
            Err(error) if is_unknown_key(&error) => {
                (app.now().since(made.created_at) < SPREADS).then(|| self.later(None))
            }
            Err(error) => Some(self.no_token(error)),
        })
    }

    fn no_token(&self, error: GrantError) -> Outcome {
        tracing::warn!(app = %self.connection.id, %error, "a renewal got no token");
        let help = help_for(&error);
        match KeyError::from(error).wait() {
            Some(wait) => self.later(wait),
            None => Outcome::Failing(Box::new(help)),
        }
    }

    /// 2, 4, 8 … 512 seconds, or as long as Microsoft said.
    fn later(&self, wait: Option<Duration>) -> Outcome {
        let exponent = u32::try_from(self.work.attempts.clamp(0, 8)).unwrap_or(0);
        let own = Duration::from_secs(2_u64 << exponent);
        Outcome::Later(wait.unwrap_or(own).clamp(Duration::from_secs(1), Duration::from_hours(1)))
    }

    /// Gives a certificate up that was never used. One whose key is known to be on the app is taken off first, if it can be.
    async fn give_up(&self, made: Certificate) -> Result<(), ServiceError> {
        let (app, organization) = (self.app, self.work.organization);
        if let Some(key) = made.key_id {
            let keys = OwnKeys::open(app, organization, &self.connection, &self.current).await?;
            if let Ok(keys) = keys {
                self.roll_back(&keys, key).await;
            }
        }
        let tx = app.store.write(organization).await?;
        hold(app, &tx, &self.work).await?;
        tx.remove_made_certificate(made.id).await?;
        Ok(tx.commit().await?)
    }
}

/// Microsoft's codes of app management policies for a life that is too long.
fn is_lifetime(code: &str) -> bool {
    matches!(code, "CredentialInvalidLifetimeAsPerAppPolicy" | "KeyCredentialsInvalidEndDate")
}

/// The other codes of these policies: no certificate of ours will do.
fn is_policy(code: &str) -> bool {
    code.ends_with("AsPerAppPolicy")
}

/// Why a certificate is shorter, in plain words (E3).
fn reason(code: &str) -> String {
    format!("This tenant's rules refused a longer one ({code}).")
}

fn refused_by_policy() -> Help {
    not_renewed("This tenant's rules for apps refuse every certificate that can be made here.")
}

fn not_renewed(why: &str) -> Help {
    help::own(
        "certificate_not_renewed",
        "The app cannot renew its certificate by itself",
        &format!("{why} An administrator has to sign in once before it ends: Update configuration."),
        HelpAction::AskAdministrator,
    )
}
