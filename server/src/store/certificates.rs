//! Certificates of apps. The private key is sealed for its row (`kind` [`PRIVATE_KEY`], version 1), and forgotten for good
//! when the certificate has gone.

use super::{
    Scoped, StoreError,
    entities::{apps, certificates as table},
};
use crate::seal::Sealed;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait},
};
use shared::{
    api::apps::CertificateState,
    id::{CertificateId, ConnectionId},
    time::Timestamp,
};
use uuid::Uuid;

/// What kind of secret a certificate's private key is, for its seal.
pub const PRIVATE_KEY: &str = "certificate_key";

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Id.
    pub id: CertificateId,
    /// Of which app.
    pub app: ConnectionId,
    /// Where it stands.
    pub state: CertificateState,
    /// SHA-256 of the DER form, base64url (`x5t#S256`).
    pub thumbprint: String,
    /// The certificate, DER: public.
    pub der: Vec<u8>,
    /// Its private key as PEM, sealed; `None` once forgotten.
    pub private_key: Option<Sealed>,
    /// Its `keyId` on the app, once known.
    pub key_id: Option<Uuid>,
    /// From when it is good.
    pub not_before: Timestamp,
    /// Until when it is good.
    pub not_after: Timestamp,
    /// Why it is good for less than two years.
    pub shortened: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it first yielded a token.
    pub proved_at: Option<Timestamp>,
    /// When it is to be renewed.
    pub renew_at: Option<Timestamp>,
    /// When it is to be taken off the app.
    pub remove_at: Option<Timestamp>,
    /// When it was taken off the app.
    pub removed_at: Option<Timestamp>,
}

impl Certificate {
    /// Forgotten and off: what becomes of it at its end.
    #[must_use]
    pub fn removed(self, now: Timestamp) -> Self {
        Self {
            state: CertificateState::Removed,
            private_key: None,
            renew_at: None,
            remove_at: None,
            removed_at: Some(now),
            ..self
        }
    }
}

impl TryFrom<table::Model> for Certificate {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: CertificateId(row.id),
            app: ConnectionId(row.app),
            state: CertificateState::parse(&row.state).ok_or(StoreError::Unreadable("certificate"))?,
            thumbprint: row.thumbprint,
            der: row.certificate,
            private_key: row.private_key.map(Sealed),
            key_id: row.key_id,
            not_before: Timestamp(row.not_before),
            not_after: Timestamp(row.not_after),
            shortened: row.shortened,
            created_at: Timestamp(row.created_at),
            proved_at: row.proved_at.map(Timestamp),
            renew_at: row.renew_at.map(Timestamp),
            remove_at: row.remove_at.map(Timestamp),
            removed_at: row.removed_at.map(Timestamp),
        })
    }
}

fn row(organization: Uuid, one: &Certificate) -> table::ActiveModel {
    table::ActiveModel {
        id: Set(one.id.0),
        organization: Set(organization),
        app: Set(one.app.0),
        state: Set(one.state.as_str().to_owned()),
        thumbprint: Set(one.thumbprint.clone()),
        certificate: Set(one.der.clone()),
        private_key: Set(one.private_key.as_ref().map(|sealed| sealed.0.clone())),
        key_id: Set(one.key_id),
        not_before: Set(one.not_before.0),
        not_after: Set(one.not_after.0),
        shortened: Set(one.shortened.clone()),
        created_at: Set(one.created_at.0),
        proved_at: Set(one.proved_at.map(|time| time.0)),
        renew_at: Set(one.renew_at.map(|time| time.0)),
        remove_at: Set(one.remove_at.map(|time| time.0)),
        removed_at: Set(one.removed_at.map(|time| time.0)),
    }
}

impl Scoped {
    /// Adds a certificate.
    pub async fn add_certificate(&self, one: &Certificate) -> Result<(), StoreError> {
        table::Entity::insert(row(self.own(), one)).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A certificate.
    pub async fn find_certificate(&self, id: CertificateId) -> Result<Option<Certificate>, StoreError> {
        let own = table::Entity::find_by_id(id.0).filter(table::Column::Organization.eq(self.own()));
        own.one(&self.tx).await?.map(Certificate::try_from).transpose()
    }

    /// The certificates of apps, newest first.
    pub async fn list_certificates(&self, apps: &[ConnectionId]) -> Result<Vec<Certificate>, StoreError> {
        let mut found = Vec::new();
        for part in apps.chunks(500) {
            let rows = table::Entity::find()
                .filter(table::Column::Organization.eq(self.own()))
                .filter(table::Column::App.is_in(part.iter().map(|id| id.0)))
                .order_by_desc(table::Column::Id)
                .all(&self.tx)
                .await?;
            for row in rows {
                found.push(Certificate::try_from(row)?);
            }
        }
        Ok(found)
    }

    /// The certificate that an app signs with, if it has one.
    pub async fn find_current_certificate(&self, app: ConnectionId) -> Result<Option<Certificate>, StoreError> {
        table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::App.eq(app.0))
            .filter(table::Column::State.eq(CertificateState::Current.as_str()))
            .one(&self.tx)
            .await?
            .map(Certificate::try_from)
            .transpose()
    }

    /// Writes a certificate, if it is still in the state `from`. `false`: it is not.
    pub async fn update_certificate(&self, one: &Certificate, from: CertificateState) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .set(row(self.own(), one))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(one.id.0))
            .filter(table::Column::State.eq(from.as_str()))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// The certificates in use, soonest end first, after a position.
    pub async fn list_current_certificates(
        &self,
        after: Option<(Timestamp, CertificateId)>,
        limit: u64,
    ) -> Result<Vec<Certificate>, StoreError> {
        let mut select = table::Entity::find()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::State.eq(CertificateState::Current.as_str()));
        if !self.reach.is_all() {
            let mine = apps::Entity::find()
                .select_only()
                .column(apps::Column::Id)
                .filter(self.mine(apps::Column::Organization, apps::Column::Customer));
            select = select.filter(table::Column::App.in_subquery(mine.into_query()));
        }
        if let Some((end, id)) = after {
            let same = table::Column::NotAfter.eq(end.0).and(table::Column::Id.gt(id.0));
            select = select.filter(table::Column::NotAfter.gt(end.0).or(same));
        }
        let select = select.order_by_asc(table::Column::NotAfter).order_by_asc(table::Column::Id);
        select.limit(limit).all(&self.tx).await?.into_iter().map(Certificate::try_from).collect()
    }

    /// Notes the `keyId` of a certificate that has none yet: a fact, whoever holds the work. `false`: it has one, or is gone.
    pub async fn update_certificate_key(&self, id: CertificateId, key: Uuid) -> Result<bool, StoreError> {
        let living = [CertificateState::Made, CertificateState::Current].map(CertificateState::as_str);
        let done = table::Entity::update_many()
            .col_expr(table::Column::KeyId, Expr::value(key))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::KeyId.is_null())
            .filter(table::Column::State.is_in(living))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Removes a certificate that was made and never used. `false`: it is not there, or was used.
    pub async fn remove_made_certificate(&self, id: CertificateId) -> Result<bool, StoreError> {
        let gone = table::Entity::delete_many()
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Id.eq(id.0))
            .filter(table::Column::State.eq(CertificateState::Made.as_str()))
            .exec(&self.tx)
            .await?;
        Ok(gone.rows_affected == 1)
    }
}
