//! Links that open the connect page. Their secrets are in `locator` only, hashed.
//!
//! A *direct* link is for the member who asks; an *invitation* is for somebody without an account: bound to one sign-in,
//! used up by Save.

use super::{
    Scoped, StoreError,
    entities::{authorizations, connect_links as table},
};
use crate::seal::Sealed;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func},
};
use shared::{
    api::invitations::InvitationMail,
    id::{AuthorizationId, CustomerId, SignInId},
    language::Language,
    time::Timestamp,
};
use std::collections::HashSet;
use uuid::{Builder, Uuid};

const DIRECT: &str = "direct";
const INVITATION: &str = "invitation";

/// What kind of secret the sealed one of an invitation's mail is.
pub const MAIL_SECRET: &str = "invitation_mail";

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Id.
    pub id: Uuid,
    /// What it opens.
    pub authorization: AuthorizationId,
    /// Who made it: for display.
    pub created_by: String,
    /// After this it is dead.
    pub expires_at: Timestamp,
    /// The one sign-in that it is for. Such a link is an invitation, used up by Save.
    pub only: Option<SignInId>,
    /// The embed session by whose window it came to be: it dies with it.
    pub embed_session: Option<Uuid>,
}

impl From<table::Model> for Link {
    fn from(row: table::Model) -> Self {
        Self {
            id: row.id,
            authorization: AuthorizationId(row.authorization),
            created_by: row.created_by,
            expires_at: Timestamp(row.expires_at),
            only: row.sign_in.map(SignInId),
            embed_session: row.embed_session,
        }
    }
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Id.
    pub id: Uuid,
    /// What it opens.
    pub authorization: AuthorizationId,
    /// For which sign-in.
    pub sign_in: SignInId,
    /// Who made it: for display.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// After this it is dead.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// When Save used it up.
    pub used_at: Option<Timestamp>,
    /// The mail address that it goes to.
    pub recipient: Option<String>,
    /// The mail's language.
    pub language: Language,
    /// What became of the mail.
    pub mail: Option<InvitationMail>,
    /// The secret, sealed, until the mail has gone.
    pub mail_secret: Option<Sealed>,
}

impl TryFrom<table::Model> for Invitation {
    type Error = StoreError;
    fn try_from(row: table::Model) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable("invitation");
        Ok(Self {
            id: row.id,
            authorization: AuthorizationId(row.authorization),
            sign_in: SignInId(row.sign_in.ok_or_else(bad)?),
            created_by: row.created_by,
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
            revoked_at: row.revoked_at.map(Timestamp),
            used_at: row.used_at.map(Timestamp),
            recipient: row.recipient,
            language: row.language.as_deref().and_then(Language::parse).unwrap_or_default(),
            mail: row.mail.map(|text| InvitationMail::parse(&text).ok_or_else(bad)).transpose()?,
            mail_secret: row.mail_secret.map(Sealed),
        })
    }
}

impl Scoped {
    /// Adds a direct link.
    pub async fn add_link(&self, link: &Link, now: Timestamp) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(link.id),
            organization: Set(self.own()),
            authorization: Set(link.authorization.0),
            created_by: Set(link.created_by.clone()),
            created_at: Set(now.0),
            expires_at: Set(link.expires_at.0),
            revoked_at: Set(None),
            kind: Set(DIRECT.to_owned()),
            embed_session: Set(link.embed_session),
            ..Default::default()
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// Adds an invitation.
    pub async fn add_invitation(&self, one: &Invitation) -> Result<(), StoreError> {
        let row = table::ActiveModel {
            id: Set(one.id),
            organization: Set(self.own()),
            authorization: Set(one.authorization.0),
            created_by: Set(one.created_by.clone()),
            created_at: Set(one.created_at.0),
            expires_at: Set(one.expires_at.0),
            revoked_at: Set(None),
            kind: Set(INVITATION.to_owned()),
            sign_in: Set(Some(one.sign_in.0)),
            recipient: Set(one.recipient.clone()),
            language: Set(Some(one.language.as_str().to_owned())),
            used_at: Set(None),
            mail: Set(one.mail.map(|state| state.as_str().to_owned())),
            mail_secret: Set(one.mail_secret.clone().map(|sealed| sealed.0)),
            embed_session: Set(None),
        };
        table::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }

