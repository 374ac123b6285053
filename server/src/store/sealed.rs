//! Every sealed value, wherever it is, for sealing it anew under another master key (S4).

use super::{
    Scoped, StoreError,
    entities::{attempts, audit_batches, certificates, channels, connect_links, connections},
};
use crate::seal::Sealed;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

/// Where sealed values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedKind {
    /// The refresh token of a delegated connection.
    RefreshToken,
    /// The private key of a certificate.
    CertificateKey,
    /// The access token of a Save that is being carried out.
    PostedToken,
    /// Microsoft's claims challenge of an attempt.
    Challenge,
    /// The signing secret of a webhook.
    ChannelSecret,
    /// The secret of an invitation whose mail is on its way.
    InvitationMail,
    /// The signing secret before it, while both sign.
    PreviousChannelSecret,
}

impl SealedKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::RefreshToken,
        Self::CertificateKey,
        Self::PostedToken,
        Self::Challenge,
        Self::ChannelSecret,
        Self::InvitationMail,
        Self::PreviousChannelSecret,
    ];
}

/// One sealed value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// Its row.
    pub id: Uuid,
    /// The version that its seal binds.
    pub version: i64,
    /// The value.
    pub sealed: Sealed,
}

macro_rules! page {
    ($self:ident, $table:ident, $column:ident, $after:ident, $limit:ident, $version:expr) => {{
        let mut select = $table::Entity::find()
            .filter($table::Column::Organization.eq($self.own()))
            // Neither absent nor forgotten: a refresh token that was switched off is empty.
            .filter($table::Column::$column.ne(Vec::<u8>::new()));
        if let Some(after) = $after {
            select = select.filter($table::Column::Id.gt(after));
        }
        select.order_by_asc($table::Column::Id).limit($limit).all(&$self.tx).await?.into_iter().map($version).collect()
    }};
}

macro_rules! replace {
    ($self:ident, $table:ident, $column:ident, $id:ident, $old:ident, $new:ident) => {
        $table::Entity::update_many()
            .col_expr($table::Column::$column, Expr::value($new.0.clone()))
            .filter($table::Column::Organization.eq($self.own()))
            .filter($table::Column::Id.eq($id))
            .filter($table::Column::$column.eq($old.0.clone()))
            .exec(&$self.tx)
            .await?
    };
}

impl Scoped {
    /// Sealed values of a kind, by id, after a position.
    pub async fn list_sealed(
        &self,
        kind: SealedKind,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<SealedRow>, StoreError> {
        let row = |id, version, sealed: Option<Vec<u8>>| SealedRow {
            id,
            version,
            sealed: Sealed(sealed.unwrap_or_default()),
        };
        Ok(match kind {
            SealedKind::RefreshToken => page!(self, connections, RefreshToken, after, limit, |one| row(
                one.id,
                one.token_version,
                Some(one.refresh_token)
            )),
            SealedKind::CertificateKey => {
                page!(self, certificates, PrivateKey, after, limit, |one| row(one.id, 1, one.private_key))
            }
            SealedKind::PostedToken => page!(self, attempts, Token, after, limit, |one| row(one.id, 1, one.token)),
            SealedKind::Challenge => {
                page!(self, attempts, Challenge, after, limit, |one| row(one.id, 1, one.challenge))
            }
            SealedKind::ChannelSecret => {
                page!(self, channels, Secret, after, limit, |one| row(one.id, one.secret_version, one.secret))
            }
            SealedKind::PreviousChannelSecret => page!(self, channels, PreviousSecret, after, limit, |one| row(
                one.id,
                one.secret_version - 1,
                one.previous_secret
            )),
            SealedKind::InvitationMail => {
                page!(self, connect_links, MailSecret, after, limit, |one| row(one.id, 1, one.mail_secret))
            }
        })
    }

    /// Puts another sealing of the same value in its place, if it is still the one. `false`: it changed meanwhile.
    pub async fn replace_sealed(
        &self,
        kind: SealedKind,
        id: Uuid,
        old: &Sealed,
        new: &Sealed,
    ) -> Result<bool, StoreError> {
        let done = match kind {
            SealedKind::RefreshToken => replace!(self, connections, RefreshToken, id, old, new),
            SealedKind::CertificateKey => replace!(self, certificates, PrivateKey, id, old, new),
            SealedKind::PostedToken => replace!(self, attempts, Token, id, old, new),
            SealedKind::Challenge => replace!(self, attempts, Challenge, id, old, new),
            SealedKind::ChannelSecret => replace!(self, channels, Secret, id, old, new),
            SealedKind::InvitationMail => replace!(self, connect_links, MailSecret, id, old, new),
            SealedKind::PreviousChannelSecret => replace!(self, channels, PreviousSecret, id, old, new),
        };
        Ok(done.rows_affected == 1)
    }

    /// The master keys from which this organization's audit chain is made: they stay as long as the log does.
    pub async fn list_audit_keys(&self) -> Result<Vec<String>, StoreError> {
        Ok(audit_batches::Entity::find()
            .select_only()
            .column(audit_batches::Column::Key)
            .filter(audit_batches::Column::Organization.eq(self.own()))
            .into_tuple()
            .all(&self.tx)
            .await?)
    }
}
