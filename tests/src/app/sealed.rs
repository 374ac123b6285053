//! Sealed values of every kind, many of them, and what they open to: for proofs about the master keys.

use super::TestApp;
use crate::{databases::next_id, records};
use server::{
    seal::{Keyring, SealContext, Sealed},
    services::{attempts, save},
    store::{
        attempts::{Attempt, AttemptState, SavedToken},
        authorizations::Authorization,
        certificates::{Certificate, PRIVATE_KEY},
        channels::{Channel, SECRET},
        connections::Connection,
        customers::Customer,
        links::{Invitation, MAIL_SECRET},
        sealed::SealedKind,
        sign_ins::SignIn,
    },
};
use shared::{
    api::{apps::CertificateState, channels::ChannelKind, invitations::InvitationMail},
    id::{CertificateId, ConnectionId, CustomerId, ObjectId, TenantId},
    language::Language,
};
use std::collections::BTreeMap;
use uuid::Uuid;

const DAY: i64 = 24 * 3600;

/// What every sealed value opens to, by kind and row.
pub type Opened = BTreeMap<(&'static str, Uuid), Vec<u8>>;

/// A kind's name, and what it is sealed for.
const fn names(kind: SealedKind) -> (&'static str, &'static str) {
    match kind {
        SealedKind::RefreshToken => ("refresh token", save::REFRESH),
        SealedKind::CertificateKey => ("certificate key", PRIVATE_KEY),
        SealedKind::PostedToken => ("posted token", save::TOKEN),
        SealedKind::Challenge => ("challenge", attempts::CHALLENGE),
        SealedKind::ChannelSecret => ("channel secret", SECRET),
        SealedKind::InvitationMail => ("invitation mail", MAIL_SECRET),
        SealedKind::PreviousChannelSecret => ("previous channel secret", SECRET),
    }
}

/// Makes rows with sealed values.
struct Planter<'a> {
    app: &'a TestApp,
    authorization: Authorization,
    sign_in: SignIn,
    number: usize,
}

impl Planter<'_> {
    fn seal(&self, kind: SealedKind, row: Uuid, version: i64) -> Sealed {
        let (name, kind) = names(kind);
        let context = SealContext { organization: self.app.organization, kind, row, version };
        let value = format!("{name} {}", self.number);
        self.app.state.keyring.seal(&context, value.as_bytes()).expect("a seal")
    }

    fn connection(&self, customer: &Customer) -> Connection {
        let mut connection = records::connection(customer, "x@sealed.example");
        connection.refresh_token = self.seal(SealedKind::RefreshToken, connection.id.0, connection.token_version);
        connection
    }

    fn certificate(&self) -> Certificate {
        let (id, now) = (next_id(), self.app.state.now());
        Certificate {
            id: CertificateId(id),
            app: ConnectionId(next_id()),
            state: CertificateState::Removed,
            thumbprint: id.to_string(),
            der: vec![48, 0],
            private_key: Some(self.seal(SealedKind::CertificateKey, id, 1)),
            key_id: None,
            not_before: now,
            not_after: now.plus(DAY),
            shortened: None,
            created_at: now,
            proved_at: None,
            renew_at: None,
            remove_at: None,
            removed_at: None,
        }
    }

    fn attempt(&self) -> Attempt {
        let attempt = records::attempt(&self.sign_in, &records::link(&self.authorization));
        let (id, now) = (attempt.id.0, self.app.state.now());
        let saved = SavedToken {
            hash: [7; 32],
            tenant: TenantId(next_id()),
            object: ObjectId(next_id()),
            token: Some(self.seal(SealedKind::PostedToken, id, 1)),
            expires_at: now.plus(DAY),
        };
        let challenge = Some(self.seal(SealedKind::Challenge, id, 1));
        let expires_at = now.plus(DAY);
        Attempt { state: AttemptState::Saved, created_at: now, expires_at, saved: Some(saved), challenge, ..attempt }
    }

    /// A webhook that hears of nobody, in the day in which both secrets sign.
    fn channel(&self) -> Channel {
        let (id, now) = (next_id(), self.app.state.now());
        Channel {
            id,
            kind: ChannelKind::Webhook,
            address: format!("https://{id}.example"),
            secret: Some(self.seal(SealedKind::ChannelSecret, id, 2)),
            secret_version: 2,
            previous: Some((self.seal(SealedKind::PreviousChannelSecret, id, 1), now.plus(DAY))),
            events: None,
            customers: Some(vec![CustomerId(next_id())]),
            failing_since: None,
            created_at: now,
            created_by: "Ann".to_owned(),
            removed_at: None,
        }
    }

    fn invitation(&self) -> Invitation {
        let (id, now) = (next_id(), self.app.state.now());
        Invitation {
            id,
            authorization: self.authorization.id,
            sign_in: self.sign_in.id,
            created_by: "Ann".to_owned(),
            created_at: now,
            expires_at: now.plus(DAY),
            revoked_at: None,
            used_at: None,
            recipient: Some("x@sealed.example".to_owned()),
            language: Language::default(),
            mail: Some(InvitationMail::Waiting),
            mail_secret: Some(self.seal(SealedKind::InvitationMail, id, 1)),
        }
    }
}

impl TestApp {
    /// Plants so many sealed values of every kind. Nobody uses them.
    ///
    /// # Panics
    /// When the store fails.
    pub async fn plant_sealed(&self, each: usize) {
        let tx = self.state.store.write_many(self.organization).await.expect("a transaction");
        let customer = records::customer("Sealed");
        let authorization = records::authorization(&customer);
        let sign_in = records::sign_in(&authorization, "x@sealed.example");
        let mut planter = Planter { app: self, authorization, sign_in, number: 0 };
        for number in 0..each {
            planter.number = number;
            tx.add_connection(&planter.connection(&customer)).await.expect("a connection");
            tx.add_certificate(&planter.certificate()).await.expect("a certificate");
            tx.add_attempt(&planter.attempt()).await.expect("an attempt");
            tx.add_channel(&planter.channel()).await.expect("a channel");
            tx.add_invitation(&planter.invitation()).await.expect("an invitation");
        }
        tx.commit().await.expect("a commit");
    }

    /// Opens every sealed value of the organization.
    ///
    /// # Panics
    /// When one does not open.
    pub async fn opened(&self, keyring: &Keyring) -> Opened {
        let tx = self.state.store.read(self.organization).await.expect("a transaction");
        let mut opened = Opened::new();
        for kind in SealedKind::ALL {
            let (name, kind_of_secret) = names(kind);
            for row in tx.list_sealed(kind, None, 100_000).await.expect("sealed values") {
                let organization = self.organization;
                let context = SealContext { organization, kind: kind_of_secret, row: row.id, version: row.version };
                let value = keyring.open(&context, &row.sealed);
                let value = value.unwrap_or_else(|error| panic!("the {name} of {}: {error}", row.id));
                opened.insert((name, row.id), value.expose().clone());
            }
        }
        opened
    }
}