    /// A link that has not been revoked, used up or expired.
    pub async fn find_link(&self, id: Uuid, now: Timestamp) -> Result<Option<Link>, StoreError> {
        let row = table::Entity::find_by_id(id)
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::RevokedAt.is_null())
            .filter(table::Column::UsedAt.is_null())
            .filter(table::Column::ExpiresAt.gt(now.0))
            .one(&self.tx)
            .await?;
        Ok(row.map(Link::from))
    }

    /// Those of some links that were not taken back. What a sign-in that is under way may still do ends with its link.
    pub async fn list_standing_links(&self, ids: &[Uuid]) -> Result<HashSet<Uuid>, StoreError> {
        let mut found = HashSet::new();
        for part in ids.chunks(500) {
            let rows: Vec<Uuid> = table::Entity::find()
                .select_only()
                .column(table::Column::Id)
                .filter(table::Column::Id.is_in(part.iter().copied()))
                .filter(self.also_own(table::Column::Organization))
                .filter(table::Column::RevokedAt.is_null())
                .into_tuple()
                .all(&self.tx)
                .await?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// An invitation, whatever became of it.
    pub async fn find_invitation(&self, id: Uuid) -> Result<Option<Invitation>, StoreError> {
        table::Entity::find_by_id(id)
            .filter(self.invitations())
            .one(&self.tx)
            .await?
            .map(Invitation::try_from)
            .transpose()
    }

    /// The newest invitation to a sign-in.
    pub async fn find_last_invitation(&self, sign_in: SignInId) -> Result<Option<Invitation>, StoreError> {
        table::Entity::find()
            .filter(self.invitations())
            .filter(table::Column::SignIn.eq(sign_in.0))
            .order_by_desc(table::Column::Id)
            .one(&self.tx)
            .await?
            .map(Invitation::try_from)
            .transpose()
    }

    /// Invitations, newest first, before a position: of an authorization, of a customer, or all.
    pub async fn list_invitations(
        &self,
        authorization: Option<AuthorizationId>,
        customer: Option<CustomerId>,
        before: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<Invitation>, StoreError> {
        let mut select = table::Entity::find().filter(self.invitations());
        if let Some(authorization) = authorization {
            select = select.filter(table::Column::Authorization.eq(authorization.0));
        }
        if customer.is_some() || !self.reach.is_all() {
            let mut mine = authorizations::Entity::find()
                .select_only()
                .column(authorizations::Column::Id)
                .filter(self.mine(authorizations::Column::Organization, authorizations::Column::Customer));
            if let Some(customer) = customer {
                mine = mine.filter(authorizations::Column::Customer.eq(customer.0));
            }
            select = select.filter(table::Column::Authorization.in_subquery(mine.into_query()));
        }
        if let Some(before) = before {
            select = select.filter(table::Column::Id.lt(before));
        }
        let rows = select.order_by_desc(table::Column::Id).limit(limit).all(&self.tx).await?;
        rows.into_iter().map(Invitation::try_from).collect()
    }

    /// When the newest but `before` of the invitations by mail was made, if it was after `since`: of all, or to one address.
    pub async fn find_mailed(
        &self,
        since: Timestamp,
        recipient: Option<&str>,
        before: u64,
    ) -> Result<Option<Timestamp>, StoreError> {
        // Ids begin with their time: the index by id is one by time.
        let millis = u64::try_from(since.0).unwrap_or(0).saturating_mul(1000);
        let first = Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid();
        let mut select = table::Entity::find()
            .select_only()
            .column(table::Column::CreatedAt)
            .filter(self.invitations())
            .filter(table::Column::Id.gte(first))
            .filter(table::Column::CreatedAt.gt(since.0))
            .filter(table::Column::Mail.is_not_null());
        if let Some(recipient) = recipient {
            let column = Expr::expr(Func::lower(Expr::col(table::Column::Recipient)));
            select = select.filter(column.eq(recipient.to_ascii_lowercase()));
        }
        let found: Option<i64> =
            select.order_by_desc(table::Column::Id).offset(before).limit(1).into_tuple().one(&self.tx).await?;
        Ok(found.map(Timestamp))
    }

    fn invitations(&self) -> Condition {
        Condition::all().add(table::Column::Organization.eq(self.own())).add(table::Column::Kind.eq(INVITATION))
    }

    /// Uses an invitation up: of two Saves at once, one gets it. `false`: it was used, revoked, or is a direct link.
    pub async fn use_invitation(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::UsedAt, Expr::value(now.0))
            .filter(self.invitations())
            .filter(table::Column::Id.eq(id))
            .filter(table::Column::UsedAt.is_null())
            .filter(table::Column::RevokedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Takes an invitation back. `false`: it was used or taken back before.
    pub async fn revoke_invitation(&self, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::RevokedAt, Expr::value(now.0))
            .col_expr(table::Column::MailSecret, Expr::value(Option::<Vec<u8>>::None))
            .filter(self.invitations())
            .filter(table::Column::Id.eq(id))
            .filter(table::Column::UsedAt.is_null())
            .filter(table::Column::RevokedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Notes what became of an invitation's mail, and forgets the secret that was kept for it.
    pub async fn update_invitation_mail(&self, id: Uuid, mail: InvitationMail) -> Result<bool, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::Mail, Expr::value(mail.as_str()))
            .col_expr(table::Column::MailSecret, Expr::value(Option::<Vec<u8>>::None))
            .filter(self.invitations())
            .filter(table::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected == 1)
    }

    /// Ends every link of an authorization.
    pub async fn revoke_links(&self, authorization: AuthorizationId, now: Timestamp) -> Result<u64, StoreError> {
        let done = table::Entity::update_many()
            .col_expr(table::Column::RevokedAt, Expr::value(now.0))
            .col_expr(table::Column::MailSecret, Expr::value(Option::<Vec<u8>>::None))
            .filter(table::Column::Organization.eq(self.own()))
            .filter(table::Column::Authorization.eq(authorization.0))
            .filter(table::Column::RevokedAt.is_null())
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }
}
